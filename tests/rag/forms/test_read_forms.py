"""The forms that are made of readings, through the whole chain."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pytest

from index.ingest import ingest
from rag.chain import AnswerChain, build_chain
from rag.events import SentenceEvent
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings


class FigureReader:
    """Claims the figure that follows a name of the question, else the word after "in"."""

    name: str | None = "fake"
    high = HIGH

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        names = "|".join(re.findall(r"(?<= )(?:NIO|XPeng)\b", f" {question}")) or "(?!)"
        pattern = re.compile(rf"(?:{names})\D+(?P<said>\d[\d.]* billion yuan)|builds in (?P<place>\w+)")
        readings = []
        for passage in passages:
            found = pattern.search(passage.text)
            spans = [AnswerSpan(*found.span(found.lastgroup or 0), 1.0)] if found else []
            readings.append(Reading(0.9 if spans else 0.0, tuple(spans)))
        return readings


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerChain]:
    folder = tmp_path_factory.mktemp("files")
    (folder / "a.txt").write_text("NIO had a bad year. NIO lost 20.7 billion yuan in all, as it says.")
    (folder / "b.txt").write_text("XPeng lost 10.4 billion yuan. The market was to blame for most of it.")
    (folder / "c.txt").write_text("The maker builds in Thailand, Hungary and Brazil. It says so every year.")
    settings = Settings(store=tmp_path_factory.mktemp("store") / "store", reader_model="none")
    ingest(settings.store, [folder], FakeEmbeddings())
    chain = build_chain(settings, FakeEmbeddings(), FigureReader())
    yield chain
    chain.close()


@pytest.mark.parametrize(
    ("question", "intent", "said", "notice"),
    [
        (
            "NIO or XPeng, who lost more?",
            "compare",
            "NIO lost more: 20.7 billion yuan against 10.4 billion yuan.",
            None,
        ),
        ("Which countries are there where it builds?", "list", "Thailand, Hungary and Brazil.", "3 items found."),
    ],
)
def test_the_chain_answers_in_the_form(
    chain: AnswerChain, question: str, intent: str, said: str, notice: str | None
) -> None:
    answer = chain.invoke({"question": question})
    assert (answer.intent, answer.sentences[0].text, answer.notice) == (intent, said, notice)
    assert answer.certainty == "high" and not answer.abstained and answer.answer.startswith(said)
    for citation in answer.citations:
        article = chain.index.article(citation.article_id)
        assert article is not None and article.text[citation.start : citation.end] == citation.quote


def test_what_is_streamed_is_what_is_answered(chain: AnswerChain) -> None:
    question = "NIO or XPeng, who lost less?"
    streamed = [event.sentence for event in chain.stream({"question": question}) if isinstance(event, SentenceEvent)]
    assert tuple(streamed) == chain.invoke({"question": question}).sentences
    assert streamed[0].text.startswith("XPeng lost less")


def test_a_form_over_given_texts(chain: AnswerChain) -> None:
    texts = ["XPeng lost 10.4 billion yuan.", "NIO lost 20.7 billion yuan."]
    answer = chain.invoke({"question": "Who lost more, NIO or XPeng?", "contexts": texts, "written": True})
    assert answer.sentences[0].text.startswith("NIO lost more")
    assert answer.notice == "No language model is set: the answer is made of quotes."
