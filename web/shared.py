"""What a server remembers of its visitors for a while, so that every other server of the same database knows it too."""

from __future__ import annotations

import logging
import time
from hashlib import sha256
from typing import Generic, TypeVar

from pydantic import TypeAdapter

from index.errors import StoreError
from index.store.place import open_store
from index.store.records import SharedRecords
from settings import StorePlace

KEPT_SECONDS = 24 * 3_600.0
"""How long what is no more changed is kept in the database."""
CLEAR_SECONDS = 600.0
"""How often what is older is looked for."""
Value = TypeVar("Value")
_log = logging.getLogger(__name__)


class Shared(Generic[Value]):
    """Values of one kind in a database, by keys that only who may see them knows, so that these are kept as digests.

    To be called in threads. What goes wrong is logged: this server has the value in its memory.
    """

    def __init__(self, records: SharedRecords, folder: str, kind: TypeAdapter[Value]) -> None:
        self._records = records
        self._folder = folder
        self._kind = kind
        self._cleared = 0.0

    def get(self, key: str) -> Value | None:
        """Return the value, None for one that is not there. Raises StoreError where that cannot be seen."""
        body = self._records.get(self._name(key))
        try:
            return None if body is None else self._kind.validate_json(body)
        except ValueError as error:  # of another version of Quoth
            _log.warning("what is kept in %s cannot be read: %s", self._folder, error)
            return None

    def put(self, key: str, value: Value) -> bool:
        """Keep a value in place of the former one; returns whether it is kept."""
        try:
            self._records.put(self._name(key), self._kind.dump_json(value))
            if time.monotonic() > self._cleared + CLEAR_SECONDS:
                self._cleared = time.monotonic()
                self._records.clear(self._folder, KEPT_SECONDS)
        except (StoreError, ValueError) as error:
            _log.warning("this server alone knows what was to be kept in %s: %s", self._folder, error)
            return False
        return True

    def drop(self, key: str) -> bool:
        """Forget a value; returns whether it is forgotten."""
        try:
            self._records.delete(self._name(key))
        except StoreError as error:
            _log.warning("what is kept in %s could not be removed: %s", self._folder, error)
            return False
        return True

    def _name(self, key: str) -> str:
        return f"{self._folder}/{sha256(key.encode('utf-8', 'replace')).hexdigest()}"


def shared(store: StorePlace, folder: str, kind: TypeAdapter[Value]) -> Shared[Value] | None:
    """Return where values of a kind are shared; None where the store is of one machine."""
    records = open_store(store).shared()
    return None if records is None else Shared(records, folder, kind)
