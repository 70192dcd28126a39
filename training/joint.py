"""Fit how the reader's judgement and the nearness of sentences are added up, and write it to reader.json.

    python -m training.joint --reader DIR --data DIR

The held-out articles are put into a store, every question about them is asked of the product's own
retrieval; and each that has an answer once more, as one without, of the passages that do not hold it. What
`rag.reading.joint` sees in the passages is fitted in three steps:

- a weight for each feature, so that softmax over a question's passages and "none" picks the one that holds the
  answer, or "none" for an unanswerable question;
- a slope and a constant for the greatest of these sums (Platt 1999), questions with and without an answer counting
  alike; then the constant is moved to the odds that a question has an answer (King and Zeng 2001, prior correction):
  at 0.5, an answer is as likely to be in the articles as not;
- weights for the sentences of a passage that holds the answer, by softmax.
"""

from __future__ import annotations

import argparse
import json
import logging
import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import logsumexp

from index.embed import DEFAULT, load_embeddings
from index.ingest import ingest
from rag.reading.joint import JointReader, Seen
from rag.reading.onnx import OnnxReader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index
from settings import Settings
from training.heads import head
from training.metrics import auroc, fit_logistic
from training.sources import Paragraph, Question, trainable

log = logging.getLogger("training.joint")

PENALTY = 1e-3
ODDS = 2.0  # of three questions that people ask of their articles, two have an answer there: assumed, not measured
Floats = npt.NDArray[np.float64]


class Kind(IntEnum):
    """Of two kinds of questions the answer is not there: it never was, or its passages are left out."""

    ANSWERABLE = 0
    UNANSWERABLE = 1
    LEFT_OUT = 2


@dataclass(frozen=True)
class Asked:
    """A question's passages, features (passages, 3), and which hold the answer; none for an unanswerable one."""

    kind: Kind
    features: Floats
    gold: npt.NDArray[np.bool_]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer."""
        return self.kind is Kind.ANSWERABLE


@dataclass(frozen=True)
class Choice:
    """The sentences of a passage, features (sentences, 2), and which hold the answer."""

    features: Floats
    gold: npt.NDArray[np.bool_]


def write_articles(held: Sequence[Paragraph], folder: Path) -> None:
    """Write one text file an article, with a byline: Markdown would take some characters for marks."""
    for number, article in enumerate(dict.fromkeys(paragraph.article for paragraph in held)):
        own = [paragraph for paragraph in held if paragraph.article == article]
        over = head("", random.Random(number)).text.strip()
        texts = [own[0].title or article, over, *(one_line(paragraph.text) for paragraph in own)]
        (folder / f"held-{number}.txt").write_text("\n\n".join(texts) + "\n", encoding="utf-8")


def one_line(text: str) -> str:
    """Return the same text, character for character, without line ends."""
    return text.replace("\n", " ")


def place(passage: Passage, paragraph: Paragraph, question: Question) -> int | None:
    """Where in the passage the answer begins, if it is inside."""
    at = passage.article.text.find(one_line(paragraph.text))
    start, end = at + question.start, at + question.end
    return start - passage.start if at >= 0 and passage.start <= start and end <= passage.end else None


def ask_all(reader: JointReader, retriever: HybridRetriever, held: Sequence[Paragraph]) -> Iterator[Asked | Choice]:
    """Ask every question of the store."""
    with retriever.index.snapshot() as snapshot:
        for paragraph in held:
            for question in paragraph.questions:
                passages = retriever.passages([question.text], snapshot)[: Settings().passages_read]
                features, gold = [], []
                for passage, seen in zip(passages, reader.see(question.text, passages), strict=True):
                    if not isinstance(seen, Seen):
                        continue
                    at = place(passage, paragraph, question) if question.answerable else None
                    features.append(seen.features)
                    gold.append(at is not None)
                    if at is not None and len(seen.sentences) > 1:
                        yield choice(seen, at)
                kind = Kind.ANSWERABLE if question.answerable else Kind.UNANSWERABLE
                asked = Asked(kind, np.array(features), np.array(gold))
                yield asked
                if any(gold) and not all(gold):
                    yield left_out(asked)


def left_out(asked: Asked) -> Asked:
    """Return the same question, as if what answers it were not in the articles."""
    others = asked.features[~asked.gold]
    return Asked(Kind.LEFT_OUT, others, np.zeros(len(others), dtype=bool))


def choice(seen: Seen, at: int) -> Choice:
    """Return the passage's sentences; the answering one is the last that begins at or before the answer."""
    starts = np.array([sentence.start for sentence in seen.sentences])
    gold = np.arange(len(starts)) == max(0, int((starts <= at).sum()) - 1)
    return Choice(np.array([(each.share, each.nearness) for each in seen.sentences]), gold)


def fit(loss: Callable[[Floats], float], size: int) -> Floats:
    """Return the weights of least loss."""
    found: Floats = minimize(lambda w: loss(w) + PENALTY * float(w @ w), np.zeros(size), method="BFGS").x
    return found


def passage_loss(asked: Sequence[Asked]) -> Callable[[Floats], float]:
    """Mean negative log-likelihood of the right passage, or of "none"; what was not retrieved is left out."""
    known = [each for each in asked if each.gold.any() or not each.answerable]

    def loss(weights: Floats) -> float:
        total = 0.0
        for each in known:
            sums = np.append(each.features @ weights[:-1] + weights[-1], 0.0)
            right = np.append(each.gold, not each.answerable)
            total += logsumexp(sums) - logsumexp(sums[right])
        return total / len(known)

    return loss


def sentence_loss(choices: Sequence[Choice]) -> Callable[[Floats], float]:
    """Mean negative log-likelihood of the right sentence."""

    def loss(weights: Floats) -> float:
        sums = [each.features @ weights for each in choices]
        return float(np.mean([logsumexp(s) - logsumexp(s[c.gold]) for s, c in zip(sums, choices, strict=True)]))

    return loss


def fitted(asked: Sequence[Asked], choices: Sequence[Choice]) -> dict[str, list[float]]:
    """Return the weights for reader.json."""
    direction = fit(passage_loss(asked), 4)
    best = np.array([(each.features @ direction[:-1]).max() for each in asked])
    answerable = np.array([each.answerable for each in asked])
    kinds = np.array([each.kind for each in asked])
    weight = np.where(answerable, 0.5, 0.25) * len(kinds) / np.bincount(kinds)[kinds]
    slope, constant = fit_logistic(best[:, None], answerable, weight=weight)
    constant += np.log(ODDS)
    sums = slope * best + constant
    probability = 1 / (1 + np.exp(-sums))
    right = [each.gold[(each.features @ direction[:-1]).argmax()] for each in asked if each.answerable]
    sentence = fit(sentence_loss(choices), 2)
    log.info(
        "held out: right passage first %.3f of %d answerable; right sentence first %.3f of %d",
        np.mean(right),
        answerable.sum(),
        np.mean([c.gold[(c.features @ sentence).argmax()] for c in choices]),
        len(choices),
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


def main() -> None:
    """Fit."""
    parser = argparse.ArgumentParser(description="Fit how reader and similarity judge together.")
    parser.add_argument("--reader", type=Path, required=True, help="folder that export wrote; its reader.json changes")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    if not (options.reader / "reader.json").is_file():
        parser.error(f"--reader {options.reader}: no reader.json there")
    embeddings = load_embeddings(DEFAULT, Settings().models)
    _, held = trainable(options.data)
    with tempfile.TemporaryDirectory() as folder:
        articles, store = Path(folder) / "articles", Path(folder) / "store"
        articles.mkdir()
        write_articles(held, articles)
        ingest(store, [articles], embeddings)
        retriever = HybridRetriever(index=Index(store), embeddings=embeddings)
        seen = list(ask_all(JointReader(OnnxReader(options.reader), embeddings), retriever, held))
        retriever.index.close()
    weights = fitted([s for s in seen if isinstance(s, Asked)], [s for s in seen if isinstance(s, Choice)])
    manifest = json.loads((options.reader / "reader.json").read_text("utf-8"))
    manifest["joint"] = {"embedding": embeddings.name, **weights}
    text = json.dumps(manifest, indent=2, sort_keys=True) + "\n"
    (options.reader / "reader.json").write_text(text, encoding="utf-8")
    log.info("%s", weights)


if __name__ == "__main__":
    main()
