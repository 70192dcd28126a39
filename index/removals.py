"""Articles that the owner wants gone: marked first, removed with the next publication, so that it can be undone.

What is removed leaves the disk with the publication, so that an undo afterwards would need what was promised to be
gone. Until then a marked article is in the index, and answers use it.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence

from index.store.base import DatabaseReader
from index.store.layout import REMOVALS
from index.store.place import open_store
from settings import StorePlace


class Removals:
    """The marks of a store, kept beside its articles; for many threads, and all servers of a database."""

    def __init__(self, store: StorePlace) -> None:
        self._records = open_store(store).records()

    def marked(self) -> list[str]:
        """Return the ids of the marked articles, in the order in which they were marked. Raises StoreError."""
        return _ids(self._records.get(REMOVALS))

    def mark(self, article_ids: Iterable[str]) -> None:
        """Mark articles; those that are marked already stay so."""
        more = list(article_ids)
        self._change(lambda marked: [*marked, *more])

    def unmark(self, article_ids: Iterable[str]) -> None:
        """Take marks away; those that are not there are no error."""
        gone = set(article_ids)
        if gone:
            self._change(lambda marked: [article_id for article_id in marked if article_id not in gone])

    def _change(self, make: Callable[[Sequence[str]], Sequence[str]]) -> None:
        def changed(body: bytes | None) -> bytes:
            return json.dumps(list(dict.fromkeys(make(_ids(body))))).encode()

        self._records.change(REMOVALS, changed)


def marked_articles(database: DatabaseReader, marked: Sequence[str], path: str = "") -> list[str]:
    """Return the marked articles that there are, but for those from `path`: who sends a file again wants it."""
    if not marked:
        return []
    places = dict(database.places())
    return [article_id for article_id in marked if places.get(article_id, path) != path]


def _ids(body: bytes | None) -> list[str]:
    try:
        ids = json.loads(body or b"[]")
    except ValueError:  # nobody's writing: it is replaced as a whole
        return []
    return [article_id for article_id in ids if isinstance(article_id, str)] if isinstance(ids, list) else []
