"""Measure a torch model on the held-out rows while it trains."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from rag.reading.windows import Window, choose_spans, encode_windows, pad
from training.metrics import auroc, f1
from training.model import SpanReader
from training.text import ReaderInput

MAX_LENGTH = 320
BATCH = 16


@dataclass(frozen=True)
class HeldOut:
    """A held-out row; kind is `asked` or `retrieved`, query groups retrieved rows."""

    question: str
    context: str
    passage: str
    answers: tuple[str, ...]
    label: int
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
            r["kind"],
            r.get("query", ""),
        )
        for r in rows
    ]


@torch.no_grad()
def evaluate(model: SpanReader, tokenizer: Tokenizer, rows: list[HeldOut], device: torch.device) -> dict[str, float]:
    """Return F1 on answerable rows, AUROC of both kinds and the share of queries ranked right.

    A row's score is that of its best window, relevance + gap / 4: a fixed mix, calibrated later.
    """
    windows: list[tuple[int, Window]] = []
    for number, row in enumerate(rows):
        found = encode_windows(tokenizer, row.question, [ReaderInput(row.context, row.passage)], MAX_LENGTH)
        windows += [(number, window) for window in found]
    windows.sort(key=lambda pair: len(pair[1].ids))
    best = np.full((len(rows), 3), -np.inf)
    said = [""] * len(rows)
    for first in range(0, len(windows), BATCH):
        part = windows[first : first + BATCH]
        inputs = {k: torch.from_numpy(v).to(device) for k, v in pad([w for _, w in part]).items()}
        start, end, relevance = (t.float().cpu().numpy() for t in model(**inputs))
        for i, (number, window) in enumerate(part):
            gap, spans = choose_spans(start[i], end[i], window, 1)
            mixed = float(relevance[i]) + gap / 4
            if mixed > best[number, 0]:
                best[number] = mixed, relevance[i], gap
                said[number] = rows[number].passage[spans[0].start : spans[0].end]
    label = np.array([row.label == 1 for row in rows])
    asked = np.array([row.kind == "asked" for row in rows])
    answerable = [i for i in range(len(rows)) if asked[i] and label[i]]
    top: dict[str, tuple[float, int]] = {}
    for i, row in enumerate(rows):
        if not asked[i] and best[i, 0] > top.get(row.query, (-np.inf, 0))[0]:
            top[row.query] = (float(best[i, 0]), row.label)
    figures: dict[str, float] = {
        "f1_answerable": float(np.mean([f1(said[i], rows[i].answers) for i in answerable])),
        "auroc_asked": auroc(best[asked, 0], label[asked]),
        "auroc_asked_relevance": auroc(best[asked, 1], label[asked]),
        "auroc_asked_gap": auroc(best[asked, 2], label[asked]),
        "auroc_retrieved": auroc(best[~asked, 0], label[~asked]),
        "first_right": float(np.mean([hit for _, hit in top.values()])),
    }
    return {name: round(value, 4) for name, value in figures.items()}
