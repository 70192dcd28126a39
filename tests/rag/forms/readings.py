"""Findings for tests: articles of one line, each with the words that a reader claims in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

from index.article import Article
from rag.answer import Answer, Models
from rag.extract import Bars, Limits, extract_answer
from rag.forms.findings import Findings
from rag.generate import AnswerBody
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from rag.verify.support import Verifier
from rag.verify.weigh import Head
from tests.fakes import FakeEmbeddings

Claim = tuple[str, str, float]
"""A text, the words in it that answer, and how probable that is."""


BARS = Bars(0.5, HIGH)


def read(claims: Sequence[Claim]) -> tuple[list[Passage], list[Reading]]:
    passages: list[Passage] = []
    readings: list[Reading] = []
    for text, words, probability in claims:
        article = Article(
            f"{hashlib.sha256(text.encode()).hexdigest()}.txt", f"Text {len(passages)}", text, f"{len(passages):064}"
        )
        passages.append(Passage(article, 0, len(text), 1.0))
        readings.append(Reading(probability, (AnswerSpan(text.index(words), text.index(words) + len(words), 1.0),)))
    return passages, readings


def findings(
    question: str,
    claims: Sequence[Claim],
    further: Mapping[str, Sequence[Claim]] | None = None,
    head: Head | None = None,
) -> Findings:
    """Return findings; a further question that has a key of `further` in it is read as that says."""
    passages, readings = read(claims)
    limits = Limits()

    def read_again(asked: str) -> tuple[list[Passage], list[Reading]]:
        return read(next((claims for key, claims in (further or {}).items() if key in asked), []))

    extract = extract_answer(question, passages, readings, BARS, limits)
    return Findings(question, passages, readings, extract, BARS, limits, read_again, Verifier(FakeEmbeddings(), head))


def assert_is_an_answer(body: AnswerBody) -> None:
    """Sentences and citations fit together, and the first line is short enough."""
    Answer(
        "1", "?", "?", abstained=False, answer="", confidence=1.0, engine="", models=Models(None), generation="",
        sentences=body.sentences, citations=body.citations, certainty=body.certainty,
    )  # fmt: skip
    assert len(body.sentences[0].text) <= 300
