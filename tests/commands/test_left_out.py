"""`ingest` says of everything that it does not take in why, and never ends without a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import app
import index.embed
from index.ingest import ingest
from index.options import IngestOptions
from index.store.layout import STARTER
from tests.data.build import zipped
from tests.data.sources import BESIDES, SHIPS_PAGE, wiki
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store


@pytest.fixture(autouse=True)
def _no_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.embed, "load_embeddings", lambda *_: FakeEmbeddings())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An article among files that are none."""
    made = tmp_path / "news"
    made.mkdir()
    (made / "a.md").write_text("The ships sailed.")
    (made / "wiki.xml").write_text(wiki(SHIPS_PAGE, BESIDES))
    (made / "pictures.zip").write_bytes(zipped({"a.jpg": b"x"}))
    (made / "out.md").symlink_to("/etc/hostname")
    for name in ("a.jpg", "b.JPG", "c.exe", "bad\x1b[2J.exe"):
        (made / name).write_bytes(b"\xff\xd8\xff")
    return made


def test_a_summary_says_how_many_are_left_out_and_why(folder, tmp_path, capsys) -> None:
    assert app.main(["ingest", str(folder), "--store", str(tmp_path / "store")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("2 added")
    *reasons, last = said.err.splitlines()
    assert sorted(reasons) == [
        "quoth: 1 left out: 3 redirects, talk pages and the like are no articles",
        "quoth: 1 left out: it is a link out of the folder",
        "quoth: 2 left out: .exe is no format that is read",
        "quoth: 3 left out: .jpg is no format that is read",
    ]
    assert last == "quoth: --verbose names each that is left out"


def test_each_is_named_on_request_and_cannot_disturb_the_terminal(folder, tmp_path, capsys) -> None:
    assert app.main(["ingest", str(folder), "--store", str(tmp_path / "store"), "--verbose"]) == 0
    said = capsys.readouterr().err
    assert "quoth: news/b.JPG left out: .jpg is no format that is read" in said
    assert "quoth: news/pictures.zip/a.jpg left out: .jpg is no format that is read" in said
    assert "quoth: news/wiki.xml/other pages left out: 3 redirects, talk pages and the like are no articles" in said
    assert "\x1b" not in said
    assert "news/bad\ufffd[2J.exe" in said


def test_a_dry_run_says_so_too(folder, tmp_path, capsys) -> None:
    words = ["ingest", str(folder), "--store", str(tmp_path / "store"), "--dry-run"]
    assert app.main(words) == 0
    assert "3 left out: .jpg is no format" in capsys.readouterr().err
    assert app.main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["files_passed_over"] == 7


def test_nothing_but_other_formats_is_an_error_that_names_them(tmp_path, capsys) -> None:
    (tmp_path / "news").mkdir()
    (tmp_path / "news/a.jpg").write_bytes(b"\xff\xd8\xff")
    assert app.main(["ingest", str(tmp_path / "news"), "--store", str(tmp_path / "store")]) == 2
    assert "(1 left out: .jpg)" in capsys.readouterr().err


def test_a_file_that_holds_nothing_does_not_end_in_silence(tmp_path, capsys) -> None:
    (tmp_path / "pictures.zip").write_bytes(zipped({"a.jpg": b"x"}))
    assert app.main(["ingest", str(tmp_path / "pictures.zip"), "--store", str(tmp_path / "store")]) == 0
    said = capsys.readouterr()
    assert said.out.startswith("0 added")
    assert "quoth: 1 left out: .jpg is no format that is read" in said.err


def test_that_the_starter_articles_made_way_is_said_once(tmp_path, capsys) -> None:
    seeds, store = tmp_path / "seeds", tmp_path / "store"
    seeds.mkdir()
    (seeds / "s.md").write_text("The cars were sold.")
    (seeds / "t.md").write_text("The trains were late.")
    ingest(store, [seeds], FakeEmbeddings(), IngestOptions(origin=STARTER))
    (tmp_path / "a.md").write_text("The ships sailed.")
    assert app.main(["ingest", str(tmp_path / "a.md"), "--store", str(store)]) == 0
    assert "quoth: the 2 starter articles made way for these" in capsys.readouterr().err
    assert app.main(["ingest", str(tmp_path / "a.md"), "--store", str(store)]) == 0
    assert "starter" not in capsys.readouterr().err
