"""Small stores with a stand-in for the embedding model: each is built once a process, and copied."""

from __future__ import annotations

import atexit
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from index.ingest import ingest
from tests.fakes import FakeEmbeddings


def small_store(folder: Path, files: Mapping[str, str], *, name: str = "files", window: int = 60) -> Path:
    """Write `files` into the new folder `folder`/`name` and return a store of them, beside it, that may be changed.

    Building takes seconds, copying hundredths. To an ingest of `folder`/`name` the articles of the copy are others, for
    their ids come from the place where they were read: where that matters, build the store.
    """
    shutil.copytree(_built(tuple(files.items()), name, window), folder, dirs_exist_ok=True)
    return folder / "store"


@cache
def _built(files: tuple[tuple[str, str], ...], name: str, window: int) -> Path:
    folder = Path(mkdtemp(prefix="quoth-store-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    (folder / name).mkdir()
    for file, text in files:
        (folder / name / file).write_text(text, encoding="utf-8")
    ingest(folder / "store", [folder / name], FakeEmbeddings(window=window))
    return folder
