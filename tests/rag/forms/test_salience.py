"""What makes a sentence one for a summary: each thing alone, all others being equal."""

from __future__ import annotations

import numpy as np
import pytest

from index.chunk import SentenceSpan
from rag.forms.salience import most_salient, salience

PLAIN = "The council sells the old harbour to a shipping company."


def scores(*texts: str, opens: tuple[int, ...] = (0,)) -> list[float]:
    """Return the scores of sentences with one and the same vector."""
    spans = [SentenceSpan(100 * n, 100 * n + len(text), n in opens) for n, text in enumerate(texts)]
    vectors = np.tile(np.array([1.0, 0.0], dtype=np.float32), (len(texts) + 1, 1))
    return salience(texts, spans, vectors).tolist()


@pytest.mark.parametrize(
    "other",
    [
        "Who will buy the old harbour from the council, and when?",
        "“The council sells the old harbour to a shipping company”.",
        "They have sold the old harbour to a big shipping company.",
        "The council said that it sells the harbour to a company.",
        "The council sells.",
        "sells the old harbour to a company that is in shipping.",
        "Monday | 10:00 to 17:00 | 10:00 to 19:00 | closed at 20:00",
    ],
)
def test_a_sentence_that_tells_what_happened_goes_before_one_that(other: str) -> None:
    before, after = scores(other, PLAIN)
    assert after > before, "although it stands later"


def test_the_first_two_of_a_paragraph_go_before_the_third_and_early_ones_before_late_ones() -> None:
    first, second, third, opening = scores(PLAIN, PLAIN, PLAIN, PLAIN, opens=(0, 3))
    assert first > second > opening > third


def test_in_a_long_article_early_sentences_go_before_late_ones_as_in_a_short_one() -> None:
    short, long = scores(*[PLAIN] * 15), scores(*[PLAIN] * 80)
    assert long[2] - long[3] == pytest.approx(short[2] - short[3])
    assert long[40] == pytest.approx(long[79])


def test_nearness_to_the_whole_and_to_the_question_counts() -> None:
    vectors = np.array([[0, 1], [1, 0], [1, 0], [1, 0]], dtype=np.float32)
    spans = [SentenceSpan(0, 1, opens_paragraph=True)] * 3
    far, near, _ = salience([PLAIN] * 3, spans, vectors)
    assert near > far


def test_what_is_said_twice_is_chosen_once_and_in_reading_order() -> None:
    vectors = np.array([[1, 0, 0], [0, 1, 0], [0.99, 0.14, 0], [0, 0, 1]], dtype=np.float32)
    assert most_salient(np.array([1.0, 2.0, 3.0, 0.0]), vectors, 3) == [1, 2, 3]
