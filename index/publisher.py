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

from index.article import Article, Chunk, Failure
from index.chunk import embedding_text
from index.embed import EmbeddingModel, check_same
from index.errors import StoreError
from index.near_duplicates import sketch
from index.store.database import Database
from index.store.durable import folder_bytes, require_space
from index.store.layout import DATABASE, GENERATIONS, STARTER
from index.store.lock import write_lock
from index.store.sqlite import exchange, upgrade
from index.store.vectors import check_generation, checker, collect_garbage, is_complete, write_generation

Progress = Callable[[str, float, int], None]
"""Told a stage ("reading", "embedding", "publishing") and how many files of how many are in."""

_EMBED_AT_ONCE = 64
_REBUILD_SHARE = 0.25
_SWEEP_SECONDS = 3.0
"""How long to wait for those who have the former generation open; a server moves on within one second."""
_SPACE = 4
"""Bytes on the disk for each byte of vectors and text that comes in: SQLite and its log, Chroma and its log."""


@dataclass(slots=True)
class IngestReport:
    """What an ingest has done so far."""

    articles_added: int = 0
    articles_changed: int = 0
    articles_removed: int = 0
    articles_unchanged: int = 0
    chunks_embedded: int = 0
    chunks_reused: int = 0
    generation: str = ""
    seconds: float = 0.0
    errors: list[Failure] = field(default_factory=list)
    files_passed_over: int = 0
    still_held: list[str] = field(default_factory=list)
    """Generations that a reader has open, so that they are still on the disk."""
    stopped: bool = False
    upgraded: Path | None = None
    """The copy of a store of an earlier version that was brought up to date."""


@dataclass(frozen=True, slots=True)
class Pending:
    """An article that is read and cut but not in the store yet; `earlier` says what it is to the store."""

    article: Article
    path: Path
    context: str
    chunks: list[Chunk]
    kind: str
    """"added", "changed" or "unchanged"."""


class Writer:
    """Publishes. Whoever sets `stop` has it leave the rest at the next safe point and keep what is done."""

    def __init__(
        self,
        store: Path,
        model: EmbeddingModel | None = None,
        progress: Progress | None = None,
        stop: Event | None = None,
        report: IngestReport | None = None,
    ) -> None:
        """A model is needed only where something is embedded."""
        self.report = report or IngestReport()
        self.model = model
        self.stop = stop or Event()
        self.files = 1
        """How many files there are to read, and how many of them are in."""
        self.files_in = 0
        self._store = store
        self._progress = progress
        self._started = time.monotonic()

    def __enter__(self) -> Writer:
        with ExitStack() as stack:
            stack.enter_context(write_lock(self._store))
            self.report.upgraded = upgrade(self._store / DATABASE)
            self.database = stack.enter_context(closing(Database(self._store / DATABASE, create=True)))
            self.generations = self._store / GENERATIONS
            self.generations.mkdir(exist_ok=True)
            if without := self.database.articles_without_sketch():
                with self.database.writing():
                    for article in filter(None, map(self.database.article, without)):
                        self.database.put_sketch(article.id, sketch(article.text))
            self._held = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._held:
            self.report.generation = self.database.fact("generation") or ""
            self.report.seconds = round(time.monotonic() - self._started, 3)

    def make_whole(self) -> None:
        """The model fits the store, and the current generation is there: else it is made again. Raises ModelError."""
        if self.model is not None:
            name, probe = self.database.fact("embedding_model"), self.database.blob("embedding_probe")
            if name is None or probe is None:
                with self.database.writing():
                    self._set_model()
            else:
                check_same(self.model, name, probe, self._store)
        current = self.database.fact("generation")
        if current and not is_complete(self.generations / current):
            self.publish([], [], rebuild=True)

    def tell(self, stage: str, further: float = 0) -> None:
        """Say how far it is."""
        if self._progress is not None:
            self._progress(stage, self.files_in + further, self.files)

    def publish(
        self,
        pending: Sequence[Pending],
        gone: Collection[str],
        *,
        origin: str = "",
        rebuild: bool = False,
        anew: bool = False,
    ) -> None:
        """One generation and one transaction: `pending` in, the articles with ids `gone` out.

        `anew` exchanges all passages and vectors for the pending ones.
        """
        fresh = self._embed(pending, anew=anew)
        if self.stop.is_set():
            self.report.stopped = True
            pending = [] if anew else self._embedded(pending, fresh)
            if not pending:
                return
        self.tell("publishing")
        current = self.database.fact("generation")
        name, folder = self._next()
        with self._whole_or_not(name, folder):
            self._require_space(pending, fresh, current)
            with self.database.writing():
                if anew:
                    self.database.drop_passages()
                    self._set_model()
                self.database.put_vectors(fresh)
                for article_id in gone:
                    self.database.drop_article(article_id)
                for each in pending:
                    self.database.put_article(each.article, str(each.path), each.chunks)
                    self.database.put_sketch(each.article.id, sketch(each.article.text))
                unused = self.database.drop_unused_vectors()
                if self.database.fact("origin") is None or (gone and self.database.fact("origin") == STARTER):
                    self.database.set_fact("origin", origin)
                if rebuild or current is None or fresh or unused:
                    self._build(folder, current, fresh, unused, rebuild=rebuild)
                    self.database.set_fact("generation", name)
        kinds = Counter(each.kind for each in pending)
        self.report.articles_added += kinds["added"]
        self.report.articles_changed += kinds["changed"]
        self.report.articles_unchanged += kinds["unchanged"]
        self.report.articles_removed += len(gone)

    def take_over(self, path: Path) -> None:
        """Become the store whose SQLite file is at `path`, in one transaction. That file is changed, too."""
        name, folder = self._next()
        with self._whole_or_not(name, folder), closing(Database(path)) as other:
            vectors = dict(other.vectors())
            require_space(self._store, path.stat().st_size + _SPACE * sum(map(len, vectors.values())))
            write_generation(folder, None, vectors, [])
            check_generation(folder, vectors, [])
            with other.writing():
                other.set_fact("generation", name)
                other.set_fact("vectors_removed", "0")
            exchange(self._store / DATABASE, path)

    def _next(self) -> tuple[str, Path]:
        """The name of the next generation, and its folder."""
        current = self.database.fact("generation") or "0"
        name = f"{int(current.partition('-')[0]) + 1:06d}-{secrets.token_hex(4)}"
        return name, self.generations / name

    @contextmanager
    def _whole_or_not(self, name: str, folder: Path) -> Iterator[None]:
        """Where the generation does not become the current one, nothing of it stays."""
        try:
            yield
        except OSError as error:
            raise StoreError(
                f"the store {self._store} could not be written ({error.strerror or error})",
                "make room on the disk, or check its permissions; what was there before is unharmed",
            ) from error
        finally:
            if self.database.fact("generation") != name:
                shutil.rmtree(folder, ignore_errors=True)

    def _set_model(self) -> None:
        assert self.model is not None
        self.database.set_fact("embedding_model", self.model.name)
        self.database.set_fact("embedding_probe", self.model.probe().tobytes())

    def _require_space(self, pending: Sequence[Pending], fresh: Mapping[str, bytes], current: str | None) -> None:
        """The next generation is a copy of the current one, or as large."""
        new = sum(map(len, fresh.values())) + sum(len(each.article.text.encode()) for each in pending)
        copied = folder_bytes(self.generations / current) if current else 0
        require_space(self._store, copied + _SPACE * new)

    def _build(
        self, folder: Path, current: str | None, fresh: dict[str, bytes], unused: list[str], *, rebuild: bool
    ) -> None:
        """The next generation: what changed on a copy of the last, or all of it where much has gone."""
        removed = int(self.database.fact("vectors_removed") or 0) + len(unused)
        with checker() as check:
            if rebuild or current is None or removed > _REBUILD_SHARE * self.database.counts()[2]:
                fresh, removed = dict(self.database.vectors()), 0
                write_generation(folder, None, fresh, [])
            else:
                write_generation(folder, self.generations / current, fresh, unused)
            check(folder, fresh, unused)
        self.database.set_fact("vectors_removed", str(removed))

    def _embed(self, pending: Sequence[Pending], *, anew: bool) -> dict[str, bytes]:
        """The vectors that the store lacks (or all, `anew`), by digest; fewer where it is to stop."""
        wanted = {chunk.digest: embedding_text(each.context, chunk.text) for each in pending for chunk in each.chunks}
        known = set() if anew else self.database.known_vectors(wanted)
        missing = sorted(wanted.keys() - known, key=lambda digest: len(wanted[digest]))
        vectors: dict[str, bytes] = {}
        files = len({each.path for each in pending})
        for at in range(0, len(missing), _EMBED_AT_ONCE):
            if self.stop.is_set():
                break
            assert self.model is not None
            self.tell("embedding", files * at / len(missing))
            part = missing[at : at + _EMBED_AT_ONCE]
            for digest, vector in zip(part, self.model.encode([wanted[d] for d in part]), strict=True):
                vectors[digest] = vector.astype("<f4").tobytes()
            self.report.chunks_embedded += len(part)
        self.report.chunks_reused += sum(len(each.chunks) for each in pending) - len(missing)
        return vectors

    def _embedded(self, pending: Sequence[Pending], fresh: dict[str, bytes]) -> list[Pending]:
        """The articles of those files that are embedded to the end; of others nothing may come in."""
        wanted = {chunk.digest for each in pending for chunk in each.chunks}
        there = fresh.keys() | self.database.known_vectors(wanted)
        cut_off = {each.path for each in pending if not all(chunk.digest in there for chunk in each.chunks)}
        return [each for each in pending if each.path not in cut_off]

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
