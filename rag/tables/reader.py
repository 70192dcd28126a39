"""A reader that looks cells up: where a table has what a question names, no model has to guess which cell is meant."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from rag.reading.base import AnswerSpan, Reader, Reading
from rag.reading.joint import JointReader
from rag.reading.words import WordVectors
from rag.recency import day
from rag.retrieve import Passage
from rag.tables.cells import FoundCell, cells_in

SURE = 0.98
"""The support of a cell whose row and column are named."""
GUESSED = 0.7
"""The support of one that is uncertain: less than it takes for a form that computes."""
_BELOW = 0.99
"""Other passages support less than the cell that is sure."""
_FIGURE = re.compile(r"\d[\d.,]*")


@dataclass(frozen=True, slots=True)
class _Place:
    """A cell and the passage that it stands in, by number."""

    passage: int
    found: FoundCell


class TableReader:
    """Has `reader` judge the passages, and looks up what stands in tables."""

    def __init__(self, reader: Reader, words: WordVectors | None) -> None:
        self.name = reader.name
        self._reader = reader
        self._words = words

    @property
    def high(self) -> float:
        """See rag.reading.base.Reader."""
        return self._reader.high

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        """See rag.reading.base.Reader. A sure cell is answer enough, unless it is to be `thorough`."""
        places = list(self._places(question, passages))
        sure = [place for place in places if place.found.certain]
        if sure and not thorough:
            readings = [Reading(0.0, ())] * len(passages)
        else:
            readings = self._reader.read(question, passages, thorough=thorough)
        if sure:
            most = max(reading.probability for reading in readings)
            scale = min(1.0, _BELOW * SURE / most) if most else 1.0
            readings = [replace(reading, probability=scale * reading.probability) for reading in readings]
        for place in reversed(places):
            passage = passages[place.passage]
            cell = place.found.cell
            span = AnswerSpan(cell.start - passage.start, cell.end - passage.start, 1.0)
            support = SURE if place.found.certain else GUESSED
            if place.found.certain or readings[place.passage].probability < support:
                readings[place.passage] = Reading(support, (span,), place.found.certain)
        return readings

    def _places(self, question: str, passages: Sequence[Passage]) -> Iterator[_Place]:
        """Yield the cells that answer, with what decides between those that differ."""
        found = [
            place
            for article_id in dict.fromkeys(p.article.id for p in passages if p.article.tables)
            for place in self._of_article(question, article_id, passages)
        ]
        best = preferred(question, [place.found for place in found if place.found.certain])
        for place in found:
            agrees = best is not None and _same(place.found, best)
            yield place if agrees else replace(place, found=replace(place.found, certain=False))

    def _of_article(self, question: str, article_id: str, passages: Sequence[Passage]) -> Iterator[_Place]:
        own = [n for n, passage in enumerate(passages) if passage.article.id == article_id]
        parts = [(passages[n].start, passages[n].end) for n in own]
        for found in cells_in(question, passages[own[0]].article, parts, self._words):
            for n, (start, end) in zip(own, parts, strict=True):
                if start <= found.cell.start and found.cell.end <= end:
                    yield _Place(n, found)
                    break


def with_tables(reader: Reader) -> Reader:
    """Return the reader with cells looked up for it; which words are alike is what it knows of that."""
    return TableReader(reader, reader.model.words if isinstance(reader, JointReader) else None)


def preferred(question: str, cells: Sequence[FoundCell]) -> FoundCell | None:
    """Return the cell that counts where several differ: of an article of no version or year that was not asked for.

    Of those the newest; None where that does not decide.
    """
    if not cells:
        return None
    general = [cell for cell in cells if not _is_particular(question, cell)] or list(cells)
    if all(_same(cell, general[0]) for cell in general):
        return general[0]
    newest = max(general, key=lambda cell: day(cell.article))
    older = all(day(cell.article) < day(newest.article) for cell in general if not _same(cell, newest))
    return newest if older and all(day(cell.article) for cell in general) else None


def _is_particular(question: str, cell: FoundCell) -> bool:
    """Whether an article's title has a number, a year or version, that is not asked for."""
    return bool(set(_FIGURE.findall(cell.article.title)) - set(_FIGURE.findall(question)))


def _same(cell: FoundCell, other: FoundCell) -> bool:
    return " ".join(cell.cell.text.casefold().split()) == " ".join(other.cell.text.casefold().split())
