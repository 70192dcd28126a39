"""`app.py eval` as its users type it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import app
from evaluation.feedback import FEEDBACK, FeedbackStore
from index.errors import ModelError
from rag.answer import Answer
from rag.chain import AnswerChain
from settings import HOME
from tests.commands import running
from tests.language_models import serving

pytestmark = pytest.mark.store

ROWS = (HOME / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:6]


@pytest.fixture(scope="module")
def store(seed_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter store of its own: runs, feedback and a corpus are kept in it."""
    return Path(shutil.copytree(seed_store, tmp_path_factory.mktemp("scoring") / "store"))


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    path = tmp_path / "set.jsonl"
    path.write_text("\n".join(ROWS) + "\n", encoding="utf-8")
    return path


def run(*words: object) -> int:
    return app.main(["eval", *map(str, words)])


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return capsys.readouterr().err


def test_the_table_and_the_file_say_the_same(store, asked, tmp_path, capsys):
    assert run(asked, "--store", store, "--json", tmp_path / "run.json") == 0
    card = json.loads((tmp_path / "run.json").read_text())
    table = capsys.readouterr().out
    assert card["questions"] == "set.jsonl"
    assert [row["id"] for row in card["results"]] == [json.loads(row)["id"] for row in ROWS]
    for figure in card["figures"]:
        assert figure["low"] <= figure["value"] <= figure["high"]
        line = next(line.split() for line in table.splitlines() if line.split()[:1] == [figure["name"]])
        assert line[5] == str(figure["rows"])
        assert figure["group"] == "latency" or float(line[1]) == pytest.approx(figure["value"], abs=6e-4)
    assert not list((store / "runs").iterdir())


def test_two_runs_are_alike_but_for_the_time(store, asked, capsys):
    cards = []
    for _ in range(2):
        assert run(asked, "--store", store, "--json") == 0
        cards.append(json.loads(capsys.readouterr().out))
    for card in cards:
        card["figures"] = [figure for figure in card["figures"] if figure["group"] != "latency"]
        del card["created"], card["seconds"]
        for row in card["results"]:
            del row["answer"]["timings_ms"]
            row["values"] = {name: value for name, value in row["values"].items() if not name.startswith("ms_")}
    assert cards[0] == cards[1]


def test_a_fall_fails_unless_it_is_tolerated(store, asked, tmp_path, capsys, monkeypatch):
    assert run(asked, "--store", store, "--json", tmp_path / "base.json") == 0
    monkeypatch.setenv("QUOTH_ANSWER_THRESHOLD", "1")  # refuses everything
    again = (asked, "--store", store, "--baseline", tmp_path / "base.json")
    assert run(*again) == 1
    assert "quoth: error_rate fell from " in told(capsys)
    gated = ("first_line_right", "error_rate")
    assert run(*again, *(f"--gate={name}=off" for name in gated)) == 0
    assert run(*again, *(f"--gate={name}=1" for name in gated)) == 0
    assert run(*again, "--gate=first_line_right=off", "--gate=semantic") == 1


def test_an_interrupted_run_goes_on(store, asked, tmp_path, capsys, monkeypatch):
    honest = AnswerChain.invoke
    answered: list[str] = []

    def stopped(self, question, *rest, **more):
        if len(answered) == 3:
            raise KeyboardInterrupt
        answered.append(question["id"])
        return honest(self, question, *rest, **more)

    monkeypatch.setattr("evaluation.run.WORKERS", 1)
    monkeypatch.setattr(AnswerChain, "invoke", stopped)
    assert run(asked, "--store", store) == 130
    assert "with --resume goes on" in told(capsys)
    with monkeypatch.context() as other:
        other.setenv("QUOTH_ANSWER_THRESHOLD", "0.6")
        assert run(asked, "--store", store, "--resume") == 2
    assert "no interrupted run" in told(capsys)
    answered.clear()
    monkeypatch.setattr(
        AnswerChain, "invoke", lambda *words, **more: answered.append(words[1]["id"]) or honest(*words, **more)
    )
    assert run(asked, "--store", store, "--resume", "--json", tmp_path / "run.json") == 0
    ids = [json.loads(row)["id"] for row in ROWS]
    assert answered == ids[3:]
    assert [row["id"] for row in json.loads((tmp_path / "run.json").read_text())["results"]] == ids
    assert run(asked, "--store", store, "--resume") == 2
    assert "no interrupted run" in told(capsys)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        ((), "a question set is needed"),
        (("{set}", "--gate=no_such_figure=1", "--baseline={base}"), "there is no figure 'no_such_figure'"),
        (("{set}", "--gate=right=much"), "'much' is no number"),
        (("{set}", "--baseline={set}"), "is no JSON"),
        (("{set}", "--baseline={other}"), "no scored run of this version"),
        (("{set}", "--report={tmp}/no/such/folder.html"), "cannot be written"),
        (("{set}", "--judge=nobody:any"), "nobody:any cannot be used"),
        (("{set}", "--format=csv"), "set.jsonl"),
    ],
)
def test_a_mistake_is_one_line(store, asked, tmp_path, capsys, words, says):
    (tmp_path / "other.json").write_text('{"schema": 0}')
    base = tmp_path / "base.json"
    if "--baseline={base}" in words:
        assert run(asked, "--store", store, "--json", base) == 0
    names = {"set": asked, "base": base, "other": tmp_path / "other.json", "tmp": tmp_path}
    capsys.readouterr()
    assert run(*(word.format(**names) for word in words), "--store", store) == 2
    said = told(capsys)
    assert said.startswith("quoth: ")
    assert says in said
    assert said.count("\n") == 1


def test_a_baseline_of_other_questions_is_refused(store, asked, tmp_path, capsys):
    other = tmp_path / "other.jsonl"
    other.write_text('{"id": "seed-001", "question": "Another one?", "answerable": false}\n')
    assert run(other, "--store", store, "--json", tmp_path / "base.json") == 0
    assert run(asked, "--store", store, "--baseline", tmp_path / "base.json") == 2
    assert "no question in common" in told(capsys)


def test_drafts_become_rows_once_a_person_accepts_them(store, tmp_path, capsys):
    assert run("--draft", 3, "--store", store) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["draft"] for line in lines] == [True] * 3
    del lines[0]["draft"], lines[1]["draft"]
    lines[1]["evidence"] = ["in no article"]
    edited, mine = tmp_path / "edited.jsonl", tmp_path / "mine.jsonl"
    edited.write_text("".join(json.dumps(line) + "\n" for line in lines))
    assert run(mine, "--accept", edited, "--store", store) == 2
    assert not mine.exists()
    edited.write_text("".join(json.dumps(line) + "\n" for line in (lines[0], lines[2])))
    assert run(mine, "--accept", edited, "--store", store) == 0
    assert [json.loads(line)["question"] for line in mine.read_text().splitlines()] == [lines[0]["question"]]
    assert run(mine, "--store", store) == 0


def test_a_thumb_down_becomes_a_row(store, tmp_path, capsys):
    assert app.main(["ask", "Who founded Xiaomi?", "--json", "--store", str(store)]) == 0
    answer = Answer.from_dict(json.loads(capsys.readouterr().out))
    feedback = FeedbackStore(store / FEEDBACK)
    feedback.add("down", "wrong person", answer.question, (), answer.to_dict())
    assert run("--pending", "--store", store) == 0
    [line] = [line for line in capsys.readouterr().out.splitlines() if not line.startswith("#")]
    row = json.loads(line)
    assert (row["question"], row["comment"]) == ("Who founded Xiaomi?", "wrong person")
    del row["draft"]
    row["answers"] = ["Lei Jun"]
    (tmp_path / "edited.jsonl").write_text(json.dumps(row))
    assert run(tmp_path / "mine.jsonl", "--accept", tmp_path / "edited.jsonl", "--store", store) == 0
    assert [each.settled for each in feedback.list()] == [True]
    assert run("--pending", "--store", store) == 0
    assert capsys.readouterr().out.splitlines()[1:] == []


def test_a_beir_folder_brings_its_articles(models, tmp_path, capsys):
    folder = tmp_path / "beir"
    (folder / "qrels").mkdir(parents=True)
    documents = {"d1": "Tea was first drunk in China.", "d2": "Tin is a metal that melts early."}
    write = lambda name, rows: (folder / name).write_text("".join(json.dumps(row) + "\n" for row in rows))  # noqa: E731
    write("corpus.jsonl", [{"_id": name, "title": name, "text": text} for name, text in documents.items()])
    write("queries.jsonl", [{"_id": "q1", "text": "Where was tea first drunk?"}])
    (folder / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nq1\td1\t1\n")
    for _ in range(2):  # the second time the store is there
        assert run(folder, "--format", "beir", "--store", tmp_path / "store", "--json") == 0
        figures = {figure["name"]: figure["value"] for figure in json.loads(capsys.readouterr().out)["figures"]}
        assert figures["article_hit@1"] == 1.0


@pytest.mark.parametrize("words", [("{set}", "--judge", "openai:any"), ("--draft", 1, "--model", "openai:any")])
def test_the_settings_of_a_model_hold_for_judges_and_drafts_too(store, asked, monkeypatch, words):
    loaded: list[tuple[object, ...]] = []

    def load(name: str, address: str | None, *, seconds: float, window: int | None) -> None:
        loaded.append((name, address, seconds, window))
        raise ModelError("seen", "enough")

    monkeypatch.setattr("rag.write.load_model", load)
    monkeypatch.setenv("QUOTH_MODEL_SECONDS", "7")
    monkeypatch.setenv("QUOTH_MODEL_TOKENS", "9000")
    run(*(asked if word == "{set}" else word for word in words), "--store", store, "--base-url", "http://127.0.0.1:1")
    assert loaded == [("openai:any", "http://127.0.0.1:1", 7, 9_000)]


def test_a_judge_decides_what_the_quotes_support(store, asked, capsys):
    with serving(*["no"] * 50) as served:
        assert run(asked, "--store", store, "--judge", "openai:any", "--base-url", served.address, "--json") == 0
    card = json.loads(capsys.readouterr().out)
    figures = {figure["name"]: figure["value"] for figure in card["figures"]}
    assert (card["judge"], figures["citation_recall"], figures["quote_exact"]) == ("openai:any", 0.0, 1.0)
    assert "CLAIM: " in served.asked[0]["messages"][1]["content"]


@pytest.mark.store
@pytest.mark.usefixtures("plain_environment")
def test_a_question_set_is_scored(built, tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": running.QUESTION, "answers": ["copycat culture"], "evidence": ["copycat culture"]},
        {"question": "How deep is the lake of Geneva?", "answerable": False},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    card = running.run("eval", file, "--store", built[0], "--json").data
    scores = {figure["name"]: figure["value"] for figure in card["figures"]}
    assert [scores[name] for name in ("retrieved_hit@1", "right", "refusal_recall", "auroc")] == [1.0] * 4
    assert [row["failure"] for row in card["results"]] == [None, None]


@pytest.mark.store
@pytest.mark.usefixtures("plain_environment")
def test_a_follow_up_is_asked_in_full_too(built, tmp_path):
    file = tmp_path / "questions.jsonl"
    follow_up = {
        "question": "And who?",
        "history": ["It rained."],
        "answers": ["Jia Yueting"],
        "standalone": running.QUESTION,
    }
    rows = [follow_up, {"question": "How deep is the lake of Geneva?", "answerable": False}]
    file.write_text("\n".join(map(json.dumps, rows)))
    card = running.run("eval", file, "--store", built[0], "--json").data
    first, other = card["results"]
    assert [row["id"] for row in card["results"]] == ["1", "2"]
    assert (first["standalone"], other["full"], other["first_line"]) == (running.QUESTION, None, "")
    assert "Jia Yueting" in first["full"]["first_line"]
    assert first["full"]["certainty"] in ("high", "low")
    assert first["values"]["standalone_right"] == 1
    assert first["values"]["follow_up_right"] == first["values"]["first_line_right"]
    figures = {figure["name"]: figure["rows"] for figure in card["figures"]}
    assert (figures["follow_up_right"], figures["standalone_right"]) == (1, 1)


def test_a_set_that_says_of_no_answer_what_is_right_is_said_to(store, tmp_path, capsys):
    path = tmp_path / "set.csv"
    path.write_text("question,expected\nWho founded BYD?,Wang Chuanfu\n")
    assert run(path, "--store", store) == 0
    assert "no question has `answers`, `evidence` or `articles`" in told(capsys)
    path.write_text("question,answer\nWho founded BYD?,Wang Chuanfu\n")
    assert run(path, "--store", store) == 0
    assert "no question has" not in told(capsys)
