"""The latest questions that the articles did not answer, for the owner's start page; only with --log-questions.

They are kept in memory alone, and are gone when the server ends.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rag.answer import Answer
from rag.events import Ask, Event

if TYPE_CHECKING:
    from rag.chain import Question

KEPT = 100
NO_QUESTIONS = ("small_talk", "language")
"""Kinds of what is typed that no article could answer."""


@dataclass(frozen=True, slots=True)
class UnansweredQuestion:
    """A question as it was understood, how often it was asked, and when last: UTC in ISO 8601."""

    question: str
    asked: str
    times: int = 1


class Unanswered:
    """LRU list of at most `KEPT` questions, for many threads; one that is asked again is counted."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._questions: OrderedDict[str, UnansweredQuestion] = OrderedDict()

    def add(self, question: str) -> None:
        """Note a question that was not answered."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        with self._lock:
            former = self._questions.pop(question.casefold(), None)
            noted = replace(former, asked=now, times=former.times + 1) if former else UnansweredQuestion(question, now)
            self._questions[question.casefold()] = noted
            if len(self._questions) > KEPT:
                self._questions.popitem(last=False)

    def latest(self) -> Sequence[UnansweredQuestion]:
        """Return the questions, the one asked last first."""
        with self._lock:
            return list(self._questions.values())[::-1]


def noting_unanswered(ask: Ask, unanswered: Unanswered) -> Ask:
    """Wrap `ask` so that each question that the articles do not answer is noted."""

    def ask_noted(question: Question) -> Generator[Event]:
        with closing(ask(question)) as events:
            for event in events:
                if isinstance(event, Answer) and event.abstained and event.intent not in NO_QUESTIONS:
                    unanswered.add(event.standalone_question or event.question)
                yield event

    return ask_noted
