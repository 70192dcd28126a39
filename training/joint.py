"""Fit how the reader's judgement and the nearness of sentences are added up, and write it to reader.json.

    python -m training.joint --reader DIR --data DIR

The held-out articles and the own ones for calibration are put into a store, every question about them is asked of
the product's own retrieval; and each that has an answer once more, as one without, of the passages that do not hold
it. What `rag.reading.joint` sees in the passages is fitted in these steps:

- a weight for each feature, so that softmax over a question's passages and "none" picks the one that holds the
  answer, or "none" for an unanswerable question;
- a slope and a constant for the greatest of these sums (Platt 1999), questions with and without an answer counting
  alike; then the constant is moved to the odds that a question has an answer (King and Zeng 2001, prior correction):
  at 0.5, an answer is as likely to be in the articles as not;
- weights for the sentences of a passage that holds the answer, by softmax;
- the judge over all passages together, those over the first two and four, and when these are sure (training/judge.py,
  training/early.py).
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from index.embed import DEFAULT, load_embeddings
from rag.reading.joint import JointReader
from rag.reading.manifest import FORMAT, JointWeights
from rag.reading.onnx import OnnxReader
from settings import Settings
from training.asked import Asked, Floats, Kind, ask_all, sentence_of, stored
from training.judge import ODDS, judge_weights, shares
from training.metrics import auroc, fit_logistic
from training.own import Split, own_articles
from training.sources import Paragraph, Question, held_out, shuffled

log = logging.getLogger("training.joint")

PENALTY = 1e-3


@dataclass(frozen=True)
class Choice:
    """The sentences of a passage, features (sentences, 2), and which holds the answer."""

    features: Floats
    gold: npt.NDArray[np.bool_]


def choices(asked: Sequence[Asked]) -> list[Choice]:
    """Return the passages of several sentences that hold an answer."""
    found: list[Choice] = []
    for each in asked:
        for seen, at in zip(each.seen, each.places, strict=True):
            if at is not None and len(seen.sentences) > 1:
                gold = np.arange(len(seen.sentences)) == sentence_of(seen, at)
                found.append(Choice(np.array([(s.share, s.nearness) for s in seen.sentences]), gold))
    return found


def fit(loss: Callable[[Floats], float], size: int) -> Floats:
    """Return the weights of least loss."""
    found: Floats = minimize(lambda w: loss(w) + PENALTY * float(w @ w), np.zeros(size), method="BFGS").x
    return found


def passage_loss(asked: Sequence[Asked]) -> Callable[[Floats], float]:
    """Mean negative log-likelihood of the right passage, or of "none"; what was not retrieved is left out."""
    known = [(each.features, each.gold) for each in asked if each.gold.any() or not each.answerable]

    def loss(weights: Floats) -> float:
        total = 0.0
        for features, gold in known:
            sums = np.append(features @ weights[:-1] + weights[-1], 0.0)
            right = np.append(gold, not gold.any())
            total += logsumexp(sums) - logsumexp(sums[right])
        return total / len(known)

    return loss


def sentence_loss(chosen: Sequence[Choice]) -> Callable[[Floats], float]:
    """Mean negative log-likelihood of the right sentence."""

    def loss(weights: Floats) -> float:
        sums = [each.features @ weights for each in chosen]
        return float(np.mean([logsumexp(s) - logsumexp(s[c.gold]) for s, c in zip(sums, chosen, strict=True)]))

    return loss


def fitted(asked: Sequence[Asked], chosen: Sequence[Choice]) -> dict[str, list[float]]:
    """Return the weights for reader.json."""
    direction = fit(passage_loss(asked), 4)
    best = np.array([(each.features @ direction[:-1]).max() for each in asked])
    answerable = np.array([each.answerable for each in asked])
    kinds = np.array([each.kind for each in asked])
    slope, constant = fit_logistic(best[:, None], answerable, weight=shares(kinds))
    constant += np.log(ODDS)
    sums = slope * best + constant
    probability = 1 / (1 + np.exp(-sums))
    right = [each.gold[(each.features @ direction[:-1]).argmax()] for each in asked if each.answerable]
    sentence = fit(sentence_loss(chosen), 2)
    log.info(
        "held out: right passage first %.3f of %d answerable; right sentence first %.3f of %d",
        np.mean(right),
        answerable.sum(),
        np.mean([c.gold[(c.features @ sentence).argmax()] for c in chosen]),
        len(chosen),
    )
    for kind in (Kind.UNANSWERABLE, Kind.LEFT_OUT):
        own = answerable | (kinds == kind)
        log.info(
            "against %d %s: AUROC %.3f, answered at 0.5 %.3f, refused %.3f",
            (kinds == kind).sum(),
            kind.name.lower(),
            auroc(sums[own], answerable[own]),
            np.mean(probability[answerable] >= 0.5),
            np.mean(probability[kinds == kind] < 0.5),
        )
    return {
        "passage": [round(float(w), 4) for w in (*(slope * direction[:-1]), constant)],
        "sentence": [round(float(w), 4) for w in sentence],
    }


def questions_of(data: Path, most: int) -> tuple[list[Paragraph], list[tuple[Paragraph, Question]]]:
    """Return the paragraphs for the store, and at most `most` questions of the public and of the own ones each."""
    held = held_out(data)
    own = [article.paragraph for article in own_articles(data) if article.split is Split.CALIBRATION]
    return [*held, *own], [*shuffled(held, 0)[:most], *shuffled(own, 0)[:most]]


def main() -> None:
    """Fit."""
    parser = argparse.ArgumentParser(description="Fit how reader and similarity judge together.")
    parser.add_argument("--reader", type=Path, required=True, help="folder that export wrote; its reader.json changes")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--most", type=int, default=10**9, help="questions of the public and of the own articles each")
    parser.add_argument("--no-judge", action="store_true", help="leave out the judge over all passages")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    if not (options.reader / "reader.json").is_file():
        parser.error(f"--reader {options.reader}: no reader.json there")
    embeddings = load_embeddings(DEFAULT, Settings().models)
    reader = OnnxReader(options.reader)
    paragraphs, questions = questions_of(options.data, options.most)
    with stored(paragraphs, embeddings) as retriever:
        asked = list(ask_all(JointReader(reader, embeddings), retriever, questions))
        weights = fitted(asked, choices(asked))
        manifest = json.loads((options.reader / "reader.json").read_text("utf-8"))
        manifest["joint"] = {"embedding": embeddings.name, "nearness": "words", **weights}
        manifest["format"] = FORMAT if reader.supports else manifest["format"]
        manifest.pop("judge", None)
        if not options.no_judge:
            relevance, gap, nearness, constant = weights["passage"]
            share, near = weights["sentence"]
            joint = JointWeights(embeddings.name, (relevance, gap, nearness, constant), (share, near), by_words=True)
            manifest["judge"] = judge_weights(asked, joint, reader.support if reader.supports else None)
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (options.reader / "reader.json").write_text(text, encoding="utf-8")
    log.info("%s %s", weights, manifest.get("judge"))


if __name__ == "__main__":
    main()
