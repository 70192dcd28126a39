"""Fit how the rules of rag.verify and the support head judge claims together, and write it to reader.json.

    python -m training.claims --reader DIR --data DIR

The claims are pairs of a true and a false sentence about a paragraph (benchmarks/pairs.py, the half for tuning) and the
own claims about the articles for calibration. Kinds count alike (the own claims as two), and of each the true and the
false ones. A claim is judged by its best quote, and which is best depends on the weights: they are chosen and fitted in
turn. What is logged is of claims about texts that a fit had not seen (five parts), beside the rules alone; where these
are as good, nothing is written, and the rules judge alone.
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from benchmarks.falsehoods import KINDS
from benchmarks.pairs import SQUAD2, UNANSWERABLE, Pair, pairs_of, sources
from benchmarks.sets import sample
from benchmarks.statements import verbs_of
from index.embed import DEFAULT, EmbeddingModel, load_embeddings
from rag.reading.head import SupportHead
from rag.reading.onnx import OnnxReader
from rag.verify.support import BAR, Text, Verifier, copies
from rag.verify.weigh import BESIDE_HEAD, HEAD, by_rules, refused, seen
from settings import Settings
from training.metrics import Floats, auroc, balanced, fit_logistic
from training.own import Split
from training.sources import read_json
from training.support import Support, own_claims

log = logging.getLogger("training.claims")

OWN = "own claims"
OWN_SHARE = 2.0
PAIRS = 100
PARTS = 5
ROUNDS = 5
NAMES = (*BESIDE_HEAD, *HEAD)
START = {"worst_clause": 1.5, "supported": 1.0}
"""By these the first quotes are chosen."""


@dataclass(frozen=True)
class Told:
    """A claim, the text that has to tell, and whether it does."""

    kind: str
    claim: str
    text: Text
    supported: bool


@dataclass(frozen=True)
class Weighed:
    """A claim and what is seen in its quotes, (quotes, features); without those that decide it by themselves.

    `copied`: a quote has its very words. `by_rules`: the probability that the rules alone find. `head`: what the head
    says, None where it cannot read claim or text.
    """

    told: Told
    features: Floats
    copied: bool
    by_rules: float
    head: Floats | None


def tuning_pairs(data: Path, most: int) -> list[Pair]:
    """Return at most `most` pairs of each kind, of the half for tuning."""
    verbs = verbs_of(p["context"] for article in read_json(data / SQUAD2)["data"] for p in article["paragraphs"])
    pairs = pairs_of(sources(data, tuning=True), verbs)
    return [pair for kind in (*KINDS, UNANSWERABLE) for pair in sample([p for p in pairs if p.kind == kind], most)]


def told_of(data: Path, most: int) -> Iterator[Told]:
    """Yield the claims that are fitted on."""
    for pair in tuning_pairs(data, most):
        for (said, evidence, title), supported in ((pair.true, True), (pair.false, False)):
            yield Told(pair.kind, said, (evidence, title, None), supported)
    for claim in own_claims(data, Split.CALIBRATION):
        yield Told(OWN, claim.claim, (claim.quote, claim.context, None), claim.support is Support.SUPPORTED)


def weighed(told: Told, verifier: Verifier, head: SupportHead) -> Weighed:
    """Return what rules and head see of a claim."""
    words, title, _ = told.text
    evidence = head.evidence(told.claim, title, words)
    rows, rules, copied = [], [0.0], False
    for quote, alignment, cosine in verifier.aligned(told.claim, [told.text]):
        copied = copied or copies(told.claim, words[quote.start : quote.end])
        rules.append(by_rules(alignment, cosine))
        if evidence is not None and not refused(alignment):
            values = seen(alignment, cosine, evidence)
            rows.append([values[name] for name in NAMES])
    said = None if evidence is None else np.array([evidence[name] for name in HEAD])
    return Weighed(told, np.array(rows).reshape(len(rows), len(NAMES)), copied, 1.0 if copied else max(rules), said)


def shares(told: Sequence[Told]) -> Floats:
    """Return what each claim counts."""
    names = sorted({claim.kind for claim in told})
    group = np.array([2 * names.index(claim.kind) + claim.supported for claim in told])
    wanted = np.array([OWN_SHARE if claim.kind == OWN else 1.0 for claim in told])
    weight = wanted / np.bincount(group)[group]
    return np.asarray(weight / weight.mean())


def best(weighed: Weighed, weights: Floats) -> Floats:
    """Return what is seen in the quote that supports the claim most."""
    row: Floats = weighed.features[int(np.argmax(weighed.features @ weights[:-1]))]
    return row


def fitted(claims: Sequence[Weighed], share: Floats) -> Floats:
    """Return the weights, the constant last. The claims that no quote is weighed for do not count."""
    own = [n for n, claim in enumerate(claims) if len(claim.features) and not claim.copied]
    labels = np.array([claims[n].told.supported for n in own])
    weights = np.array([START.get(name, 0.0) for name in (*NAMES, "")])
    for _ in range(ROUNDS):
        weights = fit_logistic(np.stack([best(claims[n], weights) for n in own]), labels, weight=share[own])
    return weights


def probability(claim: Weighed, weights: Floats) -> float:
    """Return P(a quote supports the claim)."""
    if claim.copied or not len(claim.features):
        return float(claim.copied)
    return float(1 / (1 + np.exp(-(best(claim, weights) @ weights[:-1] + weights[-1]))))


def parts_of(claims: Sequence[Weighed]) -> npt.NDArray[np.int64]:
    """Return the part of each claim; those about the same text are in one."""
    texts = list(dict.fromkeys(claim.told.text[0] for claim in claims))
    part = dict(zip(texts, np.random.default_rng(0).permutation(len(texts)) % PARTS, strict=True))
    return np.array([part[claim.told.text[0]] for claim in claims])


def held_out_probabilities(claims: Sequence[Weighed], share: Floats) -> Floats:
    """Return the probabilities of claims by fits that had not seen their texts."""
    parts, guessed = parts_of(claims), np.zeros(len(claims))
    for part in range(PARTS):
        others = np.flatnonzero(parts != part).tolist()
        weights = fitted([claims[n] for n in others], share[others])
        for n in np.flatnonzero(parts == part).tolist():
            guessed[n] = probability(claims[n], weights)
    return guessed


def report(claims: Sequence[Weighed], found: Floats) -> tuple[float, float]:
    """Log and return balanced accuracies, of the mean kind: that found, and that of the rules alone."""
    kinds = np.array([claim.told.kind for claim in claims])
    supported = np.array([claim.told.supported for claim in claims])
    rules = np.array([claim.by_rules for claim in claims])
    means = []
    for kind in sorted(set(kinds)):
        own = kinds == kind
        both, alone = (balanced(each[own] >= BAR, supported[own]) for each in (found, rules))
        areas = auroc(found[own], supported[own]), auroc(rules[own], supported[own])
        log.info("%-14s balanced %.3f (rules %.3f), AUROC %.3f (%.3f) of %d", kind, both, alone, *areas, own.sum())
        means.append((both, alone))
    both, alone = np.mean(means, axis=0)
    log.info("%-14s balanced %.3f (rules %.3f)", "mean", both, alone)
    return float(both), float(alone)


def fit(reader: OnnxReader, data: Path, most: int, embeddings: EmbeddingModel) -> dict[str, object] | None:
    """Return what reader.json holds of claims; None where the rules alone are as good."""
    verifier, head = Verifier(embeddings), SupportHead(reader)
    claims = [weighed(told, verifier, head) for told in told_of(data, most)]
    share = shares([claim.told for claim in claims])
    both, alone = report(claims, held_out_probabilities(claims, share))
    if both <= alone:
        return None
    return {**stored(NAMES, fitted(claims, share)), "alone": stored(HEAD, fitted_alone(claims, share))}


def fitted_alone(claims: Sequence[Weighed], share: Floats) -> Floats:
    """Return the weights of the head's log-odds where it judges without rules, the constant last."""
    read = [n for n, claim in enumerate(claims) if claim.head is not None]
    x = np.stack([head for claim in claims if (head := claim.head) is not None])
    return fit_logistic(x, np.array([claims[n].told.supported for n in read]), weight=share[read])


def stored(names: Sequence[str], weights: Floats) -> dict[str, object]:
    """Return weights as reader.json has them."""
    *others, constant = (round(float(weight), 4) for weight in weights)
    return {"weights": dict(zip(names, others, strict=True)), "constant": constant}


def main() -> None:
    """Fit."""
    parser = argparse.ArgumentParser(description="Fit how rules and support head judge claims together.")
    parser.add_argument("--reader", type=Path, required=True, help="folder that export wrote; its reader.json changes")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs of each kind, at most")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / SQUAD2).is_file():
        parser.error(f"--data {options.data}: no {SQUAD2} there")
    if not (options.reader / "reader.json").is_file():
        parser.error(f"--reader {options.reader}: no reader.json there")
    reader = OnnxReader(options.reader)
    if not reader.supports:
        parser.error(f"--reader {options.reader}: no support head")
    manifest = json.loads((options.reader / "reader.json").read_text("utf-8"))
    manifest.pop("claims", None)
    found = fit(reader, options.data, options.pairs, load_embeddings(DEFAULT, Settings().models))
    if found is not None:
        manifest["claims"] = found
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (options.reader / "reader.json").write_text(text, encoding="utf-8")
    log.info("%s", found or "the rules alone are as good: nothing is written")


if __name__ == "__main__":
    main()
