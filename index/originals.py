"""The PDFs that articles came from, where they still are as they were read.

What the owner's page brought in is kept in the store's folder; a file of `ingest PATH` is read where it lies. It counts
only with the very bytes that the article came from: another file in its place has other pages.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from cachetools import LRUCache

from index.article import Article
from index.errors import ArticleError
from index.sources.walk import File, read_bytes
from index.store.catalogue import Catalogue
from index.store.layout import DATABASE, UPLOADS

_KNOWN = 1_000
_MARK, _MARK_WITHIN = b"%PDF-", 69
Version = tuple[str, int, int, int]
"""Path, size, time of change and number of a file."""


class Originals:
    """PDFs of a store in a folder; for many threads."""

    def __init__(self, store: Path) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._digests: LRUCache[Version, str] = LRUCache(_KNOWN)

    def has(self, article: Article) -> bool:
        """Return whether the article came from a PDF that is still there. A file is read once for each change."""
        return bool(article.pages) and any(self._digest(path) == article.sha256 for path in self._places(article))

    def read(self, article: Article) -> bytes | None:
        """Return the PDF that the article came from, or None where it is not there any more."""
        for path in self._places(article) if article.pages else ():
            data = _read(path)
            if data is not None and hashlib.sha256(data).hexdigest() == article.sha256:
                return data
        return None

    def _places(self, article: Article) -> Iterator[Path]:
        """Yield where the file may be: a store may have been moved, and its uploads with it."""
        if not (self._store / DATABASE).is_file():
            return
        with closing(Catalogue(self._store / DATABASE)) as catalogue, catalogue.reading():
            said = catalogue.place_of(article.id)
        if said is None or not Path(said).is_absolute():
            return
        yield Path(said)
        _, mark, below = said.rpartition(f"/{UPLOADS}/")
        if mark:
            yield self._store.resolve() / UPLOADS / below

    def _digest(self, path: Path) -> str | None:
        """Return the digest of a PDF's bytes."""
        try:
            found = path.stat()
        except OSError:
            return None
        version = (str(path), found.st_size, found.st_mtime_ns, found.st_ino)
        with self._lock:
            digest = self._digests.get(version)
        if digest is None:
            data = _read(path)
            digest = hashlib.sha256(data).hexdigest() if data is not None else ""
            with self._lock:
                self._digests[version] = digest
        return digest


def _read(path: Path) -> bytes | None:
    try:
        data = read_bytes(File(path, path.name))
    except ArticleError:
        return None
    return data if data[:_MARK_WITHIN].lstrip().startswith(_MARK) else None
