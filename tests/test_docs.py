"""What docs/commands.md promises is there, and what is there is in it; nothing names settings that are none."""

from __future__ import annotations

import re
from dataclasses import fields

import pytest

from app import build_parser
from settings import HOME, Settings

TEXT = (HOME / "docs" / "commands.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings)])
def test_every_setting_is_documented(name: str) -> None:
    assert f"`QUOTH_{name.upper()}`" in TEXT


def test_every_documented_setting_is_one() -> None:
    names = {setting.name.upper() for setting in fields(Settings)}
    assert set(re.findall(r"`QUOTH_(\w+)`", TEXT)) == names


def test_no_other_file_names_a_setting_that_is_none() -> None:
    files = [HOME / name for name in ("README.md", "CONTRIBUTING.md", "Dockerfile", "Makefile", "compose.yaml")]
    files += [path for folder in ("docs", "deploy") for path in (HOME / folder).rglob("*") if path.suffix != ".png"]
    names = {setting.name.upper() for setting in fields(Settings)}
    for path in files:
        if path.is_file():
            assert set(re.findall(r"\bQUOTH_([A-Z]\w*)", path.read_text(encoding="utf-8"))) <= names, path


def test_every_command_and_option_is_documented() -> None:
    [actions] = [action for action in build_parser()._actions if action.choices]
    names = {"serve", "ingest", "articles", "ask", "eval", "feedback", "status", "snippet", "doctor", "keys", "mcp"}
    names |= {"export", "import", "move", "sources", "worker"}
    assert set(actions.choices or ()) == names
    for name, parser in dict(actions.choices or {}).items():
        assert callable(parser.get_default("run"))
        assert f"`{name}" in TEXT
        for option in (option for action in parser._actions for option in action.option_strings):
            assert option in ("-h", "--help") or f"`{option}" in TEXT, f"{name} {option}"
