"""How well supported sentences are told from false ones: `python -m benchmarks.verification --data DIR --json FILE`.

Pairs of a true sentence and a false one (benchmarks.pairs), judged by the verifier, by its rules and by the reading
model's support head alone, by word overlap and by cosine. What is fitted is fitted on the tuning half (the verifier's
weights by training.claims); the other half is reported. docs/quality.md says more.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.falsehoods import KINDS
from benchmarks.pairs import SQUAD2, UNANSWERABLE, Claim, Pair, pairs_of, read_json, sources
from benchmarks.sets import sample
from benchmarks.statements import Verbs, verbs_of
from evaluation.estimate import interval, resamples
from index.chunk import sentence_spans
from index.embed import EmbeddingModel, load_embeddings
from rag.language.tokens import tokens_of
from rag.reading.head import SupportHead
from rag.reading.onnx import OnnxReader
from rag.verify.align import FEATURES
from rag.verify.support import BAR, Text, Verifier
from rag.verify.weigh import Head
from settings import HOME, READER

LIMIT = 100
"""Pairs of a true and a false sentence that are reported of each kind."""
_ROUNDS = 4

Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class AlignedClaim:
    """Claim over the quotes of its text: features, ruled out or not, by quote; the best of each way to tell."""

    features: Array
    ruled_out: NDArray[np.bool_]
    probability: float
    by_rules: float
    by_head: float
    overlap: float
    cosine: float


class Bench:
    """Aligns claims with their texts, each once."""

    def __init__(self, embeddings: EmbeddingModel, head: Head | None = None) -> None:
        self._rules = Verifier(embeddings)
        self._verifier = Verifier(embeddings, head)
        self._head = head
        self._aligned: dict[Claim, AlignedClaim] = {}

    def aligned(self, claim: Claim) -> AlignedClaim:
        """Return `claim` aligned with the quotes of its text."""
        if claim not in self._aligned:
            said, evidence, title = claim
            text = (evidence, title, None)
            rows = self._verifier.aligned(said, [text])
            read = self._head.evidence(said, title, evidence) if self._head else None
            self._aligned[claim] = AlignedClaim(
                np.array([alignment.features(cosine) for _, alignment, cosine in rows]).reshape(
                    len(rows), len(FEATURES)
                ),
                np.array([alignment.ruled_out for _, alignment, _ in rows], dtype=bool),
                _best(self._verifier, said, text),
                _best(self._rules, said, text),
                1 / (1 + math.exp(-read["supported"])) if read else 0.0,
                _overlap(said, evidence),
                max((cosine for _, _, cosine in rows), default=0.0),
            )
        return self._aligned[claim]


def _best(verifier: Verifier, said: str, text: Text) -> float:
    return max((probability for _, probability in verifier.judged(said, [text])), default=0.0)


def _overlap(said: str, evidence: str) -> float:
    """Return the largest share of the claim's words that one sentence of the text holds, or two neighbours."""
    words = {token.lower for token in tokens_of(said)}
    spans = [evidence[span.start : span.end] for span in sentence_spans(evidence)]
    windows = [" ".join(spans[i : i + 2]) for i in range(len(spans))]
    return max((len(words & {token.lower for token in tokens_of(text)}) / len(words) for text in windows), default=0.0)


def fit(pairs: Sequence[Pair], bench: Bench) -> Array:
    """Fit weights and bias of the logistic regression: each true sentence by its best quote, each false one likewise.

    Which quote is best depends on the weights, so it is chosen and fitted in turn. Kinds weigh the same.
    """
    counts = {kind: sum(pair.kind == kind for pair in pairs) for kind in KINDS}
    claims = [(c, y, 1 / counts[p.kind]) for p in pairs if p.kind in KINDS for c, y in ((p.true, 1.0), (p.false, 0.0))]
    rows = [(bench.aligned(c), y, w) for c, y, w in claims]
    rows = [(aligned, y, w) for aligned, y, w in rows if not aligned.ruled_out.all()]
    weights = np.zeros(len(FEATURES) + 1)
    weights[:2] = 1
    for _ in range(_ROUNDS):
        x = np.stack([_best_quote(aligned, weights) for aligned, _, _ in rows])
        y, w = np.array([y for _, y, _ in rows]), np.array([w for _, _, w in rows])
        weights = _logistic(np.hstack([x, np.ones((len(x), 1))]), y, w / w.mean())
    return weights


def _best_quote(aligned: AlignedClaim, weights: Array) -> Array:
    z = np.where(aligned.ruled_out, -np.inf, aligned.features @ weights[:-1])
    best: Array = aligned.features[int(np.argmax(z))]
    return best


def _logistic(x: Array, y: Array, w: Array, ridge: float = 1.0) -> Array:
    """Fit by Newton's method, with an L2 penalty on all but the bias."""
    weights = np.zeros(x.shape[1])
    penalty = np.diag([ridge] * (x.shape[1] - 1) + [0.0])
    for _ in range(30):
        p = 1 / (1 + np.exp(-np.clip(x @ weights, -30, 30)))
        slope = x.T @ (w * (p - y)) + penalty @ weights
        weights = weights - np.linalg.solve((x * (w * p * (1 - p))[:, None]).T @ x + penalty, slope)
    return weights


Score = Callable[[Claim], float]


def best_threshold(score: Score, pairs: Sequence[Pair]) -> float:
    """Return the threshold with the best mean of the kinds' balanced accuracies."""
    counts = {kind: sum(pair.kind == kind for pair in pairs) for kind in KINDS}
    rows = [(score(pair.true), score(pair.false), 1 / counts[pair.kind]) for pair in pairs if pair.kind in KINDS]
    true, false, w = (np.array(column) for column in zip(*rows, strict=True))
    steps = np.linspace(0, 1, 101)
    return float(max(steps, key=lambda step: float(w @ ((true >= step) * 1.0 + (false < step)))))


def figures(score: Score, threshold: float, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return balanced accuracy and F1 of "supported" with 95 % intervals (bootstrap over pairs), and the two shares."""
    true = np.array([score(pair.true) >= threshold for pair in pairs], dtype=float)
    false = np.array([score(pair.false) >= threshold for pair in pairs], dtype=float)
    balanced, f1 = [], []
    for drawn in resamples(len(pairs), seed=0):
        kept, passed = drawn @ true, drawn @ false
        balanced.append((kept + len(pairs) - passed) / (2 * len(pairs)))
        f1.append(2 * kept / (len(pairs) + kept + passed))
    named = {}
    for name, values in (("balanced_accuracy", np.concatenate(balanced)), ("f1", np.concatenate(f1))):
        low, high = interval(values[1:])
        named[name] = {"value": round(float(values[0]), 4), "low": round(low, 4), "high": round(high, 4)}
    return {
        "pairs": len(pairs),
        **named,
        "true_kept": round(float(true.mean()), 4),
        "false_kept": round(float(false.mean()), 4),
    }


def measure(data: Path, bench: Bench, verbs: Verbs, limit: int) -> list[dict[str, Any]]:
    """Return one row for each kind and way to tell."""
    tuned = _limited(pairs_of(sources(data, tuning=True), verbs), limit)
    reported = _limited(pairs_of(sources(data, tuning=False), verbs), limit)
    ways: dict[str, tuple[Score, float | None]] = {
        "verifier": (lambda claim: bench.aligned(claim).probability, BAR),
        "rules": (lambda claim: bench.aligned(claim).by_rules, BAR),
        "head": (lambda claim: bench.aligned(claim).by_head, None),
        "word overlap": (lambda claim: bench.aligned(claim).overlap, None),
        "cosine": (lambda claim: bench.aligned(claim).cosine, None),
    }
    rows = []
    for way, (score, fixed) in ways.items():
        threshold = best_threshold(score, tuned) if fixed is None else fixed
        by_kind = {kind: [pair for pair in reported if pair.kind == kind] for kind in (*KINDS, UNANSWERABLE)}
        rows += [
            {"kind": kind, "way": way, "threshold": threshold} | figures(score, threshold, pairs)
            for kind, pairs in by_kind.items()
            if pairs
        ]
    return rows


def _limited(pairs: Sequence[Pair], limit: int) -> list[Pair]:
    return [pair for kind in (*KINDS, UNANSWERABLE) for pair in sample([p for p in pairs if p.kind == kind], limit)]


def table(rows: Sequence[Mapping[str, Any]]) -> str:
    """Return the rows as Markdown."""
    lines = [
        "| kind | pairs | judged by | balanced accuracy | F1 | true kept | false kept |",
        "|---|---|---|---|---|---|---|",
    ]
    for row in sorted(rows, key=lambda row: (*KINDS, UNANSWERABLE).index(row["kind"])):
        shown = [
            f"{row[key]['value']:.3f} ({row[key]['low']:.3f} to {row[key]['high']:.3f})"
            for key in ("balanced_accuracy", "f1")
        ]
        lines.append(
            f"| {row['kind']} | {row['pairs']} | {row['way']} | {' | '.join(shown)}"
            f" | {row['true_kept']:.3f} | {row['false_kept']:.3f} |"
        )
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; with `--fit` the weights instead."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.verification", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="the folder of the public sets: see docs/quality.md")
    parser.add_argument("--reader-model", type=Path, default=READER, help="folder of the reading model")
    parser.add_argument("--limit", type=int, default=LIMIT, help="at most so many pairs of each kind")
    parser.add_argument("--json", type=Path, help="write the figures here")
    parser.add_argument(
        "--fit", action="store_true", help="fit on the tuning half and print the weights of rag/verify/weigh.py"
    )
    options = parser.parse_args(arguments)
    embeddings = load_embeddings(None, HOME / ".models")
    bench = Bench(embeddings, None if options.fit else SupportHead(OnnxReader(options.reader_model)))
    articles = read_json(options.data / SQUAD2)["data"]
    verbs = verbs_of(p["context"] for article in articles for p in article["paragraphs"])
    if options.fit:
        weights = fit(_limited(pairs_of(sources(options.data, tuning=True), verbs), options.limit), bench)
        lines = [f"    {name!r}: {value:.3f}," for name, value in zip((*FEATURES, "bias"), weights, strict=True)]
        sys.stdout.write("\n".join(lines) + "\n")
        return 0
    rows = measure(options.data, bench, verbs, options.limit)
    sys.stdout.write(table(rows) + "\n")
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
