"""Question sets in the formats of others -> our rows. What becomes of each key: docs/evaluation.md."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from evaluation.beir import read_beir
from evaluation.csv_files import Cells, csv_records
from evaluation.exports import read_llamaindex, read_ragas
from evaluation.questions import (
    QuestionSet,
    decode,
    gather,
    parse_json,
    read_set,
    refuse_half_characters,
)
from index.chunk import SentenceSpan, sentence_spans
from index.errors import UsageError

_TRUTH = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_PLURAL = {"answer": "answers", "article": "articles", "tag": "tags"}
"""Columns as people call them who have one of a kind."""
_SEPARATED = ("answers", "articles", "tags", "not")
_WHOLE = ("evidence", "contexts")
_JSON = ("history", "items", "sides")


def import_set(path: Path, format: str | None = None) -> QuestionSet:
    """Read the question set at `path` in one of FORMATS; None is what its name says.

    Raises UsageError that names the first bad records.
    """
    return FORMATS[format or format_of(path.name)](path)


def format_of(name: str) -> str:
    """Return the format that a file's name says: CSV by its ending, else JSON lines."""
    return "csv" if name.lower().endswith((".csv", ".tsv")) else "jsonl"


def _read_csv(path: Path) -> QuestionSet:
    """Read CSV: a header with `question` and any other of our keys, in capitals or not, then a row a question."""
    return gather(path, csv_records(path, "question"), _from_csv)


def _from_csv(record: Cells) -> dict[str, Any]:
    header, cells = record
    if len(cells) > len(header):
        raise ValueError(
            f"{len(cells)} cells for {len(header)} columns (one that holds a delimiter needs quotation marks around it)"
        )
    names = [_PLURAL.get(name, name) if _PLURAL.get(name) not in header else name for name in header]
    return {name: _cell(name, cell) for name, cell in zip(names, cells, strict=False) if cell.strip()}


def _cell(name: str, cell: str) -> Any:
    if name in ("answerable", "draft"):
        return _TRUTH.get(cell.strip().lower(), cell)
    if name == "need" and cell.strip().isdecimal():
        return int(cell)
    if name in (*_SEPARATED, *_WHOLE, *_JSON) and cell.lstrip().startswith("["):
        with suppress(ValueError, RecursionError):  # words in square brackets
            return parse_json(cell)
    if name in _SEPARATED:
        return [part.strip() for part in cell.split("|") if part.strip()]
    return [cell] if name in _WHOLE else cell


def _read_squad(path: Path) -> QuestionSet:
    """Read SQuAD 1.1 or 2.0: a question is answered from its paragraph alone; the answer's sentence is the evidence."""
    try:
        data = json.loads(decode(path.read_bytes(), str(path)))
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", "give a JSON file in SQuAD's layout") from error
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: {error}", "give a JSON file in SQuAD's layout") from error
    return gather(path, _squad_records(path, data), _from_squad)


def _squad_records(path: Path, data: Any) -> Iterator[tuple[str, int, tuple[str, Any]]]:
    number = 0
    for a, article in enumerate(_items(path, "the file", data, "data"), start=1):
        for p, paragraph in enumerate(_items(path, f"article {a}", article, "paragraphs"), start=1):
            place = f"article {a}, paragraph {p}"
            questions = _items(path, place, paragraph, "qas")
            context = paragraph.get("context")
            if not isinstance(context, str):
                raise UsageError(f"{path}, {place}: `context` is no text", "give a JSON file in SQuAD's layout")
            for q, question in enumerate(questions, start=1):
                number += 1
                yield f"{place}, question {q}", number, (context, question)


def _items(path: Path, place: str, data: Any, name: str) -> list[Any]:
    if not isinstance(data, dict) or not isinstance(data.get(name), list):
        raise UsageError(f"{path}: {place} has no list `{name}`", "give a JSON file in SQuAD's layout")
    return list(data[name])


def _from_squad(record: tuple[str, Any]) -> dict[str, Any]:
    context, data = record
    if not isinstance(data, dict):
        raise ValueError("not a JSON object")
    refuse_half_characters([data, context])
    given = data.get("answers", [])
    if not isinstance(given, list) or not all(_is_answer(answer) for answer in given):
        raise ValueError("`answers` is no list of {text, answer_start}")
    impossible = data.get("is_impossible", not given)
    if not isinstance(impossible, bool):
        raise ValueError("`is_impossible` is neither true nor false")
    answers = [] if impossible else given
    evidence = (_sentence(context, answer["text"], answer["answer_start"]) for answer in answers)
    return {
        **{name: data[name] for name in ("id", "question") if name in data},
        "contexts": [context],
        "answerable": not impossible,
        "answers": list(dict.fromkeys(answer["text"] for answer in answers)),
        "evidence": list(dict.fromkeys(text for text in evidence if text)),
    }


def _is_answer(value: Any) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("text"), str)
        and bool(value["text"].strip())
        and isinstance(value.get("answer_start"), int)
    )


def _sentence(text: str, answer: str, start: int) -> str:
    """Return the sentence, or sentences, that hold the answer; "" if it is not in the paragraph."""
    if start < 0 or not text.startswith(answer, start):  # some sets count in other units
        start = text.find(answer)
    end = start + len(answer)
    held = [span for span in _sentences(text) if span.start < end and start < span.end]
    return text[min(held[0].start, start) : max(held[-1].end, end)] if start >= 0 and held else ""


@lru_cache(maxsize=1)  # the questions on a paragraph come one after the other
def _sentences(text: str) -> list[SentenceSpan]:
    return list(sentence_spans(text))


def _read_datasets(path: Path) -> QuestionSet:
    """Read a folder that `save_to_disk` of Hugging Face's `datasets` wrote, or one of Parquet files."""
    records = ((f"record {number}", number, record) for number, record in enumerate(_arrow_records(path), start=1))
    return gather(path, records, _from_datasets)


def _arrow_records(path: Path) -> Iterator[dict[str, Any]]:
    try:
        ipc, parquet = importlib.import_module("pyarrow.ipc"), importlib.import_module("pyarrow.parquet")
    except ImportError as error:
        raise UsageError("the format `datasets` needs the package pyarrow", "run `pip install pyarrow`") from error
    for file in _data_files(path):
        try:
            with file.open("rb") as source:
                batches = (
                    parquet.ParquetFile(source).iter_batches() if file.suffix == ".parquet" else ipc.open_stream(source)
                )
                for batch in batches:
                    batch.validate(full=True)
                    yield from batch.to_pylist()
        except (OSError, ValueError) as error:  # pyarrow's errors are ValueErrors
            raise UsageError(f"{file} cannot be read ({error})", "save the data set again") from error


def _data_files(folder: Path) -> list[Path]:
    try:
        if (folder / "dataset_dict.json").is_file():
            splits = json.loads((folder / "dataset_dict.json").read_bytes())["splits"]
            raise UsageError(f"{folder} holds the splits {', '.join(splits)}", "give the folder of one of them")
        if (folder / "state.json").is_file():
            listed = json.loads((folder / "state.json").read_bytes())["_data_files"]
            return [folder / Path(file["filename"]).name for file in listed]
    except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise UsageError(f"{folder} is no folder of `datasets` ({error})", "save the data set again") from error
    if files := sorted(folder.glob("*.parquet")):
        return files
    raise UsageError(f"{folder} has neither state.json nor Parquet files", "give a folder that save_to_disk wrote")


def _from_datasets(record: dict[str, Any]) -> dict[str, Any]:
    """Return a row from columns called like our keys, or like those of SQuAD."""
    data = {name: value for name, value in record.items() if value is not None}
    context, answers = data.pop("context", None), data.get("answers")
    if isinstance(answers, dict) and isinstance(context, str):
        pairs = zip(answers.get("text") or [], answers.get("answer_start") or [], strict=False)
        data["answers"] = [{"text": text, "answer_start": start} for text, start in pairs]
        return _from_squad((context, data))
    return data if context is None else {"contexts": [context], **data}


FORMATS: dict[str, Callable[[Path], QuestionSet]] = {
    "jsonl": read_set,
    "csv": _read_csv,
    "squad": _read_squad,
    "beir": read_beir,
    "ragas": read_ragas,
    "llamaindex": read_llamaindex,
    "datasets": _read_datasets,
}
"""The values of --format."""
