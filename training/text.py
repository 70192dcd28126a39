"""Sentences, windows and the ways people mistype a question."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass

SENTENCE_END = re.compile(r"""(?<=[.!?])["')\]]*\s+(?=["'(\[]*[A-Z0-9])|\n+|(?<=[。!?])""")
WORD = re.compile(r"\w+", re.UNICODE)
STOPWORDS = frozenset(
    """
    a an and are as at be been being by can could did do does for from had has have how in is it
    its of on or that the their they this to was were what when where which who whom whose why
    will with would you your many much there
    """.split()
)


@dataclass(frozen=True)
class ReaderInput:
    """A passage and the line that introduces it (may be empty)."""

    context: str
    text: str


@dataclass(frozen=True)
class Piece:
    """A run `text[start:end]` of whole sentences, in code points."""

    start: int
    end: int


def sentences(text: str) -> list[Piece]:
    """Split text into sentences; their pieces leave out the white space between them."""
    pieces: list[Piece] = []
    first = 0
    for match in SENTENCE_END.finditer(text):
        end = match.start() + len(match.group().rstrip())
        if text[first:end].strip():
            pieces.append(Piece(first, end))
            first = match.end()
    if text[first:].strip():
        pieces.append(Piece(first, len(text.rstrip())))
    return pieces


def windows(text: str, size: int) -> list[Piece]:
    """Cut text into runs of whole sentences of about `size` characters, without overlap."""
    result: list[Piece] = []
    for piece in sentences(text):
        if result and piece.end - result[-1].start <= size:
            result[-1] = Piece(result[-1].start, piece.end)
        else:
            result.append(piece)
    return result


def window_around(text: str, start: int, end: int, size: int, rng: random.Random) -> Piece:
    """Return whole sentences around text[start:end], grown at random to about `size` characters."""
    pieces = sentences(text)
    inside = [i for i, p in enumerate(pieces) if p.start < end and start < p.end]
    low, high = (inside[0], inside[-1]) if inside else (0, len(pieces) - 1)
    while True:
        grown: list[tuple[int, int]] = []
        if low > 0 and pieces[high].end - pieces[low - 1].start <= size:
            grown.append((low - 1, high))
        if high + 1 < len(pieces) and pieces[high + 1].end - pieces[low].start <= size:
            grown.append((low, high + 1))
        if not grown:
            return Piece(min(pieces[low].start, start), max(pieces[high].end, end))
        low, high = rng.choice(grown)


def words(text: str) -> list[str]:
    """Return the lower-case words of a text."""
    return WORD.findall(text.lower())


def disturb(question: str, rng: random.Random) -> str:
    """Return the question as people also type it: 31 % lose case, mark, letters or small words."""
    draw = rng.random()
    if draw < 0.12:
        return question.rstrip("? ")
    if draw < 0.20:
        return question.rstrip("? ").lower()
    if draw < 0.26:
        return misspell(question, rng)
    if draw < 0.31:
        kept = [w for w in question.rstrip("? ").split() if w.lower() not in STOPWORDS]
        return " ".join(kept) if len(kept) >= 2 else question
    return question


def misspell(question: str, rng: random.Random) -> str:
    """Swap two neighbouring letters, or drop one, in one longer word."""
    parts = question.split(" ")
    long = [i for i, part in enumerate(parts) if len(part) >= 5 and part.isalpha()]
    if not long:
        return question
    index = rng.choice(long)
    word, at = parts[index], rng.randrange(1, len(parts[index]) - 2)
    swapped = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    parts[index] = swapped if rng.random() < 0.5 else word[:at] + word[at + 1 :]
    return " ".join(parts)
