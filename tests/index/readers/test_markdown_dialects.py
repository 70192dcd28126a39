"""Markdown as site generators and note-taking programs write it: front matter of many kinds, marks that are no words."""

# ruff: noqa: E501  # what is read is best seen in whole lines

from __future__ import annotations

import time

import pytest

from index.article import Article
from index.errors import ArticleError
from index.readers import read_article
from index.readers.sniff import is_supported

TEXT = "The light was built in 1931 by Oda Brandt.\n"


def article(text: str, name: str = "note.md") -> Article:
    return read_article(text.encode(), name)


@pytest.mark.parametrize(
    "front",
    [
        "---\ntitle: The light\nauthor: Pia Holm\ndate: 2024-03-17\n...\n",
        "% The light\n% Pia Holm\n% 17 March 2024\n\n",
        "Title: The light\nAuthor: Pia Holm\nDate: March 17, 2024\n\n",
        "title: The light\nauthor: Pia Holm\ndate: 2024-03-17 09:30:00\nslug: light\n---\n",
        "title:: The light\nauthor:: Pia Holm\ndate:: 2024-03-17\n\n",
        '---json\n{"title": "The light", "author": "Pia Holm", "date": "2024-03-17"}\n---\n',
        '---toml\ntitle = "The light"\nauthor = "Pia Holm"\ndate = 2024-03-17\n---\n',
        '{\n"title": "The light",\n"authors": ["Pia Holm"],\n"date": "2024-03-17"\n}\n\n',
        '+++\ntitle = "The light"\nauthors = ["Pia Holm"]\ndate = 2024-03-17\n[params]\nauthor = "x"\n[cover]\ntitle = "y"\n+++\n',
        "\n---\ntitle: The light\nauthor: Pia Holm\ndate: 2024-03-17\n---\n",
        "---\ntitle:\tThe light\nauthor:\tPia Holm\ndate: 2024-03-17\n---\n",
        "---\ntitle: The light\nupdated: {{date}}\nauthor: '[Pia Holm](https://example.org)'\ndate_published: 2024-03-17\n---\n",
        "---\ntitle: The light\nauthors:\n  - name: Pia Holm\ndate:\n  created: 2024-03-17\n  updated: 2024-04-01\n---\n",
        '---\ntitle: The light\nsubtitle: "Oda" and the lamp\nauthor: Pia Holm\npublishedAt: 2024-03-17\n---\n',
    ],
)
def test_front_matter_of_any_form_says_title_author_and_day(front: str) -> None:
    found = article(front + TEXT)
    assert (found.title, found.author, found.date) == ("The light", "Pia Holm", "2024-03-17")
    assert found.text == f"The light\n\nBy Pia Holm, 17 March 2024\n\n{TEXT.strip()}"


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("title: The light: a history", "The light: a history"),
        ("title: @pia on the light", "@pia on the light"),
        ('title: "Herring" is back', '"Herring" is back'),
        ("title: 'It's lit'", "It's lit"),
    ],
)
def test_a_value_that_only_lacks_quotation_marks_is_read(line: str, title: str) -> None:
    found = article(f"---\n{line}\ndate: 2024-03-17\n---\n{TEXT}")
    assert (found.title, found.date) == (title, "2024-03-17")


@pytest.mark.parametrize(
    "text",
    [
        "---\n\nThe light: it was built in 1931.\n\n---\n\nIt burned: twice.",
        "---\n\nOnly words.\n\n---\n\nMore words.",
        "\n---\nNote: only words.\n---\nMore words.",
        "Title: The light\nBuilt: 1931\nHeight: 12 m\n\nMore words.",
    ],
)
def test_lines_that_are_no_front_matter_stay(text: str) -> None:
    shown = article(text).text
    lines = (line for line in text.split("\n") if line.strip("-") and not line.startswith("Title:"))
    assert [line for line in lines if line not in shown] == []


@pytest.mark.parametrize(
    ("name", "front", "day"),
    [
        ("_posts/2024-3-7-the-light.md", "", "2024-03-07"),
        ("blog/2024-03-17-the-light/index.md", "", "2024-03-17"),
        ("2024-03-17-the-light.md", "---\ndate: Last Modified\n---\n", "2024-03-17"),
        ("note.md", "---\ncreated: 2024-03-17T10:00:00Z\n---\n", "2024-03-17"),
        ("clip.md", "---\ncreated: 2024-03-17\nsource: https://example.org/herring\n---\n", None),
    ],
)
def test_the_day_is_that_of_the_post_and_not_of_its_copy(name: str, front: str, day: str | None) -> None:
    assert article(front + TEXT, name).date == day


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("## History {#history .unnumbered}\n\nText.", "History\n\nText."),
        ("Text.\n{: .note }\n\nMore.\n\n1. TOC\n{:toc}", "Text.\n\nMore."),
        ("Some [**bold**]{.underline} words.", "Some bold words."),
        ('[site]({{ site.url }}/x) and [log]({{< ref "x.md" >}}) say so.', "site and log say so."),
        (
            '{{< figure src="a.jpg" caption="By night" >}}\n\n{{% note %}}\nBeware.\n{{% /note %}}',
            "By night\n\nBeware.",
        ),
        ("{% include x.html %}\n\n{% raw %}Keep{% endraw %} this. {/* not this */}", "Keep this."),
        (":::note[Beware]\n\nOf rocks.\n\n:::\n\nText.", "Beware\n\nOf rocks.\n\nText."),
        ('::: {.callout title="Beware"}\nOf rocks.\n:::', "Beware\n\nOf rocks."),
        (":::: tip Good to know\n::: warning\nOf rocks.\n:::\n::::\nText.", "Good to know\n\nOf rocks.\n\nText."),
        ('!!! warning "Beware"\n    Of rocks.\n\n    Wet ones.\n\nText.', "Beware\n\nOf rocks.\n\nWet ones.\n\nText."),
        ('=== "North"\n\n    Shut at 6.\n\n=== "South"\n\n    Open.', "North\n\nShut at 6.\n\nSouth\n\nOpen."),
        ("import Tabs from \"@theme/Tabs\";\nimport X from 'x';\n\nText.", "Text."),
        ("::: The harbour is shut", "The harbour is shut"),
        ("10^6^ cells in H~2~O.", "10⁶ cells in H2O."),
        ("Lamp\n: It gives light.", "Lamp\n\nIt gives light."),
        ("[TOC]\n\nText.", "Text."),
        ("<aside>\n💡 **Ships** take a pilot.\n\n</aside>", "💡 Ships take a pilot."),
        (
            '<aside>\n<img src="https://x.org/i.svg" alt="https://x.org/i.svg" /> Mind **this**.\n\n</aside>',
            "Mind this.",
        ),
        ("![The mole|300](a.png)", "The mole"),
        ("![Untitled](Rules%20152bb/Untitled.png)\n\nText.", "Text."),
        ("- Text.\n  id:: 64f0aaaa-1111\n  collapsed:: true", "- Text."),
    ],
)
def test_marks_are_no_words(text: str, shown: str) -> None:
    assert article(f"---\ntitle: T\n---\n{text}").text == f"T\n\n{shown}"


@pytest.mark.parametrize(
    "text",
    [
        "The set {x=1} and {a, b}, 2^10 or 3^4 of them.",
        "It takes 3~5 days, ~6 at most; 3~5天,6~8天.",
        "!!! Attention: the quay is shut.",
        "import os, then import sys from there.",
        "Write `{% raw %}` or `{#id}` or `:::note`.",
        "Ask (Oda) [now] about {it}.",
        "==== or === are marks.",
    ],
)
def test_words_that_look_like_marks_stay(text: str) -> None:
    assert article(f"---\ntitle: T\n---\n{text}").text == f"T\n\n{text.replace('`', '')}"


def test_code_keeps_what_would_be_marks_elsewhere() -> None:
    code = "{{< figure >}}\n:::note\n{#id}\nid:: 12\n<aside>\n**x**"
    assert article(f"---\ntitle: T\n---\n```\n{code}\n```\n").text == f"T\n\n{code}"


@pytest.mark.parametrize("name", ["Document1.md", "Copy of Untitled document (2).md", "Unbenannt 3.md"])
def test_a_name_that_a_program_gave_is_no_title(name: str) -> None:
    assert article(TEXT, name).title == TEXT.strip()


@pytest.mark.parametrize("name", ["a.mdx", "a.qmd", "a.Rmd", "a.mkd", "a.mdown"])
def test_markdown_has_other_endings_too(name: str) -> None:
    assert is_supported(name)
    assert article("# The light\n\nBuilt in **1931**.", name).text == "The light\n\nBuilt in 1931."


@pytest.mark.parametrize(
    "piece",
    ["{{< a ", "{% a ", "[a]({{", ":::a\n", '=== "a"\n\n', "!!! a\n    ", "10^6", "a~1", "{: a", "{#a ", "a: b\n"],
)
def test_marks_that_never_end_take_no_time(piece: str) -> None:
    started = time.process_time()
    article("Text.\n\n" + piece * (100_000 // len(piece)))
    article(f"title: {piece * (100_000 // len(piece))}\n\nText.")
    assert time.process_time() - started < 10


def test_long_front_matter_that_is_not_yaml_is_not_tried_again() -> None:
    with pytest.raises(ArticleError, match="not YAML in line 2"):
        article("---\n" + "a: b: c\n" * 10_000 + "---\nText")
