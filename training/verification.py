"""The support head on claims that nothing learnt from: WiCE dev, CondaQA dev, own claims of the development split."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from rag.reading.head import SupportHead
from rag.reading.onnx import OnnxReader, Support
from rag.verify.weigh import logistic
from training.metrics import auroc, balanced, best_balanced, interval
from training.own import Split
from training.sources import read_json, read_lines
from training.support import Support as Label
from training.support import own_claims

WINDOW_CHARACTERS = 700
EVEN = 0.5
Figures = dict[str, object]


def wice(reader: OnnxReader, data: Path, most: int) -> Figures:
    """Hold WiCE dev's claims against their whole pages: the window that supports most counts; partial is not enough."""
    rows = read_lines(data / "wice/wice_dev.jsonl")
    random.Random(0).shuffle(rows)
    scores: list[float] = []
    labels: list[bool] = []
    for row in rows[:most]:
        scores.append(max((supported(reader, row["claim"], "", w) for w in page(row["evidence"])), default=0.0))
        labels.append(row["label"] == "supported")
    return of_supported(scores, labels)


def supported(reader: OnnxReader, claim: str, context: str, quote: str) -> float:
    """Return P(the quote supports the claim) by the head alone, as training.claims calibrated it, if it did."""
    weights = reader.claims.alone if reader.claims else None
    if weights is None:
        return reader.support(claim, context, quote).supported
    evidence = SupportHead(reader).evidence(claim, context, quote)
    return logistic(weights.weights, weights.constant, evidence) if evidence else 0.0


def page(evidence: Sequence[str]) -> list[str]:
    """Return a page's sentences in runs of about WINDOW_CHARACTERS."""
    windows: list[str] = []
    for sentence in evidence:
        if windows and len(windows[-1]) + len(sentence) < WINDOW_CHARACTERS:
            windows[-1] += " " + sentence
        else:
            windows.append(sentence)
    return windows


def own(reader: OnnxReader, data: Path, most: int) -> Figures:
    """Judge the own claims of the development split; `by_kind` is the share judged rightly."""
    claims = own_claims(data, Split.DEVELOPMENT)
    random.Random(0).shuffle(claims)
    claims = claims[:most]
    scores = [supported(reader, claim.claim, claim.context, claim.quote) for claim in claims]
    labels = [claim.support == Label.SUPPORTED for claim in claims]
    kinds = Counter(claim.kind for claim in claims)
    hits = Counter(c.kind for c, p, label in zip(claims, scores, labels, strict=True) if (p >= EVEN) == label)
    by_kind = {kind: [round(hits[kind] / count, 3), count] for kind, count in sorted(kinds.items())}
    return of_supported(scores, labels) | {"by_kind": by_kind}


def of_supported(scores: Sequence[float], labels: Sequence[bool]) -> Figures:
    """Return the figures of supported against not supported."""
    p, has = np.array(scores), np.array(labels)
    size = len(has)
    return {
        "claims": size,
        "supported": int(has.sum()),
        "auroc": [round(auroc(p, has), 3), interval(lambda r: auroc(p[r], has[r]), size)],
        "balanced": [round(balanced(p >= EVEN, has), 3), interval(lambda r: balanced(p[r] >= EVEN, has[r]), size)],
        "balanced_best": round(best_balanced(p, has), 3),
    }


def condaqa(reader: OnnxReader, data: Path, most: int) -> Figures:
    """Answer CondaQA dev's questions by the head: supported is yes, contradicted no, neither "don't know"."""
    names = {"yes": 0, "no": 1, "don't know": 2}
    rows = [row for row in read_json(data / "condaqa/dev.json") if row["label"].lower() in names]
    random.Random(0).shuffle(rows)
    rows = rows[:most]
    label = np.array([names[row["label"].lower()] for row in rows])
    judged = [reader.support(row["question"], "", row["passage"]) for row in rows]
    called = np.array([np.argmax(as_row(support)) for support in judged])
    right = (called == label).astype(float)
    return {
        "questions": len(rows),
        "right": [round(float(right.mean()), 3), interval(lambda r: float(right[r].mean()), len(rows))],
        "majority": round(float(np.bincount(label).max() / len(rows)), 3),
        "said": np.bincount(called, minlength=3).tolist(),
        "there": np.bincount(label, minlength=3).tolist(),
    }


def as_row(support: Support) -> list[float]:
    """Return the three probabilities in order."""
    return [support.supported, support.contradicted, support.neither]


SETS: dict[str, Callable[[OnnxReader, Path, int], Figures]] = {"wice": wice, "condaqa": condaqa, "own_claims": own}
