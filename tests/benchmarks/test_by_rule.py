"""The set for answers by rule: what it accepts stands in its articles, and what it rejects does not answer."""

from __future__ import annotations

from collections import Counter

import pytest

from evaluation.questions import Row, read_questions
from index.readers import read_article
from settings import HOME

FOLDER = HOME / "benchmarks" / "by_rule"
SAID = {"Yes", "No"}
KINDS = ("cell", "heading", "compare", "superlative", "near-miss")


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_questions(FOLDER / "questions.jsonl")


def test_every_kind_has_rows_and_near_misses_are_many(rows: list[Row]) -> None:
    counts = Counter(row.tags[0] for row in rows)
    assert set(counts) == set(KINDS)
    assert min(counts.values()) >= 15
    assert counts["near-miss"] >= 60
    assert all(row.answerable is (row.tags[0] != "near-miss") for row in rows)
    assert len({row.question for row in rows}) == len(rows)


def test_an_accepted_answer_stands_in_an_article(rows: list[Row]) -> None:
    paths = sorted((FOLDER / "articles").iterdir())
    texts = "\n".join(read_article(path.read_bytes(), path.name).text for path in paths)
    for row in rows:
        assert all(answer in texts for answer in set(row.answers) - SAID), row.id
        assert not set(row.answers) & set(row.rejected), row.id
