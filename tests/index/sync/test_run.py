"""Sources over real connections: what is new comes in, what is the same is not sent again, what goes wrong is told."""

from __future__ import annotations

import hashlib
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from threading import Event
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from index.errors import StoreBusyError
from index.ingest import ingest
from index.options import IngestOptions
from index.publisher import Publisher
from index.sources import fetch
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE
from index.sync import origins
from index.sync.catalog import Catalog
from index.sync.run import RunReport, run_source
from index.sync.schedule import run_due
from index.sync.source import Source
from tests.fakes import FakeEmbeddings
from tests.index.sync.site import HOST, Site, rss, serving, sitemap

pytestmark = pytest.mark.store


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return tmp_path / "store"


def added(store: Path, kind: Any, place: str, **more: Any) -> Source:
    source = Source("it", kind, place, **({"private_hosts": (HOST,)} | more))
    Catalog(store).add(source)
    return source


def ran(store: Path, **more: Any) -> RunReport:
    return run_source(store, "it", FakeEmbeddings, **more)


def counts(report: RunReport) -> tuple[int, int, int, int, int]:
    return report.added, report.changed, report.removed, report.unchanged, len(report.errors)


def stored(store: Path) -> dict[str, Any]:
    with closing(SqliteDatabase(store / DATABASE)) as database:
        return {info.source.rpartition("/")[2]: info for info in database.articles()}


def test_a_feed_brings_its_pages_and_what_is_the_same_is_not_sent_again(site: Site, store: Path) -> None:
    pages = [site.page(f"/{name}", f"The {name} sailed to Hamburg.") for name in ("brig", "yawl")]
    site.pages["/feed"] = rss(*pages)
    added(store, "feed", site.url("/feed"), collection="ships", tags=("sea",))
    assert counts(ran(store)) == (2, 0, 0, 0, 0)
    assert {(info.collection, info.tags) for info in stored(store).values()} == {("ships", ("sea",))}
    site.statuses()
    assert counts(ran(store)) == (0, 0, 0, 2, 0)
    assert site.statuses() == {"/robots.txt": 404, "/feed": 304}
    site.page("/brig", "The brig was sold in 1901.")
    site.pages["/feed"] = rss(*pages, site.page("/sloop", "A sloop has one mast."))
    assert counts(ran(store)) == (1, 1, 0, 1, 0)
    assert site.statuses()["/yawl"] == 304
    assert Catalog(store).get("it")[1].articles == 3


def test_what_a_feed_does_not_list_any_more_stays_unless_the_source_is_set_so(site: Site, store: Path) -> None:
    pages = [site.page(f"/{name}", f"The {name} sailed to Hamburg.") for name in ("brig", "yawl", "sloop")]
    site.pages["/feed"] = rss(*pages)
    added(store, "feed", site.url("/feed"))
    ran(store)
    site.pages["/feed"] = rss(*pages[1:])
    assert counts(ran(store)) == (0, 0, 0, 2, 0)
    assert len(stored(store)) == 3
    Catalog(store).remove("it")
    assert len(stored(store)) == 3
    added(store, "feed", site.url("/feed"), prune=True)
    site.pages["/sloop"] = 410
    report = ran(store)
    assert (report.removed, report.left_alone, report.errors) == (1, 0, [])  # the yawl is taken over, the sloop is gone
    assert [*stored(store)] == ["brig", "yawl"]


def test_what_was_added_or_removed_by_hand_is_left_alone(site: Site, store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ships"
    folder.mkdir()
    for name in ("brig", "yawl"):
        (folder / f"{name}.txt").write_text(f"The {name}\n\nIt sailed to Hamburg.")
    ingest(store, [folder / "brig.txt"], FakeEmbeddings(), IngestOptions(collection="secret"))
    added(store, "folder", str(folder), collection="open", prune=True)
    report = ran(store)
    assert (report.added, report.left_alone) == (1, 1)
    assert {name: info.collection for name, info in stored(store).items()} == {"brig.txt": "secret", "yawl.txt": "open"}
    (folder / "brig.txt").unlink()
    assert ran(store).removed == 0  # by hand
    with Publisher(store) as publisher:
        publisher.publish([], [stored(store)["yawl.txt"].id])
    (folder / "yawl.txt").write_text("The yawl\n\nIt has two masts now.")
    assert counts(ran(store)) == (0, 0, 0, 0, 0)
    assert [*stored(store)] == ["brig.txt"]


def test_a_folder_in_step(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "ships"
    folder.mkdir()
    for name in ("brig", "yawl", "sloop"):
        (folder / f"{name}.txt").write_text(f"The {name}\n\nIt sailed to Hamburg.")
    added(store, "folder", str(folder), prune=True)
    assert counts(ran(store)) == (3, 0, 0, 0, 0)
    assert counts(ran(store)) == (0, 0, 0, 3, 0)
    (folder / "brig.txt").write_text("The brig\n\nIt sank in 1901.")
    (folder / "yawl.txt").unlink()
    assert counts(ran(store)) == (0, 1, 1, 1, 0)
    folder.rename(tmp_path / "away")
    report = ran(store)
    assert report.failed and "is not there" in report.errors[0].error
    assert len(stored(store)) == 2  # what is not mounted is not gone


class RandomEmbeddings(FakeEmbeddings):
    """Vectors that have nothing in common, so that the approximate search finds each of a thousand."""

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        seeds = [int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little") for text in texts]
        vectors = np.array([np.random.default_rng(seed).normal(size=64) for seed in seeds], dtype=np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_thousand_unchanged_files_take_less_than_five_seconds(store: Path, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for n in range(1_000):
        (folder / f"{n}.txt").write_text(f"Note {n}\n\nNothing else.")
    added(store, "folder", str(folder))
    assert run_source(store, "it", RandomEmbeddings).added == 1_000
    started = time.process_time()  # other tests may run beside this one
    report = run_source(store, "it", lambda: pytest.fail("nothing is to be embedded"))
    assert report.unchanged == 1_000
    assert time.process_time() - started < 5


def test_a_sitemap_of_sitemaps_that_lists_itself(site: Site, store: Path) -> None:
    page = site.page("/brig", "The brig sailed to Hamburg.")
    site.pages["/part.xml"] = sitemap(page, page, site.url("/part.xml#again"), "http://other.example/page")
    site.pages["/sitemap.xml"] = sitemap(site.url("/sitemap.xml"), site.url("/part.xml"), of="sitemap")
    site.pages["/part.xml"] = sitemap(page, page, "http://other.example/page")
    added(store, "sitemap", site.url("/sitemap.xml"))
    assert counts(ran(store)) == (1, 0, 0, 0, 0)
    assert [path for path, _ in site.asked].count("/sitemap.xml") == 1


def test_a_sitemap_part_of_which_cannot_be_had_removes_nothing(site: Site, store: Path) -> None:
    site.pages["/a.xml"] = sitemap(site.page("/brig", "The brig sailed to Hamburg."))
    site.pages["/b.xml"] = sitemap(site.page("/yawl", "The yawl sailed to Hamburg."))
    site.pages["/sitemap.xml"] = sitemap(site.url("/a.xml"), site.url("/b.xml"), of="sitemap")
    added(store, "sitemap", site.url("/sitemap.xml"), prune=True)
    assert ran(store).added == 2
    for broken in (500, 404, "<urlset></urlset>"):
        site.pages["/b.xml"] = site.pages["/a.xml"] = broken
        report = ran(store)
        assert report.failed and len(stored(store)) == 2


def test_the_links_of_a_page_are_followed_one_level_on_the_same_site(site: Site, store: Path) -> None:
    site.page("/deep", "Nobody links here directly.")
    site.pages["/brig"] = '<p><a href="/deep">deeper</a></p><p>The brig sailed to Hamburg in the year 1901.</p>'
    site.pages["/index"] = (
        '<a class=x href="/brig#top">a</a> <a href=\'brig\'>a</a> <a href="http://other.example/">b</a>'
        '<a href="/photo.jpg">c</a> <a href="mailto:a@b.c">d</a> <a href="http://[">e</a> <a href="/index">f</a>'
    )
    added(store, "links", site.url("/index"))
    assert counts(ran(store)) == (1, 0, 0, 0, 0)
    assert {path for path, _ in site.asked} == {"/robots.txt", "/index", "/brig"}


def test_what_may_not_be_fetched_is_an_error_and_the_rest_comes_in(site: Site, store: Path) -> None:
    port = site.server.server_address[1]
    site.pages |= {
        "/robots.txt": "User-agent: *\nDisallow: /closed",
        "/inside": (302, f"http://127.0.0.2:{port}/secret"), "/down": 503, "/loop": (301, "/loop"),
    }  # fmt: skip
    site.page("/secret", "Nobody may read this.")
    site.page("/closed", "Nor this.")
    links = [site.url(path) for path in ("/inside", "/down", "/loop", "/closed")]
    site.pages["/feed"] = rss(*links, site.page("/brig", "The brig sailed to Hamburg."))
    added(store, "feed", site.url("/feed"))
    report = ran(store)
    assert (report.added, report.failed) == (1, False)
    said = " ".join(failure.error for failure in report.errors)
    for words in ("not on the public internet", "status 503", "redirects more than", "robots.txt"):
        assert words in said
    assert "/secret" not in [path for path, _ in site.asked]
    assert len(Catalog(store).get("it")[1].errors) == 4
    site.page("/down", "It is up again.")
    assert ran(store).added == 1  # a feed with errors is looked at again


def test_a_private_host_is_asked_only_where_it_is_named(site: Site, store: Path) -> None:
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."))
    added(store, "feed", site.url("/feed"), private_hosts=("other.example",))
    report = ran(store)
    assert report.failed and "not on the public internet" in report.errors[0].error
    assert site.asked == []


def test_a_name_that_changes_its_address_leads_nowhere(site: Site, store: Path) -> None:
    """The check and the connection take one answer of the name server; the next connection asks and checks anew."""
    addresses = ["93.184.215.14", "93.184.215.14", "127.0.0.1"]
    connected: list[str] = []

    def connect(address: str, port: int, seconds: float) -> socket.socket:
        connected.append(address)
        return socket.create_connection((HOST, site.server.server_address[1]), seconds)

    site.page("/brig", "The brig sailed to Hamburg.")
    site.pages["/feed"] = rss("http://ships.example/brig")
    added(store, "feed", "http://ships.example/feed", private_hosts=())
    report = ran(store, web=fetch.Web(lambda host, port: [addresses.pop(0)], connect))
    assert [failure.error for failure in report.errors if "not on the public internet" in failure.error]
    assert connected == ["93.184.215.14"] * 2 and report.added == 0


def test_a_feed_that_is_too_big(site: Site, store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origins, "LIST_BYTES", 1 << 20)
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed.")) + " " * (1 << 20)
    added(store, "feed", site.url("/feed"))
    report = ran(store)
    assert report.failed and "more than 1 MiB" in report.errors[0].error
    assert origins.LIST_BYTES < fetch.PAGE_BYTES


def test_a_source_that_fails_for_a_week_is_asked_less_often_and_then_as_before(site: Site, store: Path) -> None:
    added(store, "feed", site.url("/feed"), minutes=30)
    now, runs = 1e9, 0
    while now < 1e9 + 7 * 86_400:
        assert ran(store, clock=lambda now=now: now).failed
        now, runs = Catalog(store).get("it")[1].next_run, runs + 1
    assert 10 <= runs <= 20
    assert Catalog(store).get("it")[1].failures == runs
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."))
    assert ran(store, clock=lambda: now).added == 1
    status = Catalog(store).get("it")[1]
    assert (status.failures, status.errors, status.next_run - now) == (0, [], 1_800)


def test_no_more_articles_than_the_limit(site: Site, store: Path) -> None:
    site.pages["/feed"] = rss(*(site.page(f"/{n}", f"Ship number {n} sailed.") for n in range(5)))
    added(store, "feed", site.url("/feed"), limit=2, prune=True)
    assert counts(ran(store)) == (2, 0, 0, 0, 0)
    assert [*stored(store)] == ["0", "1"]


def test_while_somebody_else_writes_nothing_is_lost(site: Site, store: Path) -> None:
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."))
    added(store, "feed", site.url("/feed"))
    with Publisher(store), pytest.raises(StoreBusyError):
        ran(store)
    assert Catalog(store).get("it")[1].last_run == 0
    assert ran(store).added == 1
    with Catalog(store).running(), pytest.raises(StoreBusyError):
        ran(store)


def test_the_server_runs_what_is_due_and_nothing_on_the_network_unless_that_is_allowed(site: Site, store: Path) -> None:
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."))
    added(store, "feed", site.url("/feed"))
    run_due(store, FakeEmbeddings, Event(), allow_network=False)
    assert site.asked == []
    for _ in range(2):
        run_due(store, FakeEmbeddings, Event(), allow_network=True)
    assert [path for path, _ in site.asked].count("/feed") == 1
    assert [*stored(store)] == ["brig"]


def test_only_this_user_can_read_what_is_kept_of_sources(site: Site, store: Path) -> None:
    site.pages["/feed"] = rss(site.page("/brig", "The brig sailed to Hamburg."))
    added(store, "feed", site.url("/feed"))
    ran(store)
    assert {path.name: oct(path.stat().st_mode & 0o777) for path in store.glob("source*.json")} == {
        "sources.json": "0o600", "source-items.json": "0o600"
    }  # fmt: skip
