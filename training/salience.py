"""Fit what makes a sentence one for a summary (rag.forms.salience), on articles in which such sentences are marked.

    python -m training.salience --data DIR

Marked are: what the articles written for this project give as the sentences of a summary (three or more; none of the
development split), and in `salience_marks.json` about a third of the sentences of 36 more, by their beginnings; those
of 11 others, marked later, are held out. Prints the weights, and how many summaries quote three of the marked
sentences: by weights fitted on nine tenths for the last tenth, and by the fitted ones for what is held out.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from index.article import Article
from index.chunk import SentenceSpan
from index.embed import DEFAULT, load_embeddings
from index.readers import read_article
from index.vector_cache import VectorCache
from rag.forms.salience import WEIGHTS, features, most_salient
from rag.forms.summary import LEAST, MOST, prose
from settings import Settings
from training.metrics import Floats, fit_logistic
from training.own import ARTICLES, CHINESE, Split, listed, split_of
from training.sources import read_lines

MARKS = Path(__file__).with_name("salience_marks.json")
ENOUGH = 3
PARTS = 10
SEED = 7


@dataclass(frozen=True)
class Marked:
    """The sentences of an article: what is seen of each, whether it is marked, and their vectors."""

    seen: Floats
    marked: np.ndarray[tuple[int], np.dtype[np.bool_]]
    vectors: np.ndarray[tuple[int, int], np.dtype[np.float32]]

    def is_met(self, weights: Floats) -> bool:
        """Return whether a summary by these weights quotes enough of the marked sentences."""
        count = min(MOST, max(LEAST, len(self.marked) // 2))
        chosen = most_salient(self.seen @ weights, self.vectors, count)
        return int(self.marked[chosen].sum()) >= min(ENOUGH, int(self.marked.sum()))


def marked_articles(data: Path, vectors: VectorCache) -> tuple[list[Marked], list[Marked]]:
    """Return the articles to fit on, and those held out."""
    marks = json.loads(MARKS.read_text(encoding="utf-8"))
    rows = {row["id"]: row for row in _rows(data)}
    asked = [_asked(row, question, vectors) for row in rows.values() for question in _summaries(row)]
    begun = [
        [_begun(rows[name], marks[part][name], vectors) for name in marks[part]] for part in ("fitted", "held_out")
    ]
    return [*asked, *begun[0]], begun[1]


def fitted(articles: Sequence[Marked]) -> Floats:
    """Return the weights: logistic regression over all sentences, the columns made alike in spread."""
    seen = np.vstack([article.seen for article in articles])
    spread = seen.std(axis=0) + 1e-9
    labels = np.concatenate([article.marked for article in articles])
    weights: Floats = fit_logistic((seen - seen.mean(axis=0)) / spread, labels, penalty=3.0)[:-1] / spread
    return weights


def met_by_parts(articles: Sequence[Marked]) -> float:
    """Return the share of summaries with enough marked sentences, each by weights that were fitted without it."""
    parts = np.random.default_rng(SEED).permutation(len(articles)) % PARTS
    met: list[bool] = []
    for part in range(PARTS):
        weights = fitted([article for article, own in zip(articles, parts, strict=True) if own != part])
        met += [article.is_met(weights) for article, own in zip(articles, parts, strict=True) if own == part]
    return float(np.mean(met))


def main(arguments: Sequence[str] | None = None) -> None:
    """Fit, measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of sets")
    options = parser.parse_args(arguments)
    settings = Settings()
    vectors = VectorCache(load_embeddings(DEFAULT, settings.models, settings.threads))
    articles, held_out = marked_articles(options.data, vectors)
    weights = fitted(articles)
    lines = [f'    "{name}": {weight:.2f},' for name, weight in zip(WEIGHTS, weights, strict=True)]
    held = np.mean([article.is_met(weights) for article in held_out])
    lines.append(f"{len(articles)} articles: {met_by_parts(articles):.2f}; {len(held_out)} held out: {held:.2f}")
    sys.stdout.write("\n".join(lines) + "\n")


def _rows(data: Path) -> Iterator[dict[str, Any]]:
    """Yield the articles that may be learnt from, as they stand in the files."""
    for path in (*sorted((data / "train/own").glob("*.jsonl")), *sorted(ARTICLES.glob("*.jsonl"))):
        for row in read_lines(path) if path.stem != CHINESE else ():
            if split_of(row.get("family", row["id"])) is not Split.DEVELOPMENT:
                yield row


def _summaries(row: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield an article's questions for a summary that say enough sentences of it."""
    for question in row["questions"]:
        if question["kind"] == "summary" and len(listed(question.get("s", []))) >= ENOUGH:
            yield question


def _asked(row: dict[str, Any], question: dict[str, Any], vectors: VectorCache) -> Marked:
    said = [_plain(sentence) for sentence in listed(question["s"])]
    return _marked(row, question["q"], vectors, lambda text: any(one in text or text in one for one in said))


def _begun(row: dict[str, Any], beginnings: Sequence[str], vectors: VectorCache) -> Marked:
    asked = f"Summarize the article about {row['title']}"
    return _marked(row, asked, vectors, lambda text: text.startswith(tuple(map(_plain, beginnings))))


def _marked(row: dict[str, Any], question: str, vectors: VectorCache, is_marked: Callable[[str], bool]) -> Marked:
    article, spans = _article_of(row)
    texts = [article.text[span.start : span.end] for span in spans]
    encoded = vectors.encode([*texts, question])
    marked = np.array([bool(is_marked(_plain(text))) for text in texts])
    return Marked(features(texts, spans, encoded), marked, encoded)


def _article_of(row: dict[str, Any]) -> tuple[Article, list[SentenceSpan]]:
    whole = f"---\ntitle: {json.dumps(row['title'], ensure_ascii=False)}\n---\n\n{row['text']}\n"
    article = read_article(whole.encode(), f"{row['id']}.md")
    return article, prose(article, short=True)


def _plain(text: str) -> str:
    return " ".join(text.replace("*", "").split())


if __name__ == "__main__":
    main()
