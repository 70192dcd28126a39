"""What changes in the store, file by file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from index.article import Article, Chunk
from index.chunk import embedding_text


@dataclass(frozen=True, slots=True)
class PendingArticle:
    """An article that is read and cut into chunks, but not in the store yet.

    `context` goes before each chunk when it is embedded; `kind` is "added", "changed" or "unchanged".
    """

    article: Article
    context: str
    chunks: list[Chunk]
    kind: str


@dataclass(frozen=True, slots=True)
class FileChange:
    """What one file changes in the store: all of it comes in with one transaction, or nothing."""

    path: Path
    name: str
    articles: Sequence[PendingArticle] = ()
    removed: Sequence[str] = ()
    """The ids of articles that the file does not hold any more."""
    moved: Sequence[str] = ()
    """The ids of articles that have another path in the store."""
    incomplete: bool | None = None
    """Whether a part of it could not be read; None where that is as the store has it."""

    @property
    def is_empty(self) -> bool:
        """Whether the store is as the file is."""
        return not (self.articles or self.removed or self.moved) and self.incomplete is None

    @property
    def texts(self) -> dict[str, str]:
        """What the embedding model reads of the file, by the chunks' digests."""
        return {
            chunk.digest: embedding_text(pending.context, chunk.text)
            for pending in self.articles
            for chunk in pending.chunks
        }
