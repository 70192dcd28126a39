"""What an ingest would do, without doing it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.article import Article, Failure
from index.sources.intake import Reading
from index.sources.survey import Survey
from index.store.database import Database
from index.store.layout import DATABASE


@dataclass(slots=True)
class Preview:
    """What an ingest would do, by the articles' sources.

    `duplicates` are those of the added and changed whose text another article has, too.
    """

    articles_added: list[str] = field(default_factory=list)
    articles_changed: list[str] = field(default_factory=list)
    articles_removed: list[str] = field(default_factory=list)
    articles_unchanged: int = 0
    duplicates: list[str] = field(default_factory=list)
    errors: list[Failure] = field(default_factory=list)
    files_passed_over: int = 0


def preview(store: Path, paths: Sequence[Path], *, prune: bool = False, reading: Reading | None = None) -> Preview:
    """Read what is under `paths` and say what an ingest of it would do. Needs no model, takes no lock."""
    found = Preview()
    there = (store / DATABASE).is_file()
    with (
        closing(_Unwritten(store / DATABASE) if there else Database(Path(":memory:"), create=True)) as database,
        closing(Survey(database, paths, origin="", prune=prune, reading=reading or Reading())) as survey,
    ):
        found.files_passed_over = survey.passed_over
        sources = {info.id: info.source for info in database.articles()}
        gone = list(survey.gone)
        fresh: dict[str, tuple[int, str]] = {}
        for article in _articles(survey, found, gone):
            fresh[article.source] = (len(article.text), _digest(article))
            earlier = database.article(article.id) if article.id in survey.known else None
            if earlier and replace(earlier, sha256=article.sha256) == article:
                found.articles_unchanged += 1
            else:
                (found.articles_changed if earlier else found.articles_added).append(article.source)
        if fresh:
            gone += survey.outdated
        found.articles_removed = sorted(sources[each] for each in gone)
        found.duplicates = _duplicates(database, fresh, found.articles_removed)
    return found


def _articles(survey: Survey, found: Preview, gone: list[str]) -> Iterator[Article]:
    for _, taken in survey:
        found.articles_unchanged += taken.unchanged
        found.errors += taken.failures
        gone += taken.gone
        yield from taken.articles


def _duplicates(database: Database, fresh: Mapping[str, tuple[int, str]], removed: Sequence[str]) -> list[str]:
    """The sources of the fresh articles (with the lengths and digests of their texts) that are not the only ones."""
    count = Counter(digest for _, digest in fresh.values())
    lengths = {length for length, _ in fresh.values()}
    others = (info for info in database.articles() if info.source not in fresh and info.source not in removed)
    same_length = (database.article(info.id) for info in others if info.characters in lengths)
    count.update(_digest(article) for article in same_length if article)
    return sorted(source for source, (_, digest) in fresh.items() if count[digest] > 1)


def _digest(article: Article) -> str:
    return hashlib.sha256(article.text.encode("utf-8", "surrogatepass")).hexdigest()


class _Unwritten(Database):
    """A store that is not written to, whatever is said to it."""

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Writes nothing."""
        yield

    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remembers nothing."""

    def set_path(self, article_id: str, path: str) -> None:
        """Remembers nothing."""
