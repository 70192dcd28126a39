"""Sealed vectors are a folder with Chroma's files: ids and vectors.

Chroma is not crash-safe in place and bears one writer at a time, so a folder is written once, under a
name that nobody reads yet, and never changed. What a damaged folder does to the process that opens it
cannot be caught, so a new one is checked in a child process.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.errors import StoreDamagedError
from index.store.chroma import open_collection
from index.store.durable import sync

if TYPE_CHECKING:
    from numpy.typing import NDArray

Vectors = Mapping[str, bytes]
"""Digest -> float32 values, little-endian."""
SealedCheck = Callable[[Path, Vectors], None]
"""Takes a folder and the vectors that have to be in it."""

_BATCH = 1_000
_COLLECTION = "vectors"
_LOCK = "lock"
_SIZES = "sizes.json"
_NOTED = "chroma.sqlite3"
_TOLERANCE = 1e-4
"""Vectors, or cosine distances, that differ by less are the same: many near copies hide each other in a search."""
_MAX_LOST, _MAX_LOST_SHARE = 10, 0.05
"""Most vectors, as a number and a share, that may fail to find themselves: the search is approximate, and crowds of
near copies lead it astray. In a damaged graph it finds hardly any."""


def write_sealed(folder: Path, base: Path | None, add: Vectors) -> None:
    """Make `folder` a copy of `base` with vectors added, all of it on the disk at the end."""
    if base is None:
        folder.mkdir(parents=True)
    else:
        shutil.copytree(base, folder)
    (folder / _LOCK).touch()
    with open_collection(folder, _COLLECTION, create=True) as collection:
        for digests in _batches(sorted(add)):
            collection.upsert(digests, as_matrix([add[digest] for digest in digests]))
    (folder / _SIZES).write_text(json.dumps(_sizes(folder)))
    for parent, _, names in os.walk(folder):
        for name in (*names, "."):
            sync(Path(parent, name))
    sync(folder.parent)


def is_complete(folder: Path) -> bool:
    """Return whether the files are there with the sizes they were published with. Opens none of Chroma's.

    Others are let be: SQLite has a journal there for as long as another process opens the folder. And SQLite's file may
    have grown: Chroma notes each opening in it, so that it has another page after some hundred.
    """
    try:
        sizes = json.loads((folder / _SIZES).read_text())
        found = {name: (folder / name).stat().st_size for name in sizes}
        return all(found[name] == size or (name == _NOTED and found[name] > size) for name, size in sizes.items())
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def checker() -> Iterator[SealedCheck]:
    """Start a child process that checks a folder: each vector is there, and a search finds it.

    It takes a moment to start, so start it while the folder is written. The check can be made once, and raises
    StoreDamagedError, also if the child crashes.
    """
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [sys.executable, "-m", "index.store.vectors"],
        cwd=Path(__file__).parents[2],
        stdin=pipe,
        stdout=subprocess.DEVNULL,
        stderr=pipe,
        text=True,
        start_new_session=True,  # so that Ctrl-C reaches the parent alone
    ) as child:
        try:
            yield partial(_ask_child, child)
        finally:
            child.kill()


def check_sealed(folder: Path, present: Vectors) -> None:
    """Check a folder that is there already. Raises StoreDamagedError."""
    with checker() as check:
        check(folder, present)


def _ask_child(child: subprocess.Popen[str], folder: Path, present: Vectors) -> None:
    with tempfile.TemporaryDirectory() as temporary:
        expected = Path(temporary, "expected.npz")
        np.savez(
            expected,
            digests=np.array(list(present), dtype=str),
            vectors=as_matrix(list(present.values())),
        )
        _, stderr = child.communicate(json.dumps([str(folder.resolve()), str(expected)]))
    if child.returncode != 0:
        reason = (stderr.strip().splitlines() or [f"exit code {child.returncode}"])[-1]
        raise StoreDamagedError(f"the vectors in {folder} are damaged ({reason})", "ingest again to rebuild them")


class SealedVectors:
    """A published folder, open for searching; it stays on the disk until it is closed."""

    def __init__(self, folder: Path) -> None:
        """Open it. Raises FileNotFoundError if the folder is being removed, StoreDamagedError if it is damaged."""
        self.name = folder.name
        with ExitStack() as stack:
            lock = stack.enter_context((folder / _LOCK).open())
            fcntl.flock(lock, fcntl.LOCK_SH)
            if not os.path.samestat(os.fstat(lock.fileno()), (folder / _LOCK).stat()):  # which raises, too
                raise FileNotFoundError(folder)
            if not is_complete(folder):
                raise StoreDamagedError(f"the vectors in {folder} are damaged", "ingest again to rebuild them")
            self._collection = stack.enter_context(open_collection(folder, _COLLECTION))
            self._held = stack.pop_all()

    def search(self, vector: NDArray[np.float32], limit: int) -> dict[str, float]:
        """Return the digests nearest to a unit vector with their cosines, best first."""
        [nearest] = self._collection.nearest(vector[None, :], limit)
        return {digest: 1.0 - distance for digest, distance in nearest}

    def close(self) -> None:
        """Let go of the folder."""
        self._held.close()


def collect_garbage(generations: Path, keep: str | None) -> list[str]:
    """Remove the folders that are neither current nor open. Returns the names of the open ones."""
    left = []
    for folder in sorted(generations.iterdir()):
        if folder.name == keep:
            continue
        try:
            with (folder / _LOCK).open() as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
        except FileNotFoundError:  # its writer died before there was a lock
            shutil.rmtree(folder)
        except BlockingIOError:
            left.append(folder.name)
    return left


def _sizes(folder: Path) -> dict[str, int]:
    files = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != _SIZES)
    return {path.relative_to(folder).as_posix(): path.stat().st_size for path in files}


def as_matrix(vectors: Sequence[bytes]) -> NDArray[np.float32]:
    """Return vectors as the rows of a matrix."""
    width = len(vectors[0]) // 4 if vectors else 0
    return np.frombuffer(b"".join(vectors), dtype="<f4").reshape(len(vectors), width)


def _batches(digests: Sequence[str]) -> Iterator[list[str]]:
    for at in range(0, len(digests), _BATCH):
        yield list(digests[at : at + _BATCH])


def _find_problem(folder: Path, expected: Path) -> str | None:
    """Return what is wrong with a folder, or None. Runs in the child process."""
    data = np.load(expected)
    digests, vectors = data["digests"].tolist(), data["vectors"]
    lost = 0
    with open_collection(folder, _COLLECTION) as collection:
        for at in range(0, len(digests), _BATCH):
            wanted = dict(zip(digests[at : at + _BATCH], vectors[at : at + _BATCH], strict=True))
            present, stored = collection.get(list(wanted))
            if len(present) != len(wanted):
                return "a vector is missing"
            if not np.allclose(np.array(stored), [wanted[digest] for digest in present], rtol=0, atol=_TOLERANCE):
                return "a vector is not what it was"
            found = collection.nearest(np.array(list(wanted.values())), 1)
            lost += sum(not nearest or nearest[0][1] > _TOLERANCE for nearest in found)
        if lost > _MAX_LOST + _MAX_LOST_SHARE * len(digests):
            return f"{lost} of {len(digests)} vectors are not found"
    return None


if __name__ == "__main__":
    request = sys.stdin.read()
    sys.exit(_find_problem(*map(Path, json.loads(request))) if request else None)
