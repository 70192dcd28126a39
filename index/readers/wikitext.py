"""Wikitext as blocks, by mwparserfromhell: every word, but for templates, tags and links that are named as left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from index.readers.compose import Block, tags_of
from index.readers.rows import new_table

_BREAK, _LINE = "\0", "\v"  # which no text holds
_NOT_SHOWN = frozenset(
    "references templatestyles style script timeline score imagemap graph mapframe maplink templatedata"
    " section indicator inputbox includeonly".split()
)
_BLOCKS = frozenset("p div blockquote center poem pre syntaxhighlight source gallery caption section hr".split())
_ITEMS = {"li": "- ", "dd": "", "dt": ""}
_PICTURES = re.compile(
    r"(?i)\s*(?:file|image|media|datei|bild|fichier|archivo|imagen|файл|文件|图像|ファイル|画像)\s*:"
)
_CATEGORIES = re.compile(
    r"(?i)\s*(?:category|kategorie|catégorie|categoría|категория|分类|分類|カテゴリ)\s*:(.*)", re.DOTALL
)
_OTHER_LANGUAGE = re.compile(r"\s*[a-z]{2,3}(?:-[a-z]+)?\s*:")
_LAYOUT = re.compile(
    r"(?i)(?:thumb|thumbnail|frame|frameless|border|left|right|center|none|upright|mini|rechts|links)\b.*|[\dx]+px|\w+=.*"
)
_SWITCHES = re.compile(r"__[A-ZÄÖÜ]{3,30}__")
_FIRST = frozenset(
    "nowrap nobr small big quote blockquote cquote quotation em strong abbr visible smallcaps sc".split()
)
_LAST = frozenset({"lang", "langx", "transl", "transliteration"})
_MEASURES = frozenset({"convert", "cvt"})
_RAISED = {
    "sup": str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ"),
    "sub": str.maketrans("0123456789+-−", "₀₁₂₃₄₅₆₇₈₉₊₋₋"),
}
_MOST_DEPTH = 40

Piece = str | Block


class _Page:
    """One page: its categories and footnotes, which are gathered on the way."""

    def __init__(self) -> None:
        self.categories: list[str] = []
        self.notes: list[Block] = []

    def pieces(self, code: Any, depth: int = 0) -> Iterator[Piece]:
        """Return the words of parsed wikitext, and headings and rows as blocks."""
        for node in code.nodes if depth < _MOST_DEPTH else ():
            match type(node).__name__:
                case "Text":
                    yield node.value
                case "Heading":
                    yield Block(self.line(node.title, depth), is_heading=True)
                case "HTMLEntity":
                    yield node.normalize()
                case "Wikilink":
                    yield from self._link(node, depth)
                case "ExternalLink":
                    shown = node.title if node.title is not None else None if node.brackets else node.url
                    yield from self.pieces(shown, depth + 1) if shown is not None else ()
                case "Template":
                    yield self._template(node, depth)
                case "Argument":
                    yield from self.pieces(node.default, depth + 1) if node.default is not None else ()
                case "Tag":
                    yield from self._tag(node, depth + 1)

    def line(self, code: Any, depth: int) -> str:
        """Return the words on one line."""
        words = (piece if isinstance(piece, str) else f" {piece.text} " for piece in self.pieces(code, depth + 1))
        return " ".join("".join(words).replace(_BREAK, " ").replace(_LINE, " ").split())

    def _link(self, node: Any, depth: int) -> Iterator[Piece]:
        target = str(node.title)
        if _PICTURES.match(target):
            caption = self.line(node.text, depth) if node.text is not None else ""
            parts = [part.strip() for part in caption.split("|")]
            yield Block(parts[-1] if not _LAYOUT.fullmatch(parts[-1]) else "")
        elif found := _CATEGORIES.match(target):
            self.categories.append(found[1].strip())
        elif not _OTHER_LANGUAGE.match(target) or node.text is not None:
            yield from self.pieces(node.text if node.text is not None else node.title, depth + 1)

    def _template(self, node: Any, depth: int) -> str:
        name = str(node.name).strip().lower()
        given = [self.line(each.value, depth) for each in node.params if not each.showkey]
        if name in _FIRST or name.startswith("formatnum:"):
            return given[0] if given else name.partition(":")[2]
        if name in _LAST and given:
            return given[-1]
        return " ".join(given[:2]) if name in _MEASURES else ""

    def _tag(self, node: Any, depth: int) -> Iterator[Piece]:
        name = str(node.tag).strip().lower()
        if name in _NOT_SHOWN:
            return
        if name == "br":
            yield _LINE
        elif name in _ITEMS:
            yield _BREAK + _ITEMS[name]
        elif name == "ref":
            self.notes += [Block(self.line(node.contents, depth))] if node.contents is not None else []
        elif name == "table":
            yield from self._rows(node, depth)
        elif name in _RAISED:
            words = self.line(node.contents, depth)
            yield words.translate(_RAISED[name]) if words.isalnum() or words[1:].isdigit() else words
        elif node.contents is not None:
            edge = _BREAK if name in _BLOCKS else ""
            yield edge
            if name == "gallery":
                yield _BREAK.join(line.partition("|")[2] for line in str(node.contents).split("\n"))
            elif name in ("pre", "syntaxhighlight", "source"):
                yield str(node.contents).strip("\n").replace("\n", _LINE)
            else:
                yield from self.pieces(node.contents, depth)
            yield edge

    def _rows(self, table: Any, depth: int, number: int = 0) -> Iterator[Piece]:
        """Return the rows of a table, a bar between the cells; a caption, and tables in tables, before theirs."""
        number = number or new_table()
        row: list[str] = []
        kinds: set[str] = set()
        for node in table.contents.nodes if table.contents is not None and depth < _MOST_DEPTH else ():
            name = str(node.tag).strip().lower() if type(node).__name__ == "Tag" else ""
            if name == "tr":
                yield _row(row, kinds, number)  # the first one has no mark of its own
                row, kinds = [], set()
                yield from self._rows(node, depth + 1, number)
            elif name in ("td", "th"):
                words = self.line(node.contents, depth) if node.contents is not None else ""
                if node.wiki_markup == "|" and str(node.contents).startswith("+"):
                    yield Block(words.removeprefix("+"))  # the caption, which the parser takes for a cell
                else:
                    row.append(words)
                    kinds |= {name} if words else set()
            elif name:
                yield from self._tag(node, depth + 1)
        yield _row(row, kinds, number)


def _row(cells: list[str], kinds: set[str], table: int) -> Block:
    return Block(" | ".join(cells), table=table, is_header=kinds == {"th"} and len(cells) > 1)


def wikitext_blocks(text: str) -> tuple[list[Block], tuple[str, ...]]:
    """Return the blocks of a page, its footnotes last, and its categories."""
    import mwparserfromhell

    page = _Page()
    blocks: list[Block] = []
    words: list[str] = []
    for piece in [*page.pieces(mwparserfromhell.parse(_SWITCHES.sub("", text))), Block("")]:
        if isinstance(piece, str):
            words.append(piece)
            continue
        blocks += _paragraphs("".join(words))
        words = []
        blocks.append(piece)
    return [*blocks, *page.notes], tags_of(page.categories)


def _paragraphs(text: str) -> Iterator[Block]:
    for part in re.split(rf"{_BREAK}|\n[ \t]*\n\s*", text):
        lines = (" ".join(line.split()) for line in part.replace("\n", " ").split(_LINE))
        yield Block("\n".join(line for line in lines if line not in ("", "-")))
