from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml

from evaluation.expectations import INTENTS
from evaluation.questions import Row, read_questions
from evaluation.wording import stands_in
from index.article import Article
from index.chunk import sentence_spans
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
def intents() -> list[Row]:
    return read_questions(HOME / "seeds" / "intents.jsonl")


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


def kind(row: Row) -> str:
    special = {"confusable", "follow-up"} & set(row.tags)
    return special.pop() if special else str(row.intent)


def test_there_are_so_many_questions_of_each_intent(intents):
    assert Counter(map(kind, intents)) == {
        **dict.fromkeys(("fact", "list", "compare", "why", "yes_no", "overview"), 25),
        **dict.fromkeys(("collection", "small_talk", "language"), 10),
        "summary": 14,
        "confusable": 40,
        "follow-up": 20,
    }
    assert {row.intent for row in intents} == set(INTENTS)
    assert sum(row.answerable for row in intents if kind(row) == "fact") == 20
    assert sum(row.answerable for row in intents if kind(row) == "confusable") == 28


def test_the_evidence_for_each_intent_is_whole_sentences_of_the_articles_named(intents, articles):
    sentences = {name: whole_sentences(article) for name, article in articles.items()}
    for row in intents:
        assert set(row.articles) <= set(articles), row.id
        assert len(set(row.evidence)) == len(row.evidence), row.id
        found = [{name for name in row.articles if each in sentences[name]} for each in row.evidence]
        assert all(found), row.id
        assert set().union(*found) == set(row.articles), row.id
        assert bool(row.evidence) == bool(row.answers) == row.answerable, row.id


def whole_sentences(article: Article) -> set[str]:
    """The sentences, without the markers of lists, and the lines: a title may be two sentences."""
    spans = sentence_spans(article.text, article.language)
    sentences = {article.text[span.start : span.end].strip().removeprefix("- ") for span in spans}
    return sentences | set(article.text.splitlines())


def test_accepted_answers_items_and_sides_stand_in_the_evidence(intents):
    for row in intents:
        said = " ".join(map(str, row.evidence))
        judged_or_counted = row.intent in ("yes_no", "collection")
        wordings = [wording for group in (*row.items, *row.sides) for wording in group]
        wordings += () if judged_or_counted else row.answers
        assert [wording for wording in wordings if not stands_in(wording, said)] == [], row.id
        assert bool(row.items) == (row.intent == "list" and row.answerable) or row.intent == "collection", row.id
        assert len(row.items) != 1, row.id
        assert bool(row.sides) == (row.intent == "compare" and row.answerable), row.id


def test_what_the_first_line_must_not_have_is_in_no_answer_and_in_no_evidence(intents):
    for row in intents:
        right = [*row.answers, *map(str, row.evidence), row.question, row.standalone or ""]
        assert [each for each in row.rejected if any(stands_in(each, text) for text in right)] == [], row.id
        if kind(row) == "confusable":
            assert row.intent == "fact"
            assert row.rejected, row.id


def test_what_is_rejected_stands_in_some_article(intents, articles):
    texts = [article.text for article in articles.values()]
    rejected = {each for row in intents for each in row.rejected if row.intent != "compare"}
    assert {each for each in rejected if not any(stands_in(each, text) for text in texts)} == set()


def test_every_article_has_a_summary_of_at_most_a_third_of_it(intents, articles):
    summaries = [row for row in intents if row.intent == "summary"]
    assert sorted(name for row in summaries for name in row.articles) == sorted(articles)
    for row in summaries:
        assert row.need == 3
        assert sum(map(len, map(str, row.evidence))) <= len(articles[row.articles[0]].text) / 3, row.id


def test_two_in_five_of_the_answers_to_yes_or_no_are_no(intents):
    answers = Counter(row.answers for row in intents if kind(row) == "yes_no")
    assert answers == {("Yes",): 15, ("No",): 10}


def test_follow_ups_are_also_asked_alone_and_small_talk_has_no_answer(intents):
    for row in intents:
        assert bool(row.history) == bool(row.standalone) == (kind(row) == "follow-up"), row.id
        assert not row.answerable or row.intent not in ("small_talk", "language"), row.id


def test_nothing_is_asked_twice(rows, intents):
    asked = [row.standalone or row.question for row in (*rows, *intents) if row.standalone or not row.history]
    assert [question for question, times in Counter(map(str.casefold, asked)).items() if times > 1] == []
