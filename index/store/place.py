"""From a store's place to the store."""

from __future__ import annotations

from pathlib import Path

from index.errors import UsageError
from index.store.base import Store
from index.store.local import LocalStore
from settings import StorePlace


def open_store(place: StorePlace) -> Store:
    """Return the store at `place`. Opens nothing yet. Raises UsageError for a database without what speaks to it."""
    if isinstance(place, Path):
        return LocalStore(place)
    try:
        from index.store.postgres.store import PostgresStore
    except ImportError as error:  # also where psycopg is there and libpq is not
        raise UsageError(
            f"the store {place} needs psycopg ({str(error).splitlines()[0]})",
            "install it: `python -m pip install -r requirements-postgres.txt`",
        ) from error
    return PostgresStore(place)
