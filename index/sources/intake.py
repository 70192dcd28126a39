"""Files -> articles that are new or have changed, and which are gone from files that have changed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urldefrag

from index.article import Article, ArticleInfo, Failure
from index.errors import ArticleError
from index.sources.fetch import Web, is_url
from index.sources.isolate import Isolation
from index.sources.walk import File, file_name, read_bytes
from index.store.database import Database

_INCOMPLETE = "incomplete_files"


@dataclass(frozen=True, slots=True)
class Reading:
    """How an ingest reads: what the columns of tables are called, and the pages to fetch."""

    fields: Mapping[str, str] = field(default_factory=dict)
    urls: tuple[str, ...] = ()

    @property
    def pages(self) -> list[File]:
        """The pages as files that are named by their addresses, each once."""
        return [File(Path(url), url) for url in dict.fromkeys(urldefrag(url).url for url in self.urls)]


@dataclass(frozen=True, slots=True)
class Taken:
    """What one file gave. `unchanged` were read before; `gone` are the ids of those it does not hold any more."""

    articles: tuple[Article, ...] = ()
    unchanged: int = 0
    gone: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


class Intake:
    """Knows what is in the store, file by file."""

    def __init__(
        self, database: Database, before: Sequence[ArticleInfo], fields: Mapping[str, str] | None = None
    ) -> None:
        """`fields` says what the columns of tables of articles are called."""
        self._database = database
        self._fields = fields
        self._isolation = Isolation(fields=fields)
        self._web = Web()
        self._incomplete = set[str](json.loads(database.fact(_INCOMPLETE) or "[]"))
        self._known: dict[str, list[ArticleInfo]] = {}
        for info in before:
            self._known.setdefault(file_name(info.source, Path(info.path)), []).append(info)

    def paths(self) -> dict[str, Path]:
        """The files that articles came from, by name."""
        return {name: Path(infos[0].path) for name, infos in self._known.items()}

    def take(self, file: File) -> Taken:
        """The file's articles, unless its bytes are the same as when they were all read, and no columns are named."""
        known = self._known.get(file.name, [])
        try:
            if is_url(file.name):
                reply = self._web.fetch(file.name)
                data, label = reply.data, reply.label
            else:
                data, label = read_bytes(file), None
        except ArticleError as error:
            return Taken(failures=(Failure(file.name, error.message, error.hint),))
        sha256 = hashlib.sha256(data).hexdigest()
        whole = file.name not in self._incomplete and not self._fields
        if known and whole and all(info.sha256 == sha256 for info in known):
            self._moved(known, file.path)
            return Taken(unchanged=len(known))
        found = self._isolation.read(data, file.name, label)
        failures = tuple(each for each in found if isinstance(each, Failure))
        articles = [each for each in found if isinstance(each, Article)]
        self._remember(file.name, incomplete=bool(failures and articles))
        here = {article.id for article in articles}
        unread = tuple(failure.source for failure in failures)
        gone = tuple(info.id for info in known if info.id not in here and not _inside(info.source, unread))
        stored = {info.id: self._database.article(info.id) for info in known}
        changed = tuple(article for article in articles if stored.get(article.id) != article)
        self._moved([info for info in known if info.id in here], file.path)
        return Taken(changed, len(articles) - len(changed), gone, failures)

    def close(self) -> None:
        """Let the child process go."""
        self._isolation.close()

    def _remember(self, name: str, *, incomplete: bool) -> None:
        """A file of which a part could not be read is read again, so that each ingest tells of it."""
        if incomplete != (name in self._incomplete):
            self._incomplete ^= {name}
            with self._database.writing():
                self._database.set_fact(_INCOMPLETE, json.dumps(sorted(self._incomplete)))

    def _moved(self, known: Sequence[ArticleInfo], path: Path) -> None:
        moved = [info for info in known if info.path != str(path)]
        if moved:
            with self._database.writing():
                for info in moved:
                    self._database.set_path(info.id, str(path))


def _inside(source: str, unread: Sequence[str]) -> bool:
    """What could not be read stays as it was, with all that was in it."""
    return any(source == each or source.startswith(f"{each}/") for each in unread)
