"""Facts, counts and health of a store, without any model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from index.errors import StoreError
from index.store.database import Database
from index.store.layout import DATABASE, GENERATIONS
from index.store.schema import VERSION
from index.store.search import DatabaseReader
from index.store.vectors import check_generation, is_complete


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Facts about what a store was made from; all None if there is no store yet."""

    generation: str | None = None
    origin: str | None = None
    embedding_model: str | None = None


@dataclass(frozen=True, slots=True)
class StoreStatus:
    """Counts and health of a store. `problem` says what is wrong; `verified` if every vector was looked up."""

    store: str
    articles: int
    chunks: int
    vectors: int
    generation: str | None
    built_from: str | None
    embedding_model: str | None
    format: int
    bytes: int
    healthy: bool
    verified: bool
    problem: str | None = None


def read_facts(store: Path) -> StoreFacts:
    """Return the facts of a store. Raises StoreError for one of another version and for a damaged one."""
    if not (store / DATABASE).is_file():
        return StoreFacts()
    with closing(DatabaseReader(store / DATABASE)) as database, database.reading():
        return StoreFacts(database.fact("generation"), database.fact("origin"), database.fact("embedding_model"))


def read_status(store: Path, *, verify: bool = False) -> StoreStatus:
    """Return counts and health. `verify` reads all of SQLite's file and finds each vector in Chroma's."""
    facts = read_facts(store)
    with closing(Database(store / DATABASE)) as database:
        with database.reading():
            articles, chunks, vectors = database.counts()
            stored = dict(database.vectors()) if verify else {}
        problem = database.check() if verify else None
    folder = store / GENERATIONS / (facts.generation or "none")
    if problem is None and facts.generation and not is_complete(folder):
        problem = "the vectors are damaged or missing; `python app.py ingest --repair` builds them again"
    if problem is None and facts.generation and verify:
        try:
            check_generation(folder, stored, [])
        except StoreError as error:
            problem = str(error)
    return StoreStatus(
        store=str(store),
        articles=articles,
        chunks=chunks,
        vectors=vectors,
        generation=facts.generation,
        built_from=facts.origin,
        embedding_model=facts.embedding_model,
        format=VERSION,
        bytes=sum(path.stat().st_size for path in store.rglob("*") if path.is_file()),
        healthy=problem is None,
        verified=verify,
        problem=problem,
    )
