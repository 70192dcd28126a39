"""From a store's place to the store."""

from __future__ import annotations

from pathlib import Path

from index.store.base import Store
from index.store.local import LocalStore


def open_store(place: Path) -> Store:
    """Return the store at `place`. Opens nothing yet."""
    return LocalStore(place)
