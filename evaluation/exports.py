"""Test sets that RAGAS and LlamaIndex export -> our rows. What becomes of each key: docs/evaluation.md."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from evaluation.csv_files import csv_records
from evaluation.questions import QuestionSet, decode, gather, json_lines, numbered_lines, parse_json
from index.errors import UsageError

_HOP = re.compile(r"^<\d+-hop>\s*")
"""What RAGAS puts before each context of a question that needs several."""
_LISTS = ("reference_contexts", "retrieved_contexts", "contexts", "ground_truths")
_QUESTION = ("user_input", "question")


def read_ragas(path: Path) -> QuestionSet:
    """Read RAGAS' JSON lines, JSON list or CSV, old names and new.

    Another system's answers (`answer`, `response`) are left out.
    """
    begins = _first_letter(path)
    if begins == "[":
        records = _as_list(path, _load(path))
        return gather(path, _numbered("record", records), _from_ragas)
    if begins == "{":
        return gather(path, json_lines(path), lambda line: _from_ragas(parse_json(line)))
    return gather(path, csv_records(path, *_QUESTION), lambda cells: _from_ragas(_ragas_cells(*cells)))


def read_llamaindex(path: Path) -> QuestionSet:
    """Read what `save_json` of LlamaIndex wrote: a LabelledRagDataset, or pairs of questions and passages."""
    data = _load(path)
    if isinstance(data, dict) and isinstance(data.get("examples"), list):
        return gather(path, _numbered("example", data["examples"]), _from_example)
    if isinstance(data, dict) and all(isinstance(data.get(key), dict) for key in ("queries", "corpus")):
        records = [(identity, query) for identity, query in data["queries"].items()]
        return gather(path, _numbered("query", records), partial(_from_pair, data))
    raise UsageError(
        f"{path} has neither `examples` nor `queries` and `corpus`", "give a file that LlamaIndex's save_json wrote"
    )


def _first_letter(path: Path) -> str:
    """Return the first letter of the file, empty where it has none or is in UTF-16, which only CSV may be."""
    try:
        with path.open("rb") as file:
            if file.read(2) in (b"\xff\xfe", b"\xfe\xff"):
                return ""
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a question set") from error
    lines = (line.strip() for _, line in numbered_lines(path))
    return next((line for line in lines if line), "")[:1]


def _load(path: Path) -> Any:
    try:
        return parse_json(decode(path.read_bytes(), str(path)))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a question set") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}", "give the JSON file as it was written") from error


def _as_list(path: Path, data: Any) -> list[Any]:
    if not isinstance(data, list):
        raise UsageError(f"{path} is no list of records", "give the JSON file as it was written")
    return data


def _numbered(name: str, records: list[Any]) -> Iterator[tuple[str, int, Any]]:
    return ((f"{name} {number}", number, record) for number, record in enumerate(records, start=1))


def _ragas_cells(header: list[str], cells: list[str]) -> dict[str, Any]:
    """Return a row of CSV as a record; lists are spelt as Python or JSON spells them."""
    if len(cells) > len(header):
        raise ValueError(f"{len(cells)} cells for {len(header)} columns")
    named = {name: cell for name, cell in zip(header, cells, strict=False) if cell.strip()}
    return {name: _spelt_list(name, cell) if name in _LISTS else cell for name, cell in named.items()}


def _spelt_list(name: str, cell: str) -> Any:
    spellings: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)
    for parse in spellings:
        try:
            return parse(cell)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
    raise ValueError(f"`{name}` is no list of texts")


def _from_ragas(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    data = {name: value for name, value in record.items() if value is not None}
    answers = _first(data, "reference", "ground_truth", "ground_truths", default=[])
    row = {name: data[name] for name in ("id", "tags") if name in data}
    row["question"] = _first(data, *_QUESTION, default=None)
    row["answers"] = [answers] if isinstance(answers, str) else answers
    row["evidence"] = _evidence(_first(data, "reference_contexts", default=[]))
    contexts = _first(data, "retrieved_contexts", "contexts", default=None)
    if contexts is not None:
        if not _is_texts(contexts):
            raise ValueError("`retrieved_contexts` is no list of texts")
        row["contexts"] = contexts
        row["evidence"] = [text for text in row["evidence"] if any(text in context for context in contexts)]
    return row


def _from_example(record: Any) -> dict[str, Any]:
    if not isinstance(record, dict):
        raise ValueError("not a JSON object")
    answer = record.get("reference_answer") or ""
    if not isinstance(answer, str):
        raise ValueError("`reference_answer` is no text")
    return {
        "question": record.get("query"),
        "answers": [answer] if answer.strip() else [],
        "evidence": _evidence(record.get("reference_contexts") or []),
    }


def _from_pair(data: dict[str, Any], record: tuple[str, Any]) -> dict[str, Any]:
    identity, query = record
    relevant = data.get("relevant_docs")
    names = relevant.get(identity, []) if isinstance(relevant, dict) else []
    if not _is_texts(names) or not all(isinstance(data["corpus"].get(name), str) for name in names):
        raise ValueError("`relevant_docs` names a passage that is not in `corpus`")
    return {"id": identity, "question": query, "evidence": [data["corpus"][name].strip() for name in names]}


def _evidence(contexts: Any) -> list[str]:
    """Return the passages that hold the answer, without what RAGAS puts before them."""
    if not _is_texts(contexts):
        raise ValueError("`reference_contexts` is no list of texts")
    return [text for context in contexts if (text := _HOP.sub("", context).strip())]


def _is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _first(data: dict[str, Any], *names: str, default: Any) -> Any:
    return next((data[name] for name in names if name in data), default)
