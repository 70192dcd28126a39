"""The process that speaks to Ray: batches of texts come in and go to actors, their vectors go back.

A batch whose actor or node dies goes to another one; a node that joins gets actors. It ends with its connection.
"""

from __future__ import annotations

import sys
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import Empty, SimpleQueue
from tempfile import TemporaryDirectory
from threading import Thread
from typing import TYPE_CHECKING, Any

import numpy as np
import ray

from index.embed import OnnxEmbeddings

if TYPE_CHECKING:
    from numpy.typing import NDArray

_AUTO = "auto"
_STORE_BYTES = 256 << 20
_TURN_SECONDS = 0.2
_GROW_SECONDS = 3
_SAME = 0.9999
_TRIES = 5
"""Actors that may die over one batch, or while they start and none is ready; more in large clusters."""
_MOST_SAID = 300


class Embedder:
    """Actor with the model, in one thread."""

    def __init__(self, names: list[str], *files: NDArray[np.uint8]) -> None:
        """Load the model from its files with these names, which come from Ray's memory and are not kept."""
        with TemporaryDirectory(prefix="quoth-") as folder:
            for name, file in zip(names, files, strict=True):
                file.tofile(Path(folder, name))
            plain = OnnxEmbeddings(Path(folder), 1)
            self._models = {False: plain, True: plain.bulk()}
            for loaded in self._models.values():
                loaded.probe()

    def probe(self) -> NDArray[np.float32]:
        """Return the vector of a fixed text."""
        return self._models[False].probe()

    def encode(self, texts: list[str], bulk: bool) -> NDArray[np.float32]:
        """Return the vectors of texts; `bulk` if there are many others."""
        return self._models[bulk].encode(texts)


@dataclass(slots=True)
class Batch:
    """Texts to embed; the job and the place are who asked for them and which they are there."""

    job: int
    place: int
    bulk: bool
    texts: list[str]
    tries: int = 0


class Pool:
    """Actors on the cluster, one for each of its processors, and what each is at."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self._connection = connection
        self._probe: NDArray[np.float32] = connection.recv()
        self._names = sorted(path.name for path in folder.iterdir() if path.is_file())
        self._files = [ray.put(np.fromfile(folder / name, np.uint8)) for name in self._names]
        self._requests: SimpleQueue[Batch | None] = SimpleQueue()
        self._waiting: deque[Batch] = deque()
        self._actors: dict[Any, Any] = {}
        """The actors by what they have been asked last."""
        self._batches: dict[Any, Batch] = {}
        """What is being embedded, by the same."""
        self._idle: list[Any] = []
        self._most = 0
        """The most processors that there were."""
        self._failed_starts = 0
        self._next_growth = 0.0

    def run(self) -> None:
        """Embed what comes, until the connection ends. Raises RuntimeError where actors die again and again."""
        Thread(target=self._receive, daemon=True).start()
        while self._is_wanted():
            self._grow()
            while self._waiting and self._idle:
                actor, batch = self._idle.pop(), self._waiting.popleft()
                asked = actor.encode.remote(batch.texts, batch.bulk)
                self._actors[asked], self._batches[asked] = actor, batch
            if self._actors:
                for asked in ray.wait(list(self._actors), timeout=_TURN_SECONDS)[0]:
                    self._take(asked)

    def _receive(self) -> None:
        """Take what comes at once: whoever sends must never wait for one who sends."""
        with suppress(EOFError, OSError):
            while True:
                self._requests.put(Batch(*self._connection.recv()))
        self._requests.put(None)

    def _is_wanted(self) -> bool:
        """Take the requests that are there, or wait for one if no actor is at work. False: there will be no more."""
        timeout = 0 if self._actors else _TURN_SECONDS
        with suppress(Empty):
            while (batch := self._requests.get(timeout=timeout)) is not None:
                self._waiting.append(batch)
                timeout = 0
            return False
        return True

    def _grow(self) -> None:
        """Start actors for the processors that have none. Now and then: to ask for them takes a round trip."""
        if time.monotonic() < self._next_growth:
            return
        self._next_growth = time.monotonic() + _GROW_SECONDS * (1 + self._failed_starts)
        processors = int(ray.cluster_resources().get("CPU", 0))
        self._most = max(self._most, processors)
        if not processors:
            raise RuntimeError("it has no processors")
        start = ray.remote(num_cpus=1)(Embedder).remote
        for _ in range(processors - len(self._actors) - len(self._idle)):
            actor = start(self._names, *self._files)
            self._actors[actor.probe.remote()] = actor

    def _take(self, asked: Any) -> None:
        """Take what an actor has to say, or what it leaves behind."""
        actor, batch = self._actors.pop(asked), self._batches.pop(asked, None)
        try:
            found = ray.get(asked)
        except ray.exceptions.RayError as error:
            ray.kill(actor)
            self._give_back(batch, error)
            return
        if batch is None and float(found @ self._probe) < _SAME:
            raise RuntimeError("one of its nodes makes other vectors")
        self._idle.append(actor)
        if batch is None:
            self._send("ready")
        else:
            self._send("vectors", batch.job, batch.place, found)

    def _give_back(self, batch: Batch | None, error: Exception) -> None:
        """Have another actor do what one has died over. Raises RuntimeError where that is no use."""
        if batch is None:
            self._failed_starts += 1
            is_ready = bool(self._idle or self._batches)
            if not is_ready and self._failed_starts >= max(_TRIES, self._most):
                raise RuntimeError(_in_short(error)) from error
            return
        batch.tries += 1
        if batch.tries == _TRIES + self._most:  # that many may have died with their nodes before they were asked
            raise RuntimeError(_in_short(error)) from error
        self._waiting.appendleft(batch)

    def _send(self, *words: Any) -> None:
        """Send a message, with the number of actors that are ready before it."""
        self._connection.send((len(self._idle) + len(self._batches), *words))


def main(descriptor: str, address: str, folder: str, actors: str, scratch: str) -> None:
    """Join the cluster at `address`, or start one with its files in `scratch`, and embed until the connection ends."""
    connection = Connection(int(descriptor))
    try:
        _join(address, int(actors), scratch)
        Pool(connection, Path(folder)).run()
    except (EOFError, BrokenPipeError):
        pass
    except Exception as error:  # Ray's errors share no base class
        with suppress(OSError):
            connection.send((0, "failed", _in_short(error)))
    finally:
        ray.shutdown()


def _join(address: str, actors: int, scratch: str) -> None:
    init: Callable[..., object] = ray.init
    if address == _AUTO:
        started = {"num_cpus": actors, "object_store_memory": _STORE_BYTES, "include_dashboard": False}
        init("local", **started, _temp_dir=scratch, log_to_driver=False)
    else:
        code = {"py_modules": [str(Path(__file__).parent)]}  # the nodes need none of ours
        init(address, runtime_env=code, log_to_driver=False)


def _in_short(error: BaseException) -> str:
    """Return a message in one line; of a long one, with tracebacks, the end, where Ray has the cause."""
    lines = [" ".join(line.split()) for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    whole = " ".join(lines)
    return whole if len(whole) <= _MOST_SAID else lines[-1][:_MOST_SAID]


if __name__ == "__main__":
    main(*sys.argv[1:])
