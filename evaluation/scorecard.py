"""A scored run as JSON data: what `--json` writes, `--baseline` reads and the report shows. See docs/evaluation.md."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from evaluation.definitions import DEFINITIONS
from evaluation.figures import DEFAULT_GATES, compare, figures
from evaluation.journal import Journal
from evaluation.judge import Judge
from evaluation.questions import Row
from evaluation.result import Result
from evaluation.run import Told, evaluate
from evaluation.shown import first_line, line_of
from index.errors import UsageError
from rag.answer import Answer
from rag.chain import AnswerChain
from rag.verify.support import supports
from settings import Settings

SCHEMA = 1
RUNS = "runs"
"""The folder in the store."""
_SETTINGS = ("passages_read", "answer_threshold")
_MEANING = ("question", "history", "answerable", "answers", "evidence")
"""What has to be the same in two runs for a row to be compared."""
_EXPECTED = ("intent", "not", "need", "items", "sides", "standalone")
"""The same, as far as both runs have it: version 0.1 did not write it."""
_HINT = "give a file that `eval --json FILE` wrote"

Scorecard = dict[str, Any]


def score_set(
    chain: AnswerChain,
    settings: Settings,
    rows: Sequence[Row],
    name: str,
    *,
    judge: Judge | None = None,
    told: Told = lambda *_: None,
    resume: bool = False,
) -> Scorecard:
    """Ask all rows and score the answers; what is done survives an interruption, for `resume`.

    `name` is shown; citations are judged by `judge`, else by rag.verify.support. Raises UsageError for evidence that is
    nowhere, and where there is nothing to resume.
    """
    started = time.perf_counter()
    if any(row.contexts is None for row in rows) and not chain.ready:
        told("warming up", 0, len(rows))
        chain.warm()
    asked = {
        "questions_sha256": _digest([asdict(row) for row in rows]),
        "models": asdict(chain.models),
        "generation": chain.index.generation if any(row.contexts is None for row in rows) else None,
        "settings": _settings(settings),
        "judge": judge.name if judge else None,
    }
    path = settings.folder / RUNS / f"{_digest(asked)[:16]}.jsonl"
    if resume and not path.is_file():
        raise UsageError(
            "no interrupted run of this question set with this index and these models is kept", "leave --resume out"
        )
    with Journal(path, resume=resume) as journal:
        # An extract has to be the words of its quotes; only what a language model wrote may say them in others.
        judged = chain.verifier.supports if chain.models.llm else supports
        results = evaluate(chain, rows, journal, judge or judged, told)
    return {
        "schema": SCHEMA,
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
        "questions": name,
        "seconds": round(time.perf_counter() - started, 1),
        **asked,
        "figures": [asdict(figure) for figure in figures([result.values for result in results])],
        "baseline": None,
        "changes": [],
        "results": [_result(result) for result in results],
    }


def against(card: Scorecard, baseline: Scorecard, tolerances: Mapping[str, float] = DEFAULT_GATES) -> Scorecard:
    """Compare the run with a baseline, over the rows that mean the same in both; returns the card with both.

    Raises UsageError where there is no such row, and for a tolerance of a figure that there is not.
    """
    known = {definition.name for definition in DEFINITIONS}
    if unknown := sorted(set(tolerances) - known):
        raise UsageError(f"there is no figure {unknown[0]!r} to gate", f"there are {', '.join(sorted(known))}")
    earlier = {row["id"]: row for row in baseline["results"]}
    shared = [row for row in card["results"] if _same(row, earlier.get(row["id"]))]
    if not shared:
        raise UsageError(
            "the baseline has no question in common with this run", "give the baseline of this question set"
        )
    changes = compare(
        {row["id"]: row["values"] for row in shared},
        {row["id"]: earlier[row["id"]]["values"] for row in shared},
        tolerances,
    )
    before = {
        row["id"]: {"failure": earlier[row["id"]]["failure"], "answer": earlier[row["id"]]["answer"]["answer"]}
        for row in shared
    }
    return card | {
        "baseline": {key: baseline[key] for key in ("created", "questions", "models", "generation")}
        | {"shared": len(shared)},
        "changes": [asdict(change) for change in changes],
        "results": [row | {"before": before.get(row["id"])} for row in card["results"]],
    }


def fallen(card: Scorecard) -> list[dict[str, Any]]:
    """Return the gated figures that fell by more than their tolerance."""
    return [change for change in card["changes"] if change["tolerance"] is not None and change["verdict"] == "fell"]


def read_scorecard(path: Path) -> Scorecard:
    """Read a run as `--json` wrote it. Raises UsageError for anything else."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path} cannot be read ({error.strerror})", _HINT) from error
    return parse_scorecard(data, str(path))


def parse_scorecard(data: bytes, place: str) -> Scorecard:
    """Return the run that `--json` wrote, as it was found at `place`. Raises UsageError for anything else."""
    try:
        card = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{place} is no JSON ({error})", _HINT) from error
    if not isinstance(card, dict) or card.get("schema") != SCHEMA or not _is_whole(card):
        raise UsageError(f"{place} holds no scored run of this version", _HINT)
    return card


def _is_whole(card: Mapping[str, Any]) -> bool:
    results = card.get("results")
    return (
        all(key in card for key in ("created", "questions", "models", "generation"))
        and isinstance(results, list)
        and all(isinstance(row, dict) and _is_row(row) for row in results)
    )


def _is_row(row: Mapping[str, Any]) -> bool:
    """Whether what is compared is there and of its type: somebody may have edited the file."""
    kinds = {"id": str, "values": dict, "answer": dict, "evidence": list}
    return (
        {"failure", *_MEANING} <= row.keys()
        and all(isinstance(row.get(key), kind) for key, kind in kinds.items())
        and all(type(value) in (int, float) for value in row["values"].values())
        and all(isinstance(place, dict) and "text" in place for place in row["evidence"])
        and "answer" in row["answer"]
    )


def _same(row: Mapping[str, Any], other: Mapping[str, Any] | None) -> bool:
    if other is None:
        return False
    texts = [[place["text"] for place in version["evidence"]] for version in (row, other)]
    keys = [key for key in _MEANING if key != "evidence"] + [key for key in _EXPECTED if key in other]
    return texts[0] == texts[1] and all(row[key] == other[key] for key in keys)


def _digest(data: object) -> str:
    return hashlib.sha256(json.dumps(data).encode()).hexdigest()


def _settings(settings: Settings) -> dict[str, Any]:
    return {name: getattr(settings, name) for name in _SETTINGS}


def _shown(answer: Answer | None) -> dict[str, Any] | None:
    """Return what a person sees first of a follow-up that was asked in full."""
    return {"first_line": line_of(answer), "certainty": answer.certainty} if answer is not None else None


def _result(result: Result) -> dict[str, Any]:
    row: Row = result.row
    return {
        "id": row.id,
        "question": row.question,
        "history": list(row.history),
        "answerable": row.answerable,
        "answers": list(row.answers),
        "tags": list(row.tags),
        "intent": row.intent,
        "not": list(row.rejected),
        "need": row.need,
        "items": [list(item) for item in row.items],
        "sides": [list(side) for side in row.sides],
        "standalone": row.standalone,
        "evidence": [asdict(place) for place in result.evidence],
        "answer": dict(result.answer),
        "first_line": first_line(result.answer["sentences"][0]["text"]) if result.answer["sentences"] else "",
        "full": _shown(result.full),
        "values": {name: round(value, 6) for name, value in result.values.items()},
        "failure": result.failure,
        "before": None,
    }
