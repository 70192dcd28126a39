"""Uploads and pages in the queue: the bytes of the ones, and for both what became of them, which all servers show.

Who notes something first takes the row of the counts, and has it until the commit. So the numbers of entries are in the
order in which others see them, and who has seen one has seen all before it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields, replace
from typing import BinaryIO, LiteralString

from index.errors import StoreBusyError
from index.intake_log import KEPT, IntakeCounts, IntakeEntry
from index.store.layout import UPLOADS_BYTES
from index.store.postgres.connection import Connection
from index.store.postgres.words import storable

_COUNTS = "intake"
"""The fact with the counts, and the number of the latest entry."""
PAUSE_SECONDS = 30
"""What comes within so long of what came before is counted with it."""
_PART_BYTES = 4 << 20
_IS_INTAKE: LiteralString = "kind <> 'file'"
NO_COUNTS = IntakeCounts()


def is_idle(sql: Connection) -> bool:
    """Return whether no upload or page waits or has come lately. What was set aside a day ago is forgotten."""
    sql.execute(f"DELETE FROM jobs WHERE {_IS_INTAKE} AND error IS NOT NULL AND until < now() - interval '1 day'")
    query: LiteralString = (
        f"SELECT EXISTS (SELECT FROM jobs WHERE {_IS_INTAKE} AND error IS NULL)"
        " OR EXISTS (SELECT FROM intake WHERE changed > now() - make_interval(secs => %s))"
    )
    return sql.execute(query, (PAUSE_SECONDS,)).fetchone() == (False,)


def note(
    sql: Connection, entries: Sequence[IntakeEntry], more: IntakeCounts = NO_COUNTS, *, anew: bool = False
) -> None:
    """Note entries in place of earlier ones of their names, and add to the counts, in the open transaction.

    With `anew` the counts begin at nothing. As others wait for the commit from here on, this comes last in it.
    """
    number, counts = _counts(sql)
    if anew:
        counts = IntakeCounts(finished=counts.finished)
    rows = [
        (
            storable(entry.name), number + n, entry.state, entry.articles, entry.article_id,
            *(map(storable, entry.why) if entry.why else (None, None)),
        )
        for n, entry in enumerate(entries, start=1)
    ]  # fmt: skip
    with sql.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO intake (name, number, state, articles, article_id, error, hint)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (md5(name)) DO UPDATE SET number = excluded.number,"
            " changed = excluded.changed, state = excluded.state, articles = excluded.articles,"
            " article_id = excluded.article_id, error = excluded.error, hint = excluded.hint",
            rows,
        )
    number += len(entries)
    sql.execute("DELETE FROM intake WHERE number <= %s OR changed < now() - interval '1 day'", (number - KEPT,))
    added = {field.name: getattr(counts, field.name) + getattr(more, field.name) for field in fields(IntakeCounts)}
    _keep(sql, number, IntakeCounts(**added))


def noted(sql: Connection, after: int) -> tuple[IntakeCounts, list[IntakeEntry]]:
    """Return the counts, and the entries of the last day after the one with this number.

    Titles are looked up: those of removed articles are gone.
    """
    rows = sql.execute(
        "SELECT number, name, state, intake.articles, coalesce(title, ''), error, hint, article_id FROM intake"
        " LEFT JOIN articles ON articles.id = article_id"
        " WHERE number > %s AND changed > now() - interval '1 day' ORDER BY number",
        (after,),
    ).fetchall()
    row = sql.execute("SELECT value FROM facts WHERE name = %s", (_COUNTS,)).fetchone()
    _, counts = _read(None if row is None else bytes(row[0]))
    entries = [
        IntakeEntry(number, name, state, articles, title, None if error is None else (error, hint or ""), article_id)
        for number, name, state, articles, title, error, hint, article_id in rows
    ]
    return counts, entries


def put_bytes(sql: Connection, job: int, body: BinaryIO) -> None:
    """Keep the bytes of an upload in place of earlier ones, in the open transaction."""
    sql.execute("DELETE FROM uploads WHERE job = %s", (job,))
    for part, data in enumerate(iter(lambda: body.read(_PART_BYTES), b"")):
        sql.execute("INSERT INTO uploads VALUES (%s, %s, %b)", (job, part, data))


def read_bytes(sql: Connection, job: int) -> bytes:
    """Return the bytes of an upload."""
    return b"".join(_parts(sql, job))


def _parts(sql: Connection, job: int) -> Iterable[bytes]:
    part = 0
    query: LiteralString = "SELECT body FROM uploads WHERE job = %s AND part = %s"
    while row := sql.execute(query, (job, part), binary=True).fetchone():
        yield row[0]
        part += 1


def require_room(sql: Connection, size: int) -> None:
    """Raise StoreBusyError where so many more bytes are too much to wait in the database."""
    row = sql.execute("SELECT coalesce(sum(size), 0) FROM jobs WHERE error IS NULL").fetchone()
    waiting = int(row[0]) if row else 0
    if waiting + size > UPLOADS_BYTES:
        raise StoreBusyError(
            f"files of {waiting >> 20} MiB wait in the database, which takes {UPLOADS_BYTES >> 20} MiB at a time",
            "send it again when some are in",
        )


def _counts(sql: Connection) -> tuple[int, IntakeCounts]:
    """Return the number of the latest entry and the counts, which nobody else changes until the commit."""
    row = sql.execute(
        "INSERT INTO facts VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET value = facts.value RETURNING value",
        (_COUNTS, b"{}"),
    ).fetchone()
    return _read(bytes(row[0]) if row else None)


def _read(value: bytes | None) -> tuple[int, IntakeCounts]:
    kept = json.loads(value or b"{}")
    number = kept.pop("number", 0)
    return number, replace(NO_COUNTS, **kept)


def _keep(sql: Connection, number: int, counts: IntakeCounts) -> None:
    value = json.dumps(asdict(counts) | {"number": number}).encode()
    sql.execute("UPDATE facts SET value = %s WHERE name = %s", (value, _COUNTS))
