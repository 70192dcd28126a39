"""A list: every item as a line of its own with its marks, from all articles, the best supported first.

The first line has the items one after the other and cites all of them: whoever reads that line alone has the whole
answer and not one item of it. How many were found goes into the notice.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Sentence, Span
from rag.answer_kind import is_of_kind
from rag.extract import Bars, cite, ranked_quotes
from rag.forms.about import all_stems_of, stems_of
from rag.forms.findings import FIRST_LINE, Findings
from rag.generate import AnswerBody
from rag.language.bullets import bullets_around
from rag.language.enumerations import items_around
from rag.language.places import country_of, is_place
from rag.quotes import Quote
from rag.reading.constraints import Fit
from rag.short_answer import echoes

SHOWN = 20
LEAST = 2
"""With fewer items the ordinary answer stands."""
_LONGEST = 120
"""Characters of an item; what is longer is a sentence to quote."""
_LIKELY = 0.8
"""Share of the bar for certainty."""
_COVERED = 0.5
"""Share of the bar for an answer."""
_TELLING = 3
"""Words of a question that make it one; fewer stand in any paragraph."""
_CITED = 3
"""Quotes that an item cites at most."""
_COUNTRIES = re.compile(r"\bcountr(?:y|ies)\b", re.IGNORECASE)
_DENIES = re.compile(r"n['’]t\b|\b(?:not|never|no)\b", re.IGNORECASE)
_MAKERS = re.compile(r"\b(?:companies|firms|\w*makers|manufacturers|brands|banks|people)\b", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(r"(?:since|until|during|after|before|in|at|on) ", re.IGNORECASE)
"""What says when or where something is, and is none of the things themselves, if there are others."""
_ASKS_WHERE = re.compile(r"\b(?:where|when|how)\b", re.IGNORECASE)
_ARTICLE = re.compile(r"^(?:the|an?) ")
_DIVIDED = re.compile(r"[,;]|\b(?:and|or)\b")
"""What divides an item by itself, so that a line of several needs more than commas."""
_CLAUSE = 6
"""Blanks of an item that is a clause, set apart so, too."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Item:
    """An item as the best of its quotes words it, and where each of them has it."""

    text: str
    places: tuple[tuple[Quote, Span], ...]

    @property
    def key(self) -> tuple[str, ...]:
        """What doubles have in common."""
        return tuple(_WORD.findall(_ARTICLE.sub("", self.text.casefold())))

    @property
    def support(self) -> float:
        """How well the best of its quotes supports it."""
        return self.places[0][0].support


def list_of_items(findings: Findings) -> AnswerBody | None:
    """Return the items; None where there are too few, or the best quote is not sure enough to begin with."""
    question, bars = findings.question, findings.bars
    quotes = ranked_quotes(question, findings.passages, findings.readings, bars, findings.limits.characters)
    items: list[Item] = []
    for quote in quotes:
        own = _of_kind(question, _items_of(question, quote))
        if _counts(question, quote, len(own), bars):
            items += own
        elif quote is quotes[0]:
            return None
    items = merged(_of_kind(question, items))
    return list_body(items, findings.limits.context) if len(items) >= LEAST else None


def _counts(question: str, quote: Quote, items: int, bars: Bars) -> bool:
    """Return whether a quote's items are an answer: it is certain, or enumerates, which is evidence too.

    Where it enumerates, it is enough that an answer is likely, or that its paragraph has all words of the question.
    """
    if items < LEAST:
        return quote.fit is Fit.MEETS and quote.support >= bars.high
    likely = quote.fit is Fit.MEETS and quote.support >= max(bars.answer, _LIKELY * bars.high)
    return likely or (quote.support >= _COVERED * bars.answer and _is_covered(question, quote))


def _is_covered(question: str, quote: Quote) -> bool:
    text, heading = quote.article.text, quote.article.heading_at(quote.start)
    paragraph = text[text.rfind("\n", 0, quote.start) + 1 : quote.end]
    words = stems_of(question)
    told = len(words) >= _TELLING and not _DENIES.search(question)
    return told and words <= all_stems_of(f"{heading}\n{paragraph}")


def merged(items: Iterable[Item]) -> list[Item]:
    """Return the items without doubles; the last words of a name ("Brankley") are a double of it, too."""
    found: list[Item] = []
    for item in items:
        at = next((i for i, other in enumerate(found) if _same(item.key, other.key)), None)
        if at is None:
            found.append(item)
            continue
        longer = max((found[at], item), key=lambda each: len(each.key))
        found[at] = replace(longer, places=found[at].places + item.places)
    return found


def _same(key: tuple[str, ...], other: tuple[str, ...]) -> bool:
    shorter, longer = sorted((key, other), key=len)
    return longer[len(longer) - len(shorter) :] == shorter


def _items_of(question: str, quote: Quote) -> list[Item]:
    """Return what its answering words enumerate; else the lines of a list that the quote is one of or leads to.

    Of these only itself where it has most of the question's words: the others are about something else.
    """
    told = list(_enumerated(quote))
    lines = [] if len(told) >= LEAST else bullets_around(quote.article.text, (quote.start, quote.end))
    asked = stems_of(question)
    if len(lines) < LEAST or (2 * len(asked & all_stems_of(quote.text)) > len(asked) and not quote.text.endswith(":")):
        return told
    quotes = (replace(quote, start=start, end=end, spans=((start, end),), duplicates=()) for start, end in lines)
    return [Item(line.text, ((line, (line.start, line.end)),)) for line in quotes if len(line.text) <= _LONGEST]


def _enumerated(quote: Quote) -> Iterator[Item]:
    for span in quote.narrow_spans():
        claimed = (span[0] - quote.start, span[1] - quote.start)
        for start, end in items_around(quote.text, claimed):
            place = (quote.start + start, quote.start + end)
            text = quote.article.text[slice(*place)]
            if len(text) <= _LONGEST:
                yield Item(" ".join(text.split()), ((quote, place),))


def _of_kind(question: str, items: Iterable[Item]) -> Sequence[Item]:
    """Return the items that can answer; of countries asked for, countries if there are any; of companies, none."""
    fitting = [
        item for item in items if item.key and is_of_kind(question, item.text) and not echoes(question, item.text)
    ]
    if _COUNTRIES.search(question):
        return [item for item in fitting if _is_country(" ".join(item.key))] or fitting
    if _MAKERS.search(question):
        return [item for item in fitting if not _is_country(" ".join(item.key))]
    return fitting if _ASKS_WHERE.search(question) else _things(fitting)


def _things(items: Sequence[Item]) -> Sequence[Item]:
    """Return the items without those that only say when or where, if there are others enough."""
    things = [item for item in items if not _CIRCUMSTANCE.match(item.text)]
    return things if len(things) >= LEAST else items


def _is_country(name: str) -> bool:
    return is_place(name) or bool(country_of(name))


def list_body(items: Sequence[Item], context: int) -> AnswerBody:
    """Return the first line, the items, then the quotes."""
    shown = items[:SHOWN]
    spans: dict[tuple[str, int, int], set[Span]] = {}
    quotes: dict[tuple[str, int, int], Quote] = {}
    numbers: list[tuple[int, ...]] = []
    for item in shown:
        for quote, span in item.places[:_CITED]:
            key = (quote.article.id, quote.start, quote.end)
            quotes.setdefault(key, quote)
            spans.setdefault(key, set()).add(span)
        keys = [(quote.article.id, quote.start, quote.end) for quote, _ in item.places[:_CITED]]
        numbers.append(tuple(sorted({list(quotes).index(key) + 1 for key in keys})))
    citations = tuple(
        cite(n, quote.article, (quote.start, quote.end), sorted(spans[key]), context, quote.duplicates)
        for n, (key, quote) in enumerate(quotes.items(), start=1)
    )
    count, said = _first_line([item.text for item in shown], len(items))
    cited = tuple(sorted({n for marks in numbers[:count] for n in marks}))
    least = round(min(item.support for item in shown[:count]), 4)
    lines = [
        Sentence(item.text, "short", marks, round(item.support, 4)) for item, marks in zip(shown, numbers, strict=True)
    ]
    carried = [
        Sentence(citation.quote, "quote", (citation.n,), round(quote.support, 4))
        for citation, quote in zip(citations, quotes.values(), strict=True)
    ]
    cut = f", the first {SHOWN} are shown" if len(items) > SHOWN else ""
    sentences = (Sentence(said, "computed", cited, least), *lines, *carried)
    return AnswerBody(sentences, citations, f"{len(items)} items found{cut}.", certainty="high", intent="list")


def _first_line(texts: Sequence[str], total: int) -> tuple[int, str]:
    """Return how many items fit into one line, and the line; it says how many it leaves out."""
    apart = any(_DIVIDED.search(text) or text.count(" ") >= _CLAUSE for text in texts)
    for count in range(len(texts), 1, -1):
        left = total - count
        words = [*texts[:count], *([f"{left} more"] if left else [])]
        said = f"{'; '.join(words)}." if apart else f"{', '.join(words[:-1])} and {words[-1]}."
        if len(said) <= FIRST_LINE or count == LEAST:
            return count, said[0].upper() + said[1:]
    return 1, f"{texts[0]}."
