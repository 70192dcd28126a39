"""Answers that somebody has shared, frozen, in one SQLite file beside the index. See docs/http.md.

Kept are the question, the sentences and the quotes, and none of what stands around the quotes. An answer goes with the
articles that it quotes: `sweep` takes out what rests on words that are gone.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from index.errors import StoreError
from index.store.durable import translate_os_errors
from index.store.place import open_store
from index.store.sqlite import translate_sqlite_errors
from rag.answer import Answer, Citation
from rag.filters import Filters, parse
from settings import Settings

SHARED = "shared.sqlite"
"""The file's name, in the folder of the store."""
CAPACITY = 10_000
"""So many answers are kept; for a further one the oldest goes."""
SCHEMA_VERSION = 1
BUSY_SECONDS = 10.0

_SCHEMA = """
CREATE TABLE shared (
    id TEXT PRIMARY KEY,
    answer_id TEXT NOT NULL UNIQUE,
    created TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%SZ', 'now')),
    question TEXT NOT NULL,
    filters TEXT NOT NULL,
    answer TEXT NOT NULL
)
"""
_PUT = "INSERT INTO shared (id, answer_id, question, filters, answer) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING"
_LATEST = "DELETE FROM shared WHERE rowid NOT IN (SELECT rowid FROM shared ORDER BY rowid DESC LIMIT ?)"


@dataclass(frozen=True, slots=True)
class SharedAnswer:
    """An answer as it was when it was shared: `created` is UTC in ISO 8601, `question` is what was asked."""

    created: str
    question: str
    filters: Filters
    answer: Answer


class SharedAnswers:
    """SQLite store of shared answers in one file, made with the first; for many threads and processes.

    Whoever knows an id may ask for its answer, so nobody can guess one. Every call may raise StoreError.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, answer: Answer, question: str, filters: Filters) -> str:
        """Freeze an answer and return its id: the same one if it was shared before."""
        data = json.dumps(frozen(answer).to_dict())
        with self._writing() as sql:
            sql.execute(_PUT, (secrets.token_hex(16), answer.id, question, str(filters), data))
            [(shared_id,)] = sql.execute("SELECT id FROM shared WHERE answer_id = ?", (answer.id,))
            sql.execute(_LATEST, (CAPACITY,))
        return str(shared_id)

    def get(self, shared_id: str) -> SharedAnswer | None:
        """Return what was shared under this id, unless there is nothing, or not any more."""
        if not self._path.is_file():
            return None
        with self._open() as sql:
            if not _version(sql):
                return None
            statement = "SELECT created, question, filters, answer FROM shared WHERE id = ?"
            row = sql.execute(statement, (shared_id,)).fetchone()
        if row is None:
            return None
        created, question, filters, answer = row
        return SharedAnswer(created, question, parse(filters)[1], Answer.from_dict(json.loads(answer)))

    def sweep(self, stays: Callable[[Answer], bool]) -> int:
        """Erase the answers that do not stay; return how many. Nothing of them is left in the file."""
        if not self._path.is_file():
            return 0
        with self._writing() as sql:
            rows = sql.execute("SELECT id, answer FROM shared").fetchall()
            gone = [(name,) for name, answer in rows if not stays(Answer.from_dict(json.loads(answer)))]
            sql.executemany("DELETE FROM shared WHERE id = ?", gone)
        return len(gone)

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as sql:
            sql.execute("BEGIN IMMEDIATE")
            if _version(sql) == 0:  # asked inside the transaction: two may come first at once
                sql.execute(_SCHEMA)
                sql.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            yield sql
            sql.execute("COMMIT")  # without it, as after any error, closing rolls back

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        what = f"the shared answers in {self._path}"
        with (
            translate_os_errors(f"{what} cannot be used", "check its folder"),
            translate_sqlite_errors(what, "move the file away"),
        ):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self._path, timeout=BUSY_SECONDS, isolation_level=None)) as sql:
                sql.execute("PRAGMA secure_delete = ON")
                sql.execute("PRAGMA synchronous = EXTRA")  # see evaluation/feedback.py
                version = _version(sql)
                if version not in (0, SCHEMA_VERSION):
                    raise StoreError(
                        f"{what} have format {version}, this version reads {SCHEMA_VERSION}",
                        "move the file away, or use the version of Quoth that wrote it",
                    )
                yield sql


def frozen(answer: Answer) -> Answer:
    """Return what is kept of an answer: no word of an article but its title, its facts and the quotes.

    An abstention may say what the articles have instead, so of that nothing is kept but that it is one.
    """
    cited = tuple(replace(each, before="", after="", columns=None, also=(), seal=None) for each in answer.citations)
    kept = replace(answer, citations=cited, nearest=(), suggestions=(), retrieved=None)
    kept = replace(kept, standalone_question=answer.question)
    return replace(kept, answer="", reason=None, notice=None) if answer.abstained else kept


def sweep_shared(settings: Settings, *, erased: bool) -> int:
    """Erase the shared answers that quote an article which is gone; return how many.

    Where words are to be `erased`, those as well that quote words which do not stand in their article any more.
    """
    path = settings.folder / SHARED
    if not path.is_file():
        return 0
    shared = SharedAnswers(path)
    with closing(open_store(settings.store).open()) as database, database.reading():
        article = cache(database.article)

        def stands(cited: Citation) -> bool:
            found = article(cited.article_id)
            return found is not None and (not erased or cited.quote in found.text)

        return shared.sweep(lambda answer: all(map(stands, answer.citations)))


def _version(sql: sqlite3.Connection) -> int:
    return int(sql.execute("PRAGMA user_version").fetchone()[0])
