"""From question to Answer: events in order, exact quotes, honest abstentions."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.errors import ModelError, QuestionError, StoreError
from index.ingest import ingest
from index.store.local_snapshots import LocalSnapshots
from rag.answer import Answer, BrokenAnswerError
from rag.chain import AnswerChain, build_chain
from rag.condense import Turn
from rag.corpus import IndexCorpus, TextCorpus, check_quotes
from rag.events import RetrievedEvent, SentenceEvent, StatusEvent
from rag.filters import Filters
from rag.pipeline import ABSTENTION
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import HybridRetriever, Passage
from rag.spelling import Spelling
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.stores import small_store

FILES = {"tea.txt": "Tea\n\nTea was first drunk in China. It spread by sea.", "tin.txt": "Tin\n\nTin is a metal."}


class WordReader:
    """Answers where the question's last word stands, with the "in" before it."""

    name: str | None = "words"
    high = HIGH

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        word = re.compile(rf"(?:in )?{re.escape(question.rstrip('?').split()[-1])}")
        found = [word.search(passage.text) for passage in passages]
        return [Reading(0.9, (AnswerSpan(*each.span(), 1.0),)) if each else Reading(0.1, ()) for each in found]


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[AnswerChain]:
    chain = build_chain(Settings(store=small_store(tmp_path, FILES)), FakeEmbeddings(), WordReader())
    yield chain
    chain.close()


def test_an_answer_with_its_quote(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": " who first drank tea: China? ", "id": "7"})
    assert (answer.id, answer.question, answer.abstained) == ("7", "who first drank tea: China?", False)
    assert answer.answer == 'in China [1] "Tea was first drunk in China." [1]'
    [citation] = answer.citations
    article = chain.index.article(citation.article_id)
    assert article is not None
    assert article.text[citation.start : citation.end] == citation.quote
    assert answer.models.embedding == "fake"
    assert answer.generation == chain.index.generation
    assert answer.retrieved is None


def test_events_come_in_order(chain: AnswerChain) -> None:
    events = list(chain.stream({"question": "where was it first drunk: China"}))
    kinds = [type(event) for event in events]
    assert kinds == [StatusEvent, StatusEvent, RetrievedEvent, StatusEvent, SentenceEvent, SentenceEvent, Answer]
    assert [event for event in events if isinstance(event, StatusEvent)][1:] == [
        StatusEvent("retrieve", 2),
        StatusEvent("read", 2),
    ]
    said = [event.sentence for event in events if isinstance(event, SentenceEvent)]
    assert tuple(said) == events[-1].sentences


def test_an_abstention_says_so_and_shows_what_is_near(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": "who drinks coffee", "trace": True})
    assert (answer.abstained, answer.answer, answer.citations) == (True, ABSTENTION, ())
    assert {near.title for near in answer.nearest} == {"Tea", "Tin"}
    assert answer.retrieved is not None
    assert [r.read_score for r in answer.retrieved] == [0.1, 0.1]


@pytest.fixture
def dated(tmp_path: Path) -> Iterator[AnswerChain]:
    text = "---\nauthor: Writer of {0}\ndate: {0}-05-01\n---\nTea is sold in {1}."
    files = {f"{year}.md": text.format(year, city) for year, city in ((2023, "Lima"), (2024, "Oslo"))}
    settings = Settings(store=small_store(tmp_path, files, name="news"))
    chain = build_chain(settings, FakeEmbeddings(), WordReader())
    yield chain
    chain.close()


@pytest.mark.parametrize(
    ("question", "filters", "cities"),
    [
        ("tea sold in", Filters(), {"Lima", "Oslo"}),
        ("tea sold in after:2024", Filters(), {"Oslo"}),
        ("tea sold in", Filters(before="2024"), {"Lima"}),
        ("tea sold in author:2023", Filters(author=("2024",)), {"Lima", "Oslo"}),
        ("tea before:2024 sold in", Filters(author=("WRITER",)), {"Lima"}),
    ],
)
def test_filters_choose_the_articles_and_are_no_part_of_the_question(
    dated: AnswerChain, question: str, filters: Filters, cities: set[str]
) -> None:
    events = list(dated.stream({"question": question, "filters": filters}))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert {citation.quote for citation in answer.citations} == {f"Tea is sold in {city}." for city in cities}
    assert (answer.question, answer.standalone_question) == (question, "tea sold in")
    searched = [event.number for event in events if isinstance(event, StatusEvent) and event.stage == "retrieve"]
    assert searched == [len(cities)]


def test_an_abstention_says_where_it_looked(dated: AnswerChain) -> None:
    answer = dated.invoke({"question": "coffee in author:Writer after:2024 Rome"})
    assert answer.answer == "The articles do not say (looked only in articles by Writer after 2024)."
    assert [near.source for near in answer.nearest] == ["news/2024.md"]
    nothing = dated.invoke({"question": "tea sold in", "filters": Filters(source=("blog/",), before="2020")})
    assert (nothing.answer, nothing.nearest) == ("There are no articles from blog/ before 2020.", ())


def test_filter_words_of_earlier_questions_are_no_subjects(dated: AnswerChain) -> None:
    history: list[Turn] = ["Where is Tea from? author:Jia after:2024-13", {"question": "author:Li", "answer": ""}]
    answer = dated.invoke({"question": "And where is it sold in", "history": history})
    assert answer.standalone_question == "Where is Tea sold in"


@pytest.mark.parametrize("question", ["after:2024", " author:Jia before:2025 ?", "tea after:2024-13"])
def test_filters_that_cannot_be_asked(dated: AnswerChain, question: str) -> None:
    with pytest.raises(QuestionError, match=r"nothing but filters|is no date"):
        dated.invoke({"question": question})


@pytest.mark.parametrize("question", ["???", "؟ ،", "((((", "… — •", "\N{GRINNING FACE}"])
def test_a_question_without_words_is_told_so(chain: AnswerChain, question: str) -> None:
    with pytest.raises(QuestionError, match="the question has no words"):
        chain.invoke({"question": question})


def test_texts_that_are_given_are_not_filtered(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": "after:2024 it is Ink", "contexts": ["Ink"], "filters": Filters(after="2024")})
    assert (answer.standalone_question, answer.abstained) == ("after:2024 it is Ink", False)


def test_contexts_are_read_without_the_index(chain: AnswerChain) -> None:
    contexts = ["Nothing here.", "Ink is made in Rome. It is black."]
    answer = chain.invoke({"question": "ink comes from Rome?", "contexts": contexts})
    [citation] = answer.citations
    assert (citation.article_id, citation.source) == ("context-2", "context-2")
    assert contexts[1][citation.start : citation.end] == citation.quote
    assert chain.invoke({"question": "China", "contexts": []}).abstained


@pytest.mark.parametrize("question", ["", "  \n", "x" * 2001, "\ud800?"])
def test_questions_that_cannot_be_asked(chain: AnswerChain, question: str) -> None:
    with pytest.raises(QuestionError):
        chain.invoke({"question": question})


def test_a_quote_that_is_not_in_the_article_never_leaves(chain: AnswerChain) -> None:
    [citation] = chain.invoke({"question": "in China"}).citations
    wrong = replace(citation, quote=citation.quote.replace("China", "Chile"))
    with chain.index.snapshot() as snapshot:
        retriever = HybridRetriever(index=chain.index, embeddings=chain.embeddings)
        corpus = IndexCorpus(snapshot, retriever, Filters(), frozenset(), Spelling(chain.embeddings))
        check_quotes([citation], corpus)
        for broken in (
            wrong,
            replace(citation, start=citation.start + 1, end=citation.end + 1),
            replace(citation, article_id="x"),
        ):
            with pytest.raises(BrokenAnswerError):
                check_quotes([broken], corpus)


@pytest.mark.store
def test_a_new_generation_is_picked_up(chain: AnswerChain, tmp_path: Path) -> None:
    assert chain.invoke({"question": "made in Peru"}).abstained
    (tmp_path / "files" / "new.txt").write_text("New\n\nPots are made in Peru.")
    ingest(tmp_path / "store", [tmp_path / "files"], FakeEmbeddings())
    assert chain.invoke({"question": "made in Peru"}).citations[0].quote == "Pots are made in Peru."


def test_another_model_than_the_stores_is_refused(chain: AnswerChain, tmp_path: Path) -> None:
    other = build_chain(Settings(store=tmp_path / "store"), FakeEmbeddings("other"))
    with pytest.raises(ModelError, match="built with"):
        other.invoke({"question": "China"})
    other.close()


def test_without_a_store_there_is_one_clear_error(tmp_path: Path) -> None:
    chain = build_chain(Settings(store=tmp_path / "none"), FakeEmbeddings())
    with pytest.raises(StoreError, match="there is no store"):
        chain.invoke({"question": "China"})


def test_leaving_the_stream_early_lets_go_of_the_index(chain: AnswerChain) -> None:
    events = chain.stream({"question": "in China"})
    while not isinstance(next(events), RetrievedEvent):
        pass
    events.close()
    snapshots = chain.index._snapshots
    assert isinstance(snapshots, LocalSnapshots)
    assert snapshots._users == {}


class SlowReader(WordReader):
    """Takes a tenth of a second."""

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        time.sleep(0.1)
        return super().read(question, passages)


def test_the_total_is_all_of_the_time_the_suggestions_included(tmp_path: Path, chain: AnswerChain) -> None:
    text = "On 3 May 2021 Ada Brown founded Tinwork. On 4 May 2021 Ada Brown founded Teawork."
    (tmp_path / "files" / "ada.txt").write_text(text)
    settings = Settings(store=tmp_path / "store")
    ingest(settings.store, [tmp_path / "files"], FakeEmbeddings())
    slow = build_chain(settings, FakeEmbeddings(), SlowReader())
    slow.warm()
    begun = time.perf_counter()
    timings = slow.invoke({"question": "Who founded Tinwork", "suggest": True}).timings_ms
    spent = (time.perf_counter() - begun) * 1000
    slow.close()
    assert timings.suggest >= 100, "no question was proven, so that the time of it shows nothing"
    assert timings.total >= timings.read + timings.suggest
    assert timings.total >= spent - 50


@pytest.mark.parametrize(("high", "certainty"), [(0.9, "high"), (0.91, "low")])
def test_from_where_an_answer_is_certain_its_reading_model_says(tmp_path: Path, high: float, certainty: str) -> None:
    reader = WordReader()
    reader.high = high
    chain = build_chain(Settings(store=small_store(tmp_path, FILES)), FakeEmbeddings(), reader)
    assert chain.invoke({"question": "who first drank tea: China?"}).certainty == certainty
    chain.close()


def test_of_several_questions_the_first_is_answered_and_the_answer_says_so(chain: AnswerChain) -> None:
    answer = chain.invoke(
        {"question": "Tea is a drink. Who first drank tea in China? " + "Where is tin found, and why? " * 9}
    )
    assert answer.sentences[0].text == "Tea was first drunk in China."
    assert (
        answer.notice
        == "Only the first question is answered, “Who first drank tea in China?” Ask the others one by one."
    )


def test_key_words_are_answered_where_that_is_certain_and_else_give_an_overview(tmp_path: Path) -> None:
    text = "Tea was first drunk in China, where the leaves were boiled with salt for a very long time."
    store = small_store(tmp_path, {"tea.txt": f"Tea\n\n{text}"})
    chain = build_chain(Settings(store=store), FakeEmbeddings(), WordReader())
    certain = chain.invoke({"question": "tea leaves first drunk China"})
    assert (certain.intent, certain.certainty, certain.sentences[0].text) == ("fact", "high", "in China")
    uncertain = chain.invoke({"question": "tea leaves China salts"})
    assert (uncertain.intent, uncertain.sentences[0].text) == ("overview", text)
    chain.close()


def test_given_texts_are_a_corpus_too(chain: AnswerChain) -> None:
    corpus = TextCorpus(["Tea is green.", "Tin is grey."], chain.embeddings)
    assert [passage.text for passage in corpus.search(["tin"])] == ["Tea is green.", "Tin is grey."]
    assert (corpus.generation, corpus.revision, corpus.article_count) == ("", None, None)
    article = corpus.article("context-2")
    assert article is not None and article.text == "Tin is grey."
    assert corpus.article("context-3") is None
