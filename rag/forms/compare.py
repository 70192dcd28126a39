"""A comparison: a question about each side, their quotes side by side, and which is more where that can be computed.

It is computed where each side's words have one number, of one unit and not of different years, and the question's
comparative is one of a measure. Else the first line says of each side what answers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from index.terms import STOP_WORDS
from rag.answer import Citation, Sentence, Span
from rag.answer_kind import is_of_kind
from rag.extract import Bars, cite, ranked_quotes
from rag.forms.findings import FIRST_LINE, Findings
from rag.forms.measured import are_alike, tells_measure
from rag.forms.side_by_side import side_by_side
from rag.generate import AnswerBody
from rag.intents import Intent
from rag.language.amounts import amount_in
from rag.language.comparisons import Comparison, comparison_of, is_year
from rag.language.numbers import SCALES
from rag.language.years import YEAR_ALONE, figure_of_year
from rag.quotes import Quote
from rag.reading.constraints import Fit
from rag.tables.rows import column_at
from rag.unsure import MAYBE, NOT_ASKED

_NEXT_WORD = re.compile(rf"(?: (?:{'|'.join(SCALES)}))? ?(?:%|(?!(?:{'|'.join(sorted(STOP_WORDS))})\b)[^\W\d_]+)")
_FIGURE = re.compile(
    rf"(?<![\w.,])(?P<figure>[$€£¥]?[0-9][0-9.,]*(?<=[0-9]))(?: (?:{'|'.join(SCALES)})\b| ?%|(?= [a-z]))"
)
"""A figure that says of what: "XPeng 10.4" after "NIO lost 20.7 billion" leaves out the billion."""
_ENDS_OPEN = re.compile(rf"(?:[0-9]|\b(?:{'|'.join(SCALES)}))$")
_COVERED = 0.5
"""Share of the bar for an answer, where a sentence says of what it gives the figure of a year."""
_LONGEST = 120
"""Characters of the words that a first line takes of a side."""


@dataclass(frozen=True, slots=True)
class Side:
    """A side's name and the best quote about it."""

    name: str
    quote: Quote

    @property
    def place(self) -> tuple[str, int, int]:
        """Where the quote stands."""
        return self.quote.article.id, self.quote.start, self.quote.end

    @property
    def words(self) -> str:
        """The words that answer; "" where the whole quote does."""
        spans = self.quote.narrow_spans()
        return self.quote.article.text[slice(*_whole_amount(self.quote, spans[0]))] if spans else ""

    @property
    def column(self) -> tuple[str, str] | None:
        """The article and the column of a table, where the words that answer are a cell."""
        spans = self.quote.narrow_spans()
        name = column_at(self.quote.article, spans[0]) if spans else None
        return None if name is None else (self.quote.article.id, name)


def compare(findings: Findings) -> AnswerBody | None:
    """Return both sides; None where they cannot be told, nothing is found of either, or one quote compares them."""
    comparison = comparison_of(findings.question)
    if comparison is None:
        return None
    return side_by_side(findings, comparison) or _by_quotes(findings, comparison)


def _by_quotes(findings: Findings, comparison: Comparison) -> AnswerBody | None:
    """Return the best quote of each side, and what can be computed of them."""
    found = _completed(comparison, [_side(findings, comparison, i) for i in (0, 1)])
    sides = [side for side in found if side is not None]
    certain = len(sides) == len(found) and _is_certain(findings.question, sides, findings.bars)
    said = _computed(comparison, sides) if certain else None
    if not sides or (said is None and (comparison.claimed or _compares(findings, comparison))):
        return None
    if said is None and certain:
        said = _side_by_side(sides)
    context = findings.limits.context
    if said is None:
        return _uncertain(comparison, found, context)
    citations, marks = _cited(sides, context, marked=True)
    support = round(max(_support(sides), findings.bars.form), 4)
    first = Sentence(said, "computed", tuple(sorted(set(marks))), support)
    intent: Intent = "yes_no" if comparison.claimed else "compare"
    return AnswerBody((first, *_quoted(citations, sides, marks)), citations, certainty="high", intent=intent)


def _side(findings: Findings, comparison: Comparison, i: int) -> Side | None:
    """Search and read for one side, and return its best quote."""
    name, other, question = comparison.sides[i], comparison.sides[1 - i], comparison.questions[i]
    passages, readings = findings.read_again(question)
    characters = findings.limits.characters
    for quote in ranked_quotes(question, passages, readings, findings.bars, characters):
        told = is_year(name) and tells_measure(question, quote)
        least = _COVERED * findings.bars.answer if told else findings.bars.answer
        if quote.fit is not Fit.MEETS or quote.support < least or not is_of_kind(question, quote.told):
            continue
        if is_year(name):
            if told and (span := _own_figure(quote, name, other)):
                return Side(name, replace(quote, spans=(span,)))
            if not told:
                continue
        side = Side(name, quote)
        if is_of_side(quote, name, other) or (side.column and quote.support >= findings.bars.form):
            return side
        if span := _own_figure(quote, name, other):
            return Side(name, replace(quote, spans=(span,)))
    return None


def _completed(comparison: Comparison, found: Sequence[Side | None]) -> list[Side | None]:
    """Return the sides, one of which nothing was found with its figure in the other one's quote, if it is there."""
    completed = list(found)
    for i, other in enumerate(reversed(found)):
        name = comparison.sides[i]
        if found[i] is None and other is not None and (span := _own_figure(other.quote, name, other.name)):
            completed[i] = Side(name, replace(other.quote, spans=(span,)))
    return completed


def is_of_side(quote: Quote, name: str, other: str) -> bool:
    """Return whether a quote is about a side: of the two it names this one last before the words that answer.

    They do not name the other one, as "20.7 billion yuan and XPeng 10.4 billion" does.
    """
    text, title = quote.text, quote.article.title
    if is_year(name) and not YEAR_ALONE.search(title):
        title = f"{title} {(quote.article.date or '')[:4]}"
    start, end = (quote.narrow_spans() or ((quote.start, quote.start),))[0]
    until = start - quote.start
    if _last(other, quote.article.text[start:end], end - start) >= 0:
        return False
    own, others = _last(name, text, until), _last(other, text, until)
    if own < 0 and others < 0:
        own, others = _last(name, text, len(text)), _last(other, text, len(text))
        if own < 0 and others < 0:
            return _last(name, title, len(title)) >= 0 > _last(other, title, len(title))
    return own > others


def _own_figure(quote: Quote, name: str, other: str) -> Span | None:
    """Return the one figure after a side's name, of a quote that gives one for each side and was read for the other."""
    if is_year(name):
        figure = figure_of_year(quote.text, name)
        return (quote.start + figure[0], quote.start + figure[1]) if figure else None
    start, others = _last(name, quote.text, len(quote.text)), _last(other, quote.text, len(quote.text))
    if min(start, others) < 0:
        return None
    until = others if others > start else len(quote.text)
    figures = [
        f for f in _FIGURE.finditer(quote.text, start + len(name), until) if not YEAR_ALONE.fullmatch(f["figure"])
    ]
    return (quote.start + figures[0].start(), quote.start + figures[0].end()) if len(figures) == 1 else None


def _last(name: str, text: str, until: int) -> int:
    """Return where a text names a side last before an offset; -1 where it does not."""
    words = re.escape(re.sub(r"^(?:the|an?) ", "", name, flags=re.IGNORECASE))
    return max((m.start() for m in re.finditer(rf"(?<!\w){words}(?!\w)", text[:until], re.IGNORECASE)), default=-1)


def _is_certain(question: str, sides: Sequence[Side], bars: Bars) -> bool:
    """Return whether both are likely, or two sentences say it of two years in the same words."""
    return _support(sides) >= bars.form or (
        all(is_year(side.name) for side in sides) and are_alike(question, [side.quote for side in sides])
    )


def _support(sides: Sequence[Side]) -> float:
    """Return the support of the weaker quote; one sentence that is about both is as sure as for the surer side."""
    supports = [side.quote.support for side in sides]
    return (max if len({side.place for side in sides}) == 1 else min)(supports)


def _compares(findings: Findings, comparison: Comparison) -> bool:
    """Return whether the ordinary answer is certain and its first quote names both sides."""
    if findings.extract.certainty != "high":
        return False
    text = findings.extract.citations[0].quote
    return all(_last(name, text, len(text)) >= 0 for name in comparison.sides)


def _computed(comparison: Comparison, sides: Sequence[Side]) -> str | None:
    """Return which side is more or less, with both numbers; None where they cannot be compared."""
    amounts = [amount_in(side.words) for side in sides]
    years = [set(YEAR_ALONE.findall(side.quote.text)) for side in sides]
    first, second = amounts
    if first is None or second is None or comparison.larger is None or not _one_unit(sides, first[1], second[1]):
        return None
    if all(years) and not years[0] & years[1] and not all(is_year(side.name) for side in sides):
        return None
    return _line(_said(comparison, sides, first[0], second[0]))


def _said(comparison: Comparison, sides: Sequence[Side], first: Decimal, second: Decimal) -> str:
    """Return what is said of the two amounts."""
    if comparison.claimed:
        is_so = first != second and (first > second) is comparison.larger
        figures = " against ".join(f"{side.words.strip(' .,;')} ({side.name})" for side in sides)
        return f"{'Yes' if is_so else 'No'}: {figures}."
    if first == second:
        return f"{sides[0].name} and {sides[1].name} are level: {sides[0].words} and {sides[1].words}."
    winner, loser = sides if (first > second) is comparison.larger else reversed(sides)
    if comparison.predicate:
        return f"{winner.name} {comparison.predicate}: {winner.words} against {loser.words}."
    return f"{winner.name}: {winner.words} against {loser.words} ({loser.name})."


def _one_unit(sides: Sequence[Side], unit: str, other: str) -> bool:
    """Return whether two units are one; in one sentence the second may be left out ("20.7 billion yuan and 10.4").

    Figures without a unit have that of their column.
    """
    if not unit and not other and sides[0].column is not None:
        return sides[0].column == sides[1].column
    if len({side.place for side in sides}) == 1:
        return unit == other or not unit or not other
    return unit == other and bool(unit)


def _whole_amount(quote: Quote, span: Span) -> Span:
    """Return the words with the currency before them and the unit after them, where they leave these out."""
    text, (start, end) = quote.article.text, span
    start -= start > quote.start and text[start - 1] in "$€£¥"
    unit = _NEXT_WORD.match(text, end, quote.end) if _ENDS_OPEN.search(text[start:end]) else None
    return start, unit.end() if unit else end


def _side_by_side(sides: Sequence[Side]) -> str | None:
    if not all(0 < len(side.words) <= _LONGEST for side in sides):
        return None
    return _line("; ".join(f"{side.name}: {side.words.strip(' .,;')}" for side in sides) + ".")


def _line(said: str) -> str | None:
    said = " ".join(said.split())
    return said[0].upper() + said[1:] if len(said) <= FIRST_LINE else None


def _uncertain(comparison: Comparison, found: Sequence[Side | None], context: int) -> AnswerBody:
    """Return the quotes alone, and which side is missing."""
    sides = [side for side in found if side is not None]
    missing = [name for name, side in zip(comparison.sides, found, strict=True) if side is None]
    reason = f"No passage that was found says this of {missing[0]}." if missing else NOT_ASKED
    citations, marks = _cited(sides, context, marked=False)
    sentences = tuple(_quoted(citations, sides, marks))
    return AnswerBody(sentences, citations, MAYBE, certainty="low", reason=reason, intent="compare")


def _cited(sides: Sequence[Side], context: int, *, marked: bool) -> tuple[tuple[Citation, ...], list[int]]:
    """Return the citations and each side's number; sides that one sentence is about share it."""
    places = [side.place for side in sides]
    distinct = list(dict.fromkeys(places))
    citations = []
    for n, place in enumerate(distinct, start=1):
        quotes = [side.quote for side, own in zip(sides, places, strict=True) if own == place]
        spans = {_whole_amount(quote, quote.narrow_spans()[0]) for quote in quotes if marked and quote.narrow_spans()}
        citations.append(cite(n, quotes[0].article, place[1:], sorted(spans), context, quotes[0].duplicates))
    return tuple(citations), [distinct.index(place) + 1 for place in places]


def _quoted(citations: Sequence[Citation], sides: Sequence[Side], marks: Sequence[int]) -> list[Sentence]:
    support = {n: max(s.quote.support for s, m in zip(sides, marks, strict=True) if m == n) for n in marks}
    return [Sentence(each.quote, "quote", (each.n,), round(support[each.n], 4)) for each in citations]
