from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import cast

import pytest

from evaluation.drafts import draft
from evaluation.questions import read_set, to_line, to_row
from index.article import Article
from index.errors import UsageError
from index.ingest import ingest
from rag.snapshot import Index
from settings import HOME, SEEDS
from tests.fakes import FakeEmbeddings

CORPUS = HOME.parent / "shared" / "corpus"


@contextmanager
def index_of(store: Path, *paths: Path) -> Iterator[Index]:
    ingest(store, paths, FakeEmbeddings(window=200))
    with closing(Index(store)) as index:
        yield index


class Held:
    """An index that holds these articles and in which no search finds anything."""

    def __init__(self, *articles: Article) -> None:
        self._articles = {article.id: article for article in articles}
        self.database = self

    def articles(self) -> list[Article]:
        return list(self._articles.values())

    def article(self, article_id: str) -> Article | None:
        return self._articles.get(article_id)

    def snapshot(self) -> nullcontext[Held]:
        return nullcontext(self)

    def search_terms(self, terms: list[str], limit: int) -> list[object]:
        return []


def held(*articles: Article) -> Index:
    return cast("Index", Held(*articles))


@pytest.fixture(scope="module")
def seeds(tmp_path_factory) -> Iterator[Index]:
    with index_of(tmp_path_factory.mktemp("drafts") / "store", SEEDS) as index:
        yield index


@pytest.fixture(scope="module")
def rows(seeds) -> list[dict]:
    return list(draft(seeds, 60))


def test_evidence_stands_in_the_article_and_holds_the_answer(seeds, rows):
    texts = {info.source: seeds.article(info.id).text for info in seeds.articles()}
    answerable = [row for row in rows if row["answerable"]]
    for row in answerable:
        [evidence], [source], [answer] = row["evidence"], row["articles"], row["answers"]
        assert evidence in texts[source]
        assert answer in evidence
        assert answer not in row["question"]
    assert len(answerable) > 40


def test_every_draft_is_marked_and_becomes_a_row_once_the_mark_is_gone(rows, tmp_path):
    assert len({row["id"] for row in rows}) == len({row["question"] for row in rows}) == len(rows) == 60
    file = tmp_path / "drafts.jsonl"
    file.write_text("".join(to_line(row) + "\n" for row in rows))
    with pytest.raises(UsageError, match="no questions but 60 drafts"):
        read_set(file)
    for row in rows:
        assert row["draft"] is True
        assert row["tags"][0] == "draft"
        assert to_row(row, 0).question == row["question"]


def test_they_are_spread_over_the_articles_and_kinds(seeds):
    rows = list(draft(seeds, 42))
    per_article = Counter(row["articles"][0] for row in rows if row["articles"])
    assert len(per_article) == len(seeds.articles())
    assert max(per_article.values()) <= 4
    assert {row["tags"][1] for row in rows} >= {"when", "who", "cloze", "unanswerable"}


def test_the_same_seed_gives_the_same_drafts_and_another_one_others(seeds, rows):
    assert list(draft(seeds, 60)) == rows
    assert list(draft(seeds, 5)) == rows[:5]
    assert list(draft(seeds, 60, seed=1)) != rows
    assert list(draft(seeds, 0)) == []


def test_what_is_asked_of_nobody_is_in_no_article(seeds, rows):
    text = " ".join(seeds.article(info.id).text for info in seeds.articles()).lower()
    unanswerable = [row for row in rows if not row["answerable"]]
    assert unanswerable
    for row in unanswerable:
        assert not row["answers"] + row["evidence"] + row["articles"]
        for words, question in {
            ("phone", "hotline"): "phone number",
            ("e-mail", "email"): "e-mail",
            ("lawyer", "attorney"): "lawyer",
            ("patent",): "patents",
            ("nuclear", "reactor"): "nuclear",
            ("football", "soccer"): "football",
            ("vaccin",): "vaccines",
            ("olympic",): "Olympic",
        }.items():
            assert question not in row["question"] or not any(word in text for word in words), row["question"]


def test_a_detail_that_an_article_has_is_not_asked_for(tmp_path):
    article = tmp_path / "a.txt"
    saying = "Ada Renshaw said nothing. Ships sail slowly. "
    article.write_text(saying + "Her telephone, lawyers, email, patents, football, vaccination, Olympic things.")
    with index_of(tmp_path / "store", article) as index:
        [row] = draft(index, 9)
    assert row["question"] == "What did Ada Renshaw say about nuclear power?"


def test_hostile_text_gives_drafts_or_none():
    texts = {
        "mark": "- The <script>alert(1)</script> of Oslo was opened by Ada Renshaw in May 1912.",
        "blank": "The ____ in Oslo was opened by Ada Renshaw in May 1912, says she.",
        "long": "In 2018 " + "Ada " * 50_000 + "said.",
        "odd": '"' * 999 + " 1912. " + "《" * 999 + "在2018年" * 999 + "。" + "\u202e\U0001f600 1912.",
        "digits": "1" * 100_000 + ",".join("9" * 50_000) + " percent of Oslo.",
        "empty": "",
    }
    rows = list(draft(held(*(Article(name, name, text, "0") for name, text in texts.items())), 99))
    assert json.loads(json.dumps(rows)) == rows
    assert all(not evidence.startswith("-") for row in rows for evidence in row["evidence"])
    assert [row["articles"] for row in rows if row["articles"]] == [["mark"]]


@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"{CORPUS} is not here")
def test_an_article_as_people_write_them_gives_some():
    articles = [Article(path.name, "", path.read_text(encoding="utf-8"), "0") for path in CORPUS.glob("*.txt")]
    assert len(list(draft(held(*articles), 20))) >= 5
