"""What stands before a Markdown text: properties in YAML between `---` lines, or in TOML between `+++` lines."""

from __future__ import annotations

import datetime as dt
import re
import tomllib
from typing import Any

import yaml

from index.errors import ArticleError
from index.readers.decode import clean

_YAML = re.compile(r"\A---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
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
        loaded = yaml.safe_load(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError for 2024-13-45
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 2}" if where else ""
        raise ArticleError(f"{source}: its front matter is not YAML{line}", "correct it or remove it") from error
    if not isinstance(loaded, dict):
        raise ArticleError(f"{source}: its front matter has no `name: value` lines", "correct it or remove it")
    return {str(name): value for name, value in loaded.items()}


def _from_toml(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ArticleError(f"{source}: its front matter is not TOML ({error})", "correct it or remove it") from error
    tables = [table for table in loaded.values() if isinstance(table, dict)]  # Zola has authors and tags in tables
    return {**{name: value for table in tables for name, value in table.items()}, **loaded}
