"""What feedback has to do, wherever it is kept: each test runs over a file and over PostgreSQL."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evaluation.feedback import Rating
from evaluation.shared_feedback import KeptFeedback, open_feedback
from settings import Settings, StorePlace
from tests.postgres import PLACES, a_place

pytestmark = pytest.mark.store


@pytest.fixture(params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StorePlace:
    return a_place(request.param, request, tmp_path)


@pytest.fixture
def feedback(place: StorePlace) -> KeptFeedback:
    return open_feedback(Settings(store=place))


def rate(feedback: KeptFeedback, answer_id: str, rating: Rating = "up", comment: str = "") -> None:
    feedback.add(
        rating, comment, f"What of {answer_id}? 🚗\0", ["Before?", {"question": "a", "answer": "b"}], {"id": answer_id}
    )


def test_it_comes_back_as_it_was_in_the_order_in_which_it_came(feedback: KeptFeedback, place: StorePlace) -> None:
    assert feedback.list() == ()
    rate(feedback, "b", "down", "no <b>\n")
    rate(feedback, "a")
    first, second = open_feedback(Settings(store=place)).list()
    assert (first.answer, second.answer) == ({"id": "b"}, {"id": "a"})
    assert (first.rating, first.comment, first.settled) == ("down", "no <b>\n", False)
    assert (first.question, first.history) == ("What of b? 🚗\0", ("Before?", {"question": "a", "answer": "b"}))
    assert first.id < second.id
    assert len(first.created) == len("2024-01-01T00:00:00Z") and first.created.endswith("Z")


def test_the_last_rating_of_an_answer_counts_and_is_unsettled_if_it_is_another(feedback: KeptFeedback) -> None:
    rate(feedback, "a", "down", "no")
    [first] = feedback.list()
    assert feedback.settle([first.id, first.id + 1_000, 2**80]) == 1
    rate(feedback, "a", "down", "no")
    [same] = feedback.list()
    assert (same.id, same.settled) == (first.id, True)
    rate(feedback, "a", "up")
    [other] = feedback.list()
    assert (other.id, other.rating, other.comment, other.settled) == (first.id, "up", "", False)


def test_what_is_listed_is_what_was_asked_for(feedback: KeptFeedback) -> None:
    for answer_id, rating in (("a", "up"), ("b", "down"), ("c", "down")):
        rate(feedback, answer_id, "up" if rating == "up" else "down")
    feedback.settle([feedback.list()[1].id])
    assert [entry.answer["id"] for entry in feedback.list("down")] == ["b", "c"]
    assert [entry.answer["id"] for entry in feedback.list(settled=True)] == ["b"]
    assert [entry.answer["id"] for entry in feedback.list("down", settled=False)] == ["c"]


def test_what_is_deleted_is_gone_and_its_number_with_it(feedback: KeptFeedback) -> None:
    for answer_id in "abc":
        rate(feedback, answer_id)
    numbers = [entry.id for entry in feedback.list()]
    assert feedback.delete([numbers[2], 10**30]) == 1
    rate(feedback, "d")
    assert [entry.answer["id"] for entry in feedback.list()] == ["a", "b", "d"]
    assert feedback.list()[2].id > numbers[2]
    assert feedback.delete() == 3
    assert feedback.list() == ()
    assert feedback.delete([numbers[0]]) == 0 == feedback.settle([numbers[0]]) == feedback.delete()


def test_nothing_of_today_is_too_old(feedback: KeptFeedback) -> None:
    rate(feedback, "a")
    assert [feedback.expire(days) for days in (0, 1, 36_500, 10**9)] == [0, 0, 0, 0]
    assert len(feedback.list()) == 1


def test_many_rate_at_once(place: StorePlace) -> None:
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda n: rate(open_feedback(Settings(store=place)), f"id-{n % 8}", comment=str(n)), range(32)))
    assert {entry.answer["id"] for entry in open_feedback(Settings(store=place)).list()} == {
        f"id-{n}" for n in range(8)
    }
