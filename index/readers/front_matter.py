"""What stands before a Markdown text: properties in YAML, TOML or JSON between lines that mark them, or bare lines."""

from __future__ import annotations

import datetime as dt
import json
import re
import tomllib
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import yaml

from index.errors import ArticleError
from index.readers.decode import clean

_FENCED = re.compile(
    r"\A\s*(?P<fence>---|\+\+\+)[ \t]*(?P<format>yaml|toml|json)?[ \t]*\n(?P<text>.*?\n)??(?P=fence)[ \t]*(?:\n|\Z)",
    re.DOTALL,
)
_PANDOC = re.compile(r"\A---[ \t]*\n(?P<text>[^\n]*:.*?\n)\.\.\.[ \t]*(?:\n|\Z)", re.DOTALL)
"""YAML that ends with three dots."""
_TITLE_BLOCK = re.compile(r"\A% *(?P<title>[^\n]*(?:\n [^\n]*)*)\n(?:%(?P<author>[^\n]*)\n)?(?:%(?P<date>[^\n]*)\n)?")
"""Lines that begin with %, as Pandoc has them."""
_BARE = re.compile(
    r"\A(?P<lines>(?:[A-Za-z][\w -]{0,30}::?[ \t]+\S[^\n]*(?:\n|\Z)){1,40})(?:(?P<fence>---)[ \t]*\n|[ \t]*\n|\Z)"
)
"""Lines of names and values without fences, as MultiMarkdown, Pelican and Hexo have them."""
_SIMPLE_LINE = re.compile(r"(?m)^([A-Za-z][\w -]*)::?[ \t]+(\S.*?)[ \t]*$")
_KNOWN = frozenset("title author authors date published created tags keywords language lang url link source".split())
_MENDED_CHARACTERS = 1 << 16
"""Front matter that is longer is not tried a second time."""
_TABLES = ("params", "extra", "taxonomies")
"""Where a site's own properties lie in front matter that reserves the others."""


def split(text: str, source: str) -> tuple[dict[str, Any], str]:
    """Return the properties and the text after them. Raises ArticleError for properties that cannot be read."""
    if (match := _PANDOC.match(text)) and "\n---" not in match["text"]:
        return _from_yaml(match["text"], source), text[match.end() :]
    if match := _FENCED.match(text):
        return _fenced(match, text, source)
    if text.startswith("{") and (found := _json_before(text)):
        return found
    if (match := _TITLE_BLOCK.match(text)) and match["title"].strip():
        said = {name: value.strip() for name, value in match.groupdict().items() if value and value.strip()}
        return said, text[match.end() :]
    if (match := _BARE.match(text)) and re.search(r"(?mi)^title:", match["lines"]):
        return _bare(match, text)
    return {}, text


def first_of(front: Mapping[str, Any], *names: str) -> Any:
    """Return the property of the first of these names that is there, whatever its capitals, hyphens and underscores."""
    for properties in (front, *(front[table] for table in _TABLES if isinstance(front.get(table), dict))):
        called = {re.sub(r"[_-]", "", str(name)).lower(): value for name, value in properties.items()}
        if found := next((called[name] for name in names if called.get(name)), None):
            return found
    return None


def one_line(value: object) -> str | None:
    """Return a property as one line; None for what is not text, a number, a date or a list of these."""
    if isinstance(value, list):
        return "; ".join(line for item in value if not isinstance(item, list) and (line := one_line(item))) or None
    if isinstance(value, dt.datetime | dt.date):
        return value.isoformat()[:10]
    if isinstance(value, str | int | float):
        return " ".join(clean(str(value)).split()) or None
    return None


def _fenced(match: re.Match[str], text: str, source: str) -> tuple[dict[str, Any], str]:
    inside = match["text"] or ""
    form = match["format"] or ("toml" if match["fence"] == "+++" else "yaml")
    is_rule = match["fence"] == "---" and (inside[:1] == "\n" or match.start("fence") > 0) and bool(inside.strip())
    try:
        said = {"yaml": _from_yaml, "toml": _from_toml, "json": _from_json}[form](inside, source)
    except ArticleError:
        if is_rule:  # a line across the page, and another one further down
            return {}, text
        raise
    if is_rule and not first_of(said, "title", "date", "author"):
        return {}, text
    return said, text[match.end() :]


def _bare(match: re.Match[str], text: str) -> tuple[dict[str, Any], str]:
    """Return what lines without fences say; unless a line closes them, those of other properties stay in the text."""
    said: dict[str, Any] = {}
    others = []
    for line in _SIMPLE_LINE.finditer(match["lines"]):
        name = line[1].strip().lower()
        if name in _KNOWN:
            said.setdefault(name, line[2])
        else:
            others.append(f"{line[0]}\n")
    return said, "".join([] if match["fence"] else [*others, "\n"]) + text[match.end() :]


def _from_yaml(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = _loaded(text) or {}
    except (yaml.YAMLError, ValueError, RecursionError) as error:  # ValueError for 2024-13-45
        where = getattr(error, "problem_mark", None)
        line = f" in line {where.line + 2}" if where else ""
        raise ArticleError(f"{source}: its front matter is not YAML{line}", "correct it or remove it") from error
    if not isinstance(loaded, dict):
        raise ArticleError(f"{source}: its front matter has no `name: value` lines", "correct it or remove it")
    return {str(name): value for name, value in loaded.items()}


def _loaded(text: str) -> Any:
    """Return the YAML's value; values that only lack quotation marks (`title: A light: its history`) are text."""
    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        if len(text) > _MENDED_CHARACTERS:
            raise
        lines = re.sub(r"(?m)^\t+", lambda tabs: "  " * len(tabs[0]), text)
        with suppress(yaml.YAMLError):
            return yaml.safe_load(_SIMPLE_LINE.sub(_quoted, lines))
        raise error


def _quoted(line: re.Match[str]) -> str:
    """Return a line of a name and a value, with the value as text if it is nothing else by itself."""
    value = line[2]
    try:
        is_text = isinstance(yaml.safe_load(value), dict) and not value.startswith("{")
    except yaml.YAMLError:
        goes_on = (value[0] in "[{|>" and not value.startswith("{{")) or (
            value[0] in "\"'" and value.count(value[0]) < 2
        )
        is_text = not goes_on
    if value[0] in "\"'" and value[-1] == value[0] and is_text:
        value = value[1:-1]
    return f"{line[1]}: {json.dumps(value) if is_text else value}"


def _from_toml(text: str, source: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, ValueError, RecursionError) as error:
        raise ArticleError(f"{source}: its front matter is not TOML ({error})", "correct it or remove it") from error


def _from_json(text: str, source: str) -> dict[str, Any]:
    try:
        loaded = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ArticleError(f"{source}: its front matter is not JSON ({error})", "correct it or remove it") from error
    return loaded if isinstance(loaded, dict) else {}


def _json_before(text: str) -> tuple[dict[str, Any], str] | None:
    """Return an object at the beginning of a text that goes on behind it."""
    try:
        said, end = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return (said, text[end:]) if "title" in said and text[end:].strip() else None
