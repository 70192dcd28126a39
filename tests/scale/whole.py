"""Two servers and two workers over one database, behind a proxy, while any of them is killed and comes back.

No answer is wrong, no article is lost or doubled, and what a client is told meanwhile is an answer or a refusal.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from index.embed import DEFAULT, load_embeddings
from index.ingest import ingest
from index.status import read_queue, read_status
from index.worker import enqueue
from rag.snapshot import Index
from settings import StoreUrl
from tests.postgres import Server, running
from tests.scale.hosts import Host, addresses, namespaces, processes
from tests.scale.parts import Part, answers, find_caddy, in_threads, proxy, running_all
from tests.web.standins import free_port, until

pytestmark = [pytest.mark.process, pytest.mark.store, pytest.mark.timeout(900)]

TOWNS = ("Arlen", "Birkholt", "Corvan", "Dunmere", "Estrella", "Falkner")
METALS = 40
TOKEN = "a" * 32


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that no other test uses."""
    yield from running()


def facts(folder: Path) -> Path:
    """Write an article about each town, whose bridge is as old as nobody else's."""
    folder.mkdir()
    for n, town in enumerate(TOWNS):
        (folder / f"{town}.txt").write_text(f"{town}\n\nThe old bridge of {town} was built in 18{n}7 by its millers.")
    return folder


def more(folder: Path) -> Path:
    """Write what the workers are to bring in meanwhile; it is about other things."""
    folder.mkdir()
    for n in range(METALS):
        text = " ".join(f"Alloy {n}-{part} melts slowly and is sold by weight." for part in range(20))
        (folder / f"{n}.txt").write_text(f"Alloy {n}\n\n{text}")
    return folder


class Asker:
    """Asks through the proxy again and again, and counts what comes back."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.stop = threading.Event()
        self.outcomes = Counter[str]()
        self.wrong: list[tuple[str, str]] = []
        self.refused: list[str] = []
        """When, with which status and with what words a question was not answered."""
        self.unhinted = 0
        """Refusals for now that do not say when to ask again."""
        self.last_good = 0.0

    def __call__(self) -> None:
        n = 0
        while not self.stop.is_set():
            self.ask(n % len(TOWNS))
            n += 1
            time.sleep(0.05)

    def ask(self, n: int) -> bool:
        """Ask about one town; an answer that is not about it, or about nothing, is wrong."""
        begun = time.monotonic()
        status, reply, retry_after = self._post({"question": f"When was the old bridge of {TOWNS[n]} built?"})
        self.outcomes[status] += 1
        if status != "200":
            now = time.monotonic()
            self.refused.append(f"{begun:.2f} to {now:.2f}: {status} {reply[:300]}")
            self.unhinted += status == "503" and retry_after is None
            return False
        quotes = [citation["quote"] for citation in json.loads(reply)["citations"]]
        if not quotes or f"18{n}7" not in quotes[0]:
            self.wrong.append((TOWNS[n], reply))
        self.last_good = time.monotonic()
        return True

    def _post(self, asked: dict[str, str]) -> tuple[str, str, str | None]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {"Host": "localhost", "Content-Type": "application/json"}
        try:
            connection.request("POST", "/api/ask", json.dumps(asked), headers)
            response = connection.getresponse()
            return str(response.status), response.read().decode(), response.headers["Retry-After"]
        except (OSError, http.client.HTTPException) as error:
            return type(error).__name__, "", None
        finally:
            connection.close()


def parts_of(
    hosts: Sequence[Host], url: Callable[[Host], StoreUrl], models: Path, folder: Path
) -> tuple[list[Part], list[int]]:
    """Return two servers and two workers, not started yet, and the servers' ports."""
    ports = [free_port(), free_port()]
    parts = []
    for n, host in enumerate(hosts):
        environment = {
            "QUOTH_STORE": url(host).secret,
            "QUOTH_MODELS": str(models),
            "QUOTH_READER_MODEL": "none",
            "QUOTH_THREADS": "1",
            "QUOTH_ASKS_PER_MINUTE": "0",
            "QUOTH_ANSWERS_KEPT": "0",
            "QUOTH_OWNER_TOKEN": TOKEN,
            "QUOTH_PROXIES": "127.0.0.1/32",
        }
        arguments = ["serve", "--host", host.address, "--port", str(ports[n])] if n < 2 else ["worker"]
        name = f"quoth-{n + 1}" if n < 2 else f"worker-{n - 1}"
        parts.append(Part(name, host, arguments, environment, folder / f"{name}.log"))
    return parts, ports


@pytest.mark.parametrize("where", ["processes", "namespaces"])
def test_any_of_them_may_go_and_come_back(where: str, server: Server, models: Path, tmp_path: Path) -> None:
    with (processes if where == "processes" else namespaces)(4) as hosts:
        server.stop()
        server.start(addresses(hosts))
        here = server.place()

        def url(host: Host) -> StoreUrl:
            return server.by_network(here, host.database) if host.prefix else here

        ingest(here, [facts(tmp_path / "facts")], load_embeddings(DEFAULT, models))
        parts, ports = parts_of(hosts, url, models, tmp_path)
        upstreams = [(host.address, port) for host, port in zip(hosts, ports, strict=False)]
        with running_all(parts):
            until(lambda: all(map(ready, upstreams)), 300)
            with proxy(upstreams, tmp_path) as port:
                asker = Asker(port)
                assert all(asker.ask(n) for n in range(len(TOWNS))) and not asker.wrong
                enqueue(here, [more(tmp_path / "more")])
                threads = in_threads([asker, asker])
                try:
                    for n, part in enumerate(parts):
                        time.sleep(1)
                        part.kill()
                        time.sleep(1)
                        part.start()
                        if n < len(upstreams):
                            until(lambda: ready(upstreams[n]), 200)  # noqa: B023
                            time.sleep(3)  # the proxy looks every second
                    refused_before = asker.outcomes.copy()
                    server.stop()
                    time.sleep(2)
                    server.start(addresses(hosts))
                    back = time.monotonic()
                    until(lambda: asker.last_good > back, 60)
                    waited = asker.last_good - back
                    expire(here)
                    until(lambda: finished(here, parts), 240)
                finally:
                    asker.stop.set()
                    for thread in threads:
                        thread.join()
    print(f"{where}: {dict(refused_before)}, then {dict(asker.outcomes - refused_before)}, back after {waited:.1f} s")  # noqa: T201
    assert asker.wrong == []
    assert waited < 10
    # Caddy asks the other server what a killed one was answering, unless 15 seconds are over; the database is what all
    # need.
    lost = 2 if find_caddy() else 2 * len(threads)
    assert refused_before.total() - refused_before["200"] <= lost, asker.refused
    assert asker.unhinted == 0, asker.refused
    assert {*asker.outcomes} <= {"200", "502", "503", "ConnectionResetError", "RemoteDisconnected", "IncompleteRead"}
    status = read_status(here, verify=True)
    assert (status.articles, status.set_aside, status.problem) == (len(TOWNS) + METALS, 0, None)
    with closing(Index(here)) as index:
        sources = Counter(info.source for info in index.articles())
    assert max(sources.values()) == 1
    said = "".join(log.read_text() for log in tmp_path.glob("worker-*.log"))
    acknowledged = {*re.findall(r"^(\S+): \d+ new", said, re.MULTILINE)}
    assert acknowledged and acknowledged <= sources.keys()


def ready(upstream: tuple[str, int]) -> bool:
    """Return whether a server would answer questions."""
    address, port = upstream
    return answers(port, "/readyz", address)


def expire(url: StoreUrl) -> None:
    """Have the leases of killed workers end, as five minutes would."""
    import psycopg

    with psycopg.connect(url.secret, autocommit=True) as sql:
        sql.execute("UPDATE jobs SET until = now() - interval '1 second' WHERE until IS NOT NULL")


def finished(url: StoreUrl, parts: Sequence[Part]) -> bool:
    """Return whether the queue is empty, and have what has ended run again."""
    for part in parts:
        part.ensure()
    found = read_queue(url)
    return found is not None and not found[0].waiting + found[0].being_read
