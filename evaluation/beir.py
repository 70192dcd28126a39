"""A BEIR folder: corpus.jsonl, queries.jsonl and qrels/*.tsv (https://github.com/beir-cellar/beir/wiki/Load-your-custom-dataset)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from evaluation.questions import QuestionSet, gather, json_lines, numbered_lines, parse_json
from index.errors import UsageError
from index.readers.decode import clean

_MARKDOWN = re.compile(r"[!-/:-@\[-`{-~]")
"""ASCII punctuation, all of which a backslash makes literal (https://spec.commonmark.org/0.31.2/#backslash-escapes)."""
_NAME_BYTES = 200


def read_beir(path: Path) -> QuestionSet:
    """Return the judged queries; `articles` are the file names (see write_corpus) of the documents judged relevant.

    `path` is the folder, whose test split is taken (or its only one), or the qrels file of another split.
    """
    qrels = path if path.is_file() else _test_split(path)
    folder = qrels.parent.parent
    judged = _relevant(qrels)
    queries = gather(folder / "queries.jsonl", json_lines(folder / "queries.jsonl"), _query)
    known = {row.id for row in queries.rows}
    if missing := [query for query in judged if query not in known]:
        raise UsageError(f"{qrels} judges query {missing[0]!r}, which queries.jsonl has not", "complete the folder")
    rows = [replace(row, articles=tuple(judged[row.id])) for row in queries.rows if row.id in judged]
    return QuestionSet(tuple(rows))


def write_corpus(path: Path, folder: Path) -> int:
    """Write the documents as Markdown files into `folder`, which is made, for `ingest`; returns their number.

    A file is called like its document's id, so the rows' `articles` name it. Its text is the title, then the text as
    it is but for blanks. `path` is as for read_beir. Raises UsageError.
    """
    corpus = (path.parent.parent if path.is_file() else path) / "corpus.jsonl"
    try:
        folder.mkdir(parents=True)
        count = 0
        for place, _, line in json_lines(corpus):
            try:
                name, text = _document(parse_json(line))
                with (folder / name).open("x", encoding="utf-8") as file:
                    file.write(text)
            except FileExistsError as error:
                raise UsageError(f"{corpus}, {place}: `_id` is there twice", "give each document its own") from error
            except (ValueError, RecursionError) as error:
                raise UsageError(f"{corpus}, {place}: {error}", "correct the document") from error
            count += 1
    except OSError as error:
        raise UsageError(
            f"{folder} cannot be written ({error.strerror})", "give a folder that is not there yet"
        ) from error
    if not count:
        raise UsageError(f"{corpus} holds no documents", "give one JSON object a line")
    return count


def _test_split(folder: Path) -> Path:
    splits = sorted(folder.glob("qrels/*.tsv"))
    test = folder / "qrels" / "test.tsv"
    if test not in splits and len(splits) != 1:
        found = ", ".join(split.name for split in splits) or "none"
        raise UsageError(f"{folder} has no qrels/test.tsv (found: {found})", "give one of its qrels/*.tsv as the path")
    return test if test in splits else splits[0]


def _relevant(qrels: Path) -> dict[str, list[str]]:
    """Return by query the file names of the documents with a score above 0."""
    judged: dict[str, list[str]] = {}
    for number, line in numbered_lines(qrels):
        cells = line.rstrip("\r\n").split("\t")
        if not line.strip() or (number == 1 and cells[-1] == "score"):
            continue
        try:
            query, document, score = cells
            if int(score) > 0:
                judged.setdefault(query, []).append(_file_name(document))
        except ValueError as error:
            hint = "give query-id, corpus-id and a whole number, with tabs"
            raise UsageError(f"{qrels}, line {number}: not three columns, the last a number", hint) from error
    if not judged:
        raise UsageError(f"{qrels} judges nothing relevant", "give a file with scores above 0")
    return judged


def _query(line: str) -> dict[str, Any]:
    data = parse_json(line)
    if not isinstance(data, dict) or "_id" not in data:
        raise ValueError("no object with `_id`")
    return {"id": data["_id"], "question": data.get("text")}


def _document(data: object) -> tuple[str, str]:
    """Return a document's file name and its Markdown."""
    if not isinstance(data, dict) or not isinstance(data.get("_id"), str) or not data["_id"]:
        raise ValueError("no object with the text `_id`")
    title, text = " ".join(_text(data, "title").split()), _text(data, "text")
    front = yaml.safe_dump({"title": title}, allow_unicode=True) if title else ""
    body = _MARKDOWN.sub(r"\\\g<0>", text if text.strip() else title or data["_id"])
    lines = (line.strip() for line in body.splitlines())  # a blank before a line would make it code
    return _file_name(data["_id"]), (f"---\n{front}---\n\n" if front else "") + "\n".join(lines) + "\n"


def _text(data: Mapping[str, Any], name: str) -> str:
    value = data.get(name) or ""
    if not isinstance(value, str):
        raise ValueError(f"`{name}` is no text")
    return clean(value)


def _file_name(document: str) -> str:
    """Percent-encode an id, so that no id leads out of the folder, is hidden or is two files' name."""
    name = quote(document, safe=" ")
    name = f"%2E{name[1:]}" if name.startswith(".") else name
    return f"{name if len(name) <= _NAME_BYTES else hashlib.sha256(name.encode()).hexdigest()}.md"
