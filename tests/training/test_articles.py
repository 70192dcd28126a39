"""The articles of this repository that training learns from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from training.data import Copies, own_groups
from training.own import ARTICLES, Split, listed, own_articles

CAUSES = {"entity", "attribute", "time", "role", "quantity", "reason", "presupposition", "opposite", "scope", "topic"}


@pytest.mark.parametrize("path", sorted(ARTICLES.glob("*.jsonl")), ids=lambda path: path.stem)
def test_answers_stand_in_their_sentences_and_near_misses_in_the_text(path: Path) -> None:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["id"] for row in rows}) == len(rows) > 80
    for row in rows:
        assert 12 <= len(row["questions"]) <= 18
        for question in row["questions"]:
            carriers = listed(question["s"] if question["a"] else question["near"])
            assert carriers and all(carrier in row["text"] for carrier in carriers)
            assert all(any(answer in carrier for carrier in carriers) for answer in question["a"])
            assert question["a"] or question["miss"] in CAUSES


def test_they_are_learnt_from_and_calibrate_but_are_not_reported(tmp_path: Path) -> None:
    articles = own_articles(tmp_path)
    assert len(articles) == 288 and sum(len(article.paragraph.questions) for article in articles) == 4509
    assert {article.split for article in articles} == {Split.TRAINING, Split.CALIBRATION}
    spans = [q.spans for article in articles for q in article.paragraph.questions if q.answerable]
    assert all(spans)


def test_the_end_of_a_training_draws_them_more_often(tmp_path: Path) -> None:
    once, thrice = (len(list(own_groups(tmp_path, 1, Copies(public=0.0, brought=0, here=copies)))) for copies in (1, 3))
    assert 2.8 * once < thrice < 3.2 * once
