"""What stands around the conversation."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from index.article import Article, Audience
from index.errors import StoreError
from index.store.layout import DATABASE
from rag.filters import Filters, parse
from settings import Settings
from tests.web.standins import ARTICLE, FakeChain
from web.chat import header


def test_how_many_articles_and_since_when(chain: FakeChain, tmp_path: Path) -> None:
    settings = Settings(store=tmp_path)
    assert '<p class="q-state">1 article</p>' in header.heading(chain, settings, "en")  # type: ignore[arg-type]
    (tmp_path / DATABASE).touch()
    os.utime(tmp_path / DATABASE, (1_711_713_600, 1_711_713_600))  # noon in UTC
    assert "1 article, updated 29 Mar 2024" in header.heading(chain, settings, "en")  # type: ignore[arg-type]
    chain.index.found["other"] = ARTICLE
    assert "2 篇文章，更新于2024年3月29日" in header.heading(chain, settings, "zh")  # type: ignore[arg-type]
    assert 'href="/articles"' in header.heading(chain, settings, "en")  # type: ignore[arg-type]


def test_models_that_are_warming_up_are_told(chain: FakeChain, settings: Settings) -> None:
    assert "q-warming" not in header.heading(chain, settings, "en")  # type: ignore[arg-type]
    chain.ready = False
    assert "Warming up the models" in header.heading(chain, settings, "en")  # type: ignore[arg-type]


def test_a_store_that_cannot_be_read_is_told(
    chain: FakeChain, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> list[Article]:
        raise StoreError("the store <is> broken", "mend it")

    monkeypatch.setattr(chain.index, "articles", broken)
    monkeypatch.setattr(chain.index, "article_facts", broken)
    monkeypatch.setattr(chain, "starters", broken)
    assert "the store &#60;is&#62; broken" in header.heading(chain, settings, "en")  # type: ignore[arg-type]
    assert header.choices(chain, header.EVERYTHING, "en").words == []  # type: ignore[arg-type]
    assert "q-welcome" in header.welcome(chain, "en")  # type: ignore[arg-type]


def test_the_first_questions_are_offered_by_warm_models(chain: FakeChain) -> None:
    assert "<button" not in header.welcome(chain, "en")  # type: ignore[arg-type]
    chain.first = ("What <is> it?",)
    assert 'type="button" dir="auto">What &#60;is&#62; it?</button>' in header.welcome(chain, "en")  # type: ignore[arg-type]
    chain.ready = False
    assert "<button" not in header.welcome(chain, "en")  # type: ignore[arg-type]


def test_what_can_be_filtered_by(chain: FakeChain) -> None:
    chain.index.found["b"] = replace(
        ARTICLE, source="notes/b.md", author="Li Bin", date="2023-05-01", id="b", tags=("the sea",)
    )
    found = header.choices(chain, header.EVERYTHING, "en")  # type: ignore[arg-type]
    meant = {shown: parse(word)[1] for shown, word in found.words}
    assert meant["Li Bin"] == Filters(author=("Li Bin",))
    assert meant["notes/"] == Filters(source=("notes/",))
    assert meant["the sea"] == Filters(tag=("the sea",))
    assert meant["2024 or later"] == Filters(after="2024")
    assert meant["2023 or earlier"] == Filters(before="2024")
    assert found.chosen == []
    assert found.grouping == "q-of-0-0-2-4-1-1"  # authors, years (from and until), sources, tags
    assert "2024 年及以后" in dict(header.choices(chain, header.EVERYTHING, "zh").words)  # type: ignore[arg-type]


def test_which_articles_are_searched(chain: FakeChain) -> None:
    filters = Filters(
        author=("Li Bin",), after="2024", before="2025", article=(ARTICLE.id, "gone"), collection=("news",)
    )
    said = header.described(chain, filters, "en")  # type: ignore[arg-type]
    assert said == f"Only from: news · Li Bin · 2024 or later · 2024 or earlier · {ARTICLE.title} · gone"
    assert header.described(chain, Filters(before="2024-05"), "en") == "Only from: before 2024-05"  # type: ignore[arg-type]
    assert header.described(chain, Filters(), "en") == ""  # type: ignore[arg-type]


def test_one_article_asked_about_is_chosen(chain: FakeChain) -> None:
    found = header.choices(chain, header.Wanted.of(ARTICLE.id, ""), "en")  # type: ignore[arg-type]
    assert found.words[0] == (ARTICLE.title, found.chosen[0])
    assert parse(found.chosen[0])[1] == Filters(article=(ARTICLE.id,))
    assert header.choices(chain, header.Wanted.of("no-such", ""), "en").chosen == []  # type: ignore[arg-type]


def test_a_collection_of_the_address_is_chosen_or_said_to_be_lacking(chain: FakeChain, settings: Settings) -> None:
    chain.index.found["n"] = replace(ARTICLE, id="n", collection="news")
    news, secret = header.Wanted.of("", "News"), header.Wanted.of("", "<b>secret")
    found = header.choices(chain, news, "en")  # type: ignore[arg-type]
    assert [parse(word)[1] for word in found.chosen] == [Filters(collection=("news",))]
    assert ("news", found.chosen[0]) in found.words
    assert "q-lacking" not in header.heading(chain, settings, "en", news)  # type: ignore[arg-type]
    assert header.choices(chain, secret, "en").chosen == []  # type: ignore[arg-type]
    said = header.heading(chain, settings, "en", secret)  # type: ignore[arg-type]
    assert "There is no collection “b-secret” here" in said and "<b>" not in said


def test_the_first_questions_are_those_of_the_collection(chain: FakeChain, monkeypatch: pytest.MonkeyPatch) -> None:
    chain.index.found["n"] = replace(ARTICLE, id="n", collection="news")
    seen: list[Audience] = []

    def seen_by(audience: Audience) -> FakeChain:
        seen.append(audience)
        return chain

    monkeypatch.setattr(chain, "seen_by", seen_by)
    header.welcome(chain, "en", header.Wanted.of("", "news"))  # type: ignore[arg-type]
    header.welcome(chain, "en", header.Wanted.of("", "other"))  # type: ignore[arg-type]
    assert seen == [frozenset({"news"})]
