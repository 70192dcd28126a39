"""An answer made of quotes: the words that answer first, then the sentences that carry them.

Where the best quotes of two articles contradict each other (`rag.contradictions`), both are shown and it is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.article import Article, in_words
from index.chunk import sentence_spans
from rag.answer import Citation, Nearest, Place, Sentence, Span
from rag.contradictions import difference
from rag.reading.base import Reading
from rag.recency import COMPARABLE, asks_for_latest, day
from rag.retrieve import Passage

_KEEP = 0.7
"""A further quote needs this share of the best one's support."""
_KEEP_DIFFERING = 0.5
"""The same for a quote of another article that gives another figure."""
_NEAREST = 3
_WANTS_SENTENCES = re.compile(
    r"^\W*(?:why|how(?! (?:many|much|long|old|far|big|large|high|tall|fast|often|late|soon|early|wide|deep|heavy)\b)"
    r"|explain|describe|summari[sz]e|tell me|is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may"
    r"|might|must)\b|\b(?:because of what|what (?:is|was) the reason|for what reason|summary of)\b",
    re.IGNORECASE,
)
"""No few words answer these: reasons, accounts, and what is answered by yes or no."""
_WORD = re.compile(r"\w+")
_CLOSING = re.compile(r'[^"“”\n]{0,60}["”]')
_NEXT_QUOTED = re.compile(r',? (?:and |or )?(?:the |an? |its |their |his |her )?(?:"[^"\n]{1,60}"|“[^“”\n]{1,60}”)')
_LOOSE = re.compile(r"(?<!\d)[^\w\s$€£¥]+(?!\d)")
"""What reprints print differently. Beside a digit a mark may be a sign or a point."""

CONTEXT_CHARACTERS = 240
"""How much text around a quote goes with its citation, on each side."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may be; `context` is the text shown around a quote, on each side."""

    quotes: int = 4
    characters: int = 700
    context: int = CONTEXT_CHARACTERS


@dataclass(frozen=True, slots=True)
class Extract:
    """The sentences of an answer with their citations; `notice` says how the quotes in `differing` differ."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    notice: str | None = None
    differing: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Quote:
    """Whole sentences of an article that hold answering words; `spans` best first."""

    article: Article
    start: int
    end: int
    support: float
    spans: tuple[Span, ...]
    also: tuple[Place, ...] = ()

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def narrow_spans(self) -> tuple[Span, ...]:
        """The spans that say more than "all of this"."""
        return tuple(span for span in self.spans if span != (self.start, self.end))

    @property
    def rank(self) -> tuple[float, str]:
        """What is higher goes first: more support, else the newer article."""
        return round(self.support, 4), day(self.article)


def extract_answer(
    question: str, passages: Sequence[Passage], readings: Sequence[Reading], threshold: float, limits: Limits
) -> Extract:
    """The best quotes, in reading order, article by article; none if the best lacks support."""
    quotes = _quotes(passages, readings, limits.characters)
    if asks_for_latest(question):
        quotes = _newest_first(quotes, threshold)
    chosen = _choose(quotes, threshold, limits)
    if not chosen:
        return Extract((), ())
    chosen, notice, differing = _with_differing(question, chosen, quotes, limits)
    best_first = list(dict.fromkeys(quote.article.id for quote in chosen))
    in_order = sorted(chosen, key=lambda quote: (best_first.index(quote.article.id), quote.start))
    citations = tuple(
        cite(n, quote.article, (quote.start, quote.end), quote.narrow_spans(), limits.context, quote.also)
        for n, quote in enumerate(in_order, start=1)
    )
    sentences = [
        Sentence(citation.quote, "quote", (citation.n,), round(quote.support, 4))
        for citation, quote in zip(citations, in_order, strict=True)
    ]
    best = chosen[0]
    if (spans := best.narrow_spans()) and not _WANTS_SENTENCES.search(question):
        said = best.article.text[slice(*spans[0])]
        if not _echoes(question, said):
            number = (in_order.index(best) + 1,)
            sentences.insert(0, Sentence(said, "short", number, round(best.support, 4)))
    differ = tuple(citations[in_order.index(quote)] for quote in differing)
    return Extract(tuple(sentences), citations, notice, differ)


def nearest(passages: Sequence[Passage]) -> tuple[Nearest, ...]:
    """What a person may want to look at when there is no answer."""
    return tuple(
        Nearest(p.article.id, p.article.title, p.article.source, p.start, p.end, p.text) for p in passages[:_NEAREST]
    )


def _echoes(question: str, said: str) -> bool:
    """Whether the words only say the question's own again; "Tesla" answers "BYD or Tesla?", "BYD or Tesla" does not."""
    asked, words = (set(_WORD.findall(text.casefold())) for text in (question, said))
    return bool(words) and words <= asked and not ("or" in asked and "or" not in words)


def _quotes(passages: Sequence[Passage], readings: Sequence[Reading], characters: int) -> list[_Quote]:
    """Every claimed span inside its whole sentences, best first; quotes of the same words are one."""
    quotes: dict[str, _Quote] = {}
    for passage, reading in zip(passages, readings, strict=True):
        for span in reading.spans:
            words = (passage.start + span.start, passage.start + span.end)
            start, end = _whole_sentences(passage, words, characters)
            words = (max(start, words[0]), min(end, words[1]))
            if words[0] >= words[1]:  # blanks only, or nothing
                continue
            words = _unquoted(passage.article.text, words, end)
            quote = _Quote(passage.article, start, end, reading.probability * span.score, (words,))
            quote = replace(quote, also=tuple(_same_words(quote, passage)))
            said = " ".join(_LOOSE.sub(" ", quote.text.casefold()).split()) or quote.text
            quotes[said] = _merged(quotes[said], quote) if said in quotes else quote
    return sorted(quotes.values(), key=lambda quote: quote.rank, reverse=True)


def _unquoted(text: str, words: Span, end: int) -> Span:
    """The words to the end of the quotation that they break off, and of the list of quotations that follows."""
    start, stop = words
    said = text[start:stop]
    if said.count('"') % 2 or said.count("“") > said.count("”"):
        closing = _CLOSING.match(text, stop, end)
        stop = closing.end() if closing else stop
    if text[start:stop].endswith(('"', "”")):
        while item := _NEXT_QUOTED.match(text, stop, end):
            stop = item.end()
    return start, stop


def _newest_first(quotes: list[_Quote], threshold: float) -> list[_Quote]:
    """Those that answer comparably well by date, before the others."""
    least = max(threshold, COMPARABLE * quotes[0].support) if quotes else threshold
    return sorted(quotes, key=lambda quote: day(quote.article) if quote.support >= least else "", reverse=True)


def _whole_sentences(passage: Passage, words: Span, characters: int) -> Span:
    """The sentences that hold `words`; of very long ones, what is around the words."""
    sentences = [
        (passage.start + span.start, passage.start + span.end)
        for span in sentence_spans(passage.text, passage.article.language)
    ]
    touched = [each for each in sentences if each[0] < words[1] and words[0] < each[1]] or [(0, 0)]
    start, end = touched[0][0], touched[-1][1]
    room = characters - (words[1] - words[0])
    if end - start > characters and room > 0:
        start, end = max(start, words[0] - room // 2), min(end, words[1] + room // 2)
    return start, min(end, start + characters)


def _same_words(quote: _Quote, passage: Passage) -> Iterator[Place]:
    """The quote's words where the whole passage stands again."""
    for place in passage.also:
        start = place.start + quote.start - passage.start
        yield Place(place.article_id, start, start + quote.end - quote.start, quote.text)


def _merged(first: _Quote, second: _Quote) -> _Quote:
    """Two claims on the same words: of one place, or of two."""
    if first.article.id == second.article.id and first.start < second.end and second.start < first.end:
        spans = (span for span in second.spans if first.start <= span[0] and span[1] <= first.end)
        return replace(
            first, spans=tuple(dict.fromkeys((*first.spans, *spans))), support=max(first.support, second.support)
        )
    if second.rank > first.rank:
        first, second = second, first
    place = Place(second.article.id, second.start, second.end, second.text)
    also = tuple(dict.fromkeys((*first.also, place, *second.also)))
    return replace(first, also=also)


def _choose(quotes: Sequence[_Quote], threshold: float, limits: Limits) -> list[_Quote]:
    """The best quotes, best first, as many as are well supported and fit."""
    chosen: list[_Quote] = []
    room = limits.characters
    for quote in quotes[: limits.quotes]:
        if quotes[0].support < threshold or quote.support < _KEEP * quotes[0].support or len(quote.text) > room:
            break
        chosen.append(quote)
        room -= len(quote.text)
    return chosen


def _with_differing(
    question: str, chosen: list[_Quote], quotes: Sequence[_Quote], limits: Limits
) -> tuple[list[_Quote], str | None, tuple[_Quote, ...]]:
    """Return the quotes with one that contradicts one of them, what to say of it, and the two quotes that differ."""
    near = [quote for quote in quotes if quote.support >= _KEEP_DIFFERING * quotes[0].support]
    for quote, other in ((quote, other) for quote in chosen for other in near):
        figures = difference(question, (quote.article, quote.text), (other.article, other.text))
        if not figures:
            continue
        shown = _within_limits([*chosen, *([] if other in chosen else [other])], (quote, other, chosen[0]), limits)
        if shown is None:
            break
        by_date = sorted(zip((quote, other), figures, strict=True), key=lambda pair: pair[0].article.date or "")
        said = ", ".join(f"{text} ({in_words(each.article.date) or each.article.title})" for each, text in by_date)
        return shown, f"The articles differ: {said}.", tuple(each for each, _ in by_date)
    return chosen, None, ()


def _within_limits(quotes: list[_Quote], needed: Sequence[_Quote], limits: Limits) -> list[_Quote] | None:
    """Return the quotes without the weakest ones that are too many; None where only `needed` ones are left to go."""
    while len(quotes) > limits.quotes or sum(len(quote.text) for quote in quotes) > limits.characters:
        weakest = next((quote for quote in reversed(quotes) if quote not in needed), None)
        if weakest is None:
            return None
        quotes.remove(weakest)
    return quotes


def cite(
    n: int, article: Article, quote: Span, spans: Sequence[Span], context: int, also: tuple[Place, ...] = ()
) -> Citation:
    """The citation no. `n` of a part of an article; `context` is the text around it, on each side."""
    start, end = quote
    return Citation(
        n=n,
        article_id=article.id,
        title=article.title,
        source=article.source,
        start=start,
        end=end,
        quote=article.text[start:end],
        author=article.author,
        date=article.date,
        page=article.page_at(start),
        heading=article.heading_at(start),
        answer_spans=tuple(sorted(spans)),
        before=article.text[max(0, start - context) : start],
        after=article.text[end : end + context],
        also=also,
    )
