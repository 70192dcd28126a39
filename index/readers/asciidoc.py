"""AsciiDoc's plain structure, read line by line: no small Python library for it has a permissive licence.

Left out: comments, included files, attribute lists, passed-through markup, the marks of formatting.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import PurePath

from index.article import Article
from index.errors import ArticleError
from index.readers.asciidoc_inline import inline_text
from index.readers.compose import Block, Properties, compose, tags_of
from index.readers.decode import decode
from index.readers.rows import new_table

_HEADING = re.compile(r"(?:={1,6}|#{1,6})[ \t]+(\S.*)")
_ATTRIBUTE = re.compile(r":([\w-]+)!?:(?:[ \t]+(.*))?")
_AUTHOR = re.compile(r"[^\W\d][^<;:]*(?:<[^>]*>)?(?:;[^<;]*(?:<[^>]*>)?)*")
_REVISION = re.compile(r"(?:v?[\d.]+\w*,\s*)?([^:]*\d{4}[^:]*|\d{4}-\d\d-\d\d)(?::.*)?")
_ATTRIBUTES = re.compile(r"\[(?:\[[^\]]*\]|[^\[\]]*)\]\s*")
_DIRECTIVE = re.compile(r"(?:include|ifdef|ifndef|ifeval|endif|toc)::?\S*\[.*\]\s*|<<<+|'{3,}|-{3}|\*{3}|toc::\[\]")
_ITEM = re.compile(r"[ \t]*(?:[*]{1,6}|-|\.{1,6}|\d{1,4}\.|<[\d.]{1,3}>)[ \t]+(?:\[[ xX*]\][ \t]+)?(\S.*)")
_TERM = re.compile(r"[ \t]*(\S.*?)(?:::{1,3}|;;)(?:[ \t]+(.*))?")
_IMAGE = re.compile(r"(?:image|video|audio)::[^\[]*\[(?:\"([^\"]*)\"|([^,\]]*))[^\]]*\]\s*")
_TITLE = re.compile(r"\.([^\s.].*)")
_ADMONITION = re.compile(r"(NOTE|TIP|IMPORTANT|WARNING|CAUTION):[ \t]+")
_FENCE = re.compile(r"(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|/{4,}|--|`{3})[\w, -]*\s*")
_LEVELS = "=-~^+"
_UNDERLINE = re.compile(r"={4,}|-{4,}|~{4,}|\^{4,}|\+{4,}")
_TABLE = re.compile(r"[|,:!]={3,}\s*")
_LITERAL = "-.`"
"""Fences around text as it is."""
_UNSEEN = "/+"
"""Fences around comments and markup for other programs."""
_FORMULA = re.compile(r"\[(?:stem|latexmath|asciimath)\b")
_CELL = re.compile(r"(?:^|(?<=\s))(?:\d*(?:\.\d+)?[+*])?(?:[<^>]?(?:\.[<^>])?)?[aehlmsdv]?(?<!\\)\|")


@dataclass(slots=True)
class _Header:
    title: str = ""
    author: str = ""
    date: str = ""
    attributes: dict[str, str] = field(default_factory=dict)


def read_asciidoc(data: bytes, source: str) -> Article:
    """Return the document, with title, author, date and tags of its header."""
    lines = list(_one_line_titles([line.rstrip() for line in decode(data, source).split("\n")]))
    header, body = _header(lines)
    blocks = list(_Body(body, header.attributes).blocks())
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    said = header.attributes
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    properties = Properties(
        title=inline_text(header.title, said) or first or PurePath(source).stem,
        author=inline_text(said.get("author", "") or header.author, said) or None,
        date=said.get("revdate", "") or header.date or None,
        language=said.get("lang") or None,
        tags=tags_of(said.get("keywords")),
    )
    return compose(source, properties, blocks)


def _one_line_titles(lines: list[str]) -> Iterator[str]:
    """Return the lines with titles that are underlined as those that begin with signs of equality."""
    at = 0
    while at < len(lines):
        title, below = lines[at], lines[at + 1] if at + 1 < len(lines) else ""
        is_first = not at or not lines[at - 1] or _ATTRIBUTES.fullmatch(lines[at - 1]) is not None
        if is_first and title[:1].isalnum() and _UNDERLINE.fullmatch(below) and abs(len(title) - len(below)) <= 1:
            yield f"{'=' * (1 + _LEVELS.index(below[0]))} {title}"
            at += 2
            continue
        if _FENCE.fullmatch(title) and title[:1] in _LITERAL + _UNSEEN:
            end = next((n for n in range(at + 1, len(lines)) if lines[n] == title), at)
            yield from lines[at:end]
            at = end
        yield lines[at]
        at += 1


def _header(lines: list[str]) -> tuple[_Header, list[str]]:
    """Return the title with the lines below it, and the rest."""
    header, at = _Header(), 0
    while at < len(lines) and (not lines[at] or _is_comment(lines[at]) or _ATTRIBUTE.fullmatch(lines[at])):
        _keep_attribute(header, lines[at])
        at += 1
    if at < len(lines) and (found := re.fullmatch(r"[=#][ \t]+(\S.*)", lines[at])):
        header.title = found[1]
        at = _below_title(header, lines, at + 1)
    return header, lines[at:]


def _below_title(header: _Header, lines: list[str], at: int) -> int:
    """Keep the lines of authors and revision; return where the body begins."""
    said = 0
    while at < len(lines) and lines[at]:
        line = lines[at]
        if not (_is_comment(line) or _keep_attribute(header, line)):
            if said == 0 and _AUTHOR.fullmatch(line):
                header.author = "; ".join(_name(author) for author in line.split(";"))
            elif said == 1 and (revision := _REVISION.fullmatch(line)):
                header.date = revision[1].strip()
            else:
                break
            said += 1
        at += 1
    return at


def _is_comment(line: str) -> bool:
    return line.startswith("//") and not line.startswith("///")


def _name(author: str) -> str:
    """Return `Pia_Ann Holm <pia@example.org>` as a name."""
    return re.sub(r"<[^>]*>", "", author).replace("_", " ").strip()


def _keep_attribute(header: _Header, line: str) -> bool:
    found = _ATTRIBUTE.fullmatch(line)
    if found:
        header.attributes[found[1].lower()] = (found[2] or "").strip()
    return found is not None


class _Body:
    """The lines below the header, taken apart from the first to the last."""

    def __init__(self, lines: list[str], attributes: dict[str, str]) -> None:
        self._lines = iter(lines)
        self._attributes = attributes
        self._paragraph: list[str] = []
        self._notes: list[str] = []
        self._options = ""
        """The attributes before a table or block."""

    def blocks(self) -> Iterator[Block]:
        """Return headings, paragraphs, items and rows; footnotes after the paragraph that they are in."""
        for line in self._lines:
            if fence := _FENCE.fullmatch(line):
                yield from self._ended()
                yield from self._fenced(fence[1])
            elif _TABLE.fullmatch(line):
                yield from self._ended()
                yield from self._table(line.strip())
            elif (found := _HEADING.fullmatch(line)) and not self._paragraph:
                yield Block(self._shown(found[1]), is_heading=True)
            elif not line or line == "+":
                yield from self._ended()
            else:
                yield from self._line(line)
        yield from self._ended()

    def _line(self, line: str) -> Iterator[Block]:
        if _is_comment(line) or _DIRECTIVE.fullmatch(line):
            return
        if not self._paragraph and self._says_how(line):
            return
        if image := _IMAGE.fullmatch(line):
            yield from self._ended()
            yield Block(self._shown(image[1] or image[2] or ""))
        elif title := None if self._paragraph else _TITLE.fullmatch(line):
            yield Block(self._shown(title[1]))
        elif item := _ITEM.fullmatch(line):
            yield from self._ended()
            self._paragraph = [f"- {item[1]}"]
        elif term := _TERM.fullmatch(line):
            yield from self._ended()
            yield Block(self._shown(term[1]))
            self._paragraph = [term[2]] if term[2] else []
        else:
            self._paragraph.append(_ADMONITION.sub("", line.strip()) if not self._paragraph else line.strip())

    def _says_how(self, line: str) -> bool:
        """Keep what a line says of others, and return whether it does: attributes of a block, or of the document."""
        if _ATTRIBUTES.fullmatch(line):
            self._options = line
            return True
        found = _ATTRIBUTE.fullmatch(line)
        if found:
            self._attributes[found[1].lower()] = (found[2] or "").strip()
        return found is not None

    def _shown(self, text: str) -> str:
        return inline_text(text, self._attributes, self._notes)

    def _ended(self) -> Iterator[Block]:
        """Return the paragraph that ends here; ` +` ends a line in it."""
        if not self._paragraph and not self._notes:
            return
        lines = [line[:-2] + "\v" if line.endswith(" +") else line for line in self._paragraph]
        self._paragraph = []
        text = self._shown(" ".join(lines))
        yield Block("\n".join(line.strip() for line in text.split("\v")))
        yield from map(Block, self._notes)
        self._notes = []

    def _fenced(self, fence: str) -> Iterator[Block]:
        """Return text as it is; other fences only group what is between them, and comments are passed over."""
        if fence == "--" or fence[0] not in _LITERAL + _UNSEEN:
            return
        inside = list(takewhile(lambda line: line.strip() != fence, self._lines))
        is_formula = _FORMULA.match(self._options) is not None
        self._options = ""
        if fence[0] not in _UNSEEN or is_formula:
            yield Block(re.sub(r"[ \t]*<\d{1,2}>$", "", "\n".join(inside), flags=re.MULTILINE))

    def _table(self, fence: str) -> Iterator[Block]:
        inside = list(takewhile(lambda line: line.strip() != fence, self._lines))
        is_named = "header" in self._options or (len(inside) > 1 and bool(inside[0]) and not inside[1])
        table, self._options = new_table(), ""
        for n, row in enumerate(_rows(inside, by_commas=fence[0] in ",:")):
            text = " | ".join(self._shown(cell.replace("\\|", "|").strip()) for cell in row)
            yield Block(text, table=table, is_header=is_named and n == 0)
        yield from map(Block, self._notes)
        self._notes = []


def _rows(lines: Iterable[str], *, by_commas: bool) -> list[list[str]]:
    """Return the cells of a table: those on one line are a row, and so are as many on lines of their own."""
    rows: list[list[str]] = []
    going_on = False
    for line in lines:
        cells = line.split(",") if by_commas else _CELL.split(line)[1:]
        if not line.strip():
            going_on = False
        elif rows and not cells:
            rows[-1][-1] += f" {line.strip()}"
        elif going_on and len(cells) == 1 and (len(rows) == 1 or len(rows[-1]) < len(rows[0])):
            rows[-1] += cells
        else:
            rows.append(cells or [line])
            going_on = len(cells) == 1
    return rows
