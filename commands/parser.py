"""The parser of the command line: options that every command has, and how a command is added."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Collection
from difflib import get_close_matches
from pathlib import Path
from typing import NoReturn

from index.errors import UsageError
from settings import HOME, Settings, store_place

_INVALID = re.compile(r"invalid choice: '(?P<given>[^']*)' \(choose from (?P<names>.+)\)")
Run = Callable[[Settings, argparse.Namespace], int]
"""What a command does; returns the exit code."""


class Parser(argparse.ArgumentParser):
    """Argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Raise UsageError, with the nearest name where one of several was misspelt."""
        hint = f"`{self.prog} --help` lists what there is"
        if wrong := _INVALID.search(message):
            near = get_close_matches(wrong["given"], re.findall(r"'([^']+)'", wrong["names"]), n=1)
            hint = f"is it {near[0]}? {hint}" if near else hint
        raise UsageError(message, hint)


class ShowVersion(argparse.Action):
    """Option that prints the version and ends; unlike argparse's own, it is looked up only then."""

    def __call__(self, parser: argparse.ArgumentParser, *_: object) -> NoReturn:
        """Print the version."""
        sys.stdout.write(f"Quoth {quoth_version()}\n")
        parser.exit()


class Commands:
    """The commands of `app.py`, each added with a name, a line of help and the options that all share."""

    def __init__(self) -> None:
        self.parser = Parser(prog="app.py", description="Answers from your own articles, with exact quotes.")
        self.parser.add_argument("--version", action=ShowVersion, nargs=0, help="say which release this is")
        self._commands = self.parser.add_subparsers(required=True, metavar="COMMAND")
        self._common = _common_options()

    @property
    def names(self) -> Collection[str]:
        """What the commands are called."""
        return self._commands.choices

    def add(self, name: str, text: str, run: Run) -> argparse.ArgumentParser:
        """Return the parser of the new command."""
        parser: argparse.ArgumentParser = self._commands.add_parser(
            name, parents=[self._common], help=text, description=text
        )
        parser.set_defaults(run=run)
        return parser


def add_json_option(parser: argparse.ArgumentParser) -> None:
    """Add `--json`."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def quoth_version() -> str:
    """Return the version in pyproject.toml: of the package, where Quoth is installed as one, else of the checkout."""
    project = HOME / "pyproject.toml"
    if project.is_file():
        import tomllib

        return str(tomllib.loads(project.read_text("utf-8"))["project"]["version"])
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("quoth")
    except PackageNotFoundError:
        return "unknown"


def _common_options() -> Parser:
    common = Parser(add_help=False)
    common.add_argument(
        "--store",
        type=store_place,
        metavar="DIR",
        help="where the index is kept: a folder (default .store), or postgresql://",
    )
    common.add_argument("--articles", type=Path, metavar="DIR", help="build the index from DIR if it is empty")
    common.add_argument("--embedding-model", metavar="NAME", help="a sentence-transformers model, by name or path")
    common.add_argument("--reader-model", metavar="DIR", help="the folder of a reading model, or none")
    common.add_argument(
        "--model", metavar="PROVIDER:MODEL", help="a language model that writes (default: quotes alone)"
    )
    common.add_argument("--base-url", metavar="URL", help="where its server is, if not its provider's usual one")
    common.add_argument("--models", type=Path, metavar="DIR", help="where exported models are kept")
    common.add_argument("--debug", action="store_true", help="show the traceback of a failure")
    return common
