"""Imports run one way: settings <- index <- rag <- evaluation <- web <- commands <- app.

pyproject.toml has the contracts of the packages; import-linter knows no modules beside them: these are looked at here.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

from settings import HOME

ROOMS = ("index", "rag", "evaluation", "web", "commands")


def imported(path: Path) -> set[str]:
    """The packages and modules at the top that the file at `path` imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add((node.module or "").partition(".")[0])
    return names


def test_the_settings_import_nothing_of_ours_and_nothing_imports_the_front_door() -> None:
    assert imported(HOME / "settings.py") & {*ROOMS, "app", "benchmarks", "training", "tests"} == set()
    assert imported(HOME / "app.py") & {"rag", "evaluation", "web", "benchmarks", "training", "tests"} == set()
    for room in ROOMS:
        for path in (HOME / room).rglob("*.py"):
            assert "app" not in imported(path), path


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=HOME, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert " kept, 0 broken." in done.stdout
