"""An answer made of quotes: the words that answer first, then the sentences that carry them.

Where the best quotes of two articles contradict each other (`rag.contradictions`), both are shown and it is said.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from index.article import Article, in_words
from rag.answer import Certainty, Citation, Place, Sentence, Span
from rag.answer_kind import is_of_kind
from rag.contradictions import conflicting_figures
from rag.editions import newest_edition_first
from rag.language.opposites import clause_around, says_opposite
from rag.quote_kind import (
    is_singled_out_in,
    naming_first,
    of_kind_alone,
    tells_sum,
    with_qualifiers,
    with_sum,
    with_unit,
)
from rag.quotes import Quote, find_quotes
from rag.reading.base import Reading
from rag.reading.constraints import Constraints, Fit, constraints_of
from rag.recency import COMPARABLE, asks_for_latest, day
from rag.refusal import why_none
from rag.retrieve import Passage
from rag.short_answer import short_answer
from rag.unsure import MAYBE, why_unsure

_NEAR = 0.7
"""Where even the best quote is uncertain, others near it are shown, of at least this share of its support."""
_KEEP_DIFFERING = 0.5
"""The same for a quote of another article that gives another figure."""
_FORM = 0.85
"""Share of the bar for certainty."""

CONTEXT_CHARACTERS = 240
"""How much text around a quote goes with its citation, on each side."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How long an answer may be; `context` is the text shown around a quote, on each side."""

    quotes: int = 4
    characters: int = 700
    context: int = CONTEXT_CHARACTERS


@dataclass(frozen=True, slots=True)
class Bars:
    """The support from which on there is an answer, and from which on it is shown as certain."""

    answer: float
    high: float

    @property
    def form(self) -> float:
        """What is enough where the form is evidence too: items alike, two numbers of one unit, a claim verified."""
        return max(self.answer, _FORM * self.high)


@dataclass(frozen=True, slots=True)
class Extract:
    """The sentences of an answer with their citations; `notice` says how the quotes in `differing` differ."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    notice: str | None = None
    differing: tuple[Citation, ...] = ()
    certainty: Certainty | None = None
    reason: str | None = None


def extract_answer(
    question: str, passages: Sequence[Passage], readings: Sequence[Reading], bars: Bars, limits: Limits
) -> Extract:
    """Return the best quote, then others in reading order, article by article; none if the best lacks support.

    A quote that contradicts what the question insists on (rag.reading.constraints) is none. Where the best quote has
    little support or lacks some of that, the answer is uncertain: quotes alone, with nothing marked in them.
    """
    constraints = constraints_of(question, [passage.with_lead for passage in passages])
    found = find_quotes(passages, readings, limits.characters)
    quotes = _ranked(question, found, constraints, bars)
    chosen = _choose(naming_first(question, quotes, bars.high), bars, limits)
    if not chosen:
        best_first = sorted(range(len(readings)), key=lambda i: -readings[i].probability)
        return Extract((), (), reason=why_none(question, constraints, [passages[i] for i in best_first]))
    best = chosen[0] = with_unit(question, with_qualifiers(with_sum(question, chosen[0], constraints)))
    certain = _is_certain(question, best, constraints, bars)
    if certain:  # by less than it takes for others
        chosen = [best, *(quote for quote in chosen[1:] if quote.support >= bars.high)]
    chosen, notice, differing = _with_differing(question, chosen, quotes, limits)
    in_order = _in_reading_order(chosen)
    citations = tuple(_cited(n, quote, limits.context, marked=certain) for n, quote in enumerate(in_order, start=1))
    sentences = [
        Sentence(citation.quote, "quote", (citation.n,), round(quote.support, 4))
        for citation, quote in zip(citations, in_order, strict=True)
    ]
    differ = tuple(citations[in_order.index(quote)] for quote in differing)
    if not certain:
        notice = " ".join(filter(None, (MAYBE, notice)))
        return Extract(
            tuple(sentences), citations, notice, differ, "low", why_unsure(question, constraints, [best, *quotes[1:]])
        )
    if said := short_answer(question, best, constraints):
        sentences.insert(0, Sentence(said, "short", (1,), round(best.support, 4)))
    return Extract(tuple(sentences), citations, notice, differ, "high")


def _is_certain(question: str, best: Quote, constraints: Constraints, bars: Bars) -> bool:
    """Return whether the best quote has the support, meets the question and does not say the opposite."""
    if best.fit is not Fit.MEETS or best.support < _enough(question, best, constraints, bars):
        return False
    opposite = any(says_opposite(question, text) for text in (best.told, _answering_clause(best)))
    return is_of_kind(question, best.told) and not opposite


def _enough(question: str, best: Quote, constraints: Constraints, bars: Bars) -> float:
    """Return the support from which on the best quote is certain; a figure with its name beside it needs less."""
    if tells_sum(question, best, constraints):
        return bars.answer
    return bars.form if is_singled_out_in(best, constraints) else bars.high


def ranked_quotes(
    question: str, passages: Sequence[Passage], readings: Sequence[Reading], bars: Bars, characters: int
) -> list[Quote]:
    """Return the quotes of the readings that do not contradict the question: first those that meet it."""
    constraints = constraints_of(question, [passage.text for passage in passages])
    return _ranked(question, find_quotes(passages, readings, characters), constraints, bars)


def _ranked(question: str, quotes: Sequence[Quote], constraints: Constraints, bars: Bars) -> list[Quote]:
    """Return the quotes that do not contradict the question: first those that meet it, each group best first."""
    fitting = [replace(quote, fit=_fit(quote, constraints)) for quote in quotes]
    ranked = sorted(
        (quote for quote in fitting if quote.fit is not Fit.CONTRADICTS),
        key=lambda quote: quote.fit is Fit.MEETS and quote.support >= bars.answer,
        reverse=True,
    )
    ranked = of_kind_alone(question, ranked, bars.answer)
    ranked = newest_edition_first(question, ranked, bars.answer)
    return _newest_first(ranked, bars.answer) if asks_for_latest(question) else ranked


def _fit(quote: Quote, constraints: Constraints) -> Fit:
    """Return how a quote keeps to the question; a cell was looked up by all that the question names."""
    return Fit.MEETS if quote.looked_up else constraints.fit(quote.article, (quote.start, quote.end), quote.spans)


def _answering_clause(best: Quote) -> str:
    """Return the clause of a quote that its words stand in; all of it where all of it answers."""
    start, end = best.spans[0]
    return clause_around(best.text, max(0, start - best.start), end - best.start)


def _in_reading_order(chosen: Sequence[Quote]) -> list[Quote]:
    """Return the best quote, which is the first line, then the others in reading order, article by article."""
    best_first = list(dict.fromkeys(quote.article.id for quote in chosen))
    others = sorted(chosen[1:], key=lambda quote: (best_first.index(quote.article.id), quote.start))
    return [chosen[0], *others]


def _newest_first(quotes: list[Quote], threshold: float) -> list[Quote]:
    """Those that answer comparably well by date, before the others."""
    least = max(threshold, COMPARABLE * quotes[0].support) if quotes else threshold
    return sorted(quotes, key=lambda quote: day(quote.article) if quote.support >= least else "", reverse=True)


def _choose(quotes: Sequence[Quote], bars: Bars, limits: Limits) -> list[Quote]:
    """Return the best quotes, best first, as many as are well supported and fit."""
    if not quotes or quotes[0].support < bars.answer:
        return []
    least = bars.high if quotes[0].support >= bars.high else _NEAR * quotes[0].support
    chosen: list[Quote] = []
    room = limits.characters
    for quote in quotes[: limits.quotes]:
        if quote.support < least or quote.fit < quotes[0].fit or len(quote.text) > room:
            break
        chosen.append(quote)
        room -= len(quote.text)
    return chosen


def _with_differing(
    question: str, chosen: list[Quote], quotes: Sequence[Quote], limits: Limits
) -> tuple[list[Quote], str | None, tuple[Quote, ...]]:
    """Return the quotes with one that contradicts one of them, what to say of it, and the two quotes that differ."""
    near = [quote for quote in quotes if quote.support >= _KEEP_DIFFERING * quotes[0].support]
    for quote, other in ((quote, other) for quote in chosen for other in near):
        figures = conflicting_figures(question, (quote.article, quote.text), (other.article, other.text))
        if not figures:
            continue
        shown = _within_limits([*chosen, *([] if other in chosen else [other])], (quote, other, chosen[0]), limits)
        if shown is None:
            break
        by_date = sorted(zip((quote, other), figures, strict=True), key=lambda pair: pair[0].article.date or "")
        said = ", ".join(f"{text} ({in_words(each.article.date) or each.article.title})" for each, text in by_date)
        return shown, f"The articles differ: {said}.", tuple(each for each, _ in by_date)
    return chosen, None, ()


def _within_limits(quotes: list[Quote], needed: Sequence[Quote], limits: Limits) -> list[Quote] | None:
    """Return the quotes without the weakest ones that are too many; None where only `needed` ones are left to go."""
    while len(quotes) > limits.quotes or sum(len(quote.text) for quote in quotes) > limits.characters:
        weakest = next((quote for quote in reversed(quotes) if quote not in needed), None)
        if weakest is None:
            return None
        quotes.remove(weakest)
    return quotes


def _cited(n: int, quote: Quote, context: int, *, marked: bool) -> Citation:
    spans = quote.narrow_spans() if marked else ()
    return cite(n, quote.article, (quote.start, quote.end), spans, context, quote.duplicates)


def cite(
    n: int, article: Article, quote: Span, spans: Sequence[Span], context: int, duplicates: tuple[Place, ...] = ()
) -> Citation:
    """Return the citation no. `n` of a part of an article; `context` is the text around it, on each side."""
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
        columns=article.columns_at(start),
        answer_spans=tuple(sorted(spans)),
        before=article.text[max(0, start - context) : start],
        after=article.text[end : end + context],
        also=duplicates,
    )
