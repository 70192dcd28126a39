"""Measure a torch model on the held-out rows while it trains."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from tokenizers import Tokenizer

from rag.reading.windows import Window, choose_spans, encode_windows, pad
from training.metrics import auroc, f1
from training.model import Heads
from training.support import Support
from training.text import ReaderInput

MAX_LENGTH = 320
BATCH = 16
SAMPLE = {"asked": 120, "retrieved": 180, "near": 160, "claim": 200}
"""So many rows of each kind are enough to see where training goes, in half a minute."""


@dataclass(frozen=True)
class HeldOut:
    """A held-out row; kind is `asked`, `retrieved`, `near` or `claim`, query groups retrieved rows."""

    question: str
    context: str
    passage: str
    answers: tuple[str, ...]
    label: int
    support: int
    kind: str
    query: str


def read_held_out(path: Path) -> list[HeldOut]:
    """Read what training.data held out."""
    with path.open(encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [
        HeldOut(
            r["question"],
            r["context"],
            r["passage"],
            tuple(r["answers"]),
            r["label"],
            r["support"],
            r["kind"],
            r.get("query", ""),
        )
        for r in rows
    ]


def sample(rows: Iterable[HeldOut]) -> list[HeldOut]:
    """Return the first SAMPLE rows of each kind."""
    taken: Counter[str] = Counter()
    kept: list[HeldOut] = []
    for row in rows:
        taken[row.kind] += 1
        if taken[row.kind] <= SAMPLE[row.kind]:
            kept.append(row)
    return kept


@dataclass(frozen=True)
class Scores:
    """Of each row's best window: (mixed, relevance, gap); its best words; P(the quote supports the claim)."""

    best: npt.NDArray[np.float64]
    said: list[str]
    supported: npt.NDArray[np.float64]


@torch.no_grad()
def score(model: Heads, tokenizer: Tokenizer, rows: Sequence[HeldOut], device: torch.device) -> Scores:
    """Read all rows; a row's score is that of its best window, relevance + gap / 4: a fixed mix, calibrated later."""
    windows: list[tuple[int, Window]] = []
    for number, row in enumerate(rows):
        found = encode_windows(tokenizer, row.question, [ReaderInput(row.context, row.passage)], MAX_LENGTH)
        windows += [(number, window) for window in found]
    windows.sort(key=lambda pair: len(pair[1].ids))
    best = np.full((len(rows), 3), -np.inf)
    said = [""] * len(rows)
    supported = np.zeros(len(rows))
    for first in range(0, len(windows), BATCH):
        part = windows[first : first + BATCH]
        inputs = {k: torch.from_numpy(v).to(device) for k, v in pad([w for _, w in part]).items()}
        start, end, relevance, support = (t.float().cpu().numpy() for t in model(**inputs))
        for i, (number, window) in enumerate(part):
            gap, spans = choose_spans(start[i], end[i], window, 1)
            mixed = float(relevance[i]) + gap / 4
            supported[number] = max(supported[number], softmax(support[i])[Support.SUPPORTED])
            if mixed > best[number, 0]:
                best[number] = mixed, relevance[i], gap
                said[number] = rows[number].passage[spans[0].start : spans[0].end]
    return Scores(best, said, supported)


def softmax(logits: npt.NDArray[np.float32]) -> npt.NDArray[np.float64]:
    """Return probabilities."""
    raised = np.exp(logits.astype(np.float64) - logits.max())
    return np.asarray(raised / raised.sum())


def evaluate(model: Heads, tokenizer: Tokenizer, rows: Sequence[HeldOut], device: torch.device) -> dict[str, float]:
    """Return words F1, AUROCs, the share of queries whose right passage is first, and of claims judged rightly."""
    scores = score(model, tokenizer, rows, device)
    mixed = scores.best[:, 0]
    label = np.array([row.label == 1 for row in rows])
    kind = np.array([row.kind for row in rows])
    top: dict[str, tuple[float, int]] = {}
    for i, row in enumerate(rows):
        if row.kind == "retrieved" and mixed[i] > top.get(row.query, (-np.inf, 0))[0]:
            top[row.query] = (float(mixed[i]), row.label)

    def words_f1(name: str) -> float:
        answerable = np.flatnonzero((kind == name) & label).tolist()
        return float(np.mean([f1(scores.said[i], rows[i].answers) for i in answerable]))

    claims = np.flatnonzero(kind == "claim").tolist()
    true = np.array([rows[i].support == Support.SUPPORTED for i in claims])
    called = scores.supported[claims] >= 0.5
    figures: dict[str, float] = {
        "f1_asked": words_f1("asked"),
        "auroc_asked": auroc(mixed[kind == "asked"], label[kind == "asked"]),
        "auroc_retrieved": auroc(mixed[kind == "retrieved"], label[kind == "retrieved"]),
        "first_right": float(np.mean([hit for _, hit in top.values()])),
        "f1_near": words_f1("near"),
        "auroc_near": auroc(mixed[kind == "near"], label[kind == "near"]),
        "auroc_claims": auroc(scores.supported[claims], true),
        "balanced_claims": float((called[true].mean() + (~called)[~true].mean()) / 2),
    }
    return {name: round(value, 4) for name, value in figures.items()}
