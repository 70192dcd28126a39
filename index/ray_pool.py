"""Texts to vectors on a Ray cluster, for an ingest: nothing is kept there, and all that is published stays here.

A process of its own speaks to Ray (index/ray_driver.py), for Ray ends a process that has lost its cluster. Whatever
becomes of it, the rest is embedded in this process.
"""

from __future__ import annotations

import importlib.util
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Pipe
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np

from index import bf16
from index.embed import BATCH, DEFAULT, EmbeddingModel
from index.errors import ModelError, UsageError

if TYPE_CHECKING:
    from numpy.typing import NDArray

AUTO = "auto"
"""The address that stands for a cluster of this machine alone, which is started, and ends with the ingest."""
_REACH_SECONDS = 5
_START_SECONDS = 240
"""Ray needs some ten seconds to start; a busy machine a minute and more."""
_END_SECONDS = 20
_TURN_SECONDS = 0.5
_AHEAD = 2
"""Batches that wait in the cluster for each actor, so that none waits for this process."""
_PORT = 6379
_TO_MATCH = "set RAY_AUTH_TOKEN, or RAY_AUTH_TOKEN_PATH, to what it was started with"


class RayEmbeddings(EmbeddingModel):
    """The default model; many passages are embedded by the actors of a Ray cluster, a question or a probe here."""

    def __init__(self, model: EmbeddingModel, driver: Driver) -> None:
        self.name = model.name
        self.lost = ""
        """Why the cluster could not be used to the end."""
        self._model = model
        self._driver = driver
        self._job = 0

    @property
    def window(self) -> int:
        """See EmbeddingModel."""
        return self._model.window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """See EmbeddingModel."""
        return self._model.token_ends(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See EmbeddingModel."""
        return self._model.encode(texts, query=query)

    def encode_all(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """See EmbeddingModel. Nothing is yielded, too, while nothing comes: whoever waits may want to stop."""
        self._job += 1
        bulk = len(texts) >= bf16.LEAST
        waiting = deque(range(at, min(at + BATCH, len(texts))) for at in range(0, len(texts), BATCH))
        away: dict[int, range] = {}
        while (waiting or away) and not self.lost:
            yield self._exchange(texts, waiting, away, bulk=bulk)
        model = self._model.bulk() if bulk else self._model
        for places in sorted([*away.values(), *waiting], key=lambda places: places.start):
            yield places, model.encode([texts[place] for place in places])

    def _exchange(
        self, texts: Sequence[str], waiting: deque[range], away: dict[int, range], *, bulk: bool
    ) -> tuple[Sequence[int], NDArray[np.float32]]:
        """Hand over what there is room for and return what comes back, if anything does."""
        try:
            while waiting and len(away) < _AHEAD * self._driver.actors:
                places = waiting.popleft()
                away[places.start] = places
                self._driver.send((self._job, places.start, bulk, [texts[place] for place in places]))
            kind, *more = self._driver.receive() or ("nothing",)
        except (EOFError, OSError):
            kind, more = "failed", ["its connection ended"]
        if kind == "failed":
            self.lost = more[0]
        elif kind == "vectors" and more[0] == self._job:
            return away.pop(more[1]), more[2]
        return (), np.zeros((0, 0), dtype=np.float32)


class Driver:
    """The process that speaks to Ray, and the connection to it. To be closed."""

    def __init__(self, address: str, folder: Path, probe: NDArray[np.float32], actors: int) -> None:
        """Start it: `folder` has the model, `probe` is its vector, `actors` how many there are with `auto`."""
        self.actors = 0
        """How many actors are ready."""
        self._connection, theirs = Pipe()
        self._scratch = TemporaryDirectory(prefix="quoth-ray-", ignore_cleanup_errors=True)
        self._log = Path(self._scratch.name, "log")
        told = (str(theirs.fileno()), address, str(folder), str(actors), self._scratch.name)
        with theirs, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "index.ray_driver", *told],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                cwd=Path(__file__).parents[1],
                env=_environment(address),
                pass_fds=[theirs.fileno()],
                start_new_session=True,  # so that Ctrl-C reaches this process alone
            )
        self._connection.send(probe)

    def send(self, batch: tuple[int, int, bool, list[str]]) -> None:
        """Hand over a batch: its job, its place there, whether it is one of many, and its texts."""
        self._connection.send(batch)

    def receive(self) -> tuple[Any, ...] | None:
        """Return what it says next: ("ready",), ("vectors", job, place, vectors) or ("failed", why); None for nothing.

        Raises EOFError or OSError where it has ended.
        """
        if not self._connection.poll(_TURN_SECONDS):
            return None
        self.actors, *said = self._connection.recv()
        return tuple(said)

    def said(self, words: str) -> bool:
        """Whether Ray has said these words to its log."""
        return words.encode() in self._log.read_bytes()

    def close(self) -> None:
        """End it, and with it a cluster that it has started."""
        self._connection.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
                self._process.wait()
            self._scratch.cleanup()


@contextmanager
def embedding_on_ray(
    address: str, model: EmbeddingModel, folder: Path, actors: int, stop: Event
) -> Iterator[RayEmbeddings]:
    """Yield the model as it embeds on the Ray cluster at `address`, HOST:PORT, or on one of `actors` with `auto`.

    `model` is the default model, whose files are in `folder`. Raises UsageError and ModelError. Once `stop` is set, the
    cluster is not waited for any more.
    """
    if model.name != DEFAULT:
        raise UsageError(f"Ray embeds by {DEFAULT}, not by {model.name}", "leave --ray or --embedding-model out")
    if importlib.util.find_spec("ray") is None:
        raise ModelError(
            "--ray needs the package ray, which is not installed", "run `pip install -r requirements-ray.txt`"
        )
    if address != AUTO:
        address = _reached(address)
    driver = Driver(address, folder, model.probe(), actors or os.cpu_count() or 1)
    try:
        _await(driver, address, stop)
        yield RayEmbeddings(model, driver)
    finally:
        driver.close()


def _await(driver: Driver, address: str, stop: Event) -> None:
    """Wait for an actor to be ready, or for `stop`. Raises ModelError."""
    until = time.monotonic() + _START_SECONDS
    where = "the Ray of this machine" if address == AUTO else f"the Ray cluster at {address}"
    hint = "docs/scale.md says what Ray needs"
    while not driver.actors and not stop.is_set():
        try:
            kind, *more = driver.receive() or ("nothing",)
        except (EOFError, OSError) as error:
            raise ModelError(f"{where} ended while it was started", hint) from error
        if driver.said("InvalidAuthToken"):  # which Ray tells its log alone, and tries again for long
            raise ModelError(f"{where} has another token", _TO_MATCH)
        if kind == "failed":
            is_without = "no authentication token was found" in more[0]
            raise ModelError(f"{where} cannot be used ({more[0]})", _TO_MATCH if is_without else hint)
        if time.monotonic() > until:
            raise ModelError(f"{where} has had no processor free for {_START_SECONDS} s", "try again later")


def _reached(address: str) -> str:
    """Return HOST:PORT where something listens there. Raises UsageError where not."""
    try:
        parts = urlsplit(f"//{address}")
        host, port = parts.hostname, parts.port or _PORT
    except ValueError:
        host = None
    if host is None or parts.netloc != address or parts.username is not None:
        raise UsageError(f"{address!r} is no address of a Ray cluster", "write HOST:PORT, or auto")
    try:
        socket.create_connection((host, port), _REACH_SECONDS).close()
    except OSError as error:
        hint = "see whether it runs, and `ray start --head` names its address"
        raise UsageError(f"no Ray cluster can be reached at {address} ({error})", hint) from error
    return f"{host}:{port}"


def _environment(address: str) -> Mapping[str, str]:
    """Return the environment of whoever speaks to Ray: a token is needed, and nothing is reported to anybody."""
    wanted = {"RAY_AUTH_MODE": "token", "RAY_USAGE_STATS_ENABLED": "0"}
    if address == AUTO:
        wanted |= {"RAY_AUTH_TOKEN": secrets.token_hex(32), "RAY_worker_niceness": "0"}  # 15 otherwise
    if address == AUTO or _is_on_loopback(address):
        # Whatever address it is given, Ray listens at all of the machine's, but with this, which is for macOS.
        wanted["RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER"] = "0"
    return os.environ | wanted


def _is_on_loopback(address: str) -> bool:
    """Whether a cluster is reached at the loopback address alone."""
    host, _, port = address.rpartition(":")
    if host not in ("127.0.0.1", "localhost"):
        return False
    try:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
            found.connect(("192.0.2.1", 9))  # sends nothing
            socket.create_connection((found.getsockname()[0], int(port)), _REACH_SECONDS).close()
    except OSError:
        return True
    return False
