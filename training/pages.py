"""Claims against whole pages: the window that supports a claim most counts, and many windows are many chances.

A claim that nothing on a page says finds a window by chance that supports it more than one passage would: what is
fitted on single quotes is too ready for pages. So the head's log-odds of the best window are fitted on pages: own
claims about the articles for calibration, and two of them joined, each against its article among others.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from rag.reading.head import SupportHead
from rag.verify.weigh import HEAD
from training.metrics import Floats, fit_logistic
from training.own import OwnArticle, Split, own_articles
from training.sources import read_lines
from training.text import sentences

WINDOW_CHARACTERS = 700
PAGE_CHARACTERS = 6_000
"""Of a page that is made of articles."""


@dataclass(frozen=True)
class PagedClaim:
    """A claim, the windows of a page, and whether they say all of it."""

    claim: str
    windows: tuple[str, ...]
    supported: bool


def page(evidence: Sequence[str]) -> list[str]:
    """Return a page's sentences in runs of about WINDOW_CHARACTERS."""
    windows: list[str] = []
    for sentence in evidence:
        if windows and len(windows[-1]) + len(sentence) < WINDOW_CHARACTERS:
            windows[-1] += " " + sentence
        else:
            windows.append(sentence)
    return windows


def paged_claims(data: Path) -> Iterator[PagedClaim]:
    """Yield claims about the articles for calibration: a true and a false one of each quote, alone and joined.

    Joined with a true one of another quote: what says two things is supported only if both are.
    """
    articles = {a.identity: a for a in own_articles(data) if a.split is Split.CALIBRATION}
    rng = random.Random(0)
    quotes = [row for path in sorted((data / "train/own_claims").glob("*.jsonl")) for row in read_lines(path)]
    quotes = [row for row in quotes if row["article"] in articles]
    for row in quotes:
        windows = tuple(page(_sentences_among(articles[row["article"]], list(articles.values()), rng)))
        others = [other for other in quotes if other["article"] == row["article"] and other is not row]
        for supported in (True, False):
            claim = rng.choice([each["c"] for each in row["claims"] if each["ok"] == supported])
            yield PagedClaim(claim, windows, supported)
            if others:
                true = rng.choice([each["c"] for each in rng.choice(others)["claims"] if each["ok"]])
                first, second = rng.sample([claim, true], 2)
                yield PagedClaim(f"{first.rstrip('.')}, and {second}", windows, supported)


def _sentences_among(article: OwnArticle, articles: list[OwnArticle], rng: random.Random) -> list[str]:
    """Return the sentences of an article and of others, its look-alikes first, as many as a page has."""
    others = [other for other in articles if other is not article]
    rng.shuffle(others)
    others.sort(key=lambda other: other.family != article.family)
    found: list[str] = []
    for each in (article, *others):
        if sum(map(len, found)) < PAGE_CHARACTERS:
            text = each.paragraph.text
            found += [text[piece.start : piece.end] for piece in sentences(text)]
    return found


def best_window(head: SupportHead, claim: str, windows: Sequence[str]) -> Floats | None:
    """Return what the head says of the window that supports a claim most, by HEAD; None if it can read none."""
    said = [evidence for window in windows if (evidence := head.evidence(claim, "", window))]
    rows = [np.array([evidence[name] for name in HEAD]) for evidence in said]
    return max(rows, key=lambda row: tuple(row.tolist()), default=None)


def fitted_to_pages(head: SupportHead, claims: Sequence[PagedClaim]) -> Floats:
    """Return the weights of HEAD for the best window of a page, the constant last; either answer counts alike."""
    seen = [
        (row, claim.supported) for claim in claims if (row := best_window(head, claim.claim, claim.windows)) is not None
    ]
    labels = np.array([supported for _, supported in seen])
    share = np.where(labels, 1 / max(1, labels.sum()), 1 / max(1, (~labels).sum()))
    return fit_logistic(np.stack([row for row, _ in seen]), labels, weight=share / share.mean())
