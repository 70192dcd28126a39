"""A real WebDAV server on this machine: what is new comes in, what is the same is not sent again."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from wsgidav.wsgidav_app import WsgiDAVApp  # type: ignore[import-untyped]

from index.sources.fetch import Web, WebResponse
from index.sync import webdav
from index.sync.catalog import Catalog
from index.sync.run import RunReport, run_source
from index.sync.source import Source
from index.sync.webdav import WebDavOrigin
from tests.fakes import FakeEmbeddings
from tests.index.sync.test_run import counts, stored

pytestmark = pytest.mark.store
HOST, USER, PASSWORD = "127.0.0.1", "ada", "open-sesame-7"


class Silent(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


class Threads(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Share:
    """A share of `folder`; `asked` are the methods and paths of the requests that it got."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.asked: list[tuple[str, str]] = []
        users = {USER: {"password": PASSWORD}}
        app = WsgiDAVApp(
            {
                "provider_mapping": {"/dav": str(folder)},
                "simple_dc": {"user_mapping": {"*": users}},
                "http_authenticator": {"accept_basic": True, "accept_digest": False, "default_to_digest": False},
                "logging": {"enable": False},
                "verbose": 0,
            }
        )

        def noted(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
            self.asked.append((environ["REQUEST_METHOD"], environ["PATH_INFO"]))
            return app(environ, start)

        self.server = make_server(HOST, 0, noted, Threads, Silent)
        threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def place(self) -> str:
        return f"http://{HOST}:{self.server.server_address[1]}/dav/My notes"

    def put(self, name: str, words: str) -> None:
        path = self.folder / "My notes" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words)
        self.times = getattr(self, "times", 1_700_000_000) + 1
        os.utime(path, (self.times, self.times))


@pytest.fixture
def share(tmp_path: Path) -> Iterator[Share]:
    (tmp_path / "share").mkdir()
    share = Share(tmp_path / "share")
    share.put("ships/brig.txt", "The brig\n\nIt sailed to Hamburg.")
    share.put("tea & time.md", "# Tea\n\nTea came by sea.")
    share.put("film.mp4", "no words")
    share.put(".hidden/secret.txt", "Secret\n\nNot for the index.")
    (share.folder / "other.txt").write_text("Other\n\nIt lies outside.")
    yield share
    share.server.shutdown()
    share.server.server_close()


@pytest.fixture
def password(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("SHARE_PASSWORD", PASSWORD)
    return "env:SHARE_PASSWORD"


def ran(store: Path, share: Share, password: str | None, **more: Any) -> RunReport:
    if not Catalog(store).list():
        values = {"private_hosts": (HOST,), "user": USER if password else None, "password": password} | more
        Catalog(store).add(Source("it", "webdav", share.place, **values))
    share.asked.clear()
    return run_source(store, "it", FakeEmbeddings)


def test_a_share_in_step(share: Share, tmp_path: Path, password: str) -> None:
    store = tmp_path / "store"
    assert counts(ran(store, share, password, prune=True, collection="notes")) == (2, 0, 0, 0, 0)
    articles = stored(store)
    assert sorted(articles) == ["brig.txt", "tea%20%26%20time.md"]
    assert articles["brig.txt"].collection == "notes"
    assert {method for method, _ in share.asked} == {"PROPFIND", "GET"}
    assert counts(ran(store, share, password)) == (0, 0, 0, 2, 0)
    assert {method for method, _ in share.asked} == {"PROPFIND"}  # nothing is sent again
    share.put("ships/brig.txt", "The brig\n\nIt sailed to Kiel.")
    (share.folder / "My notes" / "tea & time.md").unlink()
    assert counts(ran(store, share, password)) == (0, 1, 1, 0, 0)
    assert [path for method, path in share.asked if method == "GET"] == ["/dav/My notes/ships/brig.txt"]
    assert PASSWORD not in (store / "sources.json").read_text() + (store / "source-items.json").read_text()


def test_a_wrong_password_is_told_by_nobody(
    share: Share, tmp_path: Path, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHARE_PASSWORD", "wrong-secret")
    report = ran(tmp_path / "store", share, password)
    assert report.failed and "refuses user and password" in report.errors[0].error
    assert "wrong-secret" not in str(report) + (tmp_path / "store" / "sources.json").read_text()


def test_without_tls_no_password_is_sent_to_a_host_that_is_not_named(
    share: Share, tmp_path: Path, password: str
) -> None:
    report = ran(tmp_path / "store", share, password, private_hosts=("other.example",))
    assert report.failed and "without TLS" in report.errors[0].error and share.asked == []


def test_a_private_host_is_asked_only_where_it_is_named(share: Share, tmp_path: Path) -> None:
    report = ran(tmp_path / "store", share, None, private_hosts=())
    assert report.failed and "not on the public internet" in report.errors[0].error and share.asked == []


class Told(Web):
    """A server of a few answers, by path."""

    def __init__(self, answers: dict[str, str]) -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[str] = []

    def ask(self, method: str, url: str, headers: Any, body: bytes = b"", max_bytes: int = 0) -> WebResponse:
        from index.readers.source_metadata import SourceMetadata

        self.asked.append(url)
        return WebResponse(207, self.answers.get(url, "").encode(), SourceMetadata())


def listing(*hrefs: str, folders: bool = False) -> str:
    kind = "<d:resourcetype><d:collection/></d:resourcetype>" if folders else "<d:resourcetype/>"
    parts = (f"<d:response><d:href>{href}</d:href>{kind}</d:response>" for href in hrefs)
    return f"<d:multistatus xmlns:d='DAV:'>{''.join(parts)}</d:multistatus>"


PLACE = "https://dav.example/notes/"


def listed(answers: dict[str, str]) -> tuple[list[str], list[str]]:
    web = Told(answers)
    files = WebDavOrigin(Source("it", "webdav", PLACE), web).files() or ()
    return [file.name for file in files], web.asked


def test_what_lies_elsewhere_is_never_asked_for() -> None:
    hrefs = ("/notes/a.txt", "/etc/b.txt", "https://other.example/notes/c.txt", "/notes/../d.txt",
             "/notes/%2e%2e/e.txt", "http://[", "/notes/f.txt&amp;x=%3Cscript%3E.md")  # fmt: skip
    files, asked = listed({PLACE: listing(*hrefs)})
    assert files == [f"{PLACE}a.txt", f"{PLACE}f.txt&x=%3Cscript%3E.md"] and asked == [PLACE]


def test_folders_that_lead_round_end(monkeypatch: pytest.MonkeyPatch) -> None:
    files, asked = listed({PLACE: listing("/notes/", "/notes", "/notes/sub", "/notes/sub/", folders=True)})
    assert (files, asked) == ([], [PLACE, f"{PLACE}sub/"])
    monkeypatch.setattr(webdav, "FOLDERS", 3)
    from index.errors import ArticleError

    with pytest.raises(ArticleError, match="more than 3 folders"):
        listed({PLACE: listing(*(f"/notes/{n}/" for n in range(5)), folders=True)})
