"""Sources in light mark-up and notebooks, as the programs around them write them."""

# ruff: noqa: E501  # what is read is best seen in whole lines

from __future__ import annotations

import json
from typing import Any

import pytest

from index.article import Article, LeftOut
from index.readers import read_article, read_articles


def article(text: str, name: str) -> Article:
    return read_article(text.encode(), name)


def notebook(*cells: dict[str, Any]) -> Article:
    return article(json.dumps({"cells": cells, "metadata": {}, "nbformat": 4}), "light.ipynb")


def test_a_notebook_s_front_matter_is_none_of_its_words() -> None:
    front = {"cell_type": "raw", "source": "---\ntitle: The light\nauthors: [Pia Holm]\ndate: 2024-03-17\n---"}
    found = notebook(front, {"cell_type": "markdown", "source": "Built in 1931."})
    assert (found.title, found.author, found.date) == ("The light", "Pia Holm", "2024-03-17")
    assert found.text == "The light\n\nBy Pia Holm, 17 March 2024\n\nBuilt in 1931."


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ({"name": "stderr", "text": "\x1b[31mWARN\x1b[0m low oil\n"}, "WARN low oil"),
        (
            {"data": {"text/markdown": ["**Sum** is 3"], "text/plain": ["<IPython.core.display.Markdown object>"]}},
            "Sum is 3",
        ),
        ({"data": {"image/png": "AAAA", "text/plain": ["<Figure size 640x480 with 1 Axes>"]}}, ""),
        ({"data": {"text/plain": ["<Boat Sperling>"]}}, "<Boat Sperling>"),
    ],
)
def test_what_a_cell_printed_is_read_as_a_person_sees_it(output: dict[str, Any], shown: str) -> None:
    found = notebook(
        {"cell_type": "markdown", "source": "# Light"}, {"cell_type": "code", "source": "x", "outputs": [output]}
    )
    assert found.text == f"Light\n\nx\n\n{shown}".rstrip()


@pytest.mark.parametrize(
    ("text", "title", "author", "date"),
    [
        (
            ".. title: The light\n.. date: 2024-03-17 10:00:00 UTC\n.. author: Pia Holm\n\nText.\n",
            "The light",
            "Pia Holm",
            "2024-03-17",
        ),
        (
            "PEP: 9999\nTitle: The light\nAuthor: Pia Holm\nCreated: 17-Mar-2024\n\nAbstract\n========\n\nText.\n",
            "The light",
            "Pia Holm",
            "2024-03-17",
        ),
        (
            "The light\n=========\n\n:date: 2024-03-17\n:authors: Pia Holm, Ada Renshaw\n\nText.\n",
            "The light",
            "Pia Holm; Ada Renshaw",
            "2024-03-17",
        ),
    ],
)
def test_restructuredtext_says_what_it_is_in_several_ways(text: str, title: str, author: str, date: str) -> None:
    found = article(text, "a.rst")
    assert (found.title, found.author, found.date) == (title, author, date)
    assert found.text.endswith("Text.")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (".. code-block:: python\n   :caption: run.py\n\n   print(1)\n", "print(1)"),
        (".. math:: x=1\n   :label: eq\n", "x = 1"),
        (".. figure:: a.png\n   :figwidth: 50%\n   :zoom: yes\n\n   By night.\n", "By night."),
        (".. autoclass:: yard.Brandt\n   :members:\n\n   Builds ships.\n", "yard.Brandt\n\nBuilds ships."),
        ("a) One\nb) Two\n", "a. One\n\nb. Two"),
        (".. literalinclude:: run.py\n   :language: python\n\nText.\n", "Text."),
        ("See :class:`~yard.Brandt` and :mod:`yard.log`.", "See Brandt and yard.log."),
    ],
)
def test_sphinx_s_options_and_roles_are_no_words(text: str, shown: str) -> None:
    assert article(text, "a.rst").text == f"a\n\n{shown}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("* COMMENT Draft\nsecret\n** Sub\nmore\n* Open\nText.", "Open\n\nText."),
        (
            "#+TODO: WAIT(w) | SHUT\n* WAIT Paint it\nText.\n* WAITING rooms\nShut.",
            "Paint it\n\nText.\n\nWAITING rooms\n\nShut.",
        ),
        ("* TODO [#A] Paint it :home:\nText.\n* WAITING Glue\nDry.", "Paint it\n\nText.\n\nGlue\n\nDry."),
        ("* A\nSee [[*Other]] <<here>>.", "A\n\nSee Other ."),
        ("* A\n@@html:<b>@@Bold@@html:</b>@@ words.", "A\n\nBold words."),
        ("* A\n#+RESULTS:\n: 1931 shown\n: 1932", "A\n\n1931 shown\n1932"),
    ],
)
def test_org_s_marks_are_no_words(text: str, shown: str) -> None:
    assert article(f"#+TITLE: The\n#+TITLE: light\n{text}", "a.org").text == f"The light\n\n{shown}"


def test_asciidoc_s_titles_may_be_underlined() -> None:
    text = "The light\n=========\nPia Holm\nv1, 2024-03-17\n\nHistory\n-------\n\nBuilt in 1931.\n\n----\nKeep\n----\n\nKeeper\n~~~~~~\n\nOda.\n"
    found = article(text, "a.adoc")
    assert (
        found.text == "The light\n\nBy Pia Holm, 17 March 2024\n\nHistory\n\nBuilt in 1931.\n\nKeep\n\nKeeper\n\nOda."
    )
    assert [each.title for each in found.headings] == ["History", "Keeper"]


@pytest.mark.parametrize(
    ("authors", "names"),
    [
        (r"\author{Pia Holm}\affiliation{X}\author{Ada Renshaw}", "Pia Holm; Ada Renshaw"),
        (r"\author[P. Holm]{Pia Holm\inst{1} \and Ada Renshaw\inst{2}}\institute{\inst{1}X}", "Pia Holm; Ada Renshaw"),
        (r"\author{\IEEEauthorblockN{Pia Holm}\IEEEauthorblockA{X \\ Y}\and\IEEEauthorblockN{Ada}}", "Pia Holm; Ada"),
    ],
)
def test_latex_s_authors_are_names_alone(authors: str, names: str) -> None:
    text = rf"\documentclass{{a}}\title{{T}}{authors}\begin{{document}}Text.\end{{document}}"
    assert article(text, "a.tex").author == names


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        (r"\begin{frame}[fragile]{The \emph{light}}\item<1-> Built.\end{frame}", "The light\n\n- Built."),
        (r"\begin{block}<2->{Remark}Stone walls.\end{block}", "Remark\n\nStone walls."),
        (r"\def\yr{1931}Built in \yr.", "Built in 1931."),
        (r"\addsec{Preface}Text.\minisec{Mini}More.", "Preface\n\nText.\n\nMini\n\nMore."),
        ("\\begin{verbatim}\n\\def\\yr{1931}\n\\end{verbatim}", r"\def\yr{1931}"),
    ],
)
def test_latex_of_other_classes_reads_as_it_is_printed(source: str, shown: str) -> None:
    text = rf"\documentclass{{a}}\title{{T}}\begin{{document}}{source}\end{{document}}"
    assert article(text, "a.tex").text == f"T\n\n{shown}"


def test_wordpress_s_marks_for_plugins_are_no_words_and_its_pictures_no_articles() -> None:
    content = '<p>Built [sic] in 1931 [1].</p>[caption id=\'x\' width="300"]&lt;b&gt;[/caption][gallery ids="1,2"]'
    feed = (
        "<rss version='2.0' xmlns:content='http://purl.org/rss/1.0/modules/content/' xmlns:wp='http://wordpress.org/export/1.2/'>"
        f"<channel><item><title>Light</title><content:encoded><![CDATA[{content}]]></content:encoded><wp:post_type>post</wp:post_type></item>"
        "<item><title>img</title><wp:post_type>attachment</wp:post_type></item></channel></rss>"
    )
    found, left_out = read_articles(feed.encode(), "site.xml")
    assert isinstance(found, Article)
    assert found.text == "Light\n\nBuilt [sic] in 1931 [1].\n\n<b>"
    assert isinstance(left_out, LeftOut)
