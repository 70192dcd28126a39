"""reader.json: what stands beside a reading model's weights, checked before they are used.

Format 1 has spans and relevance. Format 2 has a third head too: `support`. Format 3 may count nearness by words and
read until the judge is sure; format 4 may have vectors of words (training/README.md has all fields).
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ModelError
from rag.reading.windows import LEAST_TOKENS

READABLE = (1, 2, 3, 4)
FORMAT = 4
"""The format that an export writes."""
HINT = "give the folder of another with --reader-model, or `--reader-model none`"


@dataclass(frozen=True, slots=True)
class JointWeights:
    """How the model's judgement and the nearness of sentences are added up; see rag.reading.joint.

    Nearness is that of their vectors by `embedding`, or `by_words`.
    """

    embedding: str
    passage: tuple[float, float, float, float]
    sentence: tuple[float, float]
    by_words: bool = False


@dataclass(frozen=True, slots=True)
class EarlyWeights:
    """A logistic like the judge's over the first `passages` alone: no more are read from `sure` on, or up to `none`."""

    passages: int
    weights: Mapping[str, float]
    constant: float
    sure: float
    none: float


@dataclass(frozen=True, slots=True)
class JudgeWeights:
    """A logistic over what is seen in all passages together; see rag.reading.judge.

    An answer is of high certainty from probability `high` on, of low certainty from `low` on. `early` ones are asked
    before all that may be read is read.
    """

    weights: Mapping[str, float]
    constant: float
    high: float
    low: float
    early: tuple[EarlyWeights, ...] = ()


@dataclass(frozen=True, slots=True)
class ClaimWeights:
    """A logistic over what the rules of rag.verify and the support head see of a claim in a quote, by feature.

    `alone`: one over what the head says, where there are no rules.
    """

    weights: Mapping[str, float]
    constant: float
    alone: ClaimWeights | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What reader.json says; `temperature` is that of the support head, None where there is none, as with `words`."""

    model: Path
    tokenizer: Path
    length: int
    calibration: tuple[float, float, float]
    joint: JointWeights | None
    judge: JudgeWeights | None
    temperature: float | None
    words: Path | None
    claims: ClaimWeights | None


def read_manifest(folder: Path) -> Manifest:
    """Read and check reader.json and the files that it names; raises ModelError, or what a broken file raises."""
    stored = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
    if stored["format"] not in READABLE:
        raise ModelError(
            f"the reading model in {folder} is of format {stored['format']}, not {READABLE[0]} to {READABLE[-1]}", HINT
        )
    for name, expected in stored["sha256"].items():
        with (folder / name).open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                raise ModelError(f"the reading model's file {folder / name} is damaged", HINT)
    length = int(stored["max_length"])
    if length < LEAST_TOKENS:
        raise ModelError(f"the reading model in {folder} reads only {length} tokens", HINT)
    a, b, c = map(float, stored["calibration"])
    temperature = None if stored["format"] == 1 else float(stored["support"]["temperature"])
    if temperature is not None and not temperature > 0:
        raise ModelError(f"the reading model in {folder} has a support head of temperature {temperature}", HINT)
    return Manifest(
        folder / stored["model"],
        folder / stored["tokenizer"],
        length,
        (a, b, c),
        _joint(stored.get("joint")),
        _judge(stored.get("judge")),
        temperature,
        folder / stored["words"] if "words" in stored else None,
        _claims(stored.get("claims")),
    )


def _joint(stored: Mapping[str, Any] | None) -> JointWeights | None:
    if stored is None:
        return None
    relevance, gap, nearness, constant = map(float, stored["passage"])
    share, near = map(float, stored["sentence"])
    by_words = stored.get("nearness", "vectors") == "words"
    return JointWeights(str(stored["embedding"]), (relevance, gap, nearness, constant), (share, near), by_words)


def _judge(stored: Mapping[str, Any] | None) -> JudgeWeights | None:
    if stored is None:
        return None
    early = tuple(
        EarlyWeights(
            int(each["passages"]), _by_name(each), float(each["constant"]), float(each["sure"]), float(each["none"])
        )
        for each in stored.get("early", ())
    )
    return JudgeWeights(_by_name(stored), float(stored["constant"]), float(stored["high"]), float(stored["low"]), early)


def _claims(stored: Mapping[str, Any] | None) -> ClaimWeights | None:
    if stored is None:
        return None
    return ClaimWeights(_by_name(stored), _finite(stored["constant"]), _claims(stored.get("alone")))


def _by_name(stored: Mapping[str, Any]) -> dict[str, float]:
    return {str(name): _finite(weight) for name, weight in stored["weights"].items()}


def _finite(stored: Any) -> float:
    """Return a number. Raises ValueError for one with which all that is weighed would be, or nothing."""
    number = float(stored)
    if not math.isfinite(number):
        raise ValueError(f"a weight is {number}")
    return number
