"""Stores that cannot be used, that are damaged, or that are built when they are first asked."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from pathlib import Path

import pytest

from index.store.layout import DATABASE, GENERATIONS
from tests.commands.running import QUESTION, is_one_line, run

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("plain_environment")]


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
@pytest.mark.usefixtures("no_tail")
def test_vectors_that_are_lost_or_cut_are_mended_from_the_store(harm, store):
    assert run("ingest", "--repair", "--store", store).code == 0
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


def test_an_empty_store_is_built_from_the_articles_given_once(articles, tmp_path):
    words = ("ask", QUESTION, "--articles", articles, "--store", tmp_path / "new", "--json")
    first, second = run(*words), run(*words)
    assert (first.code, first.err, second.code, second.err) == (0, "", 0, "")
    assert "copycat culture" in first.data["answer"]
    assert first.data["generation"] == second.data["generation"]
