"""`ingest` with addresses and with named columns, from the command line to the store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import app
from index.readers.source_metadata import SourceMetadata
from index.sources import scan
from index.sources.fetch import WebResponse
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store

PAGE = b"<!doctype html><html><head><title>Ships</title></head><body><p>They sailed to %s.</p></body></html>"


class StandIn:
    """A web of one page, whose town changes."""

    town = b"Hamburg"

    def fetch(self, url: str) -> WebResponse:
        return WebResponse(200, PAGE % self.town, SourceMetadata("text/html", "utf-8", url))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    monkeypatch.setattr(scan, "Web", StandIn)
    return tmp_path / "store"


def run(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, Any, str]:
    code = app.main([str(word) for word in words])
    said = capsys.readouterr()
    return code, json.loads(said.out) if said.out else None, said.err


def test_without_leave_nothing_is_fetched(store: Path, capsys, monkeypatch) -> None:
    monkeypatch.setattr(scan, "Web", None)
    code, _, said = run(capsys, "ingest", "https://example.org/a", "--store", store)
    assert code == 2
    assert said == (
        "quoth: https://example.org/a is on the network: add --allow-network, or save the page and ingest the file\n"
    )
    assert not store.exists()


def test_a_page_keeps_its_id_and_its_address(store: Path, capsys, monkeypatch) -> None:
    words = ("ingest", "https://example.org//a/", "--allow-network", "--store", store, "--json")
    assert run(capsys, *words)[1]["articles_added"] == 1
    _, [before], _ = run(capsys, "articles", "--json", "--store", store)
    assert before["source"] == "https://example.org//a/"
    assert run(capsys, *words)[1]["articles_unchanged"] == 1
    monkeypatch.setattr(StandIn, "town", b"Bremen")
    assert run(capsys, *words, "--prune")[1]["articles_changed"] == 1
    _, article, _ = run(capsys, "articles", before["id"], "--json", "--store", store)
    assert (article["text"], article["link"]) == ("Ships\n\nThey sailed to Bremen.", "https://example.org//a/")


def test_columns_are_named_and_can_be_named_anew(store: Path, tmp_path: Path, capsys) -> None:
    table = tmp_path / "news.csv"
    words_of_it = "They sailed to Hamburg and came back in May. " * 3
    table.write_text(f"head,words,at\nShips,{words_of_it},https://example.org/1\n")
    words = ("ingest", table, "--store", store, "--json")
    code, report, said = run(capsys, *words)
    assert code == 3
    assert "--text-field" in said
    code, report, _ = run(capsys, *words, "--text-field", "words")
    assert (code, report["articles_added"]) == (0, 1)
    assert run(capsys, *words, "--text-field", "words", "--title-field", "head", "--url-field", "at")[0] == 0
    _, listed, _ = run(capsys, "articles", "--json", "--store", store)
    assert [info["title"] for info in listed] == ["Ships"]
    _, article, _ = run(capsys, "articles", listed[0]["id"], "--json", "--store", store)
    assert (article["text"], article["link"]) == (f"Ships\n\n{words_of_it.strip()}", "https://example.org/1")
