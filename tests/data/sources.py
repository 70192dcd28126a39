"""The zoo's sources of texts: LaTeX, AsciiDoc, wikis, notes and bibliographies."""

from __future__ import annotations

import json
from collections.abc import Iterator

WORDS = "The ships sailed to Hamburg."
SHIPS = "Ships\n\nBy Ann Lee, 2 April 2024\n\nThe ships sailed to Hamburg."
TEX = rb"""% by hand
\documentclass[a4paper]{article}
\newcommand{\port}{Hamburg}
\title{Ships\thanks{For all.}}
\author{Ann Lee\\Hamburg}
\date{2024-04-02}
\begin{document}
\maketitle
The \emph{ships} sailed to \port. % and back
\end{document}
"""
ADOC = f":sea: x\n\n= Ships\nAnn Lee <ann@example.org>\nv1, 2024-04-02\n\n{WORDS}\n"
ENEX = (
    "<?xml version='1.0' encoding='UTF-8'?>\n<!DOCTYPE en-export SYSTEM 'http://xml.evernote.com/pub/evernote-export4.dtd"
    "'>\n<en-export><note><title>Ships</title><content><![CDATA[<?xml version='1.0' encoding='UTF-8'?><!DOCTYPE en-note"
    " SYSTEM 'http://xml.evernote.com/pub/enml2.dtd'><en-note><div>The <b>ships</b> sailed to Hamburg.</div>"
    "<en-crypt>U2VjcmV0</en-crypt><en-media hash='1' type='image/png'/></en-note>]]></content>"
    "<created>20240402T100000Z</created><tag>sea</tag><note-attributes><author>Ann Lee</author></note-attributes>"
    "<resource><data encoding='base64'>iVBORw0KGgo=</data></resource></note>"
    "<note><title>Empty</title><content><![CDATA[<en-note></en-note>]]></content></note></en-export>"
)
BIB = (
    "@article{lee24,\n  title = {The {S}hips},\n  author = {Lee, Ann and {The Crew}},\n  year = 2024, month = apr,\n"
    "  journal = {Sea \\& Land},\n  abstract = {They saved 5% of caf{\\'e} tea.}\n}\n"
    "@book{lee25, title = {Boats}, author = {Ann Lee}}\n"
    "@misc{broken, title = {x\n@misc{none, year = 2024}\n"
)
CSL = json.dumps([
    {"id": "lee24", "type": "article-journal", "title": "Ships", "issued": {"date-parts": [[2024, "4", 2]]},
     "author": [{"given": "Ann", "family": "Lee"}, {"literal": "The Crew"}], "container-title": "Sea",
     "abstract": "<jats:p>They &amp; we sailed.</jats:p>", "DOI": "10.1000/x"},
    7, {"id": "none"},
])  # fmt: skip


def wiki(*pages: str) -> str:
    """A dump of these pages."""
    about = "<siteinfo><base>https://en.example.org/wiki/Main_Page</base></siteinfo>"
    space = "http://www.mediawiki.org/xml/export-0.11/"
    return f'<mediawiki xmlns="{space}" xml:lang="en">{about}{"".join(pages)}</mediawiki>'


def page(title: str, text: str, namespace: int = 0, more: str = "") -> str:
    """A page; `text` is escaped already."""
    return (
        f"<page><title>{title}</title><ns>{namespace}</ns>{more}<revision><text>Before.</text></revision><revision>"
        f"<timestamp>2024-04-02T10:00:00Z</timestamp><text>{text}</text></revision></page>"
    )


SHIPS_PAGE = page("Ships", "{{Infobox|a=b}}The '''ships''' sailed to [[Port of Hamburg|Hamburg]].")
BESIDES = (
    page("Boats", "#REDIRECT [[Ships]]")
    + page("Barks", "x", more='<redirect title="Ships"/>')
    + page("Talk:Ships", "Why?", 1)
)
ENTITIES = "<!DOCTYPE x [<!ENTITY d 'ha'>" + "".join(
    f"<!ENTITY {'e' * n} '{f'&{chr(101) * (n - 1) or chr(100)};' * 10}'>" for n in range(1, 9)
)


def sources_read() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    yield "ok.tex", TEX, SHIPS
    yield "really-latex.txt", TEX, SHIPS
    yield (
        "chapter.tex",
        rb"\section{Ships}The ships \unknown{sailed} to Hamburg.",
        "Ships\n\nThe ships sailed to Hamburg.",
    )
    yield "loop.tex", rb"\newcommand{\a}{\b}\newcommand{\b}{\a}The ships\a{} sailed to Hamburg.", f"loop\n\n{WORDS}"
    yield "torn.tex", rb"The {\bf ships \emph{sailed to Hamburg.", f"torn\n\n{WORDS}"
    yield "ok.adoc", ADOC.encode(), SHIPS


def sources_refused() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, what the error says)."""
    yield "empty.tex", rb"\documentclass{article}\begin{document}\end{document}", "no text"
    yield "deep.tex", b"{" * 20_000 + b"x", "damaged|no text"
    yield "empty.adoc", b"// nothing\n", "no text"
    yield "empty.bib", b"% nothing\n", "no entries"
    yield "empty.enex", b"<en-export></en-export>", "no notes"
    yield "torn.enex", b"<en-export><note><title>Sh", "damaged export"
    yield "redirects.xml", wiki(BESIDES).encode(), "only 3 redirects"
    yield "torn-wiki.xml", b"<mediawiki ><page><title>Sh", "damaged dump"
    yield "laughs-wiki.xml", f"{ENTITIES}]>{wiki(page('A', '&eeeeeeee;'))}".encode(), "damaged dump|no text"
    yield "torn.csl.json", CSL[:-9].encode(), "not JSON"


def sources_holding() -> Iterator[tuple[str, bytes, dict[str, str], dict[str, str]]]:
    """(name, bytes, exact texts, errors), by the names inside."""
    dated = "Ships\n\n2 April 2024\n\nThe ships sailed to Hamburg."
    yield "wiki.xml", wiki(SHIPS_PAGE, BESIDES, page("A/B", "{{x}}")).encode(), {"Ships": dated}, {
        "A-B": "no text", "other pages": "3 redirects, talk pages and the like"
    }  # fmt: skip
    yield "cut-wiki.xml", wiki(SHIPS_PAGE, SHIPS_PAGE)[:-200].encode(), {"Ships": dated}, {"the rest": "breaks off"}
    yield "ok.enex", ENEX.encode(), {"Ships": SHIPS}, {"Empty": "no text"}
    yield "cut.enex", ENEX[:-20].encode(), {"Ships": SHIPS}, {"the rest": "breaks off"}
    lee = "The Ships\n\nBy Ann Lee; The Crew, 2024-04\n\nSea & Land, 2024\n\nThey saved 5% of café tea."
    yield "ok.bib", BIB.encode(), {"lee24": lee, "lee25": "Boats\n\nBy Ann Lee"}, {
        "line 9": "no entry", "none": "no title"
    }  # fmt: skip
    yield "items.json", CSL.encode(), {
        "lee24": "Ships\n\nBy Ann Lee; The Crew, 2 April 2024\n\nSea, 2024\n\nThey & we sailed."
    }, {"item 2": "no JSON object", "none": "no title"}  # fmt: skip
