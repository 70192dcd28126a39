"""The most or the least of what a table gives: "Which plan is the cheapest?", computed over all of its rows.

The rows that decide are quoted: those of the most or least, and those that come next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.article import Article
from rag.answer import Sentence, Span
from rag.extract import cite
from rag.forms.findings import FIRST_LINE, Findings
from rag.generate import AnswerBody
from rag.language.superlatives import Superlative, superlative_of
from rag.tables.cells import FoundCell
from rag.tables.extremes import Entry, Extreme, extremes_in
from rag.tables.reader import SURE, preferred

_FIGURE = re.compile(r"\d[\d.,]*")
_ROWS = 4
"""Rows that are quoted."""


def most_or_least(findings: Findings) -> AnswerBody | None:
    """Return what has the most or least; None where no table tells, tables differ, or the ordinary answer is certain.

    Of tables that differ the newest counts, where they are of one thing in several years or versions.
    """
    asked = superlative_of(findings.question)
    if asked is None or findings.extract.certainty == "high":
        return None
    articles = {passage.article.id: passage.article for passage in findings.passages if passage.article.tables}
    found = [
        extreme for article in articles.values() for extreme in extremes_in(asked, article, _parts(findings, article))
    ]
    extreme = _only_one(findings.question, found)
    return _body(asked, extreme, findings.limits.context) if extreme else None


def _parts(findings: Findings, article: Article) -> list[Span]:
    return [(passage.start, passage.end) for passage in findings.passages if passage.article.id == article.id]


def _only_one(question: str, found: Sequence[Extreme]) -> Extreme | None:
    """Return the one that counts of those that tables of one title give, but for its numbers."""
    found = [extreme for extreme in found if extreme.is_of_noun] or found
    titles = {_FIGURE.sub("", extreme.article.title).strip().casefold() for extreme in found}
    cells = [FoundCell(extreme.article, extreme.best[0].name, certain=True) for extreme in found]
    best = preferred(question, cells) if len(titles) == 1 else None
    return found[cells.index(best)] if best else None


def _body(asked: Superlative, extreme: Extreme, context: int) -> AnswerBody | None:
    said = _said(asked, extreme)
    if len(said) > FIRST_LINE or len(extreme.best) > _ROWS:
        return None
    rows = dict(_rows(extreme.article, (*extreme.best, *extreme.next[: _ROWS - len(extreme.best)])))
    citations = tuple(
        cite(n, extreme.article, row, spans, context) for n, (row, spans) in enumerate(rows.items(), start=1)
    )
    quotes = [Sentence(citation.quote, "quote", (citation.n,), SURE) for citation in citations]
    first = Sentence(said, "computed", tuple(citation.n for citation in citations), SURE)
    return AnswerBody((first, *quotes), citations, certainty="high", intent="fact")


def _said(asked: Superlative, extreme: Extreme) -> str:
    """Return the first line: "Sketch: 0 dollars, the lowest of the 4 under “Price”."."""
    names = [entry.name.text for entry in extreme.best]
    name = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    degrees = ("longest", "shortest") if asked.extent else ("highest", "lowest")
    degree = degrees[not asked.larger]
    return f"{name}: {extreme.best[0].value.text}, the {degree} of the {extreme.count} under “{extreme.column}”."


def _rows(article: Article, entries: Sequence[Entry]) -> Iterator[tuple[Span, list[Span]]]:
    """Yield the rows of the entries' amounts, each with what in it answers."""
    for entry in entries:
        row = article.row_at(entry.value.start)
        if row is not None:
            spans = [(cell.start, cell.end) for cell in (entry.name, entry.value)]
            yield row, [span for span in spans if row[0] <= span[0] and span[1] <= row[1]]
