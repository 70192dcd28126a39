"""Writing that survives a power cut: a file is there as it was before, or as it should be after."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from index.errors import StoreError


def sync(path: Path) -> None:
    """Wait until the disk holds what was written to this file or folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def translate_os_errors(problem: str, hint: str) -> Iterator[None]:
    """Raise the operating system's errors as StoreErrors: `problem`, and in brackets the system's reason."""
    try:
        yield
    except OSError as error:
        raise StoreError(f"{problem} ({error.strerror or error})", hint) from error


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Open a file for reading and writing that takes the place of `path` when the block ends well.

    It keeps the mode of the former one; a link stays one and its target is replaced. Where the block
    or the disk fails, the former file is untouched and nothing else is left. Raises OSError.
    """
    path = path.resolve()
    fresh = path.with_name(f".{path.name[:200]}.{os.getpid()}")
    try:
        with fresh.open("w+b") as file:
            if path.exists():
                shutil.copymode(path, fresh)
            yield file
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        sync(path.parent)
    finally:
        with suppress(OSError):  # where it could not be made, or has become the file
            fresh.unlink()


def folder_bytes(folder: Path) -> int:
    """Return how many bytes the files in a folder have; those that vanish meanwhile do not count."""
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with suppress(FileNotFoundError):
                total += Path(parent, name).stat().st_size
    return total


def require_space(folder: Path, needed: int) -> None:
    """Raise StoreError unless `needed` bytes are free on the folder's disk."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise StoreError(
            f"the disk of {folder} has {free / 2**20:.0f} MiB free, and {needed / 2**20:.0f} MiB are needed",
            "make room and try again; what is in the store is unharmed",
        )
