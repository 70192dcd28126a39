"""Each word of a file arrives exactly once, and those that are left out do not: K stands for the former, X for the latter.

Every K and X of a template becomes a word of its own, so that what is counted owes nothing to any parser.
"""

# ruff: noqa: E501  # markup reads better in whole lines

from __future__ import annotations

import itertools
import re
from collections import Counter

import pytest

from index.article import Article
from index.readers import read_articles
from tests.data.build import pdf

RTF = r"""{\rtf1\ansi\ansicpg1252{\fonttbl{\f0\fswiss X;}}{\info{\title K}{\author K}{\*\company X}}
\pard K {\b K} K\par {\v X}{\*\bkmkstart X}K\line K\par{\pict\wmetafile8 00ff}
\trowd\cellx100\cellx200 K\cell K\cell\row K{\footnote\pard K}K\par{\field{\*\fldinst HYPERLINK "X"}{\fldrslt K}}\par
{\header X}{\shp{\*\shpinst{\shptxt K\par}}}K\par{\deleted X}K}"""
MAIL = """From: K K <ann@example.org>
To: X
Subject: K K
X-Mailer: X
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/plain; charset=utf-8

K K K

On 2 April 2024, X wrote:
> X X

K K
--b
Content-Type: text/plain; charset=utf-8
Content-Disposition: attachment; filename=list.txt

K K K K
--b
Content-Type: image/png
Content-Disposition: attachment; filename=map.png

X
--b--
"""
LATEX = r"""\documentclass{article}\newcommand{\ship}{K}\title{K}\author{K}\begin{document}\maketitle % X
\section{K}\label{X} K \emph{K} \cite{X}K\footnote{K}. \href{http://X}{K} \textbf{K \textit{K}}
\begin{itemize}\item K \item[K] K\end{itemize}\begin{figure}[X]\includegraphics{X}\caption{K}\end{figure}
\begin{longtable}{ll}\caption{K}\\ \toprule K & K \\ \midrule \endfirsthead \toprule X & X \\ \midrule \endhead K & K \\
\bottomrule\end{longtable}\def\mark{X} \hypertarget{X}{\subsection{K}} \begin{comment}X\end{comment} \ship
\begin{quote}K\end{quote} \begin{verbatim}K
K\end{verbatim} \end{document} X"""
ORG = """#+TITLE: K
#+AUTHOR: K
#+OPTIONS: X
* TODO K :X:
:PROPERTIES:
:ID: X
:END:
K *K* /K/ [[http://X][K]] ~K~ [fn:1] K
- K
- [ ] K
# X
#+CAPTION: K
| K | K |
|---+---|
| K | K |
#+begin_src python
K K
#+end_src
#+begin_comment
X
#+end_comment
#+begin_quote
K
#+end_quote
[fn:1] K
"""
RST = """=======
K
=======

:author: K
:date: 2024-04-02

K *K* **K** ``K`` :ref:`K <X>` `K <http://x.org>`_ [#a]_

.. X

.. image:: X.png
   :alt: K

.. note:: K

   K

.. toctree::

   X

- K

  K

======= =======
K K
======= =======
K K
======= =======

== ==
K  K
== ==

.. code:: python

   K

.. [#a] K
"""
ASCIIDOC = """= K
K Name <x@example.org>
:keywords: X

K *K* _K_ `K` https://x.org[K] footnote:[K] <<X,K>>

// X

.K
image::X.png[K]

* K
. K

K:: K

NOTE: K

[%header]
|===
| K | K
| K | K
|===

----
K
----

////
X
////

[latexmath]
++++
K
++++

include::X[]
"""
VTT = """WEBVTT K

NOTE X

STYLE
X

1
00:00:01.000 --> 00:00:02.000 align:X
<v K>K <i>K</i>

00:00:03.000 --> 00:00:04.000
K K
"""
NOTEBOOK = """{"cells": [{"cell_type": "markdown", "metadata": {"x": "X"}, "source": ["# K\\n", "\\n", "K **K**\\n"]},
{"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "K = 1",
"outputs": [{"output_type": "stream", "name": "stdout", "text": ["K\\n"]},
{"output_type": "execute_result", "data": {"text/plain": "K", "text/html": "<b>X</b>"}, "metadata": {}, "execution_count": 1},
{"output_type": "error", "ename": "X", "evalue": "X", "traceback": ["X"]}]}],
"metadata": {"kernelspec": {"display_name": "X", "name": "X"}}, "nbformat": 4, "nbformat_minor": 5}"""
WIKI = """<mediawiki><page><title>K</title><ns>0</ns><revision><contributor><username>X</username></contributor>
<comment>X</comment><text>'''K''' K [[X|K]] [[K]] {{Infobox|name=X}} {{lang|de|K}} &lt;ref&gt;K&lt;/ref&gt;
== K ==
* K
{|
! K !! K
|-
| K || K
|}
[[File:X.jpg|thumb|K]] &lt;!-- X --&gt; [[Category:Ships]]</text></revision></page></mediawiki>"""
ENEX = """<?xml version="1.0"?><en-export><note><title>K</title><content><![CDATA[<en-note><div>K <b>K</b></div><ul><li>K</li></ul>
<en-media hash="X"/><table><tr><td>K</td><td>K</td></tr></table></en-note>]]></content><created>20240402T100000Z</created>
<note-attributes><author>K</author></note-attributes><resource><data>X</data></resource></note></en-export>"""
FEED = """{"version": "https://jsonfeed.org/version/1.1", "title": "X", "items": [{"id": "1", "title": "K",
"content_html": "<p>K <b>K</b></p>", "authors": [{"name": "K"}]}]}"""
MARKDOWN = """---
title: K
author: K
layout: X
---

K *K* **K** [K](http://x.org/X) ![K](X.png) `K`[^1] <!-- X --> %%X%%

| K | K |
|---|---|
| K | K |

> K

1. K
   - K

```X
K
```

<details><summary>K</summary>K</details>

[^1]: K
"""
PAGE = """<html><head><title>X</title><style>X</style><script>X</script></head><body><nav>X</nav><article><h1>K</h1><p>K K <b>K</b>
<a href="http://x.org">K</a> K K K</p>K <ul><li>K</li></ul><table><tr><th>K<th>K<tr><td>K<td>K</table><p hidden>X</p>
<figure><img alt="K"><figcaption>K</figcaption></figure><blockquote>K</blockquote>K<svg><text>X</text></svg></article></body></html>"""


def filled(template: str) -> tuple[str, list[str], list[str]]:
    """The template with words in it, those that are kept and those that are not."""
    numbers = map("".join, itertools.product("abcdefgh", repeat=3))
    words: dict[str, list[str]] = {"K": [], "X": []}

    def word(match: re.Match[str]) -> str:
        words[match[0]].append(("Kept" if match[0] == "K" else "Left") + next(numbers))
        return words[match[0]][-1]

    return re.sub(r"(?<![A-Za-z-])[KX](?![A-Za-z-])", word, template), words["K"], words["X"]


def arrived(data: bytes, name: str) -> Counter[str]:
    found = [each for each in read_articles(data, name) if isinstance(each, Article)]
    assert found
    return Counter(re.findall(r"(?:Kept|Left)[a-h]{3}", "\n".join(article.text for article in found)))


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("a.rtf", RTF),
        ("a.eml", MAIL),
        ("a.tex", LATEX),
        ("a.org", ORG),
        ("a.rst", RST),
        ("a.adoc", ASCIIDOC),
        ("a.vtt", VTT),
        ("a.ipynb", NOTEBOOK),
        ("a.xml", WIKI),
        ("a.enex", ENEX),
        ("a.md", MARKDOWN),
        ("a.html", PAGE),
        ("a.mbox", "From ann@x.org Tue Apr  2 10:00:00 2024\nFrom: K <a@x.org>\nSubject: K\n\nK K\n"),
        ("a.bib", "@article{a1, title = {K {K}}, author = {K, Ann}, abstract = {K K}, year = 2024, file = {X}}"),
        ("a.csv", "title,text,author,other\nK,K K,K,X\n"),
        ("b.csv", "Name,Sum\nK,1\nK,2\n"),
        ("a.jsonl", '{"title": "K", "text": "K K", "author": {"name": "K"}, "other": "X"}\n'),
        ("feed.json", FEED),
        ("a.srt", "1\n00:00:01,000 --> 00:00:02,000\nK <i>K</i>\n\n2\n00:00:03,000 --> 00:00:04,000\nK\n"),
    ],
    ids=lambda part: part if len(part) < 10 else "",
)
def test_each_word_arrives_once_and_no_other(name: str, template: str) -> None:
    text, kept, _ = filled(template)
    assert arrived(text.encode("cp1252" if name.endswith(".rtf") else "utf-8"), name) == Counter(kept)


def test_each_word_of_a_pdf_arrives_once() -> None:
    pages, kept, _ = filled("\f".join(" ".join("K" for _ in range(90)) + ".\n\n" + "K " * 30 + "." for _ in range(2)))
    assert arrived(pdf(*pages.split("\f"), footer="Page {}"), "a.pdf") == Counter(kept)


def test_the_templates_have_words_of_both_kinds() -> None:
    for template in (RTF, MAIL, LATEX, ORG, RST, ASCIIDOC, NOTEBOOK, WIKI, MARKDOWN, PAGE):
        _, kept, left = filled(template)
        assert len(kept) >= 6
        assert left
