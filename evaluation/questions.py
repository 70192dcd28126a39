"""Question sets: JSON lines, checked row by row before anything is answered. See docs/evaluation.md."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from evaluation import expectations
from evaluation.expectations import Wordings
from index.errors import UsageError
from index.store.durable import replacing
from rag.condense import Turn

_LINE_BYTES = 32 * 2**20
"""A longer line is refused, so that no file can fill the memory before it is looked at."""
_NAMED = 5
"""How many bad rows one message names."""


_Raw = TypeVar("_Raw")


@dataclass(frozen=True, slots=True)
class Span:
    """Evidence given by offsets (code points) into an article's text."""

    article: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Row:
    """One question and what is known about its answer."""

    id: str
    question: str
    history: tuple[Turn, ...] = ()
    contexts: tuple[str, ...] | None = None
    answerable: bool = True
    answers: tuple[str, ...] = ()
    evidence: tuple[str | Span, ...] = ()
    articles: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    intent: str | None = None
    """One of INTENTS."""
    rejected: tuple[str, ...] = ()
    """Wordings that the first line must not have (`not` in the file)."""
    need: int | None = None
    """How many pieces of the evidence have to be quoted."""
    items: tuple[Wordings, ...] = ()
    """What a list has to name, each item in its accepted wordings."""
    sides: tuple[Wordings, ...] = ()
    """The two sides of a comparison, each in its accepted wordings."""
    standalone: str | None = None
    """A follow-up as one would ask it without its history."""


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """The accepted rows, at least one, in order, and how many drafts were left out."""

    rows: tuple[Row, ...]
    drafts: int = 0

    @property
    def sha256(self) -> str:
        """A digest of what the rows say, the same from whatever format they came."""
        digest = hashlib.sha256()
        for row in self.rows:
            digest.update(repr(row).encode() + b"\n")
        return digest.hexdigest()


def read_set(path: Path) -> QuestionSet:
    """Return a question set in JSON lines. Raises UsageError that names the first bad lines."""
    return gather(path, json_lines(path), parse_json)


def read_questions(path: Path) -> list[Row]:
    """Return the accepted rows of a question set. Raises UsageError like read_set."""
    return list(read_set(path).rows)


def numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of a text file, numbered from 1, one in memory at a time. Raises UsageError."""
    return ((number, decode(line, f"{path}, line {number}")) for number, line in numbered_bytes(path))


def numbered_bytes(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file as they are, numbered from 1. Raises UsageError."""
    try:
        with path.open("rb") as file:
            number = 0
            while line := file.readline(_LINE_BYTES):
                number += 1
                if len(line) == _LINE_BYTES:
                    raise UsageError(f"{path}, line {number}: longer than 32 MiB", "give one row a line")
                yield number, line
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a question set") from error


def decode(data: bytes, place: str) -> str:
    """UTF-8, with or without a byte order mark. Raises UsageError that begins with `place`."""
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        found = "UTF-16" if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) else f"byte {data[error.start]:#x}"
        raise UsageError(f"{place}: not UTF-8 text ({found})", "save it as UTF-8") from error
    if "\0" in text:
        raise UsageError(f"{place}: not UTF-8 text (NUL bytes)", "save it as UTF-8")
    return text


def json_lines(path: Path) -> Iterator[tuple[str, int, str]]:
    """Return what `gather` takes, for a file with one JSON value a line; blank lines are passed over."""
    return ((f"line {number}", number, line) for number, line in numbered_lines(path) if line.strip())


def parse_json(text: str) -> Any:
    """Parse JSON. Raises ValueError, for half characters (surrogates that stand alone, which JSON can spell) too."""
    try:
        data = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON from character {error.pos + 1} on ({error.msg})") from error
    if "\\u" in text:
        refuse_half_characters(data)
    return data


def refuse_half_characters(data: Any) -> None:
    """No file can hold surrogates that stand alone. Raises ValueError."""
    json.dumps(data, ensure_ascii=False).encode()


def gather(path: Path, records: Iterable[tuple[str, int, _Raw]], parse: Callable[[_Raw], Any]) -> QuestionSet:
    """Yield the rows that `records` (how to name each, its number, itself) spell once parsed.

    `parse` may raise ValueError. Raises UsageError that names the first bad records, or says that there are none.
    """
    rows: list[Row] = []
    places: dict[str, str] = {}
    wrong: list[str] = []
    drafts = 0
    for place, number, raw in records:
        try:
            data = parse(raw)
            if flag(data, "draft"):  # a draft need not be complete
                drafts += 1
                continue
            row = to_row(data, number)
            if row.id in places:
                raise ValueError(f"id {row.id[:60]!r} is there twice, first in {places[row.id]}")
            places[row.id] = place
            rows.append(row)
        except (ValueError, RecursionError) as error:  # JSONDecodeError is a ValueError
            wrong.append(f"{place}: {error}")
            if len(wrong) == _NAMED:
                break
    if wrong:
        raise UsageError(f"{path}, {'; '.join(wrong)}", "correct what is named; nothing was answered")
    if not rows:
        only = f" but {drafts} drafts" if drafts else ""
        raise UsageError(f"{path} holds no questions{only}", 'give some, without `"draft": true`')
    return QuestionSet(tuple(rows), drafts)


def flag(data: Any, name: str) -> bool:
    """Return a key of a row that is false if it is not there. Raises ValueError."""
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    value = data.get(name, False)
    if not isinstance(value, bool):
        raise ValueError(f"`{name}` is neither true nor false")
    return value


def to_row(data: Mapping[str, Any], number: int) -> Row:
    """Return the row in a JSON object; `number` is its id if it has none. Raises ValueError."""
    question = data.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("`question` is missing or empty")
    answerable = data.get("answerable", True)
    if not isinstance(answerable, bool):
        raise ValueError("`answerable` is neither true nor false")
    identity = data.get("id", number)
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise ValueError("`id` is no text")
    evidence = tuple(_evidence(data.get("evidence", [])))
    return Row(
        id=str(identity),
        question=question,
        history=tuple(_turns(data.get("history", []))),
        contexts=tuple(expectations.texts(data, "contexts")) if "contexts" in data else None,
        answerable=answerable,
        answers=tuple(expectations.texts(data, "answers")),
        evidence=evidence,
        articles=tuple(expectations.texts(data, "articles")),
        tags=tuple(expectations.texts(data, "tags")),
        intent=expectations.intent(data),
        rejected=tuple(expectations.rejected(data)),
        need=expectations.need(data, len(evidence)),
        items=tuple(expectations.wordings(data, "items")),
        sides=tuple(expectations.sides(data)),
        standalone=expectations.standalone(data),
    )


def to_line(data: Mapping[str, Any]) -> str:
    """One row as JSON on one line, readable in any script, whatever a program takes for the end of a line."""
    text = json.dumps(data, ensure_ascii=False)
    return text.replace("\x85", "\\u0085").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def write_rows(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Append rows to a set, which is made if need be: after a crash all of them are there, or none.

    Raises UsageError if the file cannot be written.
    """
    try:
        with replacing(path) as file:
            if path.exists():
                with path.open("rb") as former:
                    shutil.copyfileobj(former, file)
            if file.tell():
                file.seek(-1, os.SEEK_END)
                file.write(b"" if file.read() == b"\n" else b"\n")
            file.writelines(to_line(row).encode() + b"\n" for row in rows)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror})", "check its folder and the disk") from error


def _turns(values: object) -> Iterator[Turn]:
    for value in values if isinstance(values, list) else [None]:
        if isinstance(value, dict) and isinstance(value.get("question"), str):
            yield {"question": value["question"], "answer": str(value.get("answer", ""))}
        elif isinstance(value, str):
            yield value
        else:
            raise ValueError("`history` is no list of questions or of {question, answer}")


def _evidence(values: object) -> Iterator[str | Span]:
    for value in values if isinstance(values, list) else [None]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict) and isinstance(value.get("article"), str) and _is_range(value):
            yield Span(value["article"], value["start"], value["end"])
        else:
            raise ValueError("`evidence` is no list of texts or of {article, start, end}")


def _is_range(value: dict[str, Any]) -> bool:
    start, end = value.get("start"), value.get("end")
    return isinstance(start, int) and isinstance(end, int) and 0 <= start < end
