"""What stands before a Markdown text: properties in YAML between `---` lines, or in TOML between `+++` lines."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from typing import Any

import yaml

from index.errors import ArticleError
from index.readers.decode import clean

_YAML = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_LINE = re.compile(r"(?P<name>\w[\w -]*):[ \t]+(?P<value>\S.*?)[ \t]*")
_OPENS_MORE = "[{|>"
"""What the lines after it may belong to."""
_TOML = re.compile(r"\A\+\+\+[ \t]*\n(.*?\n)?\+\+\+[ \t]*(?:\n|\Z)", re.DOTALL)


def split(text: str, source: str) -> tuple[dict[str, Any], str]:
    """Return the properties and the text after them. Raises ArticleError for properties that cannot be read."""
    if match := _YAML.match(text):
        return _from_yaml(match[1] or "", source), text[match.end() :]
    if match := _TOML.match(text):
        return _from_toml(match[1] or "", source), text[match.end() :]
    return {}, text


def one_line(value: object) -> str | None:
    """Return a property as one line; None for what is not text, a number, a date or a list of these."""
    if isinstance(value, list):
        return "; ".join(line for item in value if not isinstance(item, list) and (line := one_line(item))) or None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, str | int | float):
        return " ".join(clean(str(value)).split()) or None
    return None


def _from_yaml(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = _loaded(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 2}" if where else ""
        raise ArticleError(f"{source}: its front matter is not YAML{line}", "correct it or remove it") from error
    if not isinstance(loaded, dict):
        raise ArticleError(f"{source}: its front matter has no `name: value` lines", "correct it or remove it")
    return {str(name): value for name, value in loaded.items()}


def _loaded(text: str) -> Any:
    """Return what YAML text says; where it is none, with quotation marks around the values that are to blame.

    Raises what PyYAML raises (ValueError for 2024-13-45).
    """
    try:
        return yaml.safe_load(text) or {}
    except yaml.YAMLError:
        quoted = "\n".join(map(_quoted, text.split("\n")))
        if quoted == text:
            raise
        return yaml.safe_load(quoted) or {}


def _quoted(line: str) -> str:
    """Return a `name: value` line with the value quoted if it is no YAML as it stands, as in "title: Lido: a vote"."""
    match = _LINE.fullmatch(line)
    if match is None or match["value"][0] in _OPENS_MORE:
        return line
    try:
        yaml.safe_load(line)
    except yaml.YAMLError:
        value = match["value"]
        if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"":
            value = value[1:-1]
        return f"{match['name']}: {json.dumps(value, ensure_ascii=False)}"
    except ValueError:  # 2024-13-45 is YAML, but no date
        pass
    return line


def _from_toml(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ArticleError(f"{source}: its front matter is not TOML ({error})", "correct it or remove it") from error
    tables = [table for table in loaded.values() if isinstance(table, dict)]  # Zola has authors and tags in tables
    return {**{name: value for table in tables for name, value in table.items()}, **loaded}
