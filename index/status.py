"""Facts, counts and health of a store, without any model."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import Any

from index.article import Failure
from index.store.place import open_store
from index.store.queue import QueueState
from index.store.schema import VERSION
from settings import StorePlace

FAILURES_SHOWN = 20


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
    being_read: int | None = None
    """How many of them workers have now."""
    files_done: int | None = None
    """How many have come in since the queue was last empty."""
    set_aside: int | None = None
    """How many could not be read."""
    uploads: int | None = None
    """How many of those that wait or are being read the database holds meanwhile, and how large these are."""
    upload_bytes: int | None = None
    pages: int | None = None
    """How many of them are pages on the web."""
    workers: int | None = None
    """How many workers have been heard of in the last minute."""
    failures: tuple[Failure, ...] | None = None
    """What went wrong with the first of those that could not be read."""


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
        **_queue_figures(read_queue(store)),
    )


def _queue_figures(found: tuple[QueueState, tuple[Failure, ...]] | None) -> dict[str, Any]:
    """Return what a status says of the queue, if there is one."""
    if found is None:
        return {}
    state, failures = found
    return {
        "queued": state.waiting + state.being_read,
        "being_read": state.being_read,
        "files_done": state.done,
        "set_aside": state.set_aside,
        "uploads": state.uploads,
        "upload_bytes": state.upload_bytes,
        "pages": state.pages,
        "workers": state.workers,
        "failures": failures,
    }


def read_queue(store: StorePlace) -> tuple[QueueState, tuple[Failure, ...]] | None:
    """Return how far a store's queue is, and what went wrong with the first files that are set aside.

    None where it has no queue, or there is no store yet. Changes nothing; raises StoreError.
    """
    opened = open_store(store)
    queue = opened.queue() if opened.exists() else None
    return None if queue is None else (queue.state(), tuple(queue.failures(FAILURES_SHOWN)))
