"""Imports run one way: index <- rag <- evaluation <- web <- commands (pyproject.toml has the contracts)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from settings import HOME


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert "Contracts: 7 kept, 0 broken." in done.stdout
