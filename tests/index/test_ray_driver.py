"""Who speaks to Ray, with a stand-in for Ray whose actors work, die or make other vectors, as a test has it.

tests/crash/test_ray.py has the real one.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from multiprocessing import Pipe
from pathlib import Path
from threading import Thread
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from tests.fakes import FakeEmbeddings

MODEL = FakeEmbeddings()


class RayError(Exception):
    """What Ray raises where an actor has died."""


class Call:
    """A method of an actor; what it does is done when it is asked for the result."""

    def __init__(self, done: Callable[..., Any]) -> None:
        self._done = done

    def remote(self, *arguments: Any) -> Callable[[], Any]:
        return lambda: self._done(*arguments)


class Actor:
    def __init__(self, ray: Ray) -> None:
        self.ray = ray
        self.probe = Call(self._probe)
        self.encode = Call(self._encode)

    def _probe(self) -> Any:
        if self.ray.starts_fail:
            raise RayError("Traceback\n" * 100 + "ModuleNotFoundError: No module named 'onnxruntime'")
        return -MODEL.probe() if self.ray.others else MODEL.probe()

    def _encode(self, texts: list[str], bulk: bool) -> Any:
        if self.ray.deaths > 0:
            self.ray.deaths -= 1
            raise RayError("The actor died.\nIts node  was lost.")
        return MODEL.encode(texts)


class Ray(ModuleType):
    """A cluster of two processors."""

    def __init__(self) -> None:
        super().__init__("ray")
        self.exceptions = ModuleType("ray.exceptions")
        self.exceptions.RayError = RayError  # type: ignore[attr-defined]
        self.deaths = 0
        self.starts_fail = self.others = self.ended = False
        self.processors = 2
        self.started = self.killed = 0
        self.joined: tuple[Any, ...] = ()

    def init(self, *arguments: Any, **options: Any) -> None:
        self.joined = (*arguments, options)

    def shutdown(self) -> None:
        self.ended = True

    def put(self, value: Any) -> Any:
        return value

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": float(self.processors)}

    def remote(self, **options: float) -> Callable[[type], Started]:
        assert options == {"num_cpus": 1}
        return lambda _: Started(self)

    def wait(self, asked: list[Any], timeout: float) -> tuple[list[Any], list[Any]]:
        return asked[:1], asked[1:]

    def get(self, asked: Callable[[], Any]) -> Any:
        return asked()

    def kill(self, actor: Actor) -> None:
        self.killed += 1


class Started:
    """`ray.remote(...)(Embedder)`: its `remote` starts an actor at once."""

    def __init__(self, ray: Ray) -> None:
        self._ray = ray

    def remote(self, names: list[str], *files: Any) -> Actor:
        sent = dict(zip(names, map(bytes, files), strict=True))
        assert sent == {"model.onnx": b"model", "tokenizer.json": b"tokens", "weights.bin": b"weights"}
        self._ray.started += 1
        return Actor(self._ray)


class Talk:
    """A driver in a thread, and this end of its connection."""

    def __init__(self, ray: Ray, folder: Path, monkeypatch: pytest.MonkeyPatch, address: str = "10.0.0.5:6379") -> None:
        monkeypatch.setitem(sys.modules, "ray", ray)
        monkeypatch.delitem(sys.modules, "index.ray_driver", raising=False)
        driver = importlib.import_module("index.ray_driver")
        monkeypatch.delitem(sys.modules, "index.ray_driver")
        monkeypatch.setattr(driver, "_GROW_SECONDS", 0)
        (folder / "model.onnx").write_bytes(b"model")
        (folder / "tokenizer.json").write_bytes(b"tokens")
        (folder / "weights.bin").write_bytes(b"weights")
        self.ours, theirs = Pipe()
        monkeypatch.setattr(driver, "Connection", lambda _: theirs)
        self.thread = Thread(target=driver.main, args=("0", address, str(folder), "2", "scratch"), daemon=True)
        self.thread.start()
        self.ours.send(MODEL.probe())

    def hear(self, kind: str) -> tuple[Any, ...]:
        """Return the next message of this kind."""
        while True:
            assert self.ours.poll(20)
            said: tuple[Any, ...] = self.ours.recv()
            if said[1] == kind:
                return said

    def end(self) -> None:
        self.ours.close()
        self.thread.join(20)
        assert not self.thread.is_alive()


@pytest.fixture
def ray() -> Ray:
    return Ray()


@pytest.mark.parametrize("deaths", [0, 1, 4])
def test_a_batch_outlives_the_actors_that_die_over_it(
    deaths: int, ray: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(ray, tmp_path, monkeypatch)
    ray.deaths = deaths
    talk.hear("ready")
    talk.ours.send((1, 64, False, ["One.", "Two."]))
    actors, _, job, place, vectors = talk.hear("vectors")
    assert (job, place) == (1, 64)
    assert np.array_equal(vectors, MODEL.encode(["One.", "Two."]))
    assert 1 <= actors <= 2
    assert ray.killed == deaths
    assert ray.started >= 1 + deaths
    talk.end()
    assert ray.ended


def test_a_batch_over_which_all_actors_die_is_given_up(
    ray: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(ray, tmp_path, monkeypatch)
    ray.deaths = 100
    talk.hear("ready")
    talk.ours.send((1, 0, False, ["One."]))
    assert talk.hear("failed") == (0, "failed", "The actor died. Its node was lost.")
    talk.end()


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("starts_fail", "ModuleNotFoundError: No module named 'onnxruntime'"),
        ("others", "one of its nodes makes other vectors"),
        ("processors", "it has no processors"),
    ],
)
def test_a_cluster_of_no_use_is_said_in_short(
    fault: str, said: str, ray: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    setattr(ray, fault, fault != "processors")
    talk = Talk(ray, tmp_path, monkeypatch)
    assert talk.hear("failed") == (0, "failed", said)
    talk.end()


def test_a_node_that_joins_gets_actors(ray: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Talk(ray, tmp_path, monkeypatch)
    talk.hear("ready")
    ray.processors = 5
    while talk.hear("ready")[0] < 5:
        pass
    assert ray.started == 5
    talk.end()


@pytest.mark.parametrize("address", ["auto", "10.0.0.5:6379"])
def test_what_is_started_has_no_dashboard_and_what_is_joined_gets_the_code(
    address: str, ray: Ray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    talk = Talk(ray, tmp_path, monkeypatch, address)
    talk.hear("ready")
    talk.end()
    place, options = ray.joined
    assert place == ("local" if address == "auto" else address)
    if address == "auto":
        assert options["include_dashboard"] is False
        assert (options["num_cpus"], options["_temp_dir"]) == (2, "scratch")
    else:
        assert Path(options["runtime_env"]["py_modules"][0], "embed.py").is_file()
