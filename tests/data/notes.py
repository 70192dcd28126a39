"""More of the zoo: the formats of notebooks, transcripts and feeds."""

# ruff: noqa: E501  # samples read better in whole lines

from __future__ import annotations

import json
from collections.abc import Iterator

WORDS = "The ships sailed to Hamburg."
VTT = """WEBVTT - The voyage

NOTE a remark of the typist

1
00:00:01.000 --> 00:00:03.000 align:start
<v Ann Lee>The <i>ships</i> sailed

00:00:03.000 --> 00:00:05.000
to Hamburg.

00:00:05.100 --> 00:00:06.000
to Hamburg.

00:00:09.500 --> 00:00:11.000
<v Bo Chen>When?

01:00:00.000 --> 01:00:02.000
In May &amp; June.
"""
SAID = (
    "The voyage\n\n00:00:01\n\nAnn Lee: The ships sailed to Hamburg.\n\n00:00:09\n\nBo Chen: When?\n\n01:00:00\n\n"
    "Bo Chen: In May & June."
)
SRT = "1\r\n00:00:01,000 --> 00:00:03,000\r\n{\\an8}The ships sailed\r\nto Hamburg.\r\n\r\n2\r\n00:00:03,100 --> 00:00:04,000\r\nTwice.\r\n"
RST = """
Ships
=====

:author: Ann Lee
:date: 2024-04-02
:tags: sea, tea

They sailed [1]_ :ref:`to Hamburg <there>`, 10\\ :sup:`6` tons of ``tea``.

.. note:: Dear tea.

.. versionadded:: 2

   Kept words.

.. include:: /etc/passwd

.. toctree::

   other

====  ====
1850  12
====  ====

.. [1] The note.
"""
ORG = """#+TITLE: Ships
#+AUTHOR: Ann Lee
#+DATE: <2024-04-02 Tue>
* TODO Cargo :sea:
:PROPERTIES:
:ID: secret
:END:
They *sailed* to [[https://example.org][Hamburg]] and /back/[fn:1], 2*3*4.
- [X] tea
1. silk
| Year | Ships |
|------+-------|
| 1850 | =12=  |
# a remark
#+begin_src python
x = *1*
#+end_src
#+begin_comment
secret
#+end_comment

[fn:1] The note.
"""
BOOK = {
    "cells": [
        {"cell_type": "markdown", "source": ["# Ships\n", "They *sailed*."]},
        {
            "cell_type": "code", "source": "1 + 1",
            "outputs": [{"data": {"text/plain": ["2"], "image/png": "x"}}, {"text": "printed\n"}, {"ename": "E"}],
        },
    ],
    "metadata": {"authors": [{"name": "Ann Lee"}]}, "nbformat": 4,
}  # fmt: skip
FEED = {
    "version": "https://jsonfeed.org/version/1.1", "authors": [{"name": "Ann Lee"}],
    "items": [
        {"id": "1", "title": "Ships", "content_html": "<p>They <b>sailed</b>.</p>", "date_published": "2024-04-02T10:00:00Z"},
        {"id": "2", "content_text": "Twice."}, {"id": "3", "title": "Empty"},
    ],
}  # fmt: skip


def notes_read() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, exact text)."""
    for name in ("talk.vtt", "talk"):
        yield name, VTT.encode(), SAID
    yield "talk.srt", SRT.encode(), "talk\n\n00:00:01\n\nThe ships sailed to Hamburg. Twice."
    yield "ships.rst", RST.encode(), (
        "Ships\n\nBy Ann Lee, 2 April 2024\n\nThey sailed to Hamburg, 10⁶ tons of tea.\n\nNote\n\nDear tea.\n\n2\n\nKept words.\n\n"
        "1850 | 12\n\nThe note."
    )  # fmt: skip
    yield "ships.org", ORG.encode(), (
        "Ships\n\nBy Ann Lee, 2 April 2024\n\nCargo\n\nThey sailed to Hamburg and back, 2*3*4.\n\n- tea\n\n1. silk\n\n"
        "Year | Ships\n\n1850 | 12\n\nx = *1*\n\nThe note."
    )  # fmt: skip
    yield "ships.ipynb", json.dumps(BOOK).encode(), "Ships\n\nBy Ann Lee\n\nThey sailed.\n\n1 + 1\n\n2\n\nprinted"


def notes_refused() -> Iterator[tuple[str, bytes, str]]:
    """(name, bytes, what the error says)."""
    yield "empty.vtt", b"WEBVTT\n\nNOTE nothing\n", "no cues"
    yield "empty.rst", b".. a remark\n", "no text"
    yield "empty.org", b"#+TITLE: Ships\n", "no text"
    yield "no.ipynb", b'{"nbformat": 4}', "no Jupyter notebook"
    yield "empty.ipynb", b'{"cells": []}', "no text"
    yield "deep.ipynb", b"[" * 100_000, "no Jupyter notebook"
    yield "no.json", b"{", "not JSON"
    yield "numbers.json", b"[1, 2]", "no articles"
    yield "settings.json", b'[{"name": "x"}]', "no key called text"


def notes_holding() -> Iterator[tuple[str, bytes, dict[str, str], dict[str, str]]]:
    """(name, bytes, exact texts, errors), by the names inside."""
    rows = [{"title": "Ships", "text": WORDS, "author": {"name": "Ann"}, "date": "2 April 2024"}, {"title": "No"}, 7]
    yield "rows.json", json.dumps(rows).encode(), {"Ships": f"Ships\n\nBy Ann, 2 April 2024\n\n{WORDS}"}, {
        "No": "no `text`", "item 3": "no JSON object"
    }  # fmt: skip
    yield (
        "held.json",
        json.dumps({"articles": rows[:1]}).encode(),
        {"Ships": f"Ships\n\nBy Ann, 2 April 2024\n\n{WORDS}"},
        {},
    )
    yield "feed.json", json.dumps(FEED).encode(), {
        "Ships": "Ships\n\nBy Ann Lee, 2 April 2024\n\nThey sailed.", "item 2": "By Ann Lee\n\nTwice."
    }, {"Empty": "no text in the feed"}  # fmt: skip
