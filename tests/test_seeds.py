from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.questions import Row, read_questions
from index.article import Article
from index.readers import read_article
from settings import HOME, SEEDS

CORPUS = HOME.parent / "shared" / "corpus"
COPIED_WORDS = 10
FILES = sorted(SEEDS.glob("*.md"))


@pytest.fixture(scope="module")
def articles() -> dict[str, Article]:
    return {path.name: read_article(path.read_bytes(), path.name) for path in FILES}


@pytest.fixture(scope="module")
def rows() -> list[Row]:
    return read_questions(HOME / "seeds" / "questions.jsonl")


@pytest.fixture(scope="module")
def talks() -> list[dict[str, Any]]:
    lines = (HOME / "seeds" / "conversations.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def runs(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", text.lower())
    return {tuple(words[at : at + COPIED_WORDS]) for at in range(len(words) - COPIED_WORDS + 1)}


def test_there_are_at_least_ten_articles():
    assert len(FILES) >= 10
    assert {path.suffix for path in SEEDS.iterdir()} == {".md"}


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_an_article_has_its_length_and_full_front_matter(path: Path, articles):
    front, body = path.read_text(encoding="utf-8").split("---\n", 2)[1:]
    properties = yaml.safe_load(front)
    article = articles[path.name]
    assert 500 <= len(body.split()) <= 1_000
    assert (article.title, article.author, article.language) == (properties["title"], properties["author"], "en")
    assert re.fullmatch(r"202\d-\d\d-\d\d", article.date or "")
    assert len(properties["sources"]) >= 1
    assert all(isinstance(source, str) and len(source) > 10 for source in properties["sources"])
    assert article.headings


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not here")
def test_no_ten_words_in_a_row_are_copied(articles):
    given = [runs(path.read_text(encoding="utf-8")) for path in sorted(CORPUS.glob("*.txt"))]
    assert given
    copied = {name: runs(article.text) & set().union(*given) for name, article in articles.items()}
    assert {name: shared for name, shared in copied.items() if shared} == {}


def test_there_are_enough_dialogues_of_every_kind(talks):
    turns = [turn for talk in talks for turn in talk["turns"]]
    kinds = Counter(turn["kind"] for turn in turns)
    assert len({talk["id"] for talk in talks}) == len(talks) >= 60
    assert {len(talk["turns"]) for talk in talks} == {2, 3, 4, 5}
    assert set(kinds) == {"first", "pronoun", "ellipsis", "demonstrative", "correction", "back", "alone", "switch"}
    assert all(turn["switch"] == (turn["kind"] == "switch") for turn in turns)
    assert kinds["switch"] >= 20
    assert kinds["correction"] + kinds["back"] >= 15
    assert sum(not turn["answerable"] for turn in turns) >= 10
    assert not [talk["id"] for talk in talks if [turn["kind"] == "first" for turn in talk["turns"]].index(True)]


def test_all_evidence_of_the_dialogues_stands_in_the_articles_named(talks, articles):
    for turn in (turn for talk in talks for turn in talk["turns"]):
        texts = [articles[name].text for name in turn["articles"]]
        assert bool(turn["evidence"]) == bool(texts) == turn["answerable"], turn
        assert all(any(each in text for text in texts) for each in turn["evidence"]), turn
        assert all(any(each in text for each in turn["evidence"]) for text in texts), turn
        assert turn["standalone"].endswith("?"), turn


def test_there_are_enough_questions_of_either_kind(rows):
    assert len(rows) >= 80
    assert sum(not row.answerable for row in rows) >= 25
    assert any(row.history for row in rows)
    assert len({row.question.casefold() for row in rows if not row.history}) == sum(not row.history for row in rows)


def test_all_evidence_stands_in_the_articles_it_is_said_to_be_from(rows, articles):
    for row in rows:
        assert set(row.articles) <= set(articles), row.id
        texts = [articles[name].text for name in row.articles]
        assert [each for each in row.evidence if not any(each in text for text in texts)] == [], row.id
        assert all(any(each in text for each in row.evidence) for text in texts) or not row.answerable, row.id


def test_every_answerable_question_has_evidence_that_holds_an_accepted_answer_and_no_other_has_any(rows):
    for row in rows:
        if row.answerable:
            said = " ".join(map(str, row.evidence)).casefold()
            assert any(answer.casefold() in said for answer in row.answers), row.id
        else:
            assert not row.evidence, row.id
            assert not row.answers, row.id
