"""What lies under the PATHs, against what is in the store: the first half of an ingest."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.article import ArticleInfo
from index.errors import UsageError
from index.sources.intake import Intake, Reading, Taken
from index.sources.walk import File, find_files, unique_names
from index.store.database import Database
from index.store.layout import STARTER


class Survey:
    """The files under `paths`, each read as it is come to.

    `gone` are the ids of articles that are to leave with the first change: pruned ones, and the starter corpus.
    Close it.
    """

    def __init__(
        self, database: Database, paths: Sequence[Path], *, origin: str, prune: bool, reading: Reading
    ) -> None:
        """Raises UsageError where there is nothing to read and nothing to remove."""
        before = database.articles()
        self.outdated = [info.id for info in before] if database.fact("origin") == STARTER != origin else []
        if self.outdated:
            before = []
        self.known = {info.id for info in before}
        self.gone, there = _gone(before, paths) if prune else ([], paths)
        found = find_files(there)
        self.passed_over = found.passed_over
        self._intake = Intake(database, before, reading.fields)
        self.files = list(unique_names([*found.files, *reading.pages], self._intake.paths()))
        if prune:
            seen = {file.path for file in self.files}
            self.gone += [info.id for info in _under(before, there) if Path(info.path) not in seen]
        if not self.files and not self.gone:
            self.close()
            raise UsageError(
                f"no articles under {', '.join(map(str, paths))}",
                "give articles; docs/articles.md lists the formats",
            )

    def __iter__(self) -> Iterator[tuple[File, Taken]]:
        return ((file, self._intake.take(file)) for file in self.files)

    def close(self) -> None:
        """Let the reading process go."""
        self._intake.close()


def _gone(before: Sequence[ArticleInfo], paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
    """The articles from under paths that do not exist any more, and the paths that do."""
    missing = [path for path in paths if not path.exists()]
    gone = [info.id for info in _under(before, missing)]
    return gone, [path for path in paths if path not in missing or not gone]


def _under(infos: Sequence[ArticleInfo], paths: Sequence[Path]) -> list[ArticleInfo]:
    """As text: making a Path of each of many articles' takes seconds."""
    roots = [str(path.expanduser().resolve()) for path in paths]
    within = tuple(root.rstrip(os.sep) + os.sep for root in roots)
    return [info for info in infos if info.path in roots or info.path.startswith(within)]
