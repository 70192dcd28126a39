"""What a store is, wherever it is: in a folder (`local.py`), or in a database that many machines share.

`Store` knows where. `DatabaseReader` and `Database` say what is read and written, `Vectors` finds what is near.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.article import Article, ArticleFacts, ArticleInfo, Audience, Chunk, Hit, StoredArticle
from index.errors import StoreError
from index.store.records import Records, SharedRecords

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from index.store.catalogue import ArticleCatalogue
    from index.store.queue import Queue


class DatabaseReader(Protocol):
    """Articles, facts, words and vectors, for reading alone. `reading()` makes a snapshot."""

    def close(self) -> None:
        """Let go of the store."""

    def reading(self) -> AbstractContextManager[None]:
        """Hold a snapshot: what is read inside belongs together, whatever is written meanwhile."""

    def fact(self, name: str) -> str | None:
        """Return a fact about the store: current generation, embedding model, where the articles came from."""

    def revision(self) -> str | None:
        """Return the name of exactly these articles, which another state never has; None for an empty store."""

    def blob(self, name: str) -> bytes | None:
        """Return a fact that is not text."""

    def incomplete_files(self) -> frozenset[str]:
        """Return the names of the files of which a part could not be read; the rest of them is in."""

    def articles(self) -> list[ArticleInfo]:
        """Return what a list shows of all articles, by source."""

    def stored_articles(self) -> list[StoredArticle]:
        """Return what an ingest compares files with, of all articles; no text is read."""

    def places(self) -> list[tuple[str, str]]:
        """Return the id and the path of every article."""

    def article_facts(self) -> list[ArticleFacts]:
        """Return what filters look at; no text is read."""

    def article(self, article_id: str) -> Article | None:
        """Return one article with its text."""

    def articles_without_sketch(self) -> list[str]:
        """Return the ids of articles whose near copies have not been looked for."""

    def chunk_spans(self, article_id: str) -> list[tuple[int, int]]:
        """Return (start, end) of an article's chunks, in order."""

    def known_vectors(self, digests: Iterable[str]) -> set[str]:
        """Return those of the digests that have a vector."""

    def vectors(self) -> Iterator[tuple[str, bytes]]:
        """Iterate over all vectors, by digest."""

    def counts(self) -> tuple[int, int, int]:
        """Return the numbers of articles, chunks and vectors."""

    def article_count(self) -> int:
        """Return the number of articles, which `counts` takes longer for."""

    def search_terms(self, terms: Sequence[str], limit: int, article_ids: Collection[str] | None = None) -> list[Hit]:
        """Return the chunks (of these articles) that hold any of `terms`, best first by BM25; title words count half.

        Of many terms in a large store, the common ones are left out.
        """

    def has_term(self, term: str) -> bool:
        """Return whether any chunk holds a term, in whatever form of the word."""

    def stems(self, prefix: str, limit: int) -> list[str]:
        """Return the stems that begin with `prefix` and that some chunk holds, at most `limit`."""

    def texts_with_stem(self, stem: str, limit: int) -> list[str]:
        """Return the titles and words of the first chunks that hold a stem."""


class Database(DatabaseReader, Protocol):
    """The same for writing: all that changes inside `writing()` is one transaction."""

    def writing(self) -> AbstractContextManager[None]:
        """Hold a transaction: committed and on the disk at the end, or as if it had not been."""

    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remember a fact."""

    def set_incomplete(self, files: Mapping[str, bool]) -> None:
        """Remember of each of these files, by name, whether a part of it could not be read."""

    def put_article(self, article: Article, path: str, chunks: Sequence[Chunk]) -> None:
        """Bring an article in, or exchange it. The chunks' vectors must be there already."""

    def drop_article(self, article_id: str) -> None:
        """Remove an article and its chunks; its vectors go with `drop_unused_vectors`."""

    def drop_passages(self) -> None:
        """Remove all chunks, terms and vectors; the articles stay."""

    def put_sketch(self, article_id: str, sketch: bytes) -> None:
        """Remember an article's sketch, and put it into one group with its near copies."""

    def set_path(self, article_id: str, path: str) -> None:
        """Remember that an unchanged article lies somewhere else now."""

    def put_vectors(self, vectors: Mapping[str, bytes]) -> None:
        """Bring vectors in: digest -> float32 bytes, little-endian."""

    def drop_unused_vectors(self) -> list[str]:
        """Remove the vectors that no chunk uses any more. Returns their digests."""

    def check(self) -> str | None:
        """Return what is wrong with articles, passages and words, or None."""


class Vectors(Protocol):
    """The vectors of one snapshot. `name` is that of its generation."""

    @property
    def name(self) -> str:
        """The name of the generation."""

    def nearest(self, vector: NDArray[np.float32], limit: int, kept: Collection[str] | None) -> list[Hit]:
        """Return the chunks (of the articles `kept`) nearest to a unit vector, best first."""


class Snapshots(Protocol):
    """A store as questions see it. Safe to share between threads."""

    def snapshot(self, audience: Audience = None) -> AbstractContextManager[tuple[DatabaseReader, Vectors]]:
        """Yield the store as it is now, unchanged until the end of the block, as this audience sees it.

        Raises StoreError.
        """

    def refresh(self) -> None:
        """Move on to the current generation, so that an older one can go from the disk. Raises StoreError."""

    def close(self) -> None:
        """Let go of the store."""


class Publication(Protocol):
    """The right to write to a store, which one process has at a time."""

    @property
    def database(self) -> Database:
        """The database that is written to."""

    @property
    def upgraded(self) -> Path | None:
        """The copy of a store of an earlier version that was brought up to date."""

    def is_whole(self) -> bool:
        """Return whether what is made of the database is there: Chroma's files."""

    def require_space(self, added: int) -> None:
        """Raise StoreError unless there is room to publish `added` bytes of texts and vectors."""

    def publishing(self, generation: str) -> AbstractContextManager[None]:
        """Leave nothing of a generation that does not become the current one. Raises StoreError."""

    def put_generation(self, name: str, new: Mapping[str, bytes], unused: Collection[str], *, rebuild: bool) -> None:
        """Make the next generation, in the database's open transaction: with new vectors, and without unused ones."""

    def take_over(self, source: Path, generation: str) -> None:
        """Become the store whose SQLite file is at `source`, in one transaction. That file is changed, too."""

    def forget_former(self) -> None:
        """Remove the copies of the store that upgrades have left."""

    def sweep(self) -> list[str]:
        """Remove what is no longer needed. Returns the names of the generations that a reader still has open."""


class Store(Protocol):
    """Where articles, vectors and words are. As text, it is what messages call it."""

    @property
    def scratch(self) -> Path:
        """The folder for what is large and needed for a moment only."""

    def exists(self) -> bool:
        """Return whether anything has been brought in yet. Raises StoreError where that cannot be seen."""

    def open(self, audience: Audience = None) -> DatabaseReader:
        """Open it for reading, as this audience sees it. Raises StoreError where that is impossible."""

    def catalogue(self) -> ArticleCatalogue:
        """Open the owner's list of articles. Raises StoreError."""

    def snapshots(self) -> Snapshots:
        """Open it for questions."""

    def writing(self) -> AbstractContextManager[Publication]:
        """Hold the right to write to it; it is made, or brought up to date, if need be. Raises StoreBusyError."""

    def is_whole(self, generation: str) -> bool:
        """Return whether what is made of the database is there. Opens nothing."""

    def problem(self, generation: str | None, *, verify: bool) -> str | None:
        """Return what is wrong with the store, or None. `verify` looks at everything."""

    def size(self) -> int:
        """Return how many bytes it takes."""

    def changed(self) -> dt.datetime | None:
        """Return when it last changed; None where there is none."""

    def secret(self, name: str, size: int) -> bytes:
        """Return random bytes that are made when they are first needed, and are the same for all of this store.

        They are in no export. Raises StoreError where they can neither be read nor made.
        """

    def records(self, *, private: bool = False) -> Records:
        """Return what servers remember beside the articles; where it is files, with `private` only this user's."""

    def shared(self) -> SharedRecords | None:
        """Return the same where several servers share it; None where it is this machine's."""

    def queue(self) -> Queue | None:
        """Return its queue; None where it has none, since one process alone reads for it."""

    def save(self, target: Path) -> None:
        """Write what it holds now into a new SQLite file, also while it is read and written."""


def generation_name(database: DatabaseReader, store: str) -> str:
    """Return the name of the current generation. Raises StoreError where there is none yet."""
    name = database.fact("generation")
    if name is None:
        raise StoreError(f"the store {store} holds no articles yet", "run `python app.py ingest PATH`")
    return name
