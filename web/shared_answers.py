"""Answers that somebody has shared, frozen: in one SQLite file beside the index, or in its database. See docs/http.md.

Kept are the question, the sentences and the quotes, and none of what stands around the quotes. An answer goes with the
articles that it quotes: `sweep` takes out what rests on words that are gone.
"""

from __future__ import annotations

import datetime as dt
import hmac
import json
import re
import secrets
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from pathlib import Path

from index.store.base import Store
from index.store.place import open_store
from index.store.records import SharedRecords
from index.store.side_file import SideFile
from rag.answer import Answer, Citation
from rag.filters import Filters, parse
from settings import Settings
from web.security.excerpts import KEY, KEY_BYTES

SHARED = "shared.sqlite"
"""The file's name, in the folder of the store."""
FOLDER, ID_DIGITS = "shared", 32
CAPACITY = 10_000
"""So many answers are kept; for a further one the oldest goes."""
SCHEMA_VERSION = 1

_ID = re.compile(r"[0-9a-f]{32}")
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
        self._file = SideFile(path, "shared answers", _SCHEMA, SCHEMA_VERSION)

    def add(self, answer: Answer, question: str, filters: Filters) -> str:
        """Freeze an answer and return its id: the same one if it was shared before."""
        data = json.dumps(frozen(answer).to_dict())
        with self._file.writing() as sql:
            sql.execute(_PUT, (secrets.token_hex(16), answer.id, question, str(filters), data))
            [(shared_id,)] = sql.execute("SELECT id FROM shared WHERE answer_id = ?", (answer.id,))
            sql.execute(_LATEST, (CAPACITY,))
        return str(shared_id)

    def get(self, shared_id: str) -> SharedAnswer | None:
        """Return what was shared under this id, unless there is nothing, or not any more."""
        statement = "SELECT created, question, filters, answer FROM shared WHERE id = ?"
        with self._file.reading() as sql:
            row = sql.execute(statement, (shared_id,)).fetchone() if sql else None
        if row is None:
            return None
        created, question, filters, answer = row
        return SharedAnswer(created, question, parse(filters)[1], Answer.from_dict(json.loads(answer)))

    def sweep(self, stays: Callable[[Answer], bool]) -> int:
        """Erase the answers that do not stay; return how many. Nothing of them is left in the file."""
        with self._file.changing() as sql:
            if sql is None:
                return 0
            rows = sql.execute("SELECT id, answer FROM shared").fetchall()
            gone = [(name,) for name, answer in rows if not stays(Answer.from_dict(json.loads(answer)))]
            sql.executemany("DELETE FROM shared WHERE id = ?", gone)
        return len(gone)


class RecordedAnswers:
    """Shared answers in a database that several servers share. See `SharedAnswers`, which is the same in a file."""

    def __init__(self, store: Store, records: SharedRecords) -> None:
        self._store = store
        self._records = records

    def add(self, answer: Answer, question: str, filters: Filters) -> str:
        """See SharedAnswers. The id follows from the answer's and from what only the servers know."""
        key = self._store.secret(KEY, KEY_BYTES)
        shared_id = hmac.new(key, b"shared\0" + answer.id.encode("utf-8", "replace"), sha256).hexdigest()[:ID_DIGITS]
        created = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        kept = {"created": created, "question": question, "filters": str(filters), "answer": frozen(answer).to_dict()}
        body = json.dumps(kept).encode()
        self._records.amend(f"{FOLDER}/{shared_id}", lambda before: before or body)
        self._records.trim(FOLDER, CAPACITY)
        return shared_id

    def get(self, shared_id: str) -> SharedAnswer | None:
        """See SharedAnswers."""
        body = self._records.get(f"{FOLDER}/{shared_id}") if _ID.fullmatch(shared_id) else None
        if body is None:
            return None
        kept = json.loads(body)
        answer = Answer.from_dict(kept["answer"])
        return SharedAnswer(kept["created"], kept["question"], parse(kept["filters"])[1], answer)

    def sweep(self, stays: Callable[[Answer], bool]) -> int:
        """See SharedAnswers. The rows' space is the database's to clean up."""
        records = self._records.records(FOLDER)
        gone = [each.name for each in records if not stays(Answer.from_dict(json.loads(each.body)["answer"]))]
        for name in gone:
            self._records.delete(name)
        return len(gone)


def open_shared_answers(settings: Settings) -> SharedAnswers | RecordedAnswers:
    """Return the shared answers of the store: in its database, or in a file in its folder."""
    store = open_store(settings.store)
    records = store.shared()
    return SharedAnswers(settings.folder / SHARED) if records is None else RecordedAnswers(store, records)


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
    shared = open_shared_answers(settings)
    if isinstance(settings.store, Path) and not (settings.folder / SHARED).is_file():
        return 0
    with closing(open_store(settings.store).open()) as database, database.reading():
        article = cache(database.article)

        def stands(cited: Citation) -> bool:
            found = article(cited.article_id)
            return found is not None and (not erased or cited.quote in found.text)

        return shared.sweep(lambda answer: all(map(stands, answer.citations)))
