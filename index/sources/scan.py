"""What lies under the PATHs, file by file, compared with the store: what is new, changed, gone or moved."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urldefrag

from index.article import Article, Failure, LeftOut, StoredArticle
from index.errors import ArticleError, UsageError
from index.options import IngestOptions
from index.readers.source_metadata import SourceMetadata
from index.sources.fetch import Web, is_url
from index.sources.isolate import Isolation
from index.sources.walk import File, file_name, find_files, read_bytes, unique_names
from index.store.base import DatabaseReader
from index.store.layout import STARTER

_MOST_KINDS = 9


@dataclass(frozen=True, slots=True)
class ScannedFile:
    """What one file holds, compared with what the store has of it."""

    file: File
    articles: tuple[Article, ...] = ()
    """The new and the changed ones."""
    unchanged: int = 0
    removed: tuple[str, ...] = ()
    """The ids of articles that it does not hold any more."""
    moved: tuple[str, ...] = ()
    """The ids of articles that the store knows from another path."""
    incomplete: bool | None = None
    """Whether a part of it could not be read; None where that is as the store has it."""
    failures: tuple[Failure, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


class Scan:
    """Iterates over the files under `paths` and reads each lazily; writes nothing. To be closed.

    `removed` are the ids of the articles that go because their files are gone, `outdated` those of the starter corpus,
    which goes as soon as there is anything else.
    """

    def __init__(self, database: DatabaseReader, paths: Sequence[Path], options: IngestOptions) -> None:
        """Find the files. Raises UsageError where there is nothing to read and nothing to remove."""
        stored = database.stored_articles()
        is_outdated = database.fact("origin") == STARTER != options.origin
        self.outdated, stored = ([info.id for info in stored], []) if is_outdated else ([], stored)
        self.known = {info.id for info in stored}
        self.removed, existing = _vanished(stored, paths) if options.prune else ([], paths)
        listing = find_files(existing, pictures=bool(options.ocr))
        self.left_out = listing.left_out
        self._database = database
        self._fields = options.fields
        self._tags, self._read = options.tags, options.read
        self._collection = options.collection
        self._incomplete = frozenset() if self.outdated else database.incomplete_files()
        self._stored = _by_file(stored)
        names = {name: infos[0].path for name, infos in self._stored.items()}
        self.files = list(unique_names([*listing.files, *_pages(options.urls), *options.files], names))
        if options.prune:
            present = {str(file.path) for file in self.files}
            self.removed += [info.id for info in _under(stored, existing) if info.path not in present]
        self.removed += sorted(self.known.intersection(options.remove))
        if not self.files and not self.removed:
            raise _nothing_to_read(paths, self.left_out)
        self._isolation = Isolation(fields=options.fields, ocr=options.ocr)
        self._web = Web()

    def __iter__(self) -> Iterator[ScannedFile]:
        return map(self._scan, self.files)

    def close(self) -> None:
        """End the process that reads."""
        self._isolation.close()

    def _scan(self, file: File) -> ScannedFile:
        """Read a file, unless its bytes are the same as when all of it was read, and nothing else is said of it now."""
        stored = self._stored.get(file.name, [])
        try:
            data, label = self._bytes(file)
        except ArticleError as error:
            return ScannedFile(file, failures=(Failure(file.name, error.message, error.hint),))
        sha256 = hashlib.sha256(data).hexdigest()
        whole = file.name not in self._incomplete and not self._fields
        if stored and whole and all(info.sha256 == sha256 and self._is_filed(info) for info in stored):
            return ScannedFile(file, unchanged=len(stored), moved=_moved(stored, file.path))
        return self._compared(file, stored, self._isolation.read(data, file.name, label))

    def _bytes(self, file: File) -> tuple[bytes, SourceMetadata | None]:
        """Return what is in a file or a page, and what its server says of it. Raises ArticleError."""
        if self._read is not None:
            return self._read(file)
        if is_url(file.name):
            reply = self._web.fetch(file.name)
            return reply.data, reply.label
        return read_bytes(file), None

    def _compared(
        self, file: File, stored: Sequence[StoredArticle], contents: Sequence[Article | Failure]
    ) -> ScannedFile:
        """Compare what a file holds with what the store has of it."""
        failures, left_out = _without_articles(file, contents)
        before = {info.id: self._database.article(info.id) for info in stored}
        articles = [self._filed(item, before.get(item.id)) for item in contents if isinstance(item, Article)]
        present = {article.id for article in articles}
        changed = tuple(article for article in articles if before.get(article.id) != article)
        incomplete = bool(failures and articles)
        return ScannedFile(
            file,
            articles=changed,
            unchanged=len(articles) - len(changed),
            removed=_removed(stored, present, failures),
            moved=_moved([info for info in stored if info.id in present], file.path),
            incomplete=None if incomplete == (file.name in self._incomplete) else incomplete,
            failures=failures,
            left_out=left_out,
        )

    def _is_filed(self, info: StoredArticle) -> bool:
        """Return whether an article has the collection and tags that it is to have; of "" its file alone can tell."""
        is_there = self._collection is None or (self._collection == info.collection and self._collection != "")
        return is_there and {*self._tags} <= {*info.tags}

    def _filed(self, article: Article, stored: Article | None) -> Article:
        """Return the article with the owner's tags, too, and in the owner's collection, else its own or the store's."""
        known = stored.collection if stored and self._collection is None else None
        tags = tuple(dict.fromkeys((*article.tags, *self._tags)))
        collection = self._collection or article.collection or known
        if (tags, collection) == (article.tags, article.collection):
            return article
        return replace(article, collection=collection, tags=tags)


def _nothing_to_read(paths: Sequence[Path], left_out: Sequence[LeftOut]) -> UsageError:
    """Return the error of paths with no file to read; it says what kinds of files are there instead."""
    kinds = sorted({Path(item.source).suffix.lower() for item in left_out})
    others = f" ({len(left_out)} left out: {', '.join(filter(None, kinds[:_MOST_KINDS]))})" if kinds else ""
    return UsageError(
        f"no articles under {', '.join(map(str, paths))}{others}", "give articles; docs/articles.md lists the formats"
    )


def _without_articles(
    file: File, contents: Sequence[Article | Failure]
) -> tuple[tuple[Failure, ...], tuple[LeftOut, ...]]:
    """Return what in a file could not be read, and what is left out: all of one that holds nothing."""
    if not contents:
        return (), (LeftOut(file.name, "it holds nothing that is read"),)
    left_out = tuple(item for item in contents if isinstance(item, LeftOut))
    failures = (item for item in contents if isinstance(item, Failure) and not isinstance(item, LeftOut))
    return tuple(failures), left_out


def _pages(urls: Sequence[str]) -> list[File]:
    """Return pages as files that are named by their addresses, each once."""
    return [File(Path(url), url) for url in dict.fromkeys(urldefrag(url).url for url in urls)]


def _vanished(stored: Sequence[StoredArticle], paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    """Return the ids of the articles from under paths that do not exist any more, and the paths that do."""
    missing = [path for path in paths if not path.exists()]
    removed = [info.id for info in _under(stored, missing)]
    return removed, [path for path in paths if path not in missing or not removed]


def _under(stored: Sequence[StoredArticle], paths: Sequence[Path]) -> list[StoredArticle]:
    """Return the articles from under `paths`, compared as text: to make a Path of each of many takes seconds."""
    roots = [str(path.expanduser().resolve()) for path in paths]
    within = tuple(root.rstrip(os.sep) + os.sep for root in roots)
    return [info for info in stored if info.path in roots or info.path.startswith(within)]


def _by_file(stored: Sequence[StoredArticle]) -> dict[str, list[StoredArticle]]:
    """Return the articles by the name of the file that they are in."""
    found: dict[str, list[StoredArticle]] = {}
    for info in stored:
        is_file = info.path.endswith(f"/{info.source}")  # as nearly all are
        found.setdefault(info.source if is_file else file_name(info.source, Path(info.path)), []).append(info)
    return found


def _moved(stored: Sequence[StoredArticle], path: Path) -> tuple[str, ...]:
    return tuple(info.id for info in stored if info.path != str(path))


def _removed(stored: Sequence[StoredArticle], present: Collection[str], failures: Sequence[Failure]) -> tuple[str, ...]:
    """Return the ids of articles that are not present any more; what could not be read stays with all in it."""
    unread = tuple(failure.source for failure in failures)
    within = tuple(f"{source}/" for source in unread)
    absent = (info for info in stored if info.id not in present)
    return tuple(info.id for info in absent if info.source not in unread and not info.source.startswith(within))
