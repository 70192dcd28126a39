"""The front door: reads the settings, runs a command, turns failures into one line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import fields

from commands import archive, articles, ask, doctor, evaluate, feedback, ingest, keys, serve, sources, status, worker
from commands.parser import Commands, Parser
from index.errors import QuothError, UsageError
from settings import HOME, Settings, removed_settings

_INSTALL = "run `make setup`, or see README.md, and start it with `.venv/bin/python app.py`"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; without one, `serve`. Returns the exit code: see docs/commands.md."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        options = _parsed(words)
        return int(options.run(_settings(options), options))
    except QuothError as error:
        if "--debug" in words:
            raise
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return error.exit_code
    except ModuleNotFoundError as error:
        package = (error.name or "").partition(".")[0]
        if "--debug" in words or (HOME / package).is_dir() or (HOME / f"{package}.py").is_file():
            raise
        sys.stderr.write(f"quoth: the package {package} is missing for {sys.executable}: {_INSTALL}\n")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads any more
        return 0
    except KeyboardInterrupt:
        sys.stderr.write("quoth: stopped; what was published before is unharmed\n")
        return 130


def build_commands() -> Commands:
    """Return all commands, in the order in which `--help` lists them."""
    commands = Commands()
    for group in (serve, ingest, sources, worker, archive, articles, ask, evaluate, feedback, keys, status, doctor):
        group.add(commands)
    return commands


def build_parser() -> Parser:
    """Return the parser of all commands."""
    return build_commands().parser


def _parsed(words: list[str]) -> argparse.Namespace:
    """Return the options; without a command those of `serve`. Raises UsageError, also where a command comes late."""
    commands = build_commands()
    if words and (not words[0].startswith("-") or words[0] in ("-h", "--help", "--version")):
        return commands.parser.parse_args(words)
    try:
        return commands.parser.parse_args(["serve", *words])
    except UsageError as error:
        late = next((word for word in words if word in commands.names), None)
        if late is None:
            raise
        raise UsageError(
            "the command has to come first", f"write `python app.py {late} ...`, options after it"
        ) from error


def _settings(options: argparse.Namespace) -> Settings:
    """Return the settings: options come before the environment. Settings that are gone are warned of."""
    for warning in removed_settings():
        sys.stderr.write(f"quoth: {warning}\n")
    try:
        return Settings.read({setting.name: getattr(options, setting.name, None) for setting in fields(Settings)})
    except ValueError as error:
        raise UsageError(str(error), "correct it or leave it out; docs/commands.md lists the settings") from error


if __name__ == "__main__":
    sys.exit(main())
