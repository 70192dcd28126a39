"""The articles of this project as training reads them."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from rag.reading.claims import statement
from training.groups import Builder, Kind
from training.own import OwnArticle, Split, families, own_articles, split_of
from training.support import Support, made_claims, own_claims

DATA = Path(__file__).parents[3] / "shared/data"
pytestmark = pytest.mark.skipif(not (DATA / "train/own").is_dir(), reason="the sets are not here")


@pytest.fixture(scope="module")
def articles() -> list[OwnArticle]:
    return own_articles(DATA)


def test_every_answer_stands_where_it_is_marked(articles: list[OwnArticle]) -> None:
    for article in articles:
        for question in article.paragraph.questions:
            if question.answerable:
                marked = [article.paragraph.text[start:end] for start, end in question.spans]
                assert marked == list(question.answers)
            else:
                assert question.miss


def test_a_family_is_in_one_split_and_each_split_has_its_tenth(articles: list[OwnArticle]) -> None:
    splits: dict[str, set[Split]] = {}
    for article in articles:
        splits.setdefault(article.family, set()).add(article.split)
    assert all(len(found) == 1 for found in splits.values())
    brought = [article for article in articles if not article.here]
    shares = [sum(article.split is split for article in brought) / len(brought) for split in Split]
    assert 0.05 < shares[Split.DEVELOPMENT] < 0.2 and 0.05 < shares[Split.CALIBRATION] < 0.2
    assert split_of("biz-001") is split_of("biz-001")


def test_no_claim_is_about_an_article_of_another_split(articles: list[OwnArticle]) -> None:
    split = {article.identity: article.split for article in articles}
    for wanted in Split:
        groups = {claim.group.rsplit("-q", 1)[0] for claim in own_claims(DATA, wanted)}
        assert groups and all(split[name] is wanted for name in groups)


def test_an_unanswerable_question_stands_beside_an_answerable_one_on_its_window(articles: list[OwnArticle]) -> None:
    paragraphs = [article.paragraph for article in articles[:40]]
    builder = Builder(paragraphs, 1, families(articles[:40]))
    paragraph = paragraphs[0]
    question = next(q for q in paragraph.questions if not q.answerable)
    start, end = question.spans[0]
    for _ in range(20):
        group = builder.unanswerable(paragraph, question)
        assert group.kind is Kind.UNANSWERABLE
        assert [row.label for row in group.rows[:2]] == [1, 0]
        assert paragraph.text[start:end] in group.rows[1].passage
        assert not any(row.label for row in group.rows[2:])


def test_a_question_and_its_answer_become_a_claim(articles: list[OwnArticle]) -> None:
    assert statement("Who opened the mill?", "Anna Bauer") == "Anna Bauer opened the mill."
    assert statement("When did the mill open?", "1887") == "When did the mill open? 1887"
    claims = made_claims([articles[0].paragraph], 100, random.Random(1))
    assert {Support.SUPPORTED, Support.EITHER} == {claim.support for claim in claims}
    assert all(claim.quote in articles[0].paragraph.text for claim in claims)
