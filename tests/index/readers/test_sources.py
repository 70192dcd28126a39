"""LaTeX, AsciiDoc, wikis, notes and bibliographies: the words in are the words out, counted by regular expressions."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from html import unescape

import pytest

from index.article import Article, Failure
from index.readers import read_article, read_articles
from index.readers.bibliographies import plain
from index.readers.sniff import is_supported, sniff
from tests.data.sources import ADOC, BIB, CSL, ENEX, TEX, page, wiki

PAPER = r"""\documentclass{article}
\usepackage[utf8]{inputenc}
\title{The light: a \emph{study}}
\author{Pia Holm}
\begin{document}
\maketitle
\begin{abstract}We study light.\end{abstract}
\section{Introduction}\label{sec:a}
As \cite{x} says, \textbf{they} sailed (see~\ref{sec:a}), {\em often}. % a remark

A\footnote{It burned \emph{twice}.} paragraph with \unknown{odd words} in it.
\begin{itemize}
  \item One
  \item Two
\end{itemize}
\begin{table}[ht]\centering\caption{Tolls and boats}
\begin{tabular}{l|r} Month & Boats \\ \hline January & 134 \\ \multicolumn{2}{c}{Nothing} \end{tabular}\end{table}
\href{https://example.org}{The log}, \textcolor{red}{in red}.
\begin{quote}They said so.\end{quote}
\end{document}
"""
ARTICLE = """= The light
Pia Holm
2024-03-17

== Part *one*

They sailed to https://example.org[the port], often.
// a remark

* One
* Two with `code`

.Tolls
|===
|Month |Boats

|January |134
|===

[quote]
____
They said so.
____
"""
WIKITEXT = """{{Infobox|name=x}}
The '''light''' of [[Port of Lindhaven|Lindhaven]] was ''built'' in 1931.<ref name="a">The log, 1931</ref>

== History ==
* It burned down<br/>twice.
* {{nowrap|Never again}}, said {{lang|de|der Wirt}}.
{| class="wikitext"
|+ Tolls
! Month !! Boats
|-
| January || 134
|}
[[File:A.png|thumb|left|The tower]]
<gallery>
File:B.png|The door
</gallery>
See [https://example.org the log]. __NOTOC__ <!-- hidden --> Caf&eacute; <nowiki>'''raw'''</nowiki> 10<sup>6</sup>
[[Category:Lights]] [[de:Licht]]
"""


def words(text: str) -> Counter[str]:
    """The words without the marks of items and cells."""
    return Counter(word for word in text.split() if word not in ("-", "|"))


def test_every_word_of_a_paper_arrives() -> None:
    body = re.sub(r"(?<!\\)%.*", "", PAPER)
    title, author = (re.search(rf"\\{name}\{{(.*)\}}\n", body) for name in ("title", "author"))
    assert title
    assert author
    body = body.partition(r"\begin{document}")[2]
    body = re.sub(r"\\footnote\{", " ", body)
    body = re.sub(r"\\(?:cite|ref|label)\{[^}]*\}|\\(?:begin|end)\{\w+\}(?:\[\w+\])?(?:\{l\|r\})?", " ", body)
    body = re.sub(r"\\href\{[^}]*\}|\\textcolor\{red\}|\\multicolumn\{2\}\{c\}|\\(?:hline|centering|\\)", " ", body)
    told = re.sub(r"\\[a-z]+|[{}]", "", f"{title[1]} By {author[1]} {body}".replace("&", " ").replace("~", " "))
    read = words(read_article(PAPER.encode(), "a.tex").text)
    # A note stands in its word's place, and goes after the paragraph.
    assert read == words(told.replace("A It burned twice. paragraph", "A paragraph It burned twice."))
    assert read_article(TEX, "a.tex").author == "Ann Lee"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        (r"Caf\'e, \"Uber, stra\ss e, \o re, \LaTeX", "Café, Über, straße, øre, LaTeX"),
        ("``So'' --- 5\\% \\& more~of 10\\textsuperscript{6}", "“So” — 5% & more of 10⁶"),
        (r"\newcommand{\port}{Hamburg}To \port{} and \port.", "To Hamburg and Hamburg."),
        (r"If $a_1 \leq \frac{b}{2}$ then \verb|x_y|.", "If a_1≤b/2 then x_y."),
        (r"A\\B", "A\nB"),
        ("One\n\n\\begin{verbatim}\nx = 1 % y\n\\end{verbatim}", "One\n\nx = 1 % y"),
        (r"\begin{comment}No\end{comment}Yes \input{other}\today", "Yes"),
        (r"\begin{theorem}[Great]All.\end{theorem}", "Great\n\nAll."),
        (r"\sectionauthor{Ann Lee}{ann@example.org}", "Ann Lee ann@example.org"),
        (r"\textbf a \emph{b}{\bf c}", "a bc"),
    ],
)
def test_latex_reads_as_it_is_printed(source: str, text: str) -> None:
    read = read_article(source.encode(), "a.tex").text.removeprefix("a\n\n")
    assert re.sub(r"\s*≤\s*", "≤", read) == text


def test_a_long_paper_is_read_in_time() -> None:
    paper = PAPER.replace("\\end{document}", "They \\emph{sailed} on, and on.\n\n" * 10_000 + "\\end{document}")
    started = time.process_time()
    assert read_article(paper.encode(), "a.tex").text.count("sailed on") == 10_000
    assert time.process_time() - started < 30


def test_every_word_of_asciidoc_arrives() -> None:
    told = re.sub(
        r"//.*|^(?:=+|\|===|\[quote\]|____|\*|\.(?=\S))|https?://[^\[]*|[\[\]`]", "", ARTICLE, flags=re.MULTILINE
    )
    told = (
        told.replace("*one*", "one").replace("|", " ").replace("2024-03-17", "17 March 2024").replace("Pia", "By Pia")
    )
    read = read_article(ARTICLE.encode(), "a.adoc")
    assert words(read.text.replace("Holm,", "Holm")) == words(told)
    assert [heading.title for heading in read.headings] == ["Part one"]
    assert (read.author, read.date) == ("Pia Holm", "2024-03-17")
    assert "Month | Boats\n\nJanuary | 134" in read.text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("10^6^ and H~2~O, snake_case_x, 2*3*4, *b* **b**old", "10⁶ and H₂O, snake_case_x, 2*3*4, b bold"),
        ("See <<a,the part>>, xref:b.adoc[there] and link:c[here^].", "See the part, there and here."),
        ("Sunk.footnote:[In a *storm*.]\n\nNext", "Sunk.\n\nIn a storm.\n\nNext"),
        (":ship: Anna\n\nThe {ship} and {unknown}.", "The Anna and {unknown}."),
        ("----\n*x* = 1 <1>\n----\n<1> One.", "*x* = 1\n\n- One."),
        ("////\nno\n////\n++++\n<b>\n++++\nyes", "yes"),
        ("Term:: What it is.", "Term\n\nWhat it is."),
        ("|===\n|a\n|b\n\n|c\n|d\n|===", "a | b\n\nc | d"),
        ("image::a.png[A ship, 300]\nNOTE: Mind.", "A ship\n\nMind."),
        ("Read +*.war+ files", "Read *.war files"),
        ("A line +\nbroken", "A line\nbroken"),
    ],
)
def test_asciidoc_reads_as_it_is_shown(source: str, text: str) -> None:
    assert read_article(source.encode(), "a.adoc").text.removeprefix("a\n\n") == text


def test_every_word_of_a_wiki_s_page_arrives() -> None:
    escaped = WIKITEXT.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    [article] = read_articles(wiki(page("Light", escaped)).encode(), "a.xml")
    assert isinstance(article, Article)
    told = (
        WIKITEXT.replace("<sup>6</sup>", "⁶")
        .replace("'''raw'''", "RAW")
        .replace("'''", "")
        .replace("''", "")
        .replace("RAW", "'''raw'''")
    )
    unseen = (r"<!--.*?-->", r"\{\{Infobox.*?\}\}", r"\[\[(?:Category|de):.*?\]\]", r"__\w+__", r"^\{\|.*", r"<[^>]*>")
    links = (
        r"\[\[File:.*\|",
        r"File:B.png\|",
        r"\[\[[^\]|]*\|",
        r"\[https?:\S*",
        r"\{\{(?:nowrap|lang\|de)\|",
        r"\]|\}",
    )
    for pattern in (*unseen, *links, r"\|\|", r"!!?", r"^\*", r"^\|[-+]?", r"==", r"^\|\}"):
        told = re.sub(pattern, " " if pattern not in links else "", told, flags=re.MULTILINE)
    assert words(article.text) == words(unescape(told) + " Light 2 April 2024")
    assert article.tags == ("Lights",)
    assert article.link == "https://en.example.org/wiki/Light"
    assert article.language == "en"
    assert article.text.endswith("The log, 1931")


def test_a_large_dump_is_read_in_time_and_page_by_page() -> None:
    text = "The '''light''' of [[Port|Lindhaven]] was built in 1931. " * 20
    dump = wiki(*(page(f"Light {n}", text) for n in range(2000)))
    started = time.process_time()
    found = list(read_articles(dump.encode(), "a.xml"))
    assert time.process_time() - started < 30
    assert len({each.source for each in found if isinstance(each, Article)}) == 2000


def test_notes_keep_their_facts_and_no_secrets() -> None:
    [article, failure] = read_articles(ENEX.encode(), "a.enex")
    assert isinstance(article, Article)
    assert (article.tags, article.date, article.author) == (("sea",), "2024-04-02", "Ann Lee")
    assert "U2VjcmV0" not in article.text
    assert isinstance(failure, Failure)


def test_a_large_attachment_does_not_keep_a_note_out() -> None:
    large = ENEX.replace("iVBORw0KGgo=", "iVBORw0KGgo=\n" * 1_000_000)
    assert any(isinstance(each, Article) for each in read_articles(large.encode(), "a.enex"))


def test_every_word_of_a_bibliography_arrives() -> None:
    abstract = "They sailed & came back in 5% of cases. " * 3
    entries = [{"title": f"Ship {n}", "abstract": abstract, "issued": {"date-parts": [[2024]]}} for n in range(9)]
    told = sum((words(f"{each['title']} {abstract} 2024") for each in entries), Counter[str]())
    csl = list(read_articles(json.dumps(entries).encode(), "a.json"))
    bib = "".join(
        f"@misc{{k{n}, title={{Ship {n}}}, year=2024, abstract={{{abstract.replace('&', chr(92) + '&')}}}}}\n"
        for n in range(9)
    )
    for found in (csl, list(read_articles(bib.encode(), "a.bib"))):
        texts = [each.text for each in found if isinstance(each, Article)]
        assert len(texts) == 9
        read = sum(map(words, texts), Counter[str]())
        # The byline has the year, and so has the line about where it was published.
        assert read == told + Counter({"2024": 9})


def test_an_entry_keeps_its_facts() -> None:
    [first, *_] = read_articles(BIB.encode(), "a.bib")
    assert isinstance(first, Article)
    assert (first.title, first.author, first.date) == ("The Ships", "Ann Lee; The Crew", "2024-04")
    [item, *_] = read_articles(CSL.encode(), "a.json")
    assert isinstance(item, Article)
    assert (item.link, item.date) == ("https://doi.org/10.1000/x", "2024-04-02")


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5% of {\\'e}", "5% of é"),
        ("a {B} --- c", "a B — c"),
        ("a_b % \\% {c}", "a_b % % c"),
        ("plain", "plain"),
    ],
)
def test_a_field_loses_its_marks_and_no_words(value: str, text: str) -> None:
    assert plain(value) == text


@pytest.mark.parametrize(
    ("data", "name", "kind"),
    [
        (TEX, "a.txt", "latex"),
        (b"@article{lee24,\n title = {x}}", "refs", "bibtex"),
        (CSL.encode(), "a.json", "csl"),
        (ENEX.encode(), "a.xml", "enex"),
        (wiki().encode(), "a", "mediawiki"),
        (ADOC.encode(), "a.adoc", "asciidoc"),
        (b'[{"title": "x", "type": "post"}]', "a.txt", "text"),
        (b"Write \\documentclass{article} first.", "a.txt", "text"),
        (b"me@article{x, y = z}", "a.txt", "text"),
    ],
)
def test_the_content_says_what_a_file_is(data: bytes, name: str, kind: str) -> None:
    assert sniff(data, name) == kind


def test_what_says_so_itself_is_found_in_folders() -> None:
    assert is_supported("a.xml", wiki().encode())
    assert is_supported("refs.json", CSL.encode())
    assert is_supported("a.pptx")
    assert not is_supported("a.json", b'{"a": 1}')
