"""Facts, counts and health of a store, without any model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from index.store.place import open_store
from index.store.schema import VERSION
from settings import StorePlace


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
    queued: int | None = None
    """How many files wait for workers or are being read, where the store has a queue."""
    set_aside: int | None = None
    """How many could not be read."""


def read_facts(store: StorePlace) -> StoreFacts:
    """Return the facts of a store. Raises StoreError for one of another version and for a damaged one."""
    opened = open_store(store)
    if not opened.exists():
        return StoreFacts()
    with closing(opened.open()) as database, database.reading():
        return StoreFacts(database.fact("generation"), database.fact("origin"), database.fact("embedding_model"))


def read_status(store: StorePlace, *, verify: bool = False) -> StoreStatus:
    """Return counts and health. `verify` looks at everything and finds each vector."""
    opened = open_store(store)
    facts = read_facts(store)
    with closing(opened.open()) as database, database.reading():
        articles, chunks, vectors = database.counts()
    queue = opened.queue()
    queued, set_aside = queue.counts() if queue else (None, None)
    problem = opened.problem(facts.generation, verify=verify)
    return StoreStatus(
        store=str(opened),
        articles=articles,
        chunks=chunks,
        vectors=vectors,
        generation=facts.generation,
        built_from=facts.origin,
        embedding_model=facts.embedding_model,
        format=VERSION,
        bytes=opened.size(),
        healthy=problem is None,
        verified=verify,
        problem=problem,
        queued=queued,
        set_aside=set_aside,
    )
