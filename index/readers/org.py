"""Org files: headings, paragraphs, lists, tables and code, without the marks of Emacs' Org mode.

Syntax: https://orgmode.org/worg/org-syntax.html
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.metadata import name_of
from index.readers.notation import LOWERED, RAISED, linear
from index.readers.rows import new_table

_KEYWORD = re.compile(r"(?i)^[ \t]*#\+(\w+)(?:\[[^\]]*\])?:[ \t]*(.*)$")
_HEADING = re.compile(r"^\*+[ \t]+(.*?)(?:[ \t]+:[\w@#%:]+:)?[ \t]*$")
_PRIORITY = re.compile(r"\[#\w\][ \t]+")
_STARS = re.compile(r"(\*+)[ \t]+(?:(COMMENT)\b)?")
_USUAL_STATES = frozenset({"TODO", "DONE", "NEXT", "WAITING", "CANCELLED"})
_STATES = ("todo", "seq_todo", "typ_todo")
"""Keywords by which a document says what its own states are, in place of the usual ones."""
_SNIPPET = re.compile(r"@@[\w-]+:.{0,500}?@@")
_TARGET = re.compile(r"<<[^<>\n]{1,100}>>")
_FIXED = re.compile(r"(?m)^[ \t]*:[ \t]")
_BLOCK = re.compile(r"(?i)^[ \t]*#\+(begin|end)_(\w+)")
_DRAWER = re.compile(r"^[ \t]*:([\w-]+):[ \t]*$")
_COMMENT = re.compile(r"^[ \t]*#(?:[ \t]|$)")
_RULE = re.compile(r"^[ \t]*(?:-{5,}|\|[-+]+\|?)[ \t]*$")
_PLANNING = re.compile(r"^[ \t]*(?:SCHEDULED|DEADLINE|CLOSED|CLOCK):")
_ITEM = re.compile(r"^[ \t]*([-+]|\d+[.)])[ \t]+(?:\[[ X-]\][ \t]+)?(?=\S)")
_NOTE = re.compile(r"^\[fn:([\w-]+)\][ \t]*")
_LINK = re.compile(r"\[\[([^\[\]\n]+)\](?:\[([^\[\]\n]+)\])?\]")
_SHIFTED = re.compile(r"(?<=[\w)])([_^])\{([^{}\n]{1,100})\}")
_STANDING = {"^": RAISED, "_": LOWERED}
_LINE_END = re.compile(r"\\\\[ \t]*$", re.MULTILINE)
_PICTURE = re.compile(r"(?i)(?:file:|\./|attachment:).*\.(?:png|jpe?g|gif|svg|webp)$")
_MARKED = re.compile(r"(?<![\w*/_=~+])([*/_=~+])(?=\S)([^\n]{0,500}?\S)\1(?![\w*/_=~+])")
_BEGINS = (re.compile(r"[ \t]*(?:\||$)"), _ITEM, _NOTE)
_CODE = frozenset({"src", "example", "export", "verbatim"})
_LEFT_OUT = frozenset({"comment", "export"})
_RULED = Block("|", table=1)
"""A rule between the rows of a table."""


def read_org(data: bytes, source: str) -> Article:
    """Return the text with title, author, date and tags; drawers, comments and plans are left out."""
    lines = decode(data, source).split("\n")
    said = _said(lines)
    states = {word.split("(")[0] for name in _STATES for word in said.get(name, "").split() if word != "|"}
    read = _blocks(_uncommented(lines), states or _USUAL_STATES)
    blocks = [block for block in _with_headers(read) if block.tidied]
    if not blocks:
        raise ArticleError(f"{source} has no text of its own", "remove it or give it some text")
    first = next((block.tidied for block in blocks if block.is_heading), None)
    properties = Properties(
        title=_shown(said.get("title", "")) or first or name_of(source),
        author=said.get("author"),
        date=said.get("date", "").strip("<>[]"),
        language=said.get("language"),
        tags=tags_of(re.sub(r"[\s:]+", ",", said.get("filetags") or said.get("keywords") or "")),
    )
    return compose(source, properties, blocks)


def _said(lines: list[str]) -> dict[str, str]:
    """Return what keywords say; a title may run over several."""
    said: dict[str, str] = {}
    for line in lines:
        if (match := _KEYWORD.match(line)) and match[2]:
            name, value = match[1].lower(), match[2].strip()
            said[name] = f"{said[name]} {value}" if name == "title" and name in said else said.get(name, value)
    return said


def _uncommented(lines: list[str]) -> Iterator[str]:
    """Return the lines without headings that are comments, and what is below them."""
    level = 0
    for line in lines:
        if (stars := _STARS.match(line)) and (not level or len(stars[1]) <= level):
            level = len(stars[1]) if stars[2] else 0
        if not level:
            yield line


def _blocks(lines: Iterable[str], states: Collection[str]) -> Iterator[Block]:
    """Yield the blocks; `states` are words before a heading that say how far something is, and are no part of it."""
    pending: list[str] = []
    inside = ""
    for line in _without_drawers(list(lines)):
        if match := _BLOCK.match(line):
            yield from _paragraph(pending, inside)
            pending, inside = [], match[2].lower() if match[1].lower() == "begin" else ""
        elif inside in _CODE or inside in _LEFT_OUT:
            pending.append(line)
        elif _RULE.match(line) and "|" in line:
            yield from _paragraph(pending, inside)
            pending = []
            yield _RULED
        elif (said := _KEYWORD.match(line)) and said[1].lower() == "caption":
            yield from _paragraph(pending, inside)
            pending = []
            yield Block(_shown(said[2]))
        elif any(pattern.match(line) for pattern in (_KEYWORD, _COMMENT, _RULE, _PLANNING)):
            continue
        elif heading := _HEADING.match(line):
            yield from _paragraph(pending, inside)
            pending = []
            yield _titled(heading[1], states)
        elif any(pattern.match(line) for pattern in _BEGINS):
            yield from _paragraph(pending, inside)
            pending = [line]
        else:
            pending.append(line)
    yield from _paragraph(pending, inside)


def _titled(words: str, states: Collection[str]) -> Block:
    state, _, others = words.partition(" ")
    title = others.lstrip() if state in states else words
    return Block(_shown(_PRIORITY.sub("", title, count=1) if title.startswith("[#") else title), is_heading=True)


def _with_headers(blocks: Iterable[Block]) -> Iterator[Block]:
    """Return the blocks without rules; the rows above the first rule of a table name its columns."""
    for is_table, group in groupby(blocks, key=lambda block: block.table):
        rows, table = list(group), new_table() if is_table else 0
        names = rows.index(_RULED) if _RULED in rows else 0
        yield from (replace(row, table=table, is_header=n < names) for n, row in enumerate(rows) if row != _RULED)


def _without_drawers(lines: list[str]) -> Iterator[str]:
    """Return the lines without properties and logs; a drawer that never ends is none."""
    ends = [n for n, line in enumerate(lines) if line.strip().lower() == ":end:"]
    at = 0
    while at < len(lines):
        if _DRAWER.match(lines[at]):
            later = bisect_right(ends, at)
            at = (ends[later] if later < len(ends) else at) + 1
        else:
            yield lines[at]
            at += 1


def _paragraph(lines: list[str], inside: str) -> Iterator[Block]:
    text = "\n".join(lines)
    if inside in _LEFT_OUT or not text.strip():
        return
    if inside in _CODE:
        yield Block(text)
    elif text.lstrip().startswith("|"):
        cells = text.strip().strip("|").split("|")
        yield Block(" | ".join(_shown(cell.strip()) for cell in cells), table=1)
    else:
        text = _FIXED.sub("", text)
        item = _ITEM.match(text)
        marker = "" if item is None else f"{item[1]} ".replace("+", "-")
        yield Block(marker + _shown(_NOTE.sub("", text[item.end() if item else 0 :].lstrip("\n"))))


def _shown(text: str) -> str:
    """Return a text without its marks: links become their words, numbers of notes go."""
    text = _TARGET.sub("", _SNIPPET.sub("", text))
    text = _LINK.sub(lambda link: link[2] or ("" if _PICTURE.search(link[1]) else link[1].lstrip("*#")), text)
    text = re.sub(r"\[fn:[\w-]*:([^\]]*)\]", r" (\1)", re.sub(r"\[fn:[\w-]+\]", "", text))
    first, *shifted = _SHIFTED.split(_LINE_END.sub("", text))
    triples = zip(shifted[::3], shifted[1::3], shifted[2::3], strict=True)
    pieces = [piece for mark, inner, after in triples for piece in ((inner, _STANDING[mark]), (after, ""))]
    text = linear([(first, ""), *pieces])
    for _ in range(2):  # marks within marks
        text = _MARKED.sub(r"\2", text)
    return text
