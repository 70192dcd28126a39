"""`app.py ingest` as its users type it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from settings import HOME
from tests.commands.running import QUESTION, is_one_line, keys, run, run_process

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("plain_environment")]

INGEST_KEYS = (
    "articles_added articles_changed articles_removed articles_unchanged chunks_embedded chunks_reused generation"
    " seconds errors"
)


def test_a_second_ingest_of_the_same_articles_embeds_nothing(built, articles):
    store, first = built
    assert (first.code, first.err) == (0, "")
    assert keys(first.data) == set(INGEST_KEYS.split())
    assert (first.data["articles_added"], first.data["chunks_reused"], first.data["errors"]) == (2, 0, [])
    assert first.data["chunks_embedded"] > 0
    second = run("ingest", articles, "--store", store, "--json").data
    assert (second["articles_unchanged"], second["articles_added"], second["chunks_embedded"]) == (2, 0, 0)
    assert second["generation"] == first.data["generation"]


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
    lines, others = ran.err.splitlines()[: len(bad)], ran.err.splitlines()[len(bad) :]
    assert others[0] == "quoth: 1 left out: it is a link out of the folder"
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


@pytest.mark.parametrize("model", ["no/such-model", "./no-such-folder"])
def test_an_unknown_embedding_model_is_one_line(model, articles, tmp_path):
    ran = run_process("ingest", articles, "--store", tmp_path / "new", "--embedding-model", model)
    assert (ran.code, ran.out) == (2, "")
    assert is_one_line(ran.err), ran.err
    assert f"embedding model '{model}' " in ran.err
