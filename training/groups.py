"""Groups of rows to learn from: an answering passage beside passages that do not answer."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum

from training.bm25 import Bm25
from training.heads import head
from training.negatives import changed_question
from training.sources import Paragraph, Question
from training.text import Piece, disturb, sentences, window_around, windows

POOL_WINDOW = 500
SMALLEST, LARGEST = 200, 600
WHOLE_ABSTRACT = 1200
KEPT_TITLE, KEPT_LEAD = 0.8, 0.6
LEAD_CHARACTERS = (120, 200, 250)
HEADED, HEAD_ASKED = 0.3, 0.03
CHANGED = 0.12
RETRIEVED_SETS = 0.3
SET_SIZES, UNANSWERABLE_SET_SIZES = (3, 4, 5), (2, 3, 4, 5)
SECOND_NEAR_MISS = 0.6
NO_SUPPORT = -1


@dataclass(frozen=True)
class Row:
    """One model input; start and end are the answer's code points in the passage, or -1.

    The label is 1 where the passage answers, else 0. In a row of a claim (in the question's place) and a quote (in
    the passage's), `support` is what training.support says.
    """

    question: str
    context: str
    passage: str
    label: int
    start: int = -1
    end: int = -1
    support: int = NO_SUPPORT


class Kind(IntEnum):
    """What a group teaches."""

    PLAIN = 0
    CHANGED = 1
    UNANSWERABLE = 2
    SUPPORT = 3


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

    def __init__(
        self, paragraphs: Sequence[Paragraph], seed: int, lookalikes: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Cut the pool's windows and index them; `lookalikes` names the articles that are easily taken for another."""
        self.rng = random.Random(seed)
        self.lookalikes = lookalikes or {}
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
        if piece.start and not over and self.rng.random() < KEPT_LEAD:
            parts.append(lead(paragraph.text[: piece.start], self.rng.choice(LEAD_CHARACTERS)))
        shown = over.text if over else ""
        passage = shown + paragraph.text[piece.start : piece.end]
        row = Row(question, "\n".join(parts), passage, label)
        if answer is None:
            return row
        shift = len(shown) - piece.start
        return replace(row, start=answer[0] + shift, end=answer[1] + shift)

    def window(self, paragraph: Paragraph, start: int, end: int) -> Piece:
        """Return a window of random size around a place in the paragraph."""
        return window_around(paragraph.text, start, end, self.rng.randint(SMALLEST, LARGEST), self.rng)

    def positive(self, paragraph: Paragraph, question: Question, piece: Piece | None = None) -> Row:
        """Return a window of random size, or the given one, that holds the answer: one of its spans, any one."""
        answer = None
        if question.start >= 0:
            answer = self.rng.choice(question.spans or ((question.start, question.end),))
            if piece is None or not (piece.start <= answer[0] and answer[1] <= piece.end):
                piece = self.window(paragraph, *answer)
        if piece is None:
            piece = windows(paragraph.text, WHOLE_ABSTRACT if paragraph.source == "scifact" else LARGEST)[0]
        return self.row(paragraph, piece, disturb(question.text, self.rng), 1, answer)

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
        if draw < 0.60:
            scores = self.bm25.scores(asked)
            own = sorted(self.by_article[paragraph.article], key=lambda i: -scores[i])
            candidates = [i for i in own if self.lacks_answer(i, paragraph, question)][:4]
            if candidates:
                return self.pooled(self.rng.choice(candidates), asked)
        candidates = self.retrieved(paragraph, question, 8)
        return self.pooled(self.rng.choice(candidates), asked) if candidates else None

    def retrieved(self, paragraph: Paragraph, question: Question, most: int) -> list[int]:
        """Return the pool's best windows that do not answer, best first; look-alikes of an answerable one lead."""
        best = [i for i in self.bm25.top(question.text, 40) if self.lacks_answer(i, paragraph, question)]
        others = self.lookalikes.get(paragraph.article, ())
        if others and question.answerable:
            scores = self.bm25.scores(question.text)
            alike = [i for name in others for i in self.by_article.get(name, ())]
            alike = [i for i in sorted(alike, key=lambda i: -scores[i]) if self.lacks_answer(i, paragraph, question)]
            best = list(dict.fromkeys(alike[:2] + best))
        return best[:most]

    def pooled(self, index: int, asked: str) -> Row:
        """Make a negative row from a window of the pool."""
        entry = self.pool[index]
        return self.row(entry.paragraph, entry.piece, asked, 0)

    def lacks_answer(self, index: int, paragraph: Paragraph, question: Question) -> bool:
        """Whether a pool window surely does not answer: it holds none of the accepted answers."""
        entry = self.pool[index]
        if question.answerable and question.start < 0:
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
        """Return a positive row beside what was retrieved with it, or beside one negative or none."""
        first = self.positive(paragraph, question)
        rows: list[Row | None] = [first]
        if self.rng.random() < RETRIEVED_SETS:
            size = self.rng.choice(SET_SIZES)
            rows += [self.pooled(index, first.question) for index in self.retrieved(paragraph, question, size)]
        else:
            rows += [self.negative(paragraph, question, first.question) for _ in range(self.rng.choice((0, 1, 1)))]
        changed = None
        if self.rng.random() < CHANGED and question.start >= 0:
            changed = self.changed(paragraph, first)
            rows.append(changed)
        return Group(Kind.CHANGED if changed else Kind.PLAIN, [row for row in rows if row is not None])

    def unanswerable(self, paragraph: Paragraph, question: Question) -> Group:
        """Return one or two unanswerable questions beside an answerable one, on one window, and what is retrieved."""
        if question.spans:
            piece = self.window(paragraph, *self.rng.choice(question.spans))
        else:
            piece = self.rng.choice(windows(paragraph.text, self.rng.randint(SMALLEST, 2 * LARGEST)))
        asked = disturb(question.text, self.rng)
        rows = [self.row(paragraph, piece, asked, 0)]
        others = [q for q in paragraph.questions if q != question and not q.answerable and near_in(q, piece)]
        if others and self.rng.random() < SECOND_NEAR_MISS:
            rows.append(self.row(paragraph, piece, disturb(self.rng.choice(others).text, self.rng), 0))
        answerable = [q for q in paragraph.questions if q.answerable]
        same = [q for q in answerable if piece.start <= q.start and q.end <= piece.end]
        if same or answerable:
            rows.insert(0, self.positive(paragraph, self.rng.choice(same or answerable), piece))
        if self.rng.random() < RETRIEVED_SETS:
            best = self.retrieved(paragraph, question, self.rng.choice(UNANSWERABLE_SET_SIZES))
            rows += [self.pooled(index, asked) for index in best]
        return Group(Kind.UNANSWERABLE, rows)

    def groups(self, paragraph: Paragraph, question: Question) -> Iterator[Group]:
        """Yield what a question gives to learn from."""
        if not question.answerable:
            yield self.unanswerable(paragraph, question)
            return
        yield self.group(paragraph, question)
        if self.rng.random() < HEAD_ASKED:
            yield self.head_asked(paragraph)


def near_in(question: Question, piece: Piece) -> bool:
    """Whether what looks like an answer is in the piece; where nobody said what does, anything may."""
    return not question.spans or any(piece.start <= start and end <= piece.end for start, end in question.spans)


def lead(before: str, most: int) -> str:
    """Return the last whole sentences of what comes before, at most so many characters, but at least a part of one."""
    pieces = sentences(before)
    fitting = [piece for piece in pieces if len(before) - piece.start <= most]
    first = fitting[0].start if fitting else max(pieces[-1].start, len(before) - most) if pieces else 0
    return before[first:].strip()
