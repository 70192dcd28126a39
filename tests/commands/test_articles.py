"""`app.py articles`: the list, and one article's exact text."""

from __future__ import annotations

import json

import pytest

from tests.commands.running import SHIPS, run

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("plain_environment")]


def test_articles_are_listed_and_printed_exactly(built, articles):
    store, _ = built
    listed = run("articles", "--store", store, "--json").data
    assert [(each["source"], each["title"], each["date"]) for each in listed] == [
        ("news/jia.md", "A post about copying", "2024-04-02"),
        ("news/ships.txt", "Ships and cats", None),
    ]
    assert str(articles) not in json.dumps(listed)
    lines = run("articles", "--store", store).out.splitlines()
    assert [line.split()[0] for line in lines] == [each["id"] for each in listed]
    assert run("articles", listed[1]["id"], "--store", store).out == SHIPS
    printed = run("articles", listed[0]["id"], "--store", store, "--json").data
    assert printed["text"].startswith("A post about copying\n\nBy Ann Lee, 2 April 2024\n\nJia")
    assert printed["headings"] == [{"start": printed["text"].index("Prices"), "title": "Prices"}]
