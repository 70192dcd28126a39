"""The command `sources`, from the command line to the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands.running import run
from tests.fakes import FakeEmbeddings
from tests.index.sync.site import HOST, rss, serving

pytestmark = pytest.mark.store


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("commands.store.embedding_model", lambda settings: FakeEmbeddings())
    return tmp_path / "store"


def test_add_run_list_and_remove(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "brig.txt").write_text("The brig\n\nIt sailed to Hamburg.")
    assert run("sources", "--store", store).out.strip() == "There are no sources."
    added = run("sources", "add", "notes", folder, "--store", store, "--collection", "My Ships", "--tag", "sea")
    assert (added.code, added.err) == (0, "")
    done = run("sources", "run", "--store", store)
    assert done.out.strip() == "notes: 1 added, 0 changed, 0 removed, 0 unchanged, 0 left alone"
    [listed] = run("sources", "list", "--store", store, "--json").data
    assert (listed["collection"], listed["tags"], listed["status"]["articles"]) == ("my-ships", ["sea"], 1)
    assert listed["status"]["next_run"] - listed["status"]["last_run"] == 3_600
    assert "notes" in run("sources", "list", "--store", store).out
    [article] = run("articles", "--store", store, "--json").data
    assert (article["collection"], article["tags"]) == ("my-ships", ["sea"])
    assert run("sources", "remove", "notes", "--store", store).code == 0
    assert run("sources", "remove", "notes", "--store", store).code == 2
    assert len(run("articles", "--store", store, "--json").data) == 1


def test_a_source_on_the_network_is_run_only_where_that_is_allowed(store: Path) -> None:
    with serving() as site:
        site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."), site.url("/gone"))
        added = run("sources", "add", "news", site.url("/feed"), "--private-host", HOST, "--store", store)
        assert added.code == 0 and "--allow-network" in added.err
        refused = run("sources", "run", "news", "--store", store)
        assert (refused.code, site.asked) == (2, [])
        done = run("sources", "run", "news", "--allow-network", "--store", store)
        assert done.code == 0 and "1 added" in done.out  # a page that is gone is no error
        site.pages["/feed"] = 500
        failed = run("sources", "run", "news", "--allow-network", "--store", store)
        assert failed.code == 3 and "status 500" in failed.err
        assert "1 failed run in a row" in run("sources", "list", "--store", store).err


@pytest.mark.parametrize(
    "words",
    [
        ("add", "a b", "."), ("add", "a", "/does/not/exist"), ("add", "a", "ftp://x/", "--kind", "feed"),
        ("add", "a", "https://ada:secret@example.org/"), ("add", "a", ".", "--every", "0"),
        ("add", "a", ".", "--limit", "0"),
        ("add", "a", "imaps://example.org/"), ("add", "a", ".", "--user", "ada", "--password-env", "X"),
        ("add", "a", "imaps://example.org/A%22%0d%0aB", "--user", "ada", "--password-env", "X"),
        ("add", "a"), ("run", "nobody"), ("what",),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_one_line(store: Path, words: tuple[str, ...]) -> None:
    done = run("sources", *words, "--store", store)
    assert done.code == 2 and done.err.count("\n") == 1
    assert "secret" not in done.err
    assert run("sources", "--store", store, "--json").data == []
