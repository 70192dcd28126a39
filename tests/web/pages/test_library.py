"""The owner's articles: the list, search in the text, files that come in, removing with undo, and hostile input."""

from __future__ import annotations

import asyncio
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from index.archive import move_store
from index.ingest import ingest, repair
from index.options import IngestOptions
from index.store.layout import STARTER
from index.store.lock import write_lock
from index.sync.catalog import Catalog
from index.sync.source import Item
from rag.chain import AnswerChain, build_chain
from settings import Settings, StoreUrl
from tests.fakes import FakeEmbeddings
from tests.postgres import a_place
from tests.stores import small_store
from tests.web.standins import HERE, interface, until
from web.pages import local_intake as intake
from web.pages.library import POLICY
from web.pages.owner import owner_routes
from web.security.gate import Gate
from web.security.rates import Rates

BOTH = pytest.mark.parametrize("settings", ["folder", pytest.param("postgres", marks=pytest.mark.store)], indirect=True)
HOSTILE = '<img src=x onerror=alert(1)>"'
FILES = {
    "tea.txt": "Tea\n\nTea was first drunk in China. It spread by sea.",
    "tin.md": f"---\ntags: [metals, '{HOSTILE}']\ndate: 2024-03-02\n---\n"
    "# Tin\n\nTin is mined in Cornwall. Tin melts early.",
    "salt.md": "---\ncollection: help\n---\n# Salt\n\nSalt is mined in Cheshire, and was taxed for a long time.",
}
ADDRESSES = [
    ("GET", "/owner/articles"), ("HEAD", "/owner/articles"), ("POST", "/owner/articles/files?name=a.txt"),
    ("POST", "/owner/articles/pages"), ("POST", "/owner/articles/removals"), ("POST", "/owner/articles/removals/undo"),
    ("POST", "/owner/articles/removals/publish"), ("GET", "/owner/articles/intake"),
    ("POST", "/owner/articles/intake/stop"),
]  # fmt: skip


def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do without pauses."""
    monkeypatch.setattr(intake, "QUIET_SECONDS", 0.05)
    monkeypatch.setattr(intake, "RETRY_SECONDS", 0.05)
    monkeypatch.setattr("web.pages.shared_intake.RETRY_SECONDS", 0.05)
    monkeypatch.setattr("index.store.postgres.intake.PAUSE_SECONDS", 0)
    monkeypatch.setattr("index.store.local._SWEEP_SECONDS", 0.0)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    hurry(monkeypatch)


@pytest.fixture
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """Of a store in a folder; where a test says BOTH, in turn of one in PostgreSQL."""
    store = small_store(tmp_path, FILES)
    place = a_place(getattr(request, "param", "folder"), request, tmp_path)
    if place != store:
        move_store(store, place)
    return Settings(store=place)


@pytest.fixture
def chain(settings: Settings) -> Iterator[AnswerChain]:
    chain = build_chain(settings, FakeEmbeddings())
    yield chain
    chain.close()


def serve(chain: AnswerChain, settings: Settings) -> FastAPI:
    app = interface(chain, settings)
    app.include_router(owner_routes(chain, settings))
    app.add_middleware(Gate, settings=settings, rates=Rates())
    return app


@pytest.fixture
def client(chain: AnswerChain, settings: Settings) -> Iterator[TestClient]:
    with TestClient(serve(chain, settings), **HERE) as client:
        yield client


def work(client: TestClient) -> Any:
    return client.get("/owner/articles/intake").json()


def ended(client: TestClient, jobs: int = 1) -> Any:
    until(lambda: work(client)["finished"] >= jobs and work(client)["stage"] == "idle", 240)
    return work(client)


def send(client: TestClient, name: str, data: bytes | str) -> Any:
    return client.post("/owner/articles/files", params={"name": name}, content=data)


def states(told: Any) -> dict[str, str]:
    return {entry["name"]: entry["state"] for entry in told["entries"]}


def ids(client: TestClient, query: str = "") -> list[str]:
    return re.findall(r'name="article" value="([0-9a-f]{16})"', client.get(f"/owner/articles{query}").text)


def id_of(chain: AnswerChain, title: str) -> str:
    return next(info.id for info in chain.index.articles() if info.title == title)


def kept(settings: Settings) -> list[str]:
    if isinstance(settings.store, StoreUrl):
        return uploads_of(settings.store)
    folder = settings.folder / "uploads"
    waiting = (".waiting", "writer.lock")
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and p.name not in waiting)


def uploads_of(place: StoreUrl) -> list[str]:
    """Return the names of the uploads whose bytes are in the database."""
    import psycopg

    with psycopg.connect(place.secret) as sql:
        rows = sql.execute("SELECT DISTINCT name FROM uploads JOIN jobs ON jobs.id = job ORDER BY name").fetchall()
    return [name for (name,) in rows]


def files_are_kept(settings: Settings) -> bool:
    return isinstance(settings.store, Path)


@BOTH
def test_the_list(client: TestClient) -> None:
    response = client.get("/owner/articles")
    assert response.status_code == 200 and response.headers["content-security-policy"] == POLICY
    assert response.headers["cache-control"] == "no-store"
    assert "3 articles, what came in last first" in response.text and len(ids(client)) == 3
    assert "<img" not in response.text and "&lt;img src=x" in response.text
    assert "正文中的词" in client.get("/owner/articles", headers={"Accept-Language": "zh"}).text


@BOTH
@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("?tag=METALS", ["Tin"]), ("?tag=none", []), ("?since=2024-01-01", ["Tin"]), ("?until=2024-03-01", []),
        ("?until=2024-03-02", ["Tin"]), ("?until=2024", ["Tin"]), ("?since=rubbish", ["Tea", "Tin", "Salt"]),
        ("?source=files/t", ["Tea", "Tin"]), ("?source=none", []), ("?search=mined", ["Tin", "Salt"]),
        ("?search=mined&tag=metals", ["Tin"]), ("?search=mining%20Cornwall", ["Tin"]), ("?search=mined%20sea", []),
        ("?search=%22%20OR%20*", []), ("?search=...", []), ("?tag=metal", []), ("?tag=s%22,%20%22", []),
        ("?collection=help", ["Salt"]), ("?collection=HELP&search=mined", ["Salt"]), ("?collection=none", []),
        ("?from=shelf", ["Tea"]), ("?from=shelf&search=sea", ["Tea"]), ("?from=shelf&search=mined", []),
        ("?from=nobody", []),
    ],
)  # fmt: skip
def test_filters_and_search(
    client: TestClient, chain: AnswerChain, settings: Settings, query: str, titles: list[str]
) -> None:
    tea = next(info for info in chain.index.articles() if info.title == "Tea")
    Catalog(settings.store).keep_items({tea.path: Item("shelf", tea.source, tea.sha256)})
    page = client.get(f"/owner/articles{query}").text
    listed = re.findall(r'class="name"[^>]*>([^<]*)<', page)
    assert sorted(listed) == sorted(titles)


@BOTH
def test_a_search_shows_the_sentence_and_marks_its_words(client: TestClient, chain: AnswerChain) -> None:
    page = client.get("/owner/articles?search=Cornwall+mine").text
    assert "Tin is <mark>mined</mark> in <mark>Cornwall</mark>." in page and "melts" not in page
    [address] = re.findall(r'class="found"><a href="([^"]*)"', page)
    article = chain.index.article(id_of(chain, "Tin"))
    assert article is not None
    start, end = map(int, re.findall(r"q=(\d+)-(\d+)", address)[0])
    assert article.text[start:end] == "Tin is mined in Cornwall."


@BOTH
def test_the_list_in_pages(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.pages.library_view.PAGE_SIZE", 2)
    first = client.get("/owner/articles").text
    [older] = re.findall(r'href="(/owner/articles\?before=\d+)" rel="next"', first)
    rest = client.get(older).text
    assert len(set(ids(client) + ids(client, older.removeprefix("/owner/articles")))) == 3
    assert 'rel="next"' not in rest and "The latest" in rest
    assert client.get("/owner/articles?before=x").status_code == 400


@BOTH
def test_files_come_in_and_are_kept(
    client: TestClient, chain: AnswerChain, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.store.postgres.intake.PAUSE_SECONDS", 60)
    assert send(client, "news/2024/zinc.md", "# Zinc\n\nZinc is mined in Peru.").json() == {
        "name": "news/2024/zinc.md",
        "taken": True,
    }
    assert send(client, "news/.hidden.md", "# No").json()["taken"] is False
    assert send(client, "news/film.mp4", b"\0\0\0\x18ftypmp42").json()["taken"] is False
    assert send(client, "empty.txt", b"").status_code == 202
    told = ended(client)
    assert told["said"] == "Done: 1 added, 0 changed, 0 removed."
    assert states(told) == {
        "news/2024/zinc.md": "in", "news/.hidden.md": "left_out", "news/film.mp4": "left_out", "empty.txt": "failed",
    }  # fmt: skip
    assert next(e for e in told["entries"] if e["state"] == "in")["title"] == "Zinc"
    assert (
        next(e for e in told["entries"] if e["name"] == "news/film.mp4")["why"][0] == ".mp4 is no format that is read"
    )
    assert kept(settings) == (["news/2024/zinc.md"] if files_are_kept(settings) else [])
    page = client.get("/owner/articles").text
    assert "4 articles" in page and "news/2024/zinc.md" in page and page.index("Zinc") < page.index("Tea")
    last = max(entry["number"] for entry in told["entries"])
    assert client.get(f"/owner/articles/intake?after={last}").json()["entries"] == []
    # What is kept is enough to make the index again.
    repair(settings.store, FakeEmbeddings(name="other"))
    assert "Peru" in str(chain.index.article(id_of(chain, "Zinc")))


@BOTH
def test_a_file_that_comes_again(client: TestClient, chain: AnswerChain, settings: Settings) -> None:
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    ended(client)
    first = id_of(chain, "Zinc")
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    assert states(ended(client, 2))["zinc.txt"] == "in" or states(work(client))["zinc.txt"] == "unchanged"
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Bolivia.")
    assert ended(client, 3)["changed"] == 1
    assert id_of(chain, "Zinc") == first
    send(client, "zinc.txt", b"%PDF-1.4 damaged")  # what cannot be read leaves what was there
    assert states(ended(client, 4))["zinc.txt"] == "failed"
    article = chain.index.article(id_of(chain, "Zinc"))
    assert article is not None and article.text.endswith("Bolivia.") and article.id == first
    if files_are_kept(settings):
        assert (settings.folder / "uploads/zinc.txt").read_text().endswith("Bolivia.")
    assert kept(settings) == (["zinc.txt"] if files_are_kept(settings) else [])


@BOTH
def test_removing_with_undo_until_it_is_published(client: TestClient, chain: AnswerChain, settings: Settings) -> None:
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    ended(client)
    zinc, tea = id_of(chain, "Zinc"), id_of(chain, "Tea")
    marked = client.post("/owner/articles/removals", json={"ids": [zinc, tea]}).json()
    assert marked == {"marked": [zinc, tea], "gone": []}
    page = client.get("/owner/articles").text
    assert "2 articles go with the next publication" in page and f'data-undo="{zinc}"' in page
    assert chain.index.article(zinc) is not None
    assert client.post("/owner/articles/removals/undo", json={"ids": [tea]}).json() == {"marked": [zinc]}
    assert client.post("/owner/articles/removals/publish").status_code == 202
    told = ended(client, 2)
    assert (told["removed"], told["said"]) == (1, "Done: 0 added, 0 changed, 1 removed.")
    assert chain.index.article(zinc) is None and chain.index.article(tea) is not None
    assert kept(settings) == [] and "go with the next publication" not in client.get("/owner/articles").text
    if files_are_kept(settings):
        assert b"Peru" not in (settings.folder / "articles.sqlite3").read_bytes()


@BOTH
def test_what_is_marked_goes_with_the_next_files(client: TestClient, chain: AnswerChain) -> None:
    client.post("/owner/articles/removals", json={"ids": [id_of(chain, "Tea")]})
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    told = ended(client)
    assert (told["added"], told["removed"]) == (1, 1)
    zinc = id_of(chain, "Zinc")
    client.post("/owner/articles/removals", json={"ids": [zinc]})
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")  # who sends it again wants it
    ended(client, 2)
    assert chain.index.article(zinc) is not None
    assert "go with the next" not in client.get("/owner/articles").text


@BOTH
def test_two_browsers_remove_the_same(client: TestClient, chain: AnswerChain) -> None:
    tea = id_of(chain, "Tea")
    for _ in range(2):
        assert client.post("/owner/articles/removals", json={"ids": [tea]}).json() == {"marked": [tea], "gone": []}
    for _ in range(2):
        assert client.post("/owner/articles/removals/publish").status_code == 202
    ended(client)
    assert client.post("/owner/articles/removals", json={"ids": [tea]}).json() == {"marked": [], "gone": [tea]}
    assert client.post("/owner/articles/removals/undo", json={"ids": [tea]}).status_code == 200
    assert chain.index.article(tea) is None


def test_the_starter_corpus_makes_way_and_can_be_thinned_out(tmp_path: Path) -> None:
    (tmp_path / "seeds").mkdir()
    for name, text in FILES.items():
        (tmp_path / "seeds" / name).write_text(text)
    settings, model = Settings(store=tmp_path / "store"), FakeEmbeddings()
    ingest(settings.store, [tmp_path / "seeds"], model, IngestOptions(origin=STARTER))
    chain = build_chain(settings, model)
    with TestClient(serve(chain, settings), **HERE) as client:
        client.post("/owner/articles/removals", json={"ids": [id_of(chain, "Tea")]})
        client.post("/owner/articles/removals/publish")
        assert ended(client)["removed"] == 1
        assert sorted(info.title for info in chain.index.articles()) == ["Salt", "Tin"]
        send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
        assert ended(client, 2)["said"].endswith("The 2 starter articles made way.")
        assert [info.title for info in chain.index.articles()] == ["Zinc"]
    chain.close()


@pytest.mark.parametrize(
    "name",
    [
        "../a.txt", "a/../../b.txt", "/etc/passwd", "a//b.txt", "./a.txt", "..\\..\\a.txt", "", ".", " ", "a/ /b.txt",
        "x" * 300, "/".join("a" * 40), "C:\\..\\a.txt",
    ],
)  # fmt: skip
def test_names_that_lead_elsewhere_are_refused(client: TestClient, settings: Settings, name: str) -> None:
    before = sorted(settings.store.parent.rglob("*.txt"))
    response = send(client, name, "Tea")
    assert (response.status_code, response.json()["code"]) == (400, "bad_request")
    assert sorted(settings.store.parent.rglob("*.txt")) == before and kept(settings) == []


@BOTH
def test_hostile_names_and_titles_are_text(client: TestClient, settings: Settings) -> None:
    name = f"{HOSTILE.replace('/', '')}\u202e\0\n.md"
    assert send(client, name, f"# {HOSTILE}</script>\n\nTin & zinc {HOSTILE} are mined.").status_code == 202
    told = ended(client)
    assert list(states(told).values()) == ["in"]
    assert kept(settings) == (['<img src=x onerror=alert(1)>"___.md'] if files_are_kept(settings) else [])
    for path in ("/owner/articles", "/owner/articles?search=zinc", f"/owner/articles?search={HOSTILE}&tag={HOSTILE}"):
        page = client.get(path).text
        assert "<img" not in page and page.count("</script>") == 3
    client.post("/owner/articles/removals", json={"ids": ids(client)})
    assert "<img" not in client.get("/owner/articles").text


@BOTH
def test_too_large_and_broken_off(client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "FILE_BYTES", 10)
    monkeypatch.setattr("web.pages.shared_intake.UPLOAD_BYTES", 10)

    def pieces() -> Iterator[bytes]:
        yield from [b"123456"] * 3

    for body in (b"x" * 11, pieces()):
        response = client.post("/owner/articles/files?name=a.txt", content=body)
        assert (response.status_code, response.json()["code"]) == (413, "too_large")
    waiting = settings.folder / "uploads" / ".waiting"
    assert [path for path in waiting.glob("*") if path.name != "writer.lock"] == []
    assert send(client, "a.txt", "x" * 10).status_code == 202


@BOTH
def test_a_page_closed_in_the_middle_leaves_nothing(chain: AnswerChain, settings: Settings) -> None:
    messages = [{"type": "http.request", "body": b"Half", "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return messages.pop(0)

    async def note(message: Any) -> None:
        sent.append(message)

    app = serve(chain, settings)
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/owner/articles/files", "root_path": ""}
    scope |= {"http_version": "1.1"}
    scope |= {"raw_path": b"/owner/articles/files", "query_string": b"name=a.txt", "client": ("127.0.0.1", 5)}
    scope |= {"headers": [(b"host", b"127.0.0.1:7860")], "scheme": "http"}
    asyncio.run(app(scope, receive, note))
    assert sent[0]["status"] == 400
    if files_are_kept(settings):
        assert list((settings.folder / "uploads" / ".waiting").iterdir()) == []
    assert kept(settings) == []
    with TestClient(app, **HERE) as client:
        assert work(client)["entries"] == [] and send(client, "zinc.txt", "Zinc\n\nIt is a metal.").status_code == 202
        assert ended(client)["added"] == 1


def test_an_archive_says_what_of_it_is_not_read(client: TestClient, settings: Settings) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("zinc.txt", "Zinc\n\nZinc is mined in Peru.")
        file.writestr("broken.pdf", "%PDF-1.4 damaged")
        file.writestr("../../evil.txt", "Evil\n\nEvil is as evil does.")
    send(client, "old.zip", packed.getvalue())
    told = states(ended(client))
    assert told["old.zip"] == "in" and told["old.zip/broken.pdf"] == "failed"
    assert kept(settings) == ["old.zip"] and not list(settings.store.parent.rglob("evil.txt"))
    client.post("/owner/articles/removals", json={"ids": ids(client, "?search=Peru")})
    client.post("/owner/articles/removals/publish")
    ended(client, 2)
    assert kept(settings) == (["old.zip"] if ids(client, "?search=evil") else [])


def test_a_folder_s_name_is_taken(client: TestClient, settings: Settings) -> None:
    send(client, "a.txt/b.txt", "Zinc\n\nZinc is mined in Peru.")
    ended(client)
    send(client, "a.txt", "Lead\n\nLead is heavy.")
    assert states(ended(client, 2))["a.txt"] == "failed" and kept(settings) == ["a.txt/b.txt"]


def test_while_another_program_writes_it_waits(client: TestClient, settings: Settings) -> None:
    with write_lock(settings.folder):
        send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
        until(lambda: work(client)["stage"] == "busy")
        assert "goes on by itself" in work(client)["said"]
    assert ended(client)["added"] == 1 and kept(settings) == ["zinc.txt"]


def test_stop_drops_what_waits(client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "QUIET_SECONDS", 60.0)
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    assert work(client)["said"] == "Waiting for further files"
    assert client.post("/owner/articles/intake/stop").status_code == 202
    until(lambda: work(client)["stage"] == "idle")
    assert states(work(client)) == {"zinc.txt": "stopped"} and kept(settings) == []


def test_a_failure_is_told_without_its_secrets(
    client: TestClient, settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(intake, "ingest", lambda *_, **__: 1 / 0)
    send(client, "zinc.txt", "Zinc\n\nZinc is mined in Peru.")
    told = ended(client)
    assert told["said"] == "the articles could not be brought in: look into the server's log."
    assert states(told) == {"zinc.txt": "failed"} and kept(settings) == []
    assert "ZeroDivisionError" in caplog.text and "ZeroDivisionError" not in json.dumps(told)


@BOTH
def test_pages_only_where_the_network_is_allowed(chain: AnswerChain, settings: Settings) -> None:
    with TestClient(serve(chain, settings), **HERE) as client:
        response = client.post("/owner/articles/pages", json={"url": "https://example.org/a"})
        assert (response.status_code, response.json()["code"]) == (403, "network_off")
        assert "--allow-network" in client.get("/owner/articles").text and "page-form" not in client.get("/owner").text
    with TestClient(serve(chain, replace(settings, allow_network=True)), **HERE) as client:
        assert 'id="page-form"' in client.get("/owner/articles").text
        for url in ("file:///etc/passwd", "ftp://example.org", "javascript:alert(1)", "https://a\u202e.example", "x"):
            assert client.post("/owner/articles/pages", json={"url": url}).status_code == 400
        assert client.post("/owner/articles/pages", json={"url": "http://127.0.0.1:9/a#b"}).status_code == 202
        told = ended(client)
        assert states(told) == {"http://127.0.0.1:9/a": "failed"}
        assert "not on the public internet" in told["entries"][0]["why"][0]


@BOTH
@pytest.mark.parametrize(("method", "path"), ADDRESSES)
def test_only_the_owner_is_let_in(chain: AnswerChain, settings: Settings, method: str, path: str) -> None:
    token = "t" * 20
    with TestClient(serve(chain, replace(settings, owner_token=token)), **HERE) as client:
        assert client.request(method, path).status_code == 401
        assert client.request(method, path, headers={"Authorization": "Bearer wrong"}).status_code == 401
        assert client.request(method, path, headers={"Authorization": f"Bearer {token}"}).status_code < 401
    with TestClient(serve(chain, settings), base_url="http://192.168.1.5", client=("192.168.1.7", 5)) as client:
        assert client.request(method, path).status_code == 403


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://localhost:1"}])
@BOTH
def test_another_site_changes_nothing(client: TestClient, chain: AnswerChain, headers: dict[str, str]) -> None:
    tea = id_of(chain, "Tea")
    for method, path in ADDRESSES:
        if method == "POST":
            response = client.post(path, headers=headers, json={"ids": [tea]})
            assert (response.status_code, response.json()["code"]) == (403, "origin")
    assert work(client)["entries"] == [] and "go with the next" not in client.get("/owner/articles").text


@pytest.mark.parametrize(
    "body", [{}, {"ids": []}, {"ids": ["x"]}, {"ids": ["0" * 17]}, {"ids": "0" * 16}, {"id": 1}, []]
)
def test_malformed_ids(client: TestClient, body: Any) -> None:
    for path in ("/owner/articles/removals", "/owner/articles/removals/undo"):
        assert (client.post(path, json=body).status_code, client.post(path, content=b"{").status_code) == (400, 400)


@BOTH
def test_near_copies_are_one_line(client: TestClient) -> None:
    text = " ".join(f"Word{n} is a word of this article." for n in range(40))
    for n in range(3):
        send(client, f"copy{n}.txt", f"Copies\n\n{text} Number {n}.")
    ended(client)
    page = client.get("/owner/articles").text
    assert page.count(">Copies</a>") == 1 and "2 near copies" in page and "6 articles" in page
    [near] = re.findall(r'href="(/owner/articles\?near=[0-9a-f]{16})"', page)
    alone = client.get(near).text
    assert alone.count(">Copies</a>") == 3 and "Near copies of each other" in alone and "Show all" in alone
