"""Tables and JSON as other programs export them: what they call their fields, and where they put them."""

# ruff: noqa: E501  # what is read is best seen in whole lines

from __future__ import annotations

import json

import pytest

from index.article import Article, Failure
from index.readers import read_articles
from index.readers.metadata import day_of
from index.readers.sniff import is_supported

TEXT = "The light was built in 1931 by Oda Brandt."
POST = {"title": "The light", "author": "Pia Holm", "date": "2024-03-17", "text": TEXT}


def articles(said: object, name: str = "posts.json") -> list[Article]:
    text = said if isinstance(said, str) else json.dumps(said)
    found = list(read_articles(text.encode(), name))
    assert [each for each in found if isinstance(each, Failure)] == []
    return [each for each in found if isinstance(each, Article)]


@pytest.mark.parametrize(
    "said",
    [
        [
            {
                "id": 1,
                "author": 7,
                "date": "2024-03-17T10:00:00",
                "title": {"rendered": "The light"},
                "content": {"rendered": f"<p>{TEXT}</p>"},
                "_embedded": {"author": [{"name": "Pia Holm"}]},
            }
        ],
        {
            "db": [
                {
                    "meta": {"version": "5"},
                    "data": {
                        "tags": [{"name": "x"}],
                        "posts": [
                            {
                                "title": "The light",
                                "html": f"<p>{TEXT}</p>",
                                "published_at": "2024-03-17",
                                "author": {"name": "Pia Holm"},
                            }
                        ],
                    },
                }
            ]
        },
        [
            {
                "title": "The light",
                "body_markdown": TEXT.replace("built", "**built**"),
                "published_at": "2024-03-17T10:00:00Z",
                "user": {"name": "Pia Holm"},
            }
        ],
        {
            "data": [
                {
                    "id": 1,
                    "attributes": {
                        "title": "The light",
                        "content": TEXT,
                        "publishedAt": "2024-03-17T10:00:00.000Z",
                        "author": {"data": {"attributes": {"name": "Pia Holm"}}},
                    },
                }
            ]
        },
        {"hits": {"total": 1, "hits": [{"_id": "1", "_source": {**POST, "date": 1710666000}}]}},
        {"light": POST, "log": {**POST, "title": "The log"}},
        {
            "response": {
                "docs": [
                    {
                        "headline": {"main": "The light"},
                        "byline": {"original": "By Pia Holm"},
                        "pub_date": {"$date": "2024-03-17T10:00:00Z"},
                        "body": [TEXT],
                    }
                ]
            }
        },
        f"{json.dumps(POST)}\n{json.dumps(POST)}\n",
    ],
)
def test_articles_are_found_wherever_they_lie(said: object) -> None:
    found = articles(said)[0]
    assert (found.title, found.author, found.date) == ("The light", "Pia Holm", "2024-03-17")
    assert found.text == f"The light\n\nBy Pia Holm, 17 March 2024\n\n{TEXT}"


def test_parts_of_a_text_are_paragraphs() -> None:
    [found] = articles([{"title": "T", "body": ["One.", "Two."]}])
    assert found.text == "T\n\nOne.\n\nTwo."


@pytest.mark.parametrize(
    "said",
    [
        {
            "version": "https://jsonfeed.org/version/1.1",
            "items": [{"id": "1", "content_text": f"{TEXT}\n\nIt burned."}],
        },
        f"<rss version='2.0'><channel><item><description>{TEXT}&lt;p&gt;It burned.&lt;/p&gt;</description></item></channel></rss>",
    ],
)
def test_an_entry_without_title_is_called_by_its_first_sentence_which_stands_once(said: object) -> None:
    [found] = articles(said, "feed.json" if isinstance(said, dict) else "feed.rss")
    assert (found.title, found.text) == (TEXT, f"{TEXT}\n\nIt burned.")


@pytest.mark.parametrize("name", ["Full Text", "post_content", "Article Text", "content-html", "HTML", "transcript"])
def test_columns_are_known_however_they_are_written(name: str) -> None:
    [found] = articles(
        f'Post Title,{name},Publish Date,Author Name,Permalink\nThe light,"{TEXT}",2024-03-17,Pia Holm,https://example.org/l\n',
        "a.csv",
    )
    assert (found.title, found.author, found.date) == ("The light", "Pia Holm", "2024-03-17")
    assert (found.link, TEXT in found.text) == ("https://example.org/l", True)


def test_a_table_with_a_column_of_descriptions_keeps_the_others() -> None:
    [found] = articles("Item,Description,Price\nPlank,Dry oak,12\nBeam,Old pine,9\n", "a.csv")
    assert "Plank | Dry oak | 12" in found.text


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ('Name,Size\nPlank,"12" oak\nBeam,6\n', 'Plank | "12" oak'),
        ('Name\tSize\n"long" plank\t12\n', '"long" plank | 12'),
        (" month | boats \n-------+-------\n March | 134\n", "month | boats\n\nMarch | 134"),
    ],
)
def test_marks_that_are_no_quotation_stay_and_rules_are_no_row(text: str, row: str) -> None:
    [found] = articles(text, "a.tsv" if "\t" in text else "a.csv")
    assert row in found.text


def test_a_quotation_that_never_ends_swallows_no_rows() -> None:
    [failure] = read_articles(b'Name,Size\nPlank,"12, oak\nBeam,6\n', "a.csv")
    assert isinstance(failure, Failure)
    assert "a.csv, line" in failure.error


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("17. März 2024", "2024-03-17"),
        ("Sonntag, 17. März 2024", "2024-03-17"),
        ("le 17 mars 2024", "2024-03-17"),
        ("17 de marzo de 2024", "2024-03-17"),
        ("1er mai 2024", "2024-05-01"),
        ("17 марта 2024", "2024-03-17"),
        ("17-Mar-2024", "2024-03-17"),
        ("2024. 3. 17.", "2024-03-17"),
        ("March 2024", "2024-03"),
        ("Mai 2024", "2024-05"),
        ("17 listopada 2024", None),  # November in Poland, October in Croatia
        ("17-Mar-24", None),
        ("Spring 2024", None),
        ("Version 12 of 2024", None),
        ("31 April 2024", None),
    ],
)
def test_days_are_read_in_several_languages_and_never_guessed(said: str, day: str | None) -> None:
    assert day_of(said) == day


@pytest.mark.parametrize(
    ("head", "supported"),
    [
        (b'[{"title": "The light", "body_markdown": "x"}]', True),
        (b'{"data": [{"attributes": {"contentHtml": "x"}}]}', True),
        (b'{"name": "tool", "version": "1.0", "description": "x"}', False),
    ],
)
def test_in_folders_json_that_begins_like_articles_is_read(head: bytes, supported: bool) -> None:
    assert is_supported("posts.json", head) is supported
