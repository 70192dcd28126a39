"""The dry run: what an ingest would do."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.article import Article, Failure, LeftOut
from index.options import IngestOptions
from index.sources.scan import Scan
from index.store.base import DatabaseReader
from index.store.database import SqliteDatabase
from index.store.place import open_store
from settings import StorePlace


@dataclass(slots=True)
class Preview:
    """Changes that an ingest would make, by the articles' sources.

    `duplicates` are those added and changed articles whose text another article has, too.
    """

    articles_added: list[str] = field(default_factory=list)
    articles_changed: list[str] = field(default_factory=list)
    articles_removed: list[str] = field(default_factory=list)
    articles_unchanged: int = 0
    duplicates: list[str] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    files_passed_over: int = 0
    left_out: list[LeftOut] = field(default_factory=list)


def preview(store: StorePlace, paths: Sequence[Path], options: IngestOptions | None = None) -> Preview:
    """Read what is under `paths` and say what an ingest of it would do. Needs no model, takes no lock.

    The store is opened for reading alone.
    """
    result = Preview()
    opened = open_store(store)
    with (
        closing(opened.open() if opened.exists() else SqliteDatabase(Path(":memory:"), create=True)) as database,
        closing(Scan(database, paths, options or IngestOptions())) as scan,
    ):
        result.left_out += scan.left_out
        sources = {info.id: info.source for info in database.articles()}
        removed = list(scan.removed)
        texts: dict[str, tuple[int, str]] = {}
        for article in _articles(scan, result, removed):
            texts[article.source] = (len(article.text), _digest(article))
            earlier = database.article(article.id) if article.id in scan.known else None
            if earlier and replace(earlier, sha256=article.sha256) == article:
                result.articles_unchanged += 1
            else:
                (result.articles_changed if earlier else result.articles_added).append(article.source)
        if texts:
            removed += scan.outdated
        result.articles_removed = sorted(sources[article_id] for article_id in removed)
        result.files_passed_over = len(result.left_out)
        result.duplicates = _duplicates(database, texts, result.articles_removed)
    return result


def _articles(scan: Scan, result: Preview, removed: list[str]) -> Iterator[Article]:
    """Iterate over the new and changed articles; count the others."""
    for scanned in scan:
        result.articles_unchanged += scanned.unchanged
        result.errors += scanned.failures
        result.left_out += scanned.left_out
        removed += scanned.removed
        yield from scanned.articles


def _duplicates(database: DatabaseReader, texts: Mapping[str, tuple[int, str]], removed: Sequence[str]) -> list[str]:
    """Return the sources of new articles whose text another article has; `texts` are their lengths and digests."""
    count = Counter(digest for _, digest in texts.values())
    lengths = {length for length, _ in texts.values()}
    others = (info for info in database.articles() if info.source not in texts and info.source not in removed)
    same_length = (database.article(info.id) for info in others if info.characters in lengths)
    count.update(_digest(article) for article in same_length if article)
    return sorted(source for source, (_, digest) in texts.items() if count[digest] > 1)


def _digest(article: Article) -> str:
    return hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()
