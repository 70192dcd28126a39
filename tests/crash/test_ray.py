"""An ingest on real Ray nodes, of which one is killed in the middle: it ends complete, with the vectors of a plain one.

Ray takes ten seconds to start, and a minute and more on a busy machine.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from tempfile import mkdtemp
from threading import Event

import numpy as np
import pytest

from index.embed import load_embeddings
from index.ingest import ingest
from index.ray_pool import embedding_on_ray
from index.status import read_status
from index.store.place import open_store
from settings import HOME, StorePlace
from tests.commands.running import is_one_line, run_process
from tests.postgres import PLACES, a_place

pytest.importorskip("ray", reason="Ray is not installed: requirements-ray.txt has it")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="nodes of one machine are for Linux")
FILES = 440


class Nodes:
    """Two Ray nodes, and the token that they want."""

    def __init__(self) -> None:
        self.token = secrets.token_hex(16)
        self._folder = mkdtemp(prefix="quoth-")  # short, as names of sockets are
        own = {
            "RAY_AUTH_MODE": "token",
            "RAY_AUTH_TOKEN": self.token,
            "RAY_USAGE_STATS_ENABLED": "0",
            "RAY_worker_niceness": "0",
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.crash.ray_nodes"],
            cwd=HOME,
            env=os.environ | own | {"RAY_TMPDIR": self._folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        self.address = self._said()
        if not self.address:
            pytest.fail(self._process.communicate()[1].decode())

    def kill_an_actor(self) -> None:
        """End an actor at once, on whichever node it is."""
        names = {int(stat[0]): name(stat[0]) for stat in processes() if int(stat[3]) == self._process.pid}
        os.kill(next(pid for pid, actor in names.items() if actor.startswith("ray::Embedder")), signal.SIGKILL)

    def kill_a_node(self) -> None:
        """End the second node at once."""
        assert self._process.stdin is not None
        self._process.stdin.write(b"kill\n")
        self._process.stdin.flush()
        assert self._said() == "killed"

    def end(self) -> None:
        """End what is left, if it has not been."""
        if self._process.poll() is None:
            self._process.communicate()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _said(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().decode().strip()


@pytest.fixture
def nodes(monkeypatch: pytest.MonkeyPatch) -> Iterator[Nodes]:
    """Two nodes, whose token the environment has."""
    started = Nodes()
    monkeypatch.setenv("RAY_AUTH_TOKEN", started.token)
    yield started
    started.end()


@pytest.fixture
def articles(tmp_path: Path) -> Path:
    folder = tmp_path / "articles"
    folder.mkdir()
    for n in range(FILES):
        sentences = (f"In {1900 + s} the mayor of town {n} opened a gate near the river." for s in range(n % 6 + 1))
        (folder / f"{n}.txt").write_text(f"Town {n}\n\n{' '.join(sentences)}\n")
    return folder


def vectors(store: StorePlace) -> dict[str, bytes]:
    """All vectors of a store, by the digests of their texts."""
    with closing(open_store(store).open()) as database, database.reading():
        return dict(database.vectors())


@pytest.mark.parametrize("kind", PLACES)
def test_an_actor_and_a_node_that_are_killed_cost_nothing_but_time(
    kind: str, nodes: Nodes, articles: Path, models: Path, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    model = load_embeddings(None, models)
    plain, spread = tmp_path / "plain", a_place(kind, request, tmp_path)
    expected = ingest(plain, [articles], model)
    at: list[float] = []

    def told(stage: str, done: float, total: int) -> None:
        if stage == "embedding" and done > 0:
            at.append(done / total)
            if len(at) == 2:
                nodes.kill_an_actor()
            if len(at) == 4:
                nodes.kill_a_node()

    with embedding_on_ray(nodes.address, model, models / model.name, 0, Event()) as on_ray:
        while on_ray._driver.actors < 2:
            on_ray._driver.receive()
        report = ingest(spread, [articles], on_ray, progress=told)
    assert on_ray.lost == ""
    assert (report.articles_added, report.errors) == (FILES, [])
    assert report.chunks_embedded == expected.chunks_embedded >= FILES
    assert read_status(spread, verify=True).healthy
    ours, theirs = vectors(spread), vectors(plain)
    assert ours.keys() == theirs.keys()
    cosines = [np.frombuffer(ours[key], "<f4") @ np.frombuffer(theirs[key], "<f4") for key in ours]
    assert min(cosines) >= 0.9999


def test_a_cluster_that_is_lost_with_all_its_nodes_costs_no_article(
    nodes: Nodes, articles: Path, models: Path, tmp_path: Path
) -> None:
    model = load_embeddings(None, models)
    seen: list[str] = []

    def told(stage: str, done: float, total: int) -> None:
        seen.append(stage if done > 0 else "")
        if seen.count("embedding") == 3:
            nodes.end()

    with embedding_on_ray(nodes.address, model, models / model.name, 0, Event()) as on_ray:
        report = ingest(tmp_path / "store", [articles], on_ray, progress=told)
    assert on_ray.lost
    assert (report.articles_added, report.errors) == (FILES, [])
    assert read_status(tmp_path / "store", verify=True).healthy


def test_another_token_is_said_in_one_line(
    nodes: Nodes, articles: Path, models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAY_AUTH_TOKEN", "another" * 5)
    ran = run_process("ingest", str(articles), "--store", str(tmp_path / "store"), "--ray", nodes.address)
    assert ran.code == 2
    said, error = ran.err.splitlines()
    assert said == "Waiting for Ray..."
    assert is_one_line(f"{error}\n")
    assert f"the Ray cluster at {nodes.address} has another token: set RAY_AUTH_TOKEN" in error
    assert "another" * 5 not in ran.err


def test_a_ray_of_its_own_listens_at_the_loopback_address_alone_and_ends_with_the_ingest(
    articles: Path, tmp_path: Path
) -> None:
    store = str(tmp_path / "store")
    with subprocess.Popen(
        [sys.executable, "app.py", "ingest", str(articles), "--store", store, "--ray", "auto", "--json"],
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        listening: set[str] = set()
        sessions: set[int] = set()
        while process.poll() is None:
            sessions |= sessions_of(process.pid)
            listening |= addresses({int(stat[0]) for stat in processes() if int(stat[3]) in sessions})
            time.sleep(0.5)
        assert process.stdout is not None
        assert json.loads(process.stdout.read())["articles_added"] == FILES
    assert listening
    assert listening <= {"0100007F", "0000000000000000FFFF00000100007F"}
    assert are_gone(sessions)


def test_ctrl_c_ends_an_ingest_on_ray_and_ray_with_it(articles: Path, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "app.py", "ingest", str(articles), "--store", str(tmp_path / "store"), "--ray", "auto"],
        cwd=HOME,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stderr is not None
        assert process.stderr.readline() == b"Waiting for Ray...\n"
        time.sleep(3)
        sessions = sessions_of(process.pid)
        assert sessions
        process.send_signal(signal.SIGINT)
        assert process.wait(120) == 130
        assert b"Stopping at the next safe point" in process.stderr.read()
    assert are_gone(sessions)


def sessions_of(pid: int) -> set[int]:
    """The sessions that children of a process have for themselves."""
    return {int(stat[3]) for stat in processes() if int(stat[1]) == pid and stat[0] == stat[3]}


def are_gone(sessions: set[int]) -> bool:
    """Whether nothing is left of these within a minute: Ray's agents end by themselves, soon after the rest."""
    until = time.monotonic() + 60
    while any(int(stat[3]) in sessions for stat in processes()):
        if time.monotonic() > until:
            return False
        time.sleep(0.5)
    return True


def processes() -> list[list[str]]:
    """The processes that there are: id, parent, group and session of each."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            stat = path.read_text().rpartition(") ")[2].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        found.append([path.parent.name, *stat[1:4]])
    return found


def name(pid: str) -> str:
    """What a process calls itself; nothing if it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""


def addresses(pids: set[int]) -> set[str]:
    """Where these processes listen, as Linux writes addresses."""
    sockets = set()
    for pid in pids:
        try:
            sockets |= {str(path.readlink()) for path in Path(f"/proc/{pid}/fd").iterdir()}
        except (FileNotFoundError, ProcessLookupError):
            continue
    rows = [line.split() for kind in ("tcp", "tcp6") for line in Path(f"/proc/net/{kind}").read_text().splitlines()[1:]]
    return {row[1].partition(":")[0] for row in rows if row[3] == "0A" and f"socket:[{row[9]}]" in sockets}
