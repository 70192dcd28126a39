"""Quotes: whole sentences around the words that a reading claims; the same words of two places are one quote."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.article import Article
from index.chunk import sentence_spans
from rag.answer import Place, Span
from rag.reading.base import Reading
from rag.reading.constraints import Fit
from rag.recency import day
from rag.retrieve import Passage

_CLOSING = re.compile(r'[^"“”\n]{0,60}["”]')
_NEXT_QUOTED = re.compile(r',? (?:and |or )?(?:the |an? |its |their |his |her )?(?:"[^"\n]{1,60}"|“[^“”\n]{1,60}”)')
_LOOSE = re.compile(r"(?<!\d)[^\w\s$€£¥]+(?!\d)")
"""What reprints print differently. Beside a digit a mark may be a sign or a point."""


@dataclass(frozen=True, slots=True)
class Quote:
    """Whole sentences of an article that hold answering words; `spans` best first."""

    article: Article
    start: int
    end: int
    support: float
    spans: tuple[Span, ...]
    duplicates: tuple[Place, ...] = ()
    fit: Fit = Fit.MEETS
    looked_up: bool = False

    @property
    def text(self) -> str:
        """The quote's words."""
        return self.article.text[self.start : self.end]

    @property
    def told(self) -> str:
        """The quote's words; a row of a table tells what its columns are called, too."""
        columns = self.article.columns_at(self.start)
        return f"{columns}\n{self.text}" if columns else self.text

    def narrow_spans(self) -> tuple[Span, ...]:
        """Return the spans that say more than "all of this"."""
        return tuple(span for span in self.spans if span != (self.start, self.end))

    @property
    def rank(self) -> tuple[float, str]:
        """What is higher goes first: more support, else the newer article."""
        return round(self.support, 4), day(self.article)


def find_quotes(passages: Sequence[Passage], readings: Sequence[Reading], characters: int) -> list[Quote]:
    """Every claimed span inside its whole sentences, best first; quotes of the same words are one."""
    quotes: dict[str, Quote] = {}
    for passage, reading in zip(passages, readings, strict=True):
        for span in reading.spans:
            words = (passage.start + span.start, passage.start + span.end)
            start, end = _whole_sentences(passage, words, characters)
            words = (max(start, words[0]), min(end, words[1]))
            if words[0] >= words[1] or passage.article.names_columns(start):  # blanks only, or nothing that is said
                continue
            words = _unquoted(passage.article.text, words, end)
            quote = Quote(passage.article, start, end, reading.probability * span.score, (words,))
            quote = replace(quote, duplicates=tuple(_same_words(quote, passage)), looked_up=reading.looked_up)
            said = " ".join(_LOOSE.sub(" ", quote.text.casefold()).split()) or quote.text
            quotes[said] = _merged(quotes[said], quote) if said in quotes else quote
    return sorted(quotes.values(), key=lambda quote: quote.rank, reverse=True)


def _unquoted(text: str, words: Span, end: int) -> Span:
    """Return the words to the end of the quotation that they break off, and of the list of quotations that follows."""
    start, stop = words
    said = text[start:stop]
    if said.count('"') % 2 or said.count("“") > said.count("”"):
        closing = _CLOSING.match(text, stop, end)
        stop = closing.end() if closing else stop
    if text[start:stop].endswith(('"', "”")):
        while item := _NEXT_QUOTED.match(text, stop, end):
            stop = item.end()
    return start, stop


def _whole_sentences(passage: Passage, words: Span, characters: int) -> Span:
    """Return the sentences that hold `words`, or the row of a table; of very long ones, what is around the words."""
    sentences = [
        (passage.start + span.start, passage.start + span.end)
        for span in sentence_spans(passage.text, passage.article.language)
    ]
    touched = [each for each in sentences if each[0] < words[1] and words[0] < each[1]] or [(0, 0)]
    start, end = passage.article.row_at(words[0]) or (touched[0][0], touched[-1][1])
    start, end = max(start, passage.start), min(end, passage.end)
    room = characters - (words[1] - words[0])
    if end - start > characters and room > 0:
        start, end = max(start, words[0] - room // 2), min(end, words[1] + room // 2)
    return start, min(end, start + characters)


def _same_words(quote: Quote, passage: Passage) -> Iterator[Place]:
    """Yield the quote's words where the whole passage stands again."""
    for place in passage.duplicates:
        start = place.start + quote.start - passage.start
        yield Place(place.article_id, start, start + quote.end - quote.start, quote.text)


def _merged(first: Quote, second: Quote) -> Quote:
    """Two claims on the same words: of one place, or of two."""
    looked_up = first.looked_up or second.looked_up
    if first.article.id == second.article.id and first.start < second.end and second.start < first.end:
        inside = (span for span in second.spans if first.start <= span[0] and span[1] <= first.end)
        spans = tuple(dict.fromkeys((*first.spans, *inside)))
        return replace(first, spans=spans, support=max(first.support, second.support), looked_up=looked_up)
    if second.rank > first.rank:
        first, second = second, first
    place = Place(second.article.id, second.start, second.end, second.text)
    duplicates = tuple(dict.fromkeys((*first.duplicates, place, *second.duplicates)))
    return replace(first, duplicates=duplicates, looked_up=looked_up)
