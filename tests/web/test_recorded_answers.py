"""Shared answers in PostgreSQL: shared at one server, shown at the other, gone with their articles."""

from __future__ import annotations

import re
from contextlib import closing
from pathlib import Path

import pytest

from index.ingest import ingest
from index.options import IngestOptions
from index.store.place import open_store
from rag.answer import Answer, Sentence
from rag.filters import NO_FILTERS, Filters
from settings import Settings, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import ABSENT, Server
from tests.web.standins import QUOTE, an_answer, citation
from web import shared_answers
from web.shared_answers import RecordedAnswers, frozen, open_shared_answers, sweep_shared

pytest.importorskip("psycopg", reason=ABSENT)
pytestmark = pytest.mark.store


@pytest.fixture
def place(postgres: Server) -> StoreUrl:
    place = postgres.place()
    with open_store(place).writing():
        pass
    return place


def quoting(answer_id: str) -> Answer:
    said = (Sentence(QUOTE, "quote", (1,), 0.9),)
    return an_answer("Asked?", id=answer_id, answer="x", sentences=said, citations=(citation(),))


def test_an_answer_is_frozen_under_one_id_at_any_server(place: StoreUrl) -> None:
    one, other = (open_shared_answers(Settings(store=place)) for _ in range(2))
    assert isinstance(one, RecordedAnswers)
    first = one.add(quoting("a"), "Asked?", Filters(author=("Li",)))
    assert re.fullmatch("[0-9a-f]{32}", first)
    assert other.add(quoting("a"), "Again?", NO_FILTERS) == first != other.add(quoting("b"), "Other?", NO_FILTERS)
    found = other.get(first)
    assert found is not None and found.answer == frozen(quoting("a")) and found.answer.citations[0].before == ""
    assert (found.question, found.filters) == ("Asked?", Filters(author=("Li",)))
    assert all(one.get(wrong) is None for wrong in ("", "0" * 32, "a\0", "../" + first, first.upper()))


def test_the_oldest_goes(place: StoreUrl, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared_answers, "CAPACITY", 2)
    shared = open_shared_answers(Settings(store=place))
    ids = [shared.add(quoting(name), "?", NO_FILTERS) for name in "abc"]
    assert [shared.get(each) is not None for each in ids] == [False, True, True]


def test_it_goes_with_its_article(place: StoreUrl, tmp_path: Path) -> None:
    settings = Settings(store=place)
    for name in ("port", "other"):
        (tmp_path / f"{name}.md").write_text(f"# The {name}\n\nThe {name} was dredged in May.", encoding="utf-8")
    ingest(place, [tmp_path], FakeEmbeddings())
    with closing(open_store(place).open()) as database:
        [article] = [
            found for info in database.articles() if (found := database.article(info.id)) and "port" in found.title
        ]
    quote = "The port was dredged in May."
    cited = citation(1, article, quote, "May")
    answer = an_answer(
        "When?", id="x", answer="x", sentences=(Sentence(quote, "quote", (1,), 0.9),), citations=(cited,)
    )
    shared = open_shared_answers(settings)
    name = shared.add(answer, "When?", NO_FILTERS)
    assert sweep_shared(settings, erased=True) == 0 and shared.get(name) is not None
    (tmp_path / "port.md").unlink()
    ingest(place, [tmp_path], FakeEmbeddings(), IngestOptions(prune=True))
    assert sweep_shared(settings, erased=False) == 1 and shared.get(name) is None
