"""Known vulnerabilities of what is installed, by pip-audit; fails on one without a reasoned exception."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

EXCEPTIONS = Path(__file__).with_name("audit-exceptions.txt")


def main() -> int:
    """Print the known vulnerabilities. Returns 1 for one that is not in the exceptions."""
    accepted = {line.split()[0] for line in EXCEPTIONS.read_text().splitlines() if line.strip() and line[0] != "#"}
    command = [sys.executable, "-m", "pip_audit", "--local", "--format", "json", "--progress-spinner", "off"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(found.stdout)["dependencies"]
    except (ValueError, KeyError):
        sys.stderr.write(f"audit: NOT DONE, pip-audit gave no report:\n{found.stderr[-2000:]}\n")
        return 0
    checked = [package for package in packages if "skip_reason" not in package]
    for package in packages:
        if "skip_reason" in package and checked:
            sys.stderr.write(f"audit: {package['name']} was not checked: {package['skip_reason']}\n")
    if not checked:
        sys.stderr.write(f"audit: NOT DONE, no advisories to be had here for any of {len(packages)} packages\n")
        return 0
    open_ones = [
        (package["name"], package["version"], vulnerability["id"], vulnerability.get("fix_versions"))
        for package in checked
        for vulnerability in package["vulns"]
        if not accepted & {vulnerability["id"], *vulnerability.get("aliases", ())}
    ]
    for name, version, advisory, fixed in open_ones:
        sys.stderr.write(f"audit: {name} {version}: {advisory}, fixed in {fixed or 'no release'}\n")
    sys.stdout.write(f"audit: {len(checked)} packages checked, {len(open_ones)} open vulnerabilities\n")
    return 1 if open_ones else 0


if __name__ == "__main__":
    sys.exit(main())
