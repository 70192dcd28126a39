"""Question sets: JSON lines, checked row by row before anything is answered. See docs/evaluation.md."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UsageError
from rag.condense import Turn


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


def read_questions(path: Path) -> list[Row]:
    """The rows of a question set. Raises UsageError that names the line of the first that is wrong."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a JSONL file of questions") from error
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8 text ({error})", "save it as UTF-8") from error
    rows: dict[str, Row] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            data = json.loads(line)
            json.dumps(data, ensure_ascii=False).encode()  # half characters, which JSON can spell, are refused
            row = _row(data, number)
        except (ValueError, RecursionError) as error:  # JSONDecodeError is a ValueError
            raise UsageError(f"{path}, line {number}: {error}", "correct the row; nothing was answered") from error
        if row.id in rows:
            raise UsageError(f"{path}, line {number}: id {row.id!r} is there twice", "give each row its own id")
        rows[row.id] = row
    if not rows:
        raise UsageError(f"{path} holds no questions", "give one JSON object a line")
    return list(rows.values())


def _row(data: object, number: int) -> Row:
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    question = data.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError("`question` is missing or empty")
    answerable = data.get("answerable", True)
    if not isinstance(answerable, bool):
        raise ValueError("`answerable` is neither true nor false")
    identity = data.get("id", number)
    if not isinstance(identity, str | int) or isinstance(identity, bool):
        raise ValueError("`id` is no text")
    return Row(
        id=str(identity),
        question=question,
        history=tuple(_turns(data.get("history", []))),
        contexts=tuple(_texts(data, "contexts")) if "contexts" in data else None,
        answerable=answerable,
        answers=tuple(_texts(data, "answers")),
        evidence=tuple(_evidence(data.get("evidence", []))),
        articles=tuple(_texts(data, "articles")),
        tags=tuple(_texts(data, "tags")),
    )


def _texts(data: dict[str, Any], name: str) -> list[str]:
    values = data.get(name, [])
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        raise ValueError(f"`{name}` is no list of texts")
    return values


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
