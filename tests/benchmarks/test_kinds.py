"""First lines by kind: which articles are asked about, what their questions become, and the table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import kinds
from benchmarks.kinds import Told, half_of, rows_of, table
from index.errors import UsageError
from rag.answer import Answer, Models
from tests.fakes import FakeEmbeddings

HELD_OUT = [name for name in (f"tea-{number}" for number in range(200)) if half_of(name) is not None]
ARTICLE: dict[str, Any] = {
    "id": HELD_OUT[0],
    "title": "The tea fair",
    "author": "Ada Renshaw",
    "date": "2024-03-01",
    "text": "Kites fly high at the **tea** fair.\n\nOslo sells tea and cups.",
    "questions": [
        {"q": "What flies high?", "a": ["Kites"], "s": "Kites fly high at the **tea** fair.", "kind": "fact"},
        {"q": "What does Oslo sell?", "a": ["tea", "cups"], "s": ["Oslo sells tea and cups."], "kind": "list"},
        {"q": "Does Oslo sell tea?", "a": ["sells tea"], "s": "Oslo sells tea and cups.", "kind": "yesno"},
        {"q": "Why does Oslo sell cups?", "a": [], "near": "Oslo sells tea and cups.", "kind": "why"},
    ],
}


def test_a_tenth_of_the_families_is_asked_about_in_two_halves() -> None:
    halves = [half_of(f"family-{number}") for number in range(4_000)]
    assert 300 < sum(half is not None for half in halves) < 500
    assert 150 < halves.count("reported") < 250


def test_questions_become_rows() -> None:
    fact, listed, yes, why = rows_of(ARTICLE, {f"{ARTICLE['id']}/2": "Yes"})
    assert (fact.evidence, fact.answers) == (("Kites fly high at the tea fair.",), ("Kites",))
    assert (listed.items, listed.tags) == ((("tea",), ("cups",)), ("list",))
    assert yes.answers == ("sells tea", "Yes")
    assert (why.answerable, why.articles) == (False, ())


def test_the_verdicts_are_of_yes_or_no() -> None:
    verdicts = json.loads(kinds.VERDICTS.read_text(encoding="utf-8"))
    assert set(verdicts.values()) == {"Yes", "No"}


def test_without_articles_it_says_which_folder(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there are no articles"):
        kinds.development(tmp_path)


def test_a_table_has_a_line_for_each_kind() -> None:
    fact, listed, _, why = rows_of(ARTICLE, {})
    refusal = Answer(
        "1", "?", "?", abstained=True, answer="", confidence=0.0, engine="", models=Models(None), generation=""
    )
    told = [
        Told(fact, "fact", refusal, {"first_line_right": 1.0}, quoted=True, first=True),
        Told(listed, "list", refusal, {"first_line_right": 0.0, "item_recall": 0.5}, quoted=False, first=False),
        Told(why, "why", refusal, {}, quoted=False, first=False),
    ]
    head, _, *lines = table(told)
    assert head.startswith("| kind | answerable | right |")
    assert [line.split(" | ")[0] for line in lines] == ["| fact", "| list", "| why", "| all"]
    assert lines[1].split(" | ")[1:4] == ["1", "0.00 (0.00 to 0.00)", "0.00"]
    assert lines[2].endswith("| 1 | 1.00 |")


@pytest.mark.store
def test_a_run_asks_the_product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = tmp_path / "train" / "own"
    own.mkdir(parents=True)
    (own / "fair.jsonl").write_text(json.dumps(ARTICLE) + "\n", encoding="utf-8")
    monkeypatch.setattr(kinds, "load_embeddings", lambda *_: FakeEmbeddings())
    monkeypatch.setattr("rag.chain.load_embeddings", lambda *_: FakeEmbeddings())
    out = tmp_path / "answers.json"
    kinds.main(["--data", str(tmp_path), "--reader-model", "none", "--kinds", "fact", "list", "--json", str(out)])
    assert capsys.readouterr().out.splitlines()[-1].startswith("| all | 2 |")
    answers = json.loads(out.read_text(encoding="utf-8"))
    assert [answer["kind"] for answer in answers] == ["fact", "list"]
    assert [answer["answers"] for answer in answers] == [["Kites"], ["tea", "cups"]]
