"""The one process that writes to a store, between taking the lock and giving it back.

What there is to change comes in with one transaction: articles, chunks, vectors, terms and the generation's name.
How a store does that is its own (`index/store/`).
"""

from __future__ import annotations

import secrets
import time
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from threading import Event
from types import TracebackType

from index import bf16
from index.article import Failure, LeftOut
from index.changes import FileChange
from index.embed import EmbeddingModel, check_same
from index.near_duplicates import sketch
from index.store.layout import STARTER
from index.store.place import open_store
from settings import StorePlace

ProgressCallback = Callable[[str, float, int], None]
"""Told a stage ("reading", "embedding", "publishing") and how many files of how many are in."""


@dataclass(slots=True)
class IngestReport:
    """Counts and errors of an ingest so far."""

    articles_added: int = 0
    articles_changed: int = 0
    articles_removed: int = 0
    articles_unchanged: int = 0
    chunks_embedded: int = 0
    chunks_reused: int = 0
    generation: str = ""
    seconds: float = 0.0
    errors: list[Failure] = field(default_factory=list)
    left_out: list[LeftOut] = field(default_factory=list)
    starter_articles: int = 0
    """How many of the starter corpus made way for these."""
    still_held: list[str] = field(default_factory=list)
    """Generations that a reader has open, so that they are still on the disk."""
    stopped: bool = False
    upgraded: Path | None = None
    """The copy of a store of an earlier version that was brought up to date."""


class Publisher:
    """Publishes changes. Once `stop` is set, it leaves the rest at the next safe point and keeps what is done."""

    def __init__(
        self,
        store: StorePlace,
        model: EmbeddingModel | None = None,
        progress: ProgressCallback | None = None,
        stop: Event | None = None,
        report: IngestReport | None = None,
    ) -> None:
        """Take the store and, where something is embedded, the model."""
        self.report = report or IngestReport()
        self.model = model
        self.stop = stop or Event()
        self.files = 1
        """How many files there are to read, and how many of them are in."""
        self.files_in = 0
        self._store = open_store(store)
        self._progress = progress
        self._started = time.monotonic()

    def __enter__(self) -> Publisher:
        with ExitStack() as stack:
            self._publication = stack.enter_context(self._store.writing())
            self.report.upgraded = self._publication.upgraded
            self.database = self._publication.database
            if article_ids := self.database.articles_without_sketch():
                with self.database.writing():
                    for article in filter(None, map(self.database.article, article_ids)):
                        self.database.put_sketch(article.id, sketch(article.text))
            self._held = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.report.seconds = round(time.monotonic() - self._started, 3)
        if error is not None:
            self._held.__exit__(kind, error, trace)
            return
        with self._held:
            self.report.generation = self.database.fact("generation") or ""

    def make_whole(self) -> None:
        """Check that the model fits the store, and make a missing generation again. Raises ModelError."""
        if self.model is not None:
            name, probe = self.database.fact("embedding_model"), self.database.blob("embedding_probe")
            if name is None or probe is None:
                with self.database.writing():
                    self._set_model()
            else:
                check_same(self.model, name, probe, str(self._store))
        if not self._publication.is_whole():
            self.publish([], rebuild=True)

    def tell(self, stage: str, further: float = 0) -> None:
        """Say how far it is."""
        if self._progress is not None:
            self._progress(stage, self.files_in + further, self.files)

    def publish(
        self,
        changes: Sequence[FileChange],
        removed: Collection[str] = (),
        *,
        origin: str = "",
        rebuild: bool = False,
        anew: bool = False,
        done: Callable[[], None] = lambda: None,
    ) -> None:
        """Bring `changes` in and take the articles with the ids `removed` out: one generation, one transaction.

        `rebuild` writes the generation from the beginning, `anew` exchanges all passages and vectors for those of
        `changes`. `done` is called at the end of the transaction, and undoes it by an error.
        """
        new_vectors = self._embed(changes, anew=anew)
        if self.stop.is_set():
            self.report.stopped = True
            changes = [] if anew else self._embedded(changes, new_vectors)
            if not changes:
                return
        removed = [*removed, *(article_id for change in changes for article_id in change.removed)]
        self.tell("publishing")
        current = self.database.fact("generation")
        name = self._next()
        with self._publication.publishing(name):
            if rebuild or removed or any(change.articles for change in changes):
                self._publication.require_space(_bytes(changes, new_vectors))
            with self.database.writing():
                if anew:
                    self.database.drop_passages()
                    self._set_model()
                self.database.put_vectors(new_vectors)
                self._apply(changes, removed, origin)
                unused = self.database.drop_unused_vectors()
                if rebuild or current is None or new_vectors or unused:
                    self._publication.put_generation(name, new_vectors, unused, rebuild=rebuild)
                    self.database.set_fact("generation", name)
                done()
        self._count(changes, removed)

    def take_over(self, path: Path) -> None:
        """Become the store whose SQLite file is at `path`, in one transaction. That file is changed, too."""
        name = self._next()
        with self._publication.publishing(name):
            self._publication.take_over(path, name)

    def forget_former(self) -> None:
        """Remove the copies of the store that upgrades have left."""
        self._publication.forget_former()

    def sweep(self) -> None:
        """Remove old generations that nobody has open."""
        self.report.still_held = self._publication.sweep()

    def _next(self) -> str:
        """Return the name of the next generation."""
        current = self.database.fact("generation") or "0"
        return f"{int(current.partition('-')[0]) + 1:06d}-{secrets.token_hex(4)}"

    def _set_model(self) -> None:
        assert self.model is not None
        self.database.set_fact("embedding_model", self.model.name)
        self.database.set_fact("embedding_probe", self.model.probe().tobytes())

    def _apply(self, changes: Sequence[FileChange], removed: Sequence[str], origin: str) -> None:
        """Write what has changed to the database, in its open transaction."""
        sketched = cache(sketch)  # the same text may come a thousand times
        for article_id in removed:
            self.database.drop_article(article_id)
        for change in changes:
            for pending in change.articles:
                self.database.put_article(pending.article, str(change.path), pending.chunks)
                self.database.put_sketch(pending.article.id, sketched(pending.article.text))
            for article_id in change.moved:
                self.database.set_path(article_id, str(change.path))
        self.database.set_incomplete(
            {change.name: change.incomplete for change in changes if change.incomplete is not None}
        )
        if self.database.fact("origin") is None or (removed and self.database.fact("origin") == STARTER):
            self.database.set_fact("origin", origin)

    def _embed(self, changes: Sequence[FileChange], *, anew: bool) -> dict[str, bytes]:
        """Return the vectors that the store lacks (or all, `anew`), by digest; fewer where it is to stop."""
        texts = {digest: text for change in changes for digest, text in change.texts.items()}
        known = set() if anew else self.database.known_vectors(texts)
        missing = sorted(texts.keys() - known, key=lambda digest: len(texts[digest]))
        vectors: dict[str, bytes] = {}
        model = self.model.bulk() if self.model is not None and len(missing) >= bf16.LEAST else self.model
        if missing and not self.stop.is_set():
            assert model is not None
            self.tell("embedding")
            for places, found in model.encode_all([texts[digest] for digest in missing]):
                for place, vector in zip(places, found, strict=True):
                    vectors[missing[place]] = vector.astype("<f4").tobytes()
                self.report.chunks_embedded += len(places)
                if self.stop.is_set():
                    break
                self.tell("embedding", len(changes) * len(vectors) / len(missing))
        chunks = sum(len(pending.chunks) for change in changes for pending in change.articles)
        self.report.chunks_reused += chunks - len(missing)
        return vectors

    def _embedded(self, changes: Sequence[FileChange], new: Mapping[str, bytes]) -> list[FileChange]:
        """Return the changes of fully embedded files; a partly embedded one is left out whole."""
        wanted = {digest for change in changes for digest in change.texts}
        present = new.keys() | self.database.known_vectors(wanted)
        return [change for change in changes if change.texts.keys() <= present]

    def _count(self, changes: Sequence[FileChange], removed: Sequence[str]) -> None:
        kinds = Counter(pending.kind for change in changes for pending in change.articles)
        self.report.articles_added += kinds["added"]
        self.report.articles_changed += kinds["changed"]
        self.report.articles_unchanged += kinds["unchanged"]
        self.report.articles_removed += len(removed)


def _bytes(changes: Sequence[FileChange], new: Mapping[str, bytes]) -> int:
    """Return how many bytes of vectors and text come in."""
    texts = (pending.article.text for change in changes for pending in change.articles)
    return sum(map(len, new.values())) + sum(len(text.encode()) for text in texts)
