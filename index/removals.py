"""Articles that the owner wants gone: marked first, removed with the next publication, so that it can be undone.

What is removed leaves the disk with the publication, so that an undo afterwards would need what was promised to be
gone. Until then a marked article is in the index, and answers use it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from pathlib import Path

from index.store.durable import replacing, translate_os_errors
from index.store.layout import REMOVALS


class Removals:
    """The marks of a store, in one file; for many threads of one process."""

    def __init__(self, store: Path) -> None:
        self._path = store / REMOVALS
        self._lock = threading.Lock()

    def marked(self) -> list[str]:
        """Return the ids of the marked articles, in the order in which they were marked. Raises StoreError."""
        with translate_os_errors(f"{self._path} cannot be read", "check its permissions"):
            if not self._path.is_file():
                return []
            try:
                ids = json.loads(self._path.read_text(encoding="utf-8"))
            except ValueError:  # nobody's writing: this file is replaced as a whole
                return []
            return [article_id for article_id in ids if isinstance(article_id, str)] if isinstance(ids, list) else []

    def mark(self, article_ids: Iterable[str]) -> None:
        """Mark articles; those that are marked already stay so."""
        with self._lock:
            self._write([*self.marked(), *article_ids])

    def unmark(self, article_ids: Iterable[str]) -> None:
        """Take marks away; those that are not there are no error."""
        with self._lock:
            gone = set(article_ids)
            self._write([article_id for article_id in self.marked() if article_id not in gone])

    def _write(self, article_ids: Iterable[str]) -> None:
        with translate_os_errors(f"{self._path} cannot be written", "check permissions and disk space"):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with replacing(self._path) as file:
                file.write(json.dumps(list(dict.fromkeys(article_ids))).encode())
