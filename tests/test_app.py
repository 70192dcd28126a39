"""The command line as its users and their programs know it: docs/commands.md."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from argparse import Namespace
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import app
from index.errors import UsageError
from index.store.layout import DATABASE, GENERATIONS
from settings import HOME, Settings

pytestmark = pytest.mark.store

QUESTION = "What did Jia Yueting criticize?"
JIA = """---
title: A post about copying
author: Ann Lee
date: 2024-04-02
tags: [Cars, the industry]
---
Jia Yueting criticized the copycat culture of the industry. He praised the execution of Xiaomi.

## Prices

The SU7 costs 215,900 yuan in China.
"""
SHIPS = "Ships and cats\n\nThe cook fed the cat with fish. \u2028Every ship had one.\n"

ANSWER_KEYS = (
    "id question standalone_question abstained notice answer sentences citations nearest suggestions withheld"
    " confidence engine models prompt generation timings_ms"
)
SENTENCE_KEYS = "text kind citations support"
CITATION_KEYS = "n article_id title source author date page heading start end quote answer_spans before after also seal"
TIMINGS_KEYS = "condense retrieve read write verify total"
INGEST_KEYS = (
    "articles_added articles_changed articles_removed articles_unchanged chunks_embedded chunks_reused generation"
    " seconds errors"
)


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)


def run(*words: str | Path) -> Ran:
    """A command in this process."""
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        code = app.main([str(word) for word in words])
    return Ran(code, out.getvalue(), err.getvalue())


def run_process(*words: str | Path) -> Ran:
    """A command as a user types it."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HF_")}
    done = subprocess.run(
        [sys.executable, "app.py", *words], cwd=HOME, env=environment, capture_output=True, check=False, timeout=120
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())


def is_one_line(text: str) -> bool:
    return text.startswith("quoth: ") and text.endswith("\n") and text.count("\n") == 1


def keys(data: dict[str, Any]) -> set[str]:
    return set(data)


@pytest.fixture(scope="module")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles") / "news"
    folder.mkdir()
    (folder / "jia.md").write_text(JIA)
    (folder / "ships.txt").write_text(SHIPS)
    return folder


@pytest.fixture(scope="module")
def built(articles: Path, models: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ran]:
    """A store, and how it was made. Leave it as it is."""
    store = tmp_path_factory.mktemp("built") / "store"
    return store, run("ingest", articles, "--store", store, "--models", models, "--json")


@pytest.fixture
def store(built: tuple[Path, Ran], tmp_path: Path) -> Path:
    """A copy to change."""
    return shutil.copytree(built[0], tmp_path / "store")


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch, models: Path) -> None:
    for name in os.environ:
        if name.startswith("QUOTH_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("QUOTH_MODELS", str(models))
    monkeypatch.setenv("QUOTH_READER_MODEL", "none")  # what a reading model makes of it is tested elsewhere


def test_a_second_ingest_of_the_same_articles_embeds_nothing(built, articles):
    store, first = built
    assert (first.code, first.err) == (0, "")
    assert keys(first.data) == set(INGEST_KEYS.split())
    assert (first.data["articles_added"], first.data["chunks_reused"], first.data["errors"]) == (2, 0, [])
    assert first.data["chunks_embedded"] > 0
    second = run("ingest", articles, "--store", store, "--json").data
    assert (second["articles_unchanged"], second["articles_added"], second["chunks_embedded"]) == (2, 0, 0)
    assert second["generation"] == first.data["generation"]


def test_an_answer_has_the_keys_of_the_contract_and_quotes_that_stand_in_the_article(built):
    store, _ = built
    answer = run("ask", QUESTION, "--store", store, "--json").data
    assert keys(answer) == set(ANSWER_KEYS.split())
    assert keys(answer["models"]) == {"embedding", "reader", "llm"}
    assert keys(answer["timings_ms"]) == set(TIMINGS_KEYS.split())
    assert not answer["abstained"]
    assert all(keys(sentence) == set(SENTENCE_KEYS.split()) for sentence in answer["sentences"])
    for citation in answer["citations"]:
        assert keys(citation) == set(CITATION_KEYS.split())
        text = run("articles", citation["article_id"], "--store", store).out
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text.startswith(
            citation["before"] + citation["quote"] + citation["after"], citation["start"] - len(citation["before"])
        )
    first = answer["citations"][0]
    assert "copycat culture" in first["quote"]
    assert (first["title"], first["source"]) == ("A post about copying", "news/jia.md")
    assert (first["author"], first["date"]) == ("Ann Lee", "2024-04-02")


def test_an_abstention_says_so_and_names_the_nearest_passages(built):
    answer = run("ask", "How deep is the lake of Geneva?", "--store", built[0], "--json").data
    assert keys(answer) == set(ANSWER_KEYS.split())
    assert (answer["abstained"], answer["citations"], answer["sentences"]) == (True, [], [])
    assert 1 <= len(answer["nearest"]) <= 3


def test_a_trace_adds_the_ranked_passages(built):
    answer = run("ask", QUESTION, "--store", built[0], "--json", "--trace").data
    assert keys(answer) - set(ANSWER_KEYS.split()) == {"retrieved"}
    assert {passage["source"] for passage in answer["retrieved"]} == {"news/jia.md", "news/ships.txt"}


def test_an_answer_from_some_articles_only(built):
    def sources(*options: str) -> set[str]:
        retrieved = run("ask", QUESTION, "--store", built[0], "--json", "--trace", *options).data["retrieved"]
        return {passage["source"] for passage in retrieved}

    assert sources() == {"news/jia.md", "news/ships.txt"}
    assert sources("--source", "SHIPS", "--source", "nothing") == {"news/ships.txt"}
    assert sources("--source", "ships", "--after", "2020", "--before", "2030", "--author", "x") == set()
    assert sources("--tag", "The Industry", "--tag", "x") == {"news/jia.md"}
    out = run("ask", QUESTION, "--store", built[0], "--author", "Nobody at all").out
    assert out == "There are no articles by Nobody at all.\n"


def test_a_person_gets_the_quotes_with_their_marks_and_where_they_are_from(built):
    ran = run("ask", QUESTION, "--store", built[0])
    assert (ran.code, ran.err) == (0, "")
    assert '"Jia Yueting criticized the copycat culture of the industry." [1]\n' in ran.out
    assert "[1] A post about copying, Ann Lee, 2024-04-02  news/jia.md\n" in ran.out


def test_a_file_of_questions_gives_one_answer_a_line_in_order(built, tmp_path):
    rows: list[dict[str, Any]] = [
        {"question": QUESTION},
        {"question": "And what did he praise?", "history": [QUESTION], "id": "praise"},
        {
            "question": "Who ate\u2028fish?\u0085",
            "id": 7,
            "contexts": ["It rained.", "The cat ate fish.\u2028It slept."],
        },
        {"question": "How deep is the lake of Geneva?"},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    ran = run_process("ask", "--questions", file, "--store", built[0])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == ran.out.removesuffix("\n").split("\n")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "praise", "7", "4"]
    assert [answer["question"] for answer in answers] == [row["question"].strip() for row in rows]
    assert [answer["abstained"] for answer in answers] == [False, False, False, True]
    assert answers[1]["standalone_question"] == "What did Jia Yueting praise?"
    assert "praised" in answers[1]["answer"]
    assert {citation["article_id"] for citation in answers[2]["citations"]} == {"context-2"}
    assert "The cat ate fish." in answers[2]["citations"][0]["quote"]


def test_questions_about_texts_of_their_own_need_no_index(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"question": "Who ate fish?", "contexts": ["The cat ate fish."]}))
    ran = run("ask", "--questions", file, "--store", tmp_path / "store")
    assert ran.code == 0
    assert ran.data["citations"][0]["article_id"] == "context-1"
    assert not (tmp_path / "store").exists()


def test_articles_are_listed_and_printed_exactly(built, articles):
    store, _ = built
    listed = run("articles", "--store", store, "--json").data
    assert [(each["source"], each["title"], each["date"]) for each in listed] == [
        ("news/jia.md", "A post about copying", "2024-04-02"),
        ("news/ships.txt", "Ships and cats", None),
    ]
    assert str(articles) not in json.dumps(listed)
    lines = run("articles", "--store", store).out.splitlines()
    assert [line.split()[0] for line in lines] == [each["id"] for each in listed]
    assert run("articles", listed[1]["id"], "--store", store).out == SHIPS
    printed = run("articles", listed[0]["id"], "--store", store, "--json").data
    assert printed["text"].startswith("A post about copying\n\nBy Ann Lee, 2 April 2024\n\nJia")
    assert printed["headings"] == [{"start": printed["text"].index("Prices"), "title": "Prices"}]


def test_status_says_what_is_indexed_and_that_every_vector_is_there(built, articles):
    store, made = built
    status = run("status", "--store", store, "--json", "--verify").data
    assert (status["articles"], status["healthy"], status["verified"], status["problem"]) == (2, True, True, None)
    assert (status["generation"], status["built_from"]) == (made.data["generation"], str(articles))
    assert status["embedding_model"] == "all-MiniLM-L6-v2"
    assert "healthy: True\n" in run("status", "--store", store).out


def test_doctor_finds_nothing_wrong_with_a_good_installation_and_names_what_is(built, store):
    good = run("doctor", "--store", built[0])
    assert (good.code, good.err) == (0, "")
    assert all(line.startswith("ok ") for line in good.out.splitlines())
    assert "2 articles" in good.out
    (store / DATABASE).write_bytes(b"garbage" * 1000)
    bad = run("doctor", "--store", store)
    assert (bad.code, bad.err) == (2, "")
    assert any(line.startswith("FAIL  store: ") and " -> " in line for line in bad.out.splitlines())


def test_a_question_set_is_scored(built, tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": QUESTION, "answers": ["copycat culture"], "evidence": ["copycat culture"]},
        {"question": "How deep is the lake of Geneva?", "answerable": False},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    card = run("eval", file, "--store", built[0], "--json").data
    scores = {figure["name"]: figure["value"] for figure in card["figures"]}
    assert [scores[name] for name in ("retrieved_hit@1", "right", "refusal_recall", "auroc")] == [1.0] * 4
    assert [row["failure"] for row in card["results"]] == [None, None]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["ask", ""], "question is empty"),
        (["ask", " \n"], "question is empty"),
        (["ask", "who", "--after", "2024-13"], "after:2024-13 is no date"),
        (["ask", "--questions", "x.jsonl", "--author", "Jia"], "is not filtered"),
        (["ask", "x" * 100_000], "100,000 characters"),
        (["ask", "caf\udce9?"], "question"),
        (["ask"], "one question is needed"),
        (["ask", "Who?", "--questions", "{tmp}/broken.jsonl"], "one question is needed"),
        (["ask", "--questions", "{tmp}/none.jsonl"], "{tmp}/none.jsonl cannot be read"),
        (["ask", "--questions", "{tmp}/broken.jsonl"], "{tmp}/broken.jsonl, line 2: "),
        (["eval", "{tmp}/broken.jsonl"], "{tmp}/broken.jsonl, line 2: "),
        (["eval", "{tmp}/elsewhere.jsonl"], "evidence is in no article"),
        (["ask", "Who?", "--articles", "{tmp}/empty"], "was built from {articles}, not from {tmp}/empty"),
        (["ask", "Who?", "--embedding-model", "other"], "all-MiniLM-L6-v2, not other"),
        (["ask", "Who?", "--reader-model", "{tmp}/none"], "reading model '{tmp}/none' is no folder"),
        (["ingest", "{tmp}/empty", "--embedding-model", "other"], "all-MiniLM-L6-v2, not other"),
        (["ingest", "{tmp}/none"], "{tmp}/none does not exist"),
        (["ingest", "{tmp}/empty"], "no articles under {tmp}/empty"),
        (["articles", "0123456789abcdef"], "no article 0123456789abcdef"),
    ],
)
def test_a_mistake_is_one_line_and_exit_code_2_and_harms_nothing(words, says, built, articles, tmp_path):
    store, made = built
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken.jsonl").write_text('{"question": "Who?"}\nWhat?\n')
    (tmp_path / "elsewhere.jsonl").write_text('{"question": "Who?", "evidence": ["Dogs bark."]}')
    places = {"tmp": tmp_path, "articles": articles}
    ran = run(*(word.format(**places) for word in words), "--store", store)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says.format(**places) in ran.err
    assert run("status", "--store", store, "--json").data["generation"] == made.data["generation"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["ingest", "none", "--store", "{tmp}/new"], 2, "none does not exist"),
        (["ask", "Who?", "--store", "{tmp}/new", "--articles", "none"], 2, "none does not exist"),
        (["articles", "--store", "{tmp}/new"], 4, "no store in {tmp}/new"),
        (["status", "--store", "{tmp}/new"], 4, "no store in {tmp}/new"),
        (["ingest", "{articles}", "--store", "{articles}/jia.md"], 4, "{articles}/jia.md cannot be written"),
    ],
)
def test_a_store_that_cannot_be_used_is_named(words, code, says, articles, tmp_path):
    places = {"tmp": tmp_path, "articles": articles}
    ran = run(*(word.format(**places) for word in words))
    assert (ran.code, ran.out) == (code, "")
    assert is_one_line(ran.err), ran.err
    assert says.format(**places) in ran.err


def newer_format(file: Path) -> None:
    with contextlib.closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 99")


def garbage(file: Path) -> None:
    file.write_bytes(b"garbage" * 1000)


def cut_off(file: Path) -> None:
    os.truncate(file, 5000)


@pytest.mark.parametrize(
    ("harm", "says"), [(newer_format, "has format 99"), (garbage, "is damaged"), (cut_off, "is damaged")]
)
@pytest.mark.parametrize("words", [["ask", QUESTION], ["ingest", "{articles}"], ["articles"], ["status"]])
def test_a_store_that_is_damaged_or_of_another_version_is_exit_code_4(harm, says, words, store, articles):
    harm(store / DATABASE)
    ran = run(*(word.format(articles=articles) for word in words), "--store", store)
    assert (ran.code, ran.out) == (4, "")
    assert is_one_line(ran.err), ran.err
    assert f"{store} {says}" in ran.err


def lose(generation: Path) -> None:
    shutil.rmtree(generation)


def cut(generation: Path) -> None:
    os.truncate(max(generation.rglob("*"), key=lambda path: path.stat().st_size), 100)


@pytest.mark.parametrize("harm", [lose, cut])
def test_vectors_that_are_lost_or_cut_are_mended_from_the_store(harm, store):
    [generation] = (store / GENERATIONS).iterdir()
    harm(generation)
    ill = run("status", "--store", store, "--json")
    assert (ill.code, ill.data["healthy"]) == (4, False)
    ran = run("ask", QUESTION, "--store", store, "--json")
    assert ran.code == 0
    assert "copycat culture" in ran.data["citations"][0]["quote"]
    assert ran.err.count("\n") == 1
    assert run("status", "--store", store, "--verify", "--json").data["healthy"]
    assert run("ask", QUESTION, "--store", store).err == ""


def test_broken_files_are_named_and_the_good_ones_are_in(store, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text("The lake of Geneva is 310 metres deep.")
    (folder / "nul.txt").write_bytes(b"a\0b")
    (folder / "latin.md").write_bytes(b"caf\xe9")
    (folder / "blank.html").write_text(" \n")
    (folder / "front.md").write_text("---\ntitle: [\n---\nText")
    (folder / "dangling.txt").symlink_to("nowhere")
    os.mkfifo(folder / "pipe.txt")
    ran = run("ingest", folder, "--store", store, "--json")
    assert (ran.code, ran.data["articles_added"]) == (3, 1)
    bad = ["blank.html", "front.md", "latin.md", "nul.txt", "pipe.txt"]
    assert [error["source"] for error in ran.data["errors"]] == [f"mixed/{name}" for name in bad]
    assert all(keys(error) == {"source", "error", "hint"} and all(error.values()) for error in ran.data["errors"])
    lines = ran.err.splitlines()
    assert len(lines) == len(bad)
    assert all(line.startswith("quoth: ") and f"mixed/{name}" in line for line, name in zip(lines, bad, strict=True))
    assert "310 metres" in run("ask", "How deep is the lake of Geneva?", "--store", store).out
    assert "copycat culture" in run("ask", QUESTION, "--store", store).out


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has no such file names")
def test_a_file_whose_name_is_no_text_does_not_stop_the_others(store, tmp_path):
    folder = tmp_path / "mixed"
    folder.mkdir()
    (folder / "good.txt").write_text("The lake of Geneva is 310 metres deep.")
    Path(os.fsdecode(os.fsencode(folder) + b"/caf\xe9.txt")).write_text("Cafes are open.")
    ran = run("ingest", folder, "--store", store, "--json")
    assert ran.code in (0, 3)
    assert ran.data["articles_added"] + len(ran.data["errors"]) == 2
    assert "310 metres" in run("ask", "How deep is the lake of Geneva?", "--store", store).out


def test_a_second_writer_gives_up_at_once_while_readers_go_on_and_a_dead_one_is_no_hindrance(store, articles, tmp_path):
    path = f"pathlib.Path({str(store)!r})"
    hold = f"import pathlib, index.store.lock as l\nwith l.write_lock({path}): print(flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", hold], cwd=HOME, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"\n"
        started = time.monotonic()
        busy = run("ingest", articles, "--store", store)
        assert time.monotonic() - started < 1
        assert busy.code == 4
        assert is_one_line(busy.err), busy.err
        assert "another process is writing" in busy.err
        assert "copycat culture" in run("ask", QUESTION, "--store", store).out
        holder.send_signal(signal.SIGKILL)
    assert run("ingest", articles, "--store", store).code == 0


def test_an_empty_store_is_built_from_the_articles_given_once(articles, tmp_path):
    words = ("ask", QUESTION, "--articles", articles, "--store", tmp_path / "new", "--json")
    first, second = run(*words), run(*words)
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert "copycat culture" in first.data["answer"]
    assert first.data["generation"] == second.data["generation"]


@pytest.mark.parametrize("model", ["no/such-model", "./no-such-folder"])
def test_an_unknown_embedding_model_is_one_line(model, articles, tmp_path):
    ran = run_process("ingest", articles, "--store", tmp_path / "new", "--embedding-model", model)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert f"embedding model '{model}' " in ran.err


@pytest.mark.parametrize(
    ("variable", "text", "says"),
    [
        ("QUOTH_PORT", "abc", "QUOTH_PORT='abc' should be a valid integer"),
        ("QUOTH_PORT", "-5", "QUOTH_PORT='-5' should be greater than or equal to 0"),
        ("QUOTH_ANSWER_THRESHOLD", "7", "QUOTH_ANSWER_THRESHOLD='7' should be less than or equal to 1"),
        ("QUOTH_ANSWER_THRESHHOLD", "0.9", "is not a setting; did you mean QUOTH_ANSWER_THRESHOLD?"),
    ],
)
def test_a_variable_that_does_not_fit_is_one_line(variable, text, says, monkeypatch, built):
    monkeypatch.setenv(variable, text)
    ran = run("status", "--store", built[0])
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says in ran.err


def test_a_setting_that_is_gone_is_one_line_and_the_command_goes_on(monkeypatch, built):
    monkeypatch.setenv("QUOTH_QUOTES", "4")
    ran = run("status", "--store", built[0])
    assert ran.code == 0 and "articles: 2\n" in ran.out
    assert is_one_line(ran.err) and "QUOTH_QUOTES is no longer a setting" in ran.err


def test_a_failure_has_its_traceback_only_with_debug(built):
    ran = run_process("ask", "", "--store", built[0])
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    with pytest.raises(UsageError, match="empty"):
        run("ask", "", "--store", built[0], "--debug")


def test_the_snippet_is_filled_in(monkeypatch):
    assert '<script src="http://127.0.0.1:7860/widget.js" async data-title=' in run("snippet").out
    monkeypatch.setenv("QUOTH_EMBED_ORIGINS", "https://a.example, https://b.example")
    ran = run("snippet", "--url", "https://answers.example.org/")
    assert ran.out.startswith('<script src="https://answers.example.org/widget.js" async data-title=')
    assert 'QUOTH_EMBED_ORIGINS="https://a.example https://b.example"' in ran.out
    for words in (["--url", 'https://x"><script>'], ["--url", "https://x/path"], ["--url", "answers.example.org"]):
        ran = run("snippet", *words)
        assert (ran.code, ran.out) == (2, "")
        assert is_one_line(ran.err), ran.err
    monkeypatch.setenv("QUOTH_EMBED_ORIGINS", "https://a.example/path")
    ran = run("serve")
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err) and "QUOTH_EMBED_ORIGINS" in ran.err


@pytest.mark.parametrize(
    ("words", "host", "port"),
    [([], "127.0.0.1", 7860), (["--port", "8000"], "127.0.0.1", 8000), (["serve", "--host", "::1"], "::1", 7860)],
)
def test_without_a_command_it_serves(words, host, port, monkeypatch):
    served: list[Settings] = []

    def serve(settings: Settings, options: Namespace) -> int:
        served.append(settings)
        return 0

    monkeypatch.setattr("commands.serve.run_serve", serve)
    assert run(*words).code == 0
    assert [(settings.host, settings.port) for settings in served] == [(host, port)]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["nonsense"], "'nonsense'"),
        (["ask", "Who?", "--nonsense"], "--nonsense"),
        (["ingest"], "PATH"),
        (["serve", "--port", "abc"], "'abc'"),
        (["serve", "--port", "-1"], "--port=-1 should be"),
        (["serve", "--port", "70000"], "--port=70000 should be"),
        (["serve", "--excerpts-only", "-3"], "--excerpts-only=-3 should be"),
    ],
)
def test_words_that_are_no_command_are_one_line_and_exit_code_2(words, says):
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert says in ran.err
