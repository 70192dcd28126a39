"""Known vulnerabilities of what is installed, by pip-audit; fails on one without a reasoned exception."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

EXCEPTIONS = Path(__file__).with_name("audit-exceptions.txt")


def main() -> int:
    """Return exit code 1 for a vulnerability that is not in the exceptions."""
    lines = EXCEPTIONS.read_text().splitlines()
    accepted = {line.split()[0] for line in lines if line.strip() and not line.startswith("#")}
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    report = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(report.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(f"audit: NOT DONE, pip-audit gave no report:\n{report.stderr[-2000:]}\n")
        return 0
    checked = [package for package in packages if "skip_reason" not in package]
    if not checked:
        sys.stderr.write(f"audit: NOT DONE, no advisories to be had here for any of {len(packages)} packages\n")
        return 0
    for package in packages:
        if "skip_reason" in package:
            sys.stderr.write(f"audit: {package['name']} was not checked: {package['skip_reason']}\n")
    vulnerabilities = list(_vulnerabilities(checked, accepted))
    for line in vulnerabilities:
        sys.stderr.write(f"audit: {line}\n")
    sys.stdout.write(f"audit: {len(checked)} packages checked, {len(vulnerabilities)} open vulnerabilities\n")
    return 1 if vulnerabilities else 0


def _vulnerabilities(packages: Iterable[Mapping[str, Any]], accepted: set[str]) -> Iterator[str]:
    for package in packages:
        for advisory in package["vulns"]:
            if not accepted & {advisory["id"], *advisory.get("aliases", ())}:
                fixed = advisory.get("fix_versions") or "no release"
                yield f"{package['name']} {package['version']}: {advisory['id']}, fixed in {fixed}"


if __name__ == "__main__":
    sys.exit(main())
