"""What pages say of their article in JSON-LD, in the forms that are met."""

from __future__ import annotations

import json

import pytest

from index.readers import read_article

BODY = "<article><h1>New quay</h1><p>The harbour board met on Monday and spoke about the new quay.</p></article>"


def page(*scripts: str) -> bytes:
    said = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return f"<html><head><title>New quay</title>{said}</head><body>{BODY}</body></html>".encode()


@pytest.mark.parametrize(
    ("said", "author", "date"),
    [
        (
            {"@type": "NewsArticle", "author": {"name": "Ada Renshaw"}, "datePublished": "2024-03-03"},
            "Ada Renshaw",
            "2024-03-03",
        ),
        ({"@type": ["Thing", "Article"], "author": {"name": {"@value": "Ada Renshaw"}}}, "Ada Renshaw", None),
        (
            {
                "@graph": [
                    {"@type": "WebPage", "datePublished": "2020-01-01"},
                    {"@type": "BlogPosting", "datePublished": "2024"},
                ]
            },
            None,
            "2024",
        ),
        (
            [{"@type": "http://schema.org/Article", "author": [{"name": "Ada Renshaw"}, "Pia Holm"]}],
            "Ada Renshaw; Pia Holm",
            None,
        ),
        ({"@type": "WebPage", "mainEntity": {"@type": "Article", "datePublished": "3 March 2024"}}, None, "2024-03-03"),
        (
            {
                "@graph": [
                    {"@type": "WebPage", "datePublished": "2020-01-01T08:00:00"},
                    {"@type": "Article", "datePublished": "2024-03-03"},
                ]
            },
            None,
            "2024-03-03",
        ),
        ({"@type": "Article", "datePublished": 2024, "author": {"name": "admin"}}, None, "2024"),
        ({"@type": "Article", "datePublished": "03/12/2024", "author": None}, None, None),
    ],
)
def test_author_and_date_of_the_article(said: object, author: str | None, date: str | None) -> None:
    article = read_article(page(json.dumps(said)), "page.html")
    assert (article.author, article.date) == (author, date)


@pytest.mark.parametrize("script", ["", "{", "[" * 100_000, "null", '{"@type": {"@type": 1}}', '"Article"'])
def test_what_is_no_linked_data_is_passed_over(script: str) -> None:
    good = json.dumps({"@type": "Article", "author": "Ada Renshaw"})
    assert read_article(page(script, good), "page.html").author == "Ada Renshaw"


@pytest.mark.parametrize(
    ("name", "published", "modified"),
    [("property", "article:published_time", "article:modified_time"), ("itemprop", "datePublished", "dateModified")],
)
def test_the_day_of_publication_goes_before_that_of_the_last_change(name: str, published: str, modified: str) -> None:
    days = {modified: "2025-01-01", published: "2024-03-03"}
    told = "".join(f'<meta {name}="{each}" content="{day}">' for each, day in days.items())
    assert (
        read_article(f"<html><head>{told}</head><body>{BODY}</body></html>".encode(), "page.html").date == "2024-03-03"
    )
