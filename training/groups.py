"""Groups of rows to learn from: an answering passage beside passages that do not answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from training.bm25 import Bm25
from training.heads import head
from training.negatives import changed_question
from training.sources import Paragraph, Question
from training.text import Piece, disturb, sentences, window_around, windows

POOL_WINDOW = 700
SMALLEST, LARGEST = 300, 900
WHOLE_ABSTRACT = 1200
KEPT_TITLE, KEPT_LEAD_IN = 0.7, 0.5
UNANSWERABLE_COPIES = 3
HEADED, HEAD_ASKED = 0.3, 0.03


@dataclass(frozen=True)
class Row:
    """One model input; start and end are the answer's code points in the passage, or -1.

    The label is 1 where the passage answers, else 0.
    """

    question: str
    context: str
    passage: str
    label: int
    start: int = -1
    end: int = -1


class Kind(IntEnum):
    """What a group teaches; training draws each kind with its own share."""

    PLAIN = 0
    CHANGED = 1
    UNANSWERABLE = 2


@dataclass(frozen=True)
class Group:
    """Rows that are learned from together, at most one of which answers."""

    kind: Kind
    rows: list[Row]


@dataclass(frozen=True)
class PoolEntry:
    """A window of a paragraph, as a candidate negative."""

    paragraph: Paragraph
    piece: Piece


class Builder:
    """Builds groups from a pool of paragraphs; deterministic for a seed."""

    def __init__(self, paragraphs: Sequence[Paragraph], seed: int) -> None:
        """Cut the pool's windows and index them."""
        self.rng = random.Random(seed)
        self.pool = [PoolEntry(p, w) for p in paragraphs for w in windows(p.text, POOL_WINDOW)]
        self.by_article: dict[str, list[int]] = {}
        for index, entry in enumerate(self.pool):
            self.by_article.setdefault(entry.paragraph.article, []).append(index)
        self.texts = [f"{e.paragraph.title} {e.paragraph.text[e.piece.start : e.piece.end]}" for e in self.pool]
        self.bm25 = Bm25(self.texts)

    def row(
        self, paragraph: Paragraph, piece: Piece, question: str, label: int, answer: tuple[int, int] | None = None
    ) -> Row:
        """Make a row from a window of a paragraph, with title, lead-in or an article's head some of the time.

        `answer` is where the answer starts and ends in the paragraph, where known.
        """
        over = head(paragraph.title, self.rng) if self.rng.random() < HEADED else None
        parts: list[str] = []
        if paragraph.title and self.rng.random() < KEPT_TITLE:
            parts.append(paragraph.title)
        before = list(sentences(paragraph.text[: piece.start])) if piece.start and not over else []
        if before and self.rng.random() < KEPT_LEAD_IN:
            parts.append(paragraph.text[before[-1].start : before[-1].end][-200:])
        shown = over.text if over else ""
        passage = shown + paragraph.text[piece.start : piece.end]
        row = Row(question, ". ".join(parts), passage, label)
        if answer is None:
            return row
        shift = len(shown) - piece.start
        return replace(row, start=answer[0] + shift, end=answer[1] + shift)

    def positive(self, paragraph: Paragraph, question: Question) -> Row:
        """Return a window of random size that holds the answer."""
        text, rng = paragraph.text, self.rng
        if question.start >= 0:
            size = rng.randint(SMALLEST, LARGEST)
            piece = window_around(text, question.start, question.end, size, rng)
        else:
            size = WHOLE_ABSTRACT if paragraph.source == "scifact" else LARGEST
            piece = windows(text, size)[0]
        answer = (question.start, question.end) if question.start >= 0 else None
        return self.row(paragraph, piece, disturb(question.text, rng), 1, answer)

    def head_asked(self, paragraph: Paragraph) -> Group:
        """Return a question about an article's head: with it, and without."""
        piece = self.rng.choice(windows(paragraph.text, self.rng.randint(SMALLEST, LARGEST)))
        over = head(paragraph.title, self.rng)
        question, start, end = over.asked(paragraph.title, self.rng)
        passage = paragraph.text[piece.start : piece.end]
        question = disturb(question, self.rng)
        rows = [Row(question, "", over.text + passage, 1, start, end), Row(question, paragraph.title, passage, 0)]
        return Group(Kind.PLAIN, rows)

    def negative(self, paragraph: Paragraph, question: Question, asked: str) -> Row | None:
        """Return a passage that does not answer: cut, of the same article, or retrieved."""
        draw = self.rng.random()
        if draw < 0.30 and question.start >= 0:
            without = self.without_answer(paragraph, question, asked)
            if without is not None:
                return without
        scores = self.bm25.scores(asked)
        if draw < 0.60:
            own = sorted(self.by_article[paragraph.article], key=lambda i: -scores[i])
            candidates = [i for i in own if self.lacks_answer(i, paragraph, question)][:4]
            if candidates:
                return self.pooled(self.rng.choice(candidates), asked)
        best = scores.argsort()[::-1][:40]
        candidates = [int(i) for i in best if self.lacks_answer(int(i), paragraph, question)][:8]
        return self.pooled(self.rng.choice(candidates), asked) if candidates else None

    def pooled(self, index: int, asked: str) -> Row:
        """Make a negative row from a window of the pool."""
        entry = self.pool[index]
        return self.row(entry.paragraph, entry.piece, asked, 0)

    def lacks_answer(self, index: int, paragraph: Paragraph, question: Question) -> bool:
        """Whether a pool window surely does not answer: it holds none of the accepted answers."""
        entry = self.pool[index]
        if question.start < 0:
            return entry.paragraph.article != paragraph.article
        text = entry.paragraph.text[entry.piece.start : entry.piece.end].lower()
        return not any(answer.lower() in text for answer in question.answers)

    def without_answer(self, paragraph: Paragraph, question: Question, asked: str) -> Row | None:
        """Return the paragraph with the answer's sentences cut out, if enough is left."""
        kept = [
            paragraph.text[s.start : s.end]
            for s in sentences(paragraph.text)
            if s.end <= question.start or question.end <= s.start
        ]
        text = " ".join(kept)
        if len(kept) < 2 or any(a.lower() in text.lower() for a in question.answers):
            return None
        cut = replace(paragraph, text=text)
        size = self.rng.randint(SMALLEST, LARGEST)
        return self.row(cut, self.rng.choice(windows(text, size)), asked, 0)

    def changed(self, paragraph: Paragraph, positive: Row) -> Row | None:
        """Return the positive's passage under the question with one fact changed."""
        siblings = self.by_article[paragraph.article]
        other = self.texts[self.rng.choice(siblings)]
        question = changed_question(positive.question, positive.passage, other, self.rng)
        if question is None:
            return None
        return replace(positive, question=question, label=0, start=-1, end=-1)

    def group(self, paragraph: Paragraph, question: Question) -> Group:
        """Return a positive row and zero to three negatives."""
        first = self.positive(paragraph, question)
        rows: list[Row | None] = [first]
        kind = Kind.PLAIN
        draw = self.rng.random()
        if draw < 0.12 and question.start >= 0:
            changed = self.changed(paragraph, first)
            rows.append(changed)
            kind = Kind.CHANGED if changed else Kind.PLAIN
        if 0.08 < draw < 0.85:
            rows.append(self.negative(paragraph, question, first.question))
        if 0.75 < draw < 0.85:
            rows.append(self.negative(paragraph, question, first.question))
        return Group(kind, [row for row in rows if row is not None])

    def unanswerable(self, paragraph: Paragraph) -> Iterator[Group]:
        """Yield each unanswerable question beside an answerable one about the same paragraph."""
        answerable = [q for q in paragraph.questions if q.answerable]
        for question in paragraph.questions:
            if question.answerable:
                continue
            for _ in range(UNANSWERABLE_COPIES):
                size = self.rng.randint(SMALLEST, 2 * LARGEST)
                piece = self.rng.choice(windows(paragraph.text, size))
                rows = [self.row(paragraph, piece, disturb(question.text, self.rng), 0)]
                if answerable:
                    rows.insert(0, self.positive(paragraph, self.rng.choice(answerable)))
                yield Group(Kind.UNANSWERABLE, rows)
