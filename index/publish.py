"""Articles into the store: read, cut, embed what is new, publish.

One writer at a time. To publish: build the next generation beside the current one, check it, then
one SQLite transaction brings in articles, chunks, vectors, terms and the generation's name. A crash
before the commit leaves a folder to sweep; after it everything is there.
"""

from __future__ import annotations

import secrets
import shutil
import time
from collections.abc import Callable, Collection, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path

from index.article import Article, Chunk, Failure
from index.chunk import chunk_article, embedding_text, title_context
from index.database import ArticleInfo, Database
from index.embed import EmbeddingModel, check_same
from index.errors import StoreError, UsageError
from index.intake import Intake
from index.lock import write_lock
from index.vectors import check_generation, collect_garbage, is_complete, write_generation
from index.walk import find_files, unique_names

Progress = Callable[[str, int, int], None]
"""Told a stage ("reading", "embedding", "publishing") and how many of how many are done."""

DATABASE = "articles.sqlite3"
GENERATIONS = "generations"
STARTER = "the starter corpus"
"""What a store is built from until its owner ingests something."""

_BATCH_CHUNKS = 500
_EMBED_AT_ONCE = 64
_REBUILD_SHARE = 0.25
_SWEEP_SECONDS = 3.0
"""How long to wait for those who have the former generation open; a server moves on within one second."""


@dataclass(slots=True)
class IngestReport:
    """What an ingest did."""

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


def _silent(stage: str, done: int, total: int) -> None:
    """Tell nobody."""


def ingest(
    store: Path,
    paths: Sequence[Path],
    model: EmbeddingModel,
    *,
    origin: str = "",
    prune: bool = False,
    erase: bool = False,
    progress: Progress = _silent,
) -> IngestReport:
    """Bring the articles under `paths` into `store`, making it if need be.

    `origin` names what the store is built from, if it is empty. Articles that cannot be read are in
    the report's errors; the others are in. Raises UsageError, ModelError and StoreError.
    """
    with _Writer(store, model, progress) as writer:
        writer.ingest(paths, origin or ", ".join(str(path.resolve()) for path in paths), prune)
        if erase:
            writer.publish([], [], rebuild=True)
        writer.sweep()
        return writer.report


def rebuild(store: Path) -> None:
    """Make Chroma's files again from the vectors in SQLite; no model is needed."""
    with _Writer(store, None, _silent) as writer:
        writer.sweep()


@dataclass(frozen=True, slots=True)
class _Pending:
    """An article that is read and cut but not in the store yet."""

    article: Article
    path: Path
    context: str
    chunks: list[Chunk]


class _Writer:
    """The one process that writes, between taking the lock and giving it back."""

    def __init__(self, store: Path, model: EmbeddingModel | None, progress: Progress) -> None:
        self.report = IngestReport()
        self._store = store
        self._model = model
        self._progress = progress
        self._started = time.monotonic()

    def __enter__(self) -> _Writer:
        with ExitStack() as stack:
            stack.enter_context(write_lock(self._store))
            self._database = stack.enter_context(closing(Database(self._store / DATABASE, create=True)))
            self._generations = self._store / GENERATIONS
            self._generations.mkdir(exist_ok=True)
            self._make_whole()
            self._held = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        with self._held:
            self.report.generation = self._database.fact("generation") or ""
            self.report.seconds = round(time.monotonic() - self._started, 3)

    def _make_whole(self) -> None:
        """The model fits the store, and the current generation is there: else it is made again."""
        if self._model is not None:
            name, probe = self._database.fact("embedding_model"), self._database.blob("embedding_probe")
            if name is None or probe is None:
                with self._database.writing():
                    self._database.set_fact("embedding_model", self._model.name)
                    self._database.set_fact("embedding_probe", self._model.probe().tobytes())
            else:
                check_same(self._model, name, probe, self._store)
        current = self._database.fact("generation")
        if current and not is_complete(self._generations / current):
            self.publish([], [], rebuild=True)

    def ingest(self, paths: Sequence[Path], origin: str, prune: bool) -> None:
        """Read what is under `paths` and publish it, in batches that grow with the store."""
        before = self._database.articles()
        outdated = [info.id for info in before] if self._database.fact("origin") == STARTER != origin else []
        if outdated:
            before = []
        gone, paths = self._gone(before, paths) if prune else ([], paths)
        found = find_files(paths)
        self.report.files_passed_over = found.passed_over
        with closing(Intake(self._database, before)) as intake:
            files = list(unique_names(found.files, intake.paths()))
            if prune:
                seen = {file.path for file in files}
                gone += [info.id for info in before if _under(info, paths) and Path(info.path) not in seen]
            known = {info.id for info in before}
            pending: list[_Pending] = []
            for done, file in enumerate(files):
                self._progress("reading", done, len(files))
                taken = intake.take(file)
                self.report.errors += taken.failures
                self.report.articles_unchanged += taken.unchanged
                gone += taken.gone
                pending += (self._cut(article, file.path, known) for article in taken.articles)
                if sum(len(each.chunks) for each in pending) >= max(_BATCH_CHUNKS, self._database.counts()[1]):
                    self.publish(pending, [*outdated, *gone], origin=origin)
                    pending, outdated, gone = [], [], []
        if pending or (gone and not outdated):
            self.publish(pending, [*outdated, *gone], origin=origin)
        if not files and not gone:
            raise UsageError(
                f"no articles under {', '.join(map(str, paths))}",
                "give articles; docs/articles.md lists the formats",
            )

    def _gone(self, before: Sequence[ArticleInfo], paths: Sequence[Path]) -> tuple[list[str], list[Path]]:
        """The articles from under paths that do not exist any more, and the paths that do."""
        missing = [path for path in paths if not path.exists()]
        gone = [info.id for info in before if _under(info, missing)]
        return gone, [path for path in paths if path not in missing or not gone]

    def _cut(self, article: Article, path: Path, known: Collection[str]) -> _Pending:
        """A new or changed article with its chunks; unchanged passages keep their cuts."""
        assert self._model is not None
        earlier = self._database.article(article.id) if article.id in known else None
        cuts = [end for _, end in self._database.chunk_spans(article.id)] if earlier else []
        chunks = chunk_article(article, self._model, earlier.text if earlier else "", cuts)
        if earlier is None:
            self.report.articles_added += 1
        elif replace(earlier, sha256=article.sha256) == article:
            self.report.articles_unchanged += 1
        else:
            self.report.articles_changed += 1
        return _Pending(article, path, title_context(article.title, self._model), chunks)

    def publish(
        self, pending: Sequence[_Pending], gone: Sequence[str], *, origin: str = "", rebuild: bool = False
    ) -> None:
        """One generation and one transaction: `pending` in, the articles with ids `gone` out."""
        fresh = self._embed(pending)
        self._progress("publishing", 0, 1)
        current = self._database.fact("generation")
        name = f"{int((current or '0').partition('-')[0]) + 1:06d}-{secrets.token_hex(4)}"
        folder = self._generations / name
        try:
            with self._database.writing():
                self._database.put_vectors(fresh)
                for article_id in gone:
                    self._database.drop_article(article_id)
                for each in pending:
                    self._database.put_article(each.article, str(each.path), each.chunks)
                unused = self._database.drop_unused_vectors()
                if self._database.fact("origin") is None or (gone and self._database.fact("origin") == STARTER):
                    self._database.set_fact("origin", origin)
                if rebuild or current is None or fresh or unused:
                    self._build(folder, current, fresh, unused, rebuild=rebuild)
                    self._database.set_fact("generation", name)
        except OSError as error:
            raise StoreError(
                f"the store {self._store} could not be written ({error.strerror or error})",
                "make room on the disk, or check its permissions; what was there before is unharmed",
            ) from error
        finally:
            if self._database.fact("generation") != name:
                shutil.rmtree(folder, ignore_errors=True)
        self.report.articles_removed += len(gone)
        self._progress("publishing", 1, 1)

    def _build(
        self, folder: Path, current: str | None, fresh: dict[str, bytes], unused: list[str], *, rebuild: bool
    ) -> None:
        """The next generation: what changed on a copy of the last, or all of it where much has gone."""
        removed = int(self._database.fact("vectors_removed") or 0) + len(unused)
        if rebuild or current is None or removed > _REBUILD_SHARE * self._database.counts()[2]:
            fresh, removed = dict(self._database.vectors()), 0
            write_generation(folder, None, fresh, [])
        else:
            write_generation(folder, self._generations / current, fresh, unused)
        check_generation(folder, fresh, unused)
        self._database.set_fact("vectors_removed", str(removed))

    def _embed(self, pending: Sequence[_Pending]) -> dict[str, bytes]:
        """The vectors that the store lacks, by digest."""
        wanted = {chunk.digest: embedding_text(each.context, chunk.text) for each in pending for chunk in each.chunks}
        missing = sorted(wanted.keys() - self._database.known_vectors(wanted), key=lambda digest: len(wanted[digest]))
        self.report.chunks_embedded += len(missing)
        self.report.chunks_reused += sum(len(each.chunks) for each in pending) - len(missing)
        vectors: dict[str, bytes] = {}
        for at in range(0, len(missing), _EMBED_AT_ONCE):
            assert self._model is not None
            self._progress("embedding", at, len(missing))
            part = missing[at : at + _EMBED_AT_ONCE]
            for digest, vector in zip(part, self._model.encode([wanted[d] for d in part]), strict=True):
                vectors[digest] = vector.astype("<f4").tobytes()
        return vectors

    def sweep(self) -> None:
        """Remove old generations; wait a little for those who have one open to move on."""
        until = time.monotonic() + _SWEEP_SECONDS
        while left := collect_garbage(self._generations, self._database.fact("generation")):
            if time.monotonic() > until:
                break
            time.sleep(0.2)
        self.report.still_held = left


def _under(info: ArticleInfo, paths: Sequence[Path]) -> bool:
    return any(Path(info.path).is_relative_to(path.expanduser().resolve()) for path in paths)
