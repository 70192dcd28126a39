"""The command `doctor`: checks the installation and says what to do."""

from __future__ import annotations

from argparse import Namespace

from commands.console import out
from commands.parser import Commands
from settings import Settings


def add(commands: Commands) -> None:
    """Add the command."""
    commands.add("doctor", "check the installation and say what to do", run)


def run(settings: Settings, options: Namespace) -> int:
    """Print one line for each check; exit code 2 if something has to be done."""
    from commands.diagnosis import diagnose

    checks = diagnose(settings)
    for check in checks:
        mark = "ok  " if check.ok else "FAIL"
        out.print(f"{mark}  {check.name}: {check.text}" + (f" -> {check.hint}" if check.hint else ""), markup=False)
    return 0 if all(check.ok for check in checks) else 2
