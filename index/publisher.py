"""The one process that writes to a store, between taking the lock and giving it back.

To publish: build the next generation beside the current one, check it, then one SQLite transaction brings in
articles, chunks, vectors, terms and the generation's name. A crash before the commit leaves a folder to sweep;
after it everything is there.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from types import TracebackType

from index.article import Failure, LeftOut
from index.changes import FileChange
from index.embed import EmbeddingModel, check_same
from index.near_duplicates import sketch
from index.store.database import Database
from index.store.durable import folder_bytes, require_space, translate_os_errors
from index.store.layout import DATABASE, GENERATIONS, STARTER
from index.store.lock import write_lock
from index.store.sqlite import exchange, translated, upgrade
from index.store.vectors import check_generation, checker, collect_garbage, is_complete, write_generation

ProgressCallback = Callable[[str, float, int], None]
"""Told a stage ("reading", "embedding", "publishing") and how many files of how many are in."""

_EMBED_BATCH = 64
_REBUILD_SHARE = 0.25
_SWEEP_SECONDS = 3.0
"""How long to wait for those who have the former generation open; a server moves on within one second."""
_DISK_FACTOR = 4
"""Bytes on the disk for each byte of vectors and text that comes in: SQLite and its log, Chroma and its log."""


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
        store: Path,
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
        self._store = store
        self._progress = progress
        self._started = time.monotonic()

    def __enter__(self) -> Publisher:
        with ExitStack() as stack:
            stack.enter_context(write_lock(self._store))
            stack.enter_context(translated(self._store / DATABASE))
            self.report.upgraded = upgrade(self._store / DATABASE)
            self.database = stack.enter_context(closing(Database(self._store / DATABASE, create=True)))
            self.generations = self._store / GENERATIONS
            self.generations.mkdir(exist_ok=True)
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
        try:
            if error is None:
                self.report.generation = self.database.fact("generation") or ""
        finally:
            self._held.__exit__(kind, error, trace)

    def make_whole(self) -> None:
        """Check that the model fits the store, and make a missing generation again. Raises ModelError."""
        if self.model is not None:
            name, probe = self.database.fact("embedding_model"), self.database.blob("embedding_probe")
            if name is None or probe is None:
                with self.database.writing():
                    self._set_model()
            else:
                check_same(self.model, name, probe, self._store)
        current = self.database.fact("generation")
        if current and not is_complete(self.generations / current):
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
    ) -> None:
        """Bring `changes` in and take the articles with the ids `removed` out: one generation, one transaction.

        `rebuild` writes the generation from the beginning, `anew` exchanges all passages and vectors for those of
        `changes`.
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
        name, folder = self._next()
        with self._discarded_unless_published(name, folder):
            if rebuild or removed or any(change.articles for change in changes):
                self._require_space(changes, new_vectors, current)
            with self.database.writing():
                if anew:
                    self.database.drop_passages()
                    self._set_model()
                self.database.put_vectors(new_vectors)
                self._apply(changes, removed, origin)
                unused = self.database.drop_unused_vectors()
                if rebuild or current is None or new_vectors or unused:
                    self._build(folder, current, new_vectors, unused, rebuild=rebuild)
                    self.database.set_fact("generation", name)
        self._count(changes, removed)

    def take_over(self, path: Path) -> None:
        """Become the store whose SQLite file is at `path`, in one transaction. That file is changed, too."""
        name, folder = self._next()
        with self._discarded_unless_published(name, folder), closing(Database(path)) as other:
            vectors = dict(other.vectors())
            require_space(self._store, path.stat().st_size + _DISK_FACTOR * sum(map(len, vectors.values())))
            write_generation(folder, None, vectors, [])
            check_generation(folder, vectors, [])
            with other.writing():
                other.set_fact("generation", name)
                other.set_fact("vectors_removed", "0")
            exchange(self._store / DATABASE, path)

    def forget_former(self) -> None:
        """Remove the copies of the store that upgrades have left."""
        for path in self._store.glob(f"{Path(DATABASE).stem}-format-*"):
            path.unlink()

    def sweep(self) -> None:
        """Remove old generations; wait a little for those who have one open to move on."""
        until = time.monotonic() + _SWEEP_SECONDS
        while left := collect_garbage(self.generations, self.database.fact("generation")):
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        self.report.still_held = left

    def _next(self) -> tuple[str, Path]:
        """Return the name of the next generation, and its folder."""
        current = self.database.fact("generation") or "0"
        name = f"{int(current.partition('-')[0]) + 1:06d}-{secrets.token_hex(4)}"
        return name, self.generations / name

    @contextmanager
    def _discarded_unless_published(self, name: str, folder: Path) -> Iterator[None]:
        """Remove what there is of a generation that does not become the current one. Raises StoreError."""
        problem = f"the store {self._store} could not be written"
        hint = "make room on the disk, or check its permissions; what was there before is unharmed"
        try:
            with translate_os_errors(problem, hint):
                yield
        finally:
            if self.database.fact("generation") != name:
                shutil.rmtree(folder, ignore_errors=True)

    def _set_model(self) -> None:
        assert self.model is not None
        self.database.set_fact("embedding_model", self.model.name)
        self.database.set_fact("embedding_probe", self.model.probe().tobytes())

    def _require_space(self, changes: Sequence[FileChange], new: Mapping[str, bytes], current: str | None) -> None:
        """Raise StoreError unless there is room: the next generation is a copy of the current one, or as large."""
        texts = (pending.article.text for change in changes for pending in change.articles)
        added = sum(map(len, new.values())) + sum(len(text.encode()) for text in texts)
        copied = folder_bytes(self.generations / current) if current else 0
        require_space(self._store, copied + _DISK_FACTOR * added)

    def _apply(self, changes: Sequence[FileChange], removed: Sequence[str], origin: str) -> None:
        """Write what has changed to the database, in its open transaction."""
        for article_id in removed:
            self.database.drop_article(article_id)
        for change in changes:
            for pending in change.articles:
                self.database.put_article(pending.article, str(change.path), pending.chunks)
                self.database.put_sketch(pending.article.id, sketch(pending.article.text))
            for article_id in change.moved:
                self.database.set_path(article_id, str(change.path))
        self.database.set_incomplete(
            {change.name: change.incomplete for change in changes if change.incomplete is not None}
        )
        if self.database.fact("origin") is None or (removed and self.database.fact("origin") == STARTER):
            self.database.set_fact("origin", origin)

    def _build(
        self, folder: Path, current: str | None, new: dict[str, bytes], unused: list[str], *, rebuild: bool
    ) -> None:
        """Make the next generation: what changed on a copy of the last, or all of it where much has gone."""
        removed = int(self.database.fact("vectors_removed") or 0) + len(unused)
        with checker() as check:
            if rebuild or current is None or removed > _REBUILD_SHARE * self.database.counts()[2]:
                new, removed = dict(self.database.vectors()), 0
                write_generation(folder, None, new, [])
            else:
                write_generation(folder, self.generations / current, new, unused)
            check(folder, new, unused)
        self.database.set_fact("vectors_removed", str(removed))

    def _embed(self, changes: Sequence[FileChange], *, anew: bool) -> dict[str, bytes]:
        """Return the vectors that the store lacks (or all, `anew`), by digest; fewer where it is to stop."""
        texts = {digest: text for change in changes for digest, text in change.texts.items()}
        known = set() if anew else self.database.known_vectors(texts)
        missing = sorted(texts.keys() - known, key=lambda digest: len(texts[digest]))
        vectors: dict[str, bytes] = {}
        for at in range(0, len(missing), _EMBED_BATCH):
            if self.stop.is_set():
                break
            assert self.model is not None
            self.tell("embedding", len(changes) * at / len(missing))
            digests = missing[at : at + _EMBED_BATCH]
            for digest, vector in zip(digests, self.model.encode([texts[d] for d in digests]), strict=True):
                vectors[digest] = vector.astype("<f4").tobytes()
            self.report.chunks_embedded += len(digests)
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
