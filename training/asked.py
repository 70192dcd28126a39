"""Held-out articles in a store of the product, and what the reader sees in what the product retrieves from it."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import IntEnum
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index.embed import EmbeddingModel
from index.ingest import ingest
from rag.reading.joint import JointReader, Seen
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index
from settings import Settings
from training.heads import head
from training.sources import Paragraph, Question

Floats = npt.NDArray[np.float64]


class Kind(IntEnum):
    """Of two kinds of questions the answer is not there: it never was, or its passages are left out."""

    ANSWERABLE = 0
    UNANSWERABLE = 1
    LEFT_OUT = 2


@dataclass(frozen=True)
class Asked:
    """A question, the passages that the model saw, and where in each an answer begins (None: nowhere)."""

    kind: Kind
    question: str
    passages: Sequence[Passage]
    seen: Sequence[Seen]
    places: Sequence[int | None]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer."""
        return self.kind is Kind.ANSWERABLE

    @property
    def gold(self) -> npt.NDArray[np.bool_]:
        """Which passages hold an answer."""
        return np.array([place is not None for place in self.places], dtype=bool)

    @property
    def features(self) -> Floats:
        """What each passage's probability is made of, (passages, 3)."""
        return np.array([seen.features for seen in self.seen])

    def first(self, count: int) -> list[int]:
        """Return the numbers of the nearest passages, which the product reads first."""
        return sorted(sorted(range(len(self.seen)), key=lambda n: -self.seen[n].features[2])[:count])

    def only(self, kept: Sequence[int]) -> Asked:
        """Return the question as if these passages alone had been read."""
        return replace(
            self,
            passages=[self.passages[n] for n in kept],
            seen=[self.seen[n] for n in kept],
            places=[self.places[n] for n in kept],
        )

    def without_answer(self) -> Asked:
        """Return the same question, as if what answers it were not in the articles."""
        kept = [n for n, place in enumerate(self.places) if place is None]
        return replace(self.only(kept), kind=Kind.LEFT_OUT)


def write_articles(paragraphs: Sequence[Paragraph], folder: Path) -> None:
    """Write one text file an article, with a byline: Markdown would take some characters for marks."""
    for number, article in enumerate(dict.fromkeys(paragraph.article for paragraph in paragraphs)):
        own = [paragraph for paragraph in paragraphs if paragraph.article == article]
        over = head("", random.Random(number)).text.strip()
        texts = [own[0].title or article, over, *(one_line(paragraph.text) for paragraph in own)]
        (folder / f"held-{number}.txt").write_text("\n\n".join(texts) + "\n", encoding="utf-8")


def one_line(text: str) -> str:
    """Return the same text, character for character, without line ends."""
    return text.replace("\n", " ")


@contextmanager
def stored(paragraphs: Sequence[Paragraph], embeddings: EmbeddingModel) -> Iterator[HybridRetriever]:
    """Open the product's retriever over a store of these paragraphs' articles."""
    with tempfile.TemporaryDirectory() as folder:
        articles, store = Path(folder) / "articles", Path(folder) / "store"
        articles.mkdir()
        write_articles(paragraphs, articles)
        ingest(store, [articles], embeddings)
        retriever = HybridRetriever(index=Index(store), embeddings=embeddings)
        try:
            yield retriever
        finally:
            retriever.index.close()


def places(passage: Passage, paragraph: Paragraph, question: Question) -> Iterator[tuple[int, int]]:
    """Yield where in the passage the paragraph's answers begin and end that are inside."""
    at = passage.article.text.find(one_line(paragraph.text))
    for start, end in question.spans or ((question.start, question.end),):
        if question.answerable and at >= 0 and passage.start <= at + start and at + end <= passage.end:
            yield at + start - passage.start, at + end - passage.start


def ask_all(
    reader: JointReader, retriever: HybridRetriever, questions: Sequence[tuple[Paragraph, Question]]
) -> Iterator[Asked]:
    """Ask every question of the store; one whose answer was found is yielded once more without it."""
    with retriever.index.snapshot() as snapshot:
        for paragraph, question in questions:
            passages = retriever.passages([question.text], snapshot)[: Settings().passages_read]
            looked = [
                (passage, seen)
                for passage, seen in zip(passages, reader.see(question.text, passages, by_words=True), strict=True)
                if isinstance(seen, Seen)
            ]
            begins = [next((start for start, _ in places(p, paragraph, question)), None) for p, _ in looked]
            kind = Kind.ANSWERABLE if question.answerable else Kind.UNANSWERABLE
            asked = Asked(kind, question.text, [p for p, _ in looked], [s for _, s in looked], begins)
            if looked:
                yield asked
            if asked.gold.any() and not asked.gold.all():
                yield asked.without_answer()


def sentence_of(seen: Seen, at: int) -> int:
    """Return the number of the sentence that begins last at or before a place."""
    starts = np.array([sentence.start for sentence in seen.sentences])
    return max(0, int((starts <= at).sum()) - 1)
