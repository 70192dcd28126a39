"""When all that may be read is read, and when reading may stop."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from rag.chain import build_chain
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.stores import small_store

FIRST = "BYD\n\nThe European Union set a duty of 17 percent for BYD cars."
OTHER = "Cars\n\nThe European Union set a duty of 21 percent for BYD cars."
SAME = "Cars\n\nThe European Union set a duty of 17 percent for BYD cars, as had been said."


class Hasty:
    """Reads one passage with a figure, all where it is to be thorough."""

    name: str | None = "hasty"
    high = HIGH

    def __init__(self) -> None:
        self.asked: list[bool] = []

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        self.asked += [thorough] if passages else []  # none are given to have the model loaded
        readings = [Reading(0.0, ())] * len(passages)
        for n, passage in enumerate(passages):
            at = passage.text.find("The European")
            readings[n] = Reading(0.9, (AnswerSpan(at, len(passage.text), 1.0),))
            if not thorough:
                break
        return readings


@pytest.mark.parametrize(
    ("question", "other", "asked"),
    [
        ("What duty did the European Union set for BYD cars?", SAME, [False]),
        ("What duty did the European Union set for BYD cars?", OTHER, [False, True]),
        ("Which duties are set for BYD cars?", SAME, [True]),
    ],
)
def test_lists_and_figures_that_may_differ_are_read_thoroughly(
    tmp_path: Path, question: str, other: str, asked: list[bool]
) -> None:
    reader = Hasty()
    chain = build_chain(
        Settings(store=small_store(tmp_path, {"a.txt": FIRST, "b.txt": other})), FakeEmbeddings(), reader
    )
    answer = chain.invoke({"question": question})
    chain.close()
    assert reader.asked == asked
    differs = answer.notice is not None and "The articles differ" in answer.notice
    assert differs is (asked == [False, True])
