"""Who asks the same again gets the same, without work, until anything in the store changes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from index.ingest import ingest
from rag.answer import Answer
from rag.cache import AnswerCache, CachedAnswer
from rag.chain import AnswerChain, Question, build_chain
from rag.events import RetrievedEvent, SentenceEvent
from rag.filters import Filters
from rag.reading.base import Reading
from rag.reading.similarity import SimilarityReader
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.stores import small_store

TEA = "Tea\n\nTea was first drunk in China. It spread by sea."
ASKED: Question = {"question": "Where was tea first drunk?"}


class Counting(SimilarityReader):
    """Counts how often it reads."""

    times = 0

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        self.times += bool(passages)
        return super().read(question, passages)


def open_chain(tmp_path: Path, **settings: int) -> AnswerChain:
    model = FakeEmbeddings()
    return build_chain(
        Settings(store=small_store(tmp_path, {"tea.txt": TEA}), answer_threshold=0.0, **settings),  # type: ignore[arg-type]
        model,
        Counting(model),
    )


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[AnswerChain]:
    chain = open_chain(tmp_path)
    yield chain
    chain.close()


def read(chain: AnswerChain) -> int:
    assert isinstance(chain._reader, Counting)
    return chain._reader.times


def test_the_same_again_is_the_same_answer_under_an_id_of_its_own(chain: AnswerChain) -> None:
    first = chain.invoke(ASKED)
    *events, again = chain.stream({"question": f"  {ASKED['question'].replace(' ', '  ')} ", "id": "7"})
    assert read(chain) == 1
    assert isinstance(again, Answer)
    assert again.citations
    assert again == replace(first, id="7", question=again.question, timings_ms=again.timings_ms)
    assert again.question == "Where  was  tea  first  drunk?"
    assert again.timings_ms.read == 0
    assert [type(event) for event in events] == [RetrievedEvent, *[SentenceEvent] * len(again.sentences)]
    assert [event.sentence for event in events if isinstance(event, SentenceEvent)] == list(again.sentences)


def test_whatever_else_the_answer_depends_on_makes_it_anew(chain: AnswerChain) -> None:
    chain.invoke(ASKED)
    others: list[Question] = [
        {"question": f"{ASKED['question']} And when?"},
        {"question": "where was tea first drunk?"},
        ASKED | {"filters": Filters(before="2024")},
        ASKED | {"history": ["What is tea?"]},
        ASKED | {"written": True},
        ASKED | {"suggest": True},
        ASKED | {"contexts": [TEA]},
        ASKED | {"trace": True},
        ASKED | {"trace": True},
    ]
    for times, other in enumerate(others, start=2):
        before = read(chain)
        chain.invoke(other)
        empty = other.get("filters") is not None
        assert read(chain) > before or empty, (times, other)
    notice = chain.invoke(ASKED | {"written": True}).notice or ""
    assert "No language model" in notice
    assert "No language model" not in (chain.invoke(ASKED).notice or "")


@pytest.mark.store
def test_a_change_of_the_store_is_seen_though_its_vectors_stay(chain: AnswerChain, tmp_path: Path) -> None:
    first = chain.invoke(ASKED)
    assert not any(each.also for each in first.citations)
    (tmp_path / "files" / "copy.txt").write_text(TEA)
    ingest(tmp_path / "store", [tmp_path / "files"], FakeEmbeddings())
    again = chain.invoke(ASKED)
    assert again.generation == first.generation
    assert any(each.also for each in again.citations)


def test_none_are_kept_where_none_are_wanted(tmp_path: Path) -> None:
    chain = open_chain(tmp_path, answers_kept=0)
    chain.invoke(ASKED)
    chain.invoke(ASKED)
    assert read(chain) == 2
    chain.close()


def test_those_that_nobody_asks_for_are_forgotten(chain: AnswerChain) -> None:
    kept = CachedAnswer(chain.invoke(ASKED), 1)
    answers = AnswerCache(2)
    for key in ("a", "b"):
        answers.put(key, kept)
    assert answers.get("a") is kept
    answers.put("c", kept)
    assert [answers.get(key) is kept for key in ("a", "b", "c")] == [True, False, True]
