"""Where whole articles are not for everybody, a list or a summary quotes no more than another answer."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer import Answer, Citation, Sentence
from rag.events import SentenceEvent, StatusEvent, sentence_events
from rag.unsure import MAYBE
from tests.web.standins import an_answer
from web.security.quote_allowance import NOTICE, QuoteAllowance


def summary(*lengths: int, first: str = "") -> Answer:
    """An answer of quotes of these lengths; `first` is a first line that leans on all of them."""
    citations = tuple(
        Citation(n, "a", "Title", "a.md", 10 * n, 10 * n + length, "x" * length, after="later")
        for n, length in enumerate(lengths, start=1)
    )
    sentences = tuple(Sentence(each.quote, "quote", (each.n,), 1.0) for each in citations)
    line = (Sentence(first, "computed", tuple(range(1, len(lengths) + 1)), 1.0),) if first else ()
    return an_answer("Sum it up.", sentences=(*line, *sentences), citations=citations, intent="summary")


def kept(answer: Answer, most: int) -> tuple[list[SentenceEvent], Answer]:
    allowance = QuoteAllowance(most)
    events = [allowance.keep(event) for event in sentence_events(answer.sentences, answer.citations)]
    last = allowance.keep(answer)
    assert isinstance(last, Answer)
    return [event for event in events if isinstance(event, SentenceEvent)], last


def test_what_fits_stays_as_it_is() -> None:
    answer = summary(30, 40, 30)
    events, last = kept(answer, 100)
    assert last is answer and len(events) == 3
    assert QuoteAllowance().keep(StatusEvent("read")) == StatusEvent("read")


def test_what_goes_beyond_is_left_out_and_said() -> None:
    events, last = kept(summary(60, 50, 30, 20, first="All of it."), 100)
    assert [len(citation.quote) for citation in last.citations] == [60, 30]
    assert [sentence.citations for sentence in last.sentences] == [(1, 2), (1,), (2,)]
    assert [event.sentence for event in events] == list(last.sentences)
    assert last.notice == NOTICE and last.answer == " ".join(map(str, last.sentences))


def test_a_notice_that_the_faces_know_stays_where_they_look_for_it() -> None:
    _, last = kept(replace(summary(60, 50), notice=f"{MAYBE} More."), 100)
    assert last.notice == f"{MAYBE} {NOTICE} More."


def test_one_quote_that_is_too_long_is_cut() -> None:
    _, last = kept(summary(150, 5), 100)
    [citation] = last.citations
    assert (len(citation.quote), citation.end - citation.start, citation.after) == (100, 100, "x" * 50 + "later")
    assert last.sentences[0].text == citation.quote


@pytest.mark.parametrize("first", ["", "In short."])
@given(lengths=st.lists(st.integers(1, 90), min_size=1, max_size=12), most=st.integers(1, 120))
def test_never_more_than_allowed_and_always_a_whole_answer(lengths: list[int], most: int, first: str) -> None:
    events, last = kept(summary(*lengths, first=first), most)
    assert 0 < sum(len(citation.quote) for citation in last.citations) <= most
    assert [event.sentence for event in events] == list(last.sentences)
