"""LaTeX, parsed by pylatexenc: the words of the document's body, formulas on one line, footnotes after their paragraph.

Left out: the preamble but for title, author and date; comments, citations and references, whose numbers only LaTeX
knows; drawings; files that are included by name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode
from index.readers.latex_nodes import (
    Macros,
    arguments_of,
    eats_blank,
    group_text,
    parsed,
    shifted,
    symbol,
    text_of,
    unit_of,
)
from index.readers.rows import new_table

_BREAK = "\0"  # which no text holds
_HEADINGS = frozenset(
    "part chapter section subsection subsubsection paragraph subparagraph frametitle framesubtitle"
    " addpart addchap addsec minisec".split()
)
_FRONT = frozenset("title author date".split())
_ENDS = {"\\": "\v", "newline": "\v", "tabularnewline": "\v"} | dict.fromkeys(
    ("par", "bigskip", "medskip", "smallskip", "maketitle"), _BREAK
)
"""These end a line or a paragraph."""
_NOTES = frozenset("footnote footnotetext thanks endnote".split())
_TABLES = frozenset("tabular tabular* tabularx tabulary longtable tblr".split())
_UNDER_NAMES = frozenset("midrule endhead endfirsthead".split())
"""What stands below the names of a table's columns."""
_LISTS = frozenset("itemize enumerate description thebibliography".split())
_FORMULAS = frozenset("equation align gather multline eqnarray displaymath math flalign alignat".split())
_VERBATIM = frozenset("verbatim lstlisting Verbatim minted".split())
_LEFT_OUT = frozenset("comment tikzpicture pgfpicture picture filecontents CCSXML".split())
_BLANK_LINE = re.compile(r"\n[ \t]*\n\s*")

Piece = str | Block
"""Words of a paragraph, in which _BREAK ends it; or a block of its own."""


def read_latex(data: bytes, source: str) -> Article:
    """Return the document, or what there is of one in a file that others include."""
    nodes = parsed(decode(data, source))
    macros = Macros(nodes)
    front = {name: node for node in macros.walked if (name := getattr(node, "macroname", "")) in _FRONT}
    body = next((node.nodelist for node in macros.walked if _environment(node) == "document"), nodes)
    blocks = list(_blocks(_pieces(body, macros)))
    if not any(block.tidied for block in blocks):
        raise ArticleError(f"{source} has no text", "give the document that has it")
    first = next((block.tidied for block in blocks if block.is_heading and block.tidied), None)
    properties = Properties(
        title=_said(front.get("title"), macros) or first or PurePath(source).stem,
        author=_authors([node for node in macros.walked if getattr(node, "macroname", "") == "author"], macros),
        date=_said(front.get("date"), macros) or None,
    )
    return compose(source, properties, blocks)


def _environment(node: Any) -> str:
    return str(getattr(node, "environmentname", "") or "")


def _said(node: Any | None, macros: Macros) -> str:
    """Return the last argument of a macro on one line, without notes."""
    if node is None or not node.nodeargd or not node.nodeargd.argnlist:
        return ""
    pieces = _pieces([node.nodeargd.argnlist[-1]], macros)
    return " ".join("".join(map(_words, pieces)).replace(_BREAK, " ").split())


def _words(piece: Piece) -> str:
    """Return the words of a piece of a title or an author; of blocks, only those of rows."""
    return piece if isinstance(piece, str) else f"{_BREAK}{piece.text}{_BREAK}" if piece.table else ""


def _authors(nodes: Sequence[Any], macros: Macros) -> str | None:
    """Return the first line of each author, which has the name; addresses follow on others."""
    given = [node.nodeargd.argnlist[-1] for node in nodes if node.nodeargd and node.nodeargd.argnlist]
    names = (name for each in given for name in _names("".join(map(_words, _pieces([each], macros)))))
    return "; ".join(dict.fromkeys(names)) or None


def _names(words: str) -> Iterator[str]:
    for name in re.split(r"\n?\\and\b|\n?\\And\b|\n?\\AND\b", words.replace(_BREAK, "\v")):
        if line := " ".join(name.strip().split("\v", 1)[0].split()):
            yield line


def _blocks(pieces: Iterator[Piece]) -> Iterator[Block]:
    """Return the paragraphs; notes and other blocks inside of one come after it."""
    words: list[str] = []
    waiting: list[Block] = []
    for piece in pieces:
        if isinstance(piece, Block) and not piece.is_heading:
            waiting.append(piece)
            continue
        parts = [_BREAK] if isinstance(piece, Block) else re.split(f"({_BREAK})", _BLANK_LINE.sub(_BREAK, piece))
        for part in parts:
            if part != _BREAK:
                words.append(part)
                continue
            yield from _ended(words, waiting)
            words, waiting = [], []
        if isinstance(piece, Block):
            yield piece
    yield from _ended(words, waiting)


def _ended(words: Sequence[str], waiting: Sequence[Block]) -> Iterator[Block]:
    text = _BLANK_LINE.sub("\n", "".join(words))
    lines = (" ".join(line.split()) for line in text.replace("\n", " ").replace("\v", "\n").split("\n"))
    yield Block("\n".join(line for line in lines if line))
    yield from waiting


def _pieces(nodes: Sequence[Any], macros: Macros) -> Iterator[Piece]:
    """Return every word below these nodes in order, but for what is named as left out.

    Groups side by side are the arguments of a macro that is not known, so they are words apart.
    """
    is_defining = False
    for n, node in enumerate(nodes):
        if is_defining := is_defining or getattr(node, "macroname", "") == "def":
            is_defining = type(node).__name__ != "LatexGroupNode"
            continue
        match type(node).__name__:
            case "LatexCharsNode":
                yield node.chars
            case "LatexSpecialsNode":
                yield " " if node.specials_chars in "~&" else text_of(node)
            case "LatexGroupNode":
                yield " " if n and type(nodes[n - 1]).__name__ == "LatexGroupNode" else ""
                yield from _pieces(node.nodelist, macros)
            case "LatexMathNode":
                yield text_of(node) if node.displaytype == "inline" else f"{_BREAK}{_formula(node)}{_BREAK}"
            case "LatexMacroNode":
                yield from _macro(node, macros)
            case "LatexEnvironmentNode":
                yield from _inside(node, macros)


def _formula(node: Any) -> str:
    return " ".join(text_of(node).split())


def _macro(node: Any, macros: Macros) -> Iterator[Piece]:
    name = node.macroname
    arguments = arguments_of(node)
    if name in _HEADINGS:
        yield Block(_said(node, macros), is_heading=True)
    elif name in _NOTES:
        yield from (Block(block.text) for block in _blocks(_pieces(arguments[-1:], macros)))
    elif name in _ENDS:
        yield _ENDS[name]
    elif name in ("and", "And", "AND"):
        yield f"\n\\{name} "
    elif name == "item":
        yield f"{_BREAK}- "
        yield from _pieces(arguments, macros)
        yield " "
    elif name == "bibitem":
        yield f"{_BREAK}- "
    elif name == "caption":
        yield _BREAK
        yield from _pieces(arguments[-1:], macros)
        yield _BREAK
    elif name in ("textsuperscript", "textsubscript"):
        yield shifted(name, _said(node, macros))
    elif (unit := unit_of(node)) is not None:
        yield from _measure(arguments[:-1], unit, macros)
    elif name not in _FRONT:
        yield from _meaning(node, macros)


def _measure(before: Sequence[Any], unit: str, macros: Macros) -> Iterator[Piece]:
    """Return a number of siunitx's with its unit; options show nothing."""
    yield from _pieces([each for each in before if each.delimiters[0] == "{"], macros)
    yield f" {unit}" if before else unit


def _meaning(node: Any, macros: Macros) -> Iterator[Piece]:
    """Return the words of a macro's arguments, or the symbol that it is; a blank after a letter is none."""
    inner = macros.meant_by(node)
    shown = symbol(node) if inner is None else ""
    yield shown
    for n, argument in enumerate(inner or ()):
        yield " " if n else ""
        yield from _pieces([argument], macros)
    if not ((node.nodeargd and node.nodeargd.argnlist) or eats_blank(node.macroname, shown)):
        yield node.macro_post_space or ""


def _inside(node: Any, macros: Macros) -> Iterator[Piece]:
    name = node.environmentname
    bare = name.rstrip("*")
    if bare in _LEFT_OUT:
        return
    yield _BREAK
    if name in _VERBATIM:
        verbatim = getattr(node.nodeargd, "verbatim_text", None)
        yield "\v".join((group_text(node) if verbatim is None else verbatim).strip("\n").split("\n"))
    elif bare in _FORMULAS:
        yield _formula(node)
    elif name in _TABLES:
        yield from _rows(node.nodelist, macros)
    elif bare in _LISTS:  # whose options are no words
        yield from _pieces(node.nodelist, macros)
    else:
        yield from (f"{_said_optional(each, macros)}{_BREAK}" for each in _titles(node))
        yield from _pieces(node.nodelist, macros)
    yield _BREAK


def _titles(node: Any) -> list[Any]:
    """Return the optional arguments that are shown: a theorem's name, but not a figure's place."""
    arguments = (node.nodeargd.argnlist if node.nodeargd else None) or ()
    given = [each for each in arguments if each is not None and getattr(each, "delimiters", ("",))[0] == "["]
    return given if node.environmentname.rstrip("*") not in ("figure", "table", "wrapfigure", "minipage") else []


def _said_optional(node: Any, macros: Macros) -> str:
    return " ".join("".join(map(_words, _pieces(node.nodelist, macros))).replace(_BREAK, " ").split())


def _is_caption(row: Sequence[Sequence[Any]]) -> bool:
    return any(getattr(node, "macroname", "") == "caption" for cell in row for node in cell)


def _joined(cells: Sequence[Sequence[Piece]]) -> str:
    """Return a row; "" where all its cells are empty."""
    words = ("".join(map(_words, cell)).replace(_BREAK, " ") for cell in cells)
    text = " | ".join(" ".join(word.split()) for word in words)
    return text if text.strip("| ") else ""


def _named_once(nodes: Sequence[Any]) -> Sequence[Any]:
    """Return a table without the names of its columns for further pages, where it has them for the first one, too."""
    names = [getattr(node, "macroname", "") for node in nodes]
    if "endfirsthead" not in names or "endhead" not in names:
        return nodes
    return [*nodes[: names.index("endfirsthead") + 1], *nodes[names.index("endhead") + 1 :]]


def _rows(nodes: Sequence[Any], macros: Macros) -> Iterator[Piece]:
    """Return the rows of a table, a bar between the cells; what is no text in it (a caption, a note) after the row."""
    table, row = new_table(), list[list[Any]]([[]])
    yield _BREAK
    nodes = _named_once(nodes)
    is_header = any(getattr(node, "macroname", "") in _UNDER_NAMES for node in nodes)
    for node in [*nodes, None]:
        is_header = is_header and getattr(node, "macroname", "") not in _UNDER_NAMES
        if node is not None and getattr(node, "specials_chars", "") == "&":
            row.append([])
        elif node is None or getattr(node, "macroname", "") in ("\\", "tabularnewline"):
            cells = [list(_pieces(cell, macros)) for cell in row]
            yield Block(_joined(cells), table=0 if _is_caption(row) else table, is_header=is_header)
            yield from (piece for cell in cells for piece in cell if isinstance(piece, Block) and not piece.table)
            yield _BREAK
            row = [[]]
        else:
            row[-1].append(node)
