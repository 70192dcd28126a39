"""The few words that answer: as much of a quote as its question asks for, or none where only the sentence tells it."""

from __future__ import annotations

import re

from rag.answer import Span
from rag.answer_kind import asks_for_kind, is_nearest_figure, is_of_kind
from rag.intents import intent_of, is_key_words
from rag.language.enumerations import items_around
from rag.quotes import Quote
from rag.reading.constraints import Constraints
from rag.tables.rows import column_at

_SHORT = ("fact",)
"""What a few words can answer; all else needs whole sentences."""
_OPEN = re.compile(r"^what (?:did|do|does|can|could|must|should|will|would)\b", re.IGNORECASE)
"""What asks for no kind of words: some that a reading model cuts short tell half of it."""
_SUM = re.compile(
    r"\b(?:pay|cost|charge|spend|earn|lose|raise|invest|owe|bid|weigh|measure|score|sell)\b", re.IGNORECASE
)
"""What is done with a figure, which answers without what follows it."""
_WHOLE = re.compile(r"n['’]t\b|\b(?:not|never|without|(?:two|three|four|five|both) [a-z]+s)\b", re.IGNORECASE)
"""What asks for the whole sentence: a denial, or several things."""
_FIGURE = re.compile(r"[0-9]")
_LEADS = re.compile(r"\b(?P<word>of|to|in|on|at|from|for|by|with) $")
_JOINED = re.compile(r" (?:and|or) ")
_PART_ENDS = re.compile(r"[\"”’')\]]*(?:[.;:!?…]|, (?!(?:and|or|but)\b)|$)")
_GOES_ON = re.compile(r"(?:,|\b(?:and|or|nor)) (?:the |an? )?$", re.IGNORECASE)
_WORD = re.compile(r"\w+")
_WHO_IS = re.compile(r"^who(?:['’]s| is| are)\b", re.IGNORECASE)
_UNTIL = re.compile(r" \((?:[^()]* )?[12][0-9]{3} ?[-–] ?(?:[^()]* )?[12][0-9]{3}\)")
"""Behind a name, when somebody was what is asked: "Edwin Crane (1926-1947)" is not who it is now."""
_NAME_BEFORE = re.compile(r"\b\w*[A-Z]\w* $")
_LEAST = 2


def short_answer(question: str, best: Quote, constraints: Constraints) -> str | None:
    """Return the words that answer, where a few can and none in the quote can better."""
    spans = best.narrow_spans()
    if spans and (column := column_at(best.article, spans[0])) is not None:
        return _short_cell(question, best.article.text[slice(*spans[0])], column)
    if not spans or _WHOLE.search(question) or not (intent_of(question) in _SHORT or is_key_words(question)):
        return None
    start, end = spans[0] if asks_for_kind(question) else _whole_enumeration(best, spans[0])
    said = best.article.text[start:end]
    names = [name[-1] for name in constraints.names]
    if _tells_half(question, best, (start, end)) or _misleads(question, best, (start, end)):
        return None
    fits = is_of_kind(question, said) and is_nearest_figure(names, best.text, start - best.start, end - best.start)
    return said if fits and not echoes(question, said) else None


def _tells_half(question: str, best: Quote, span: Span) -> bool:
    """Return whether words answer an open question with a part of what its sentence says; sums need no more."""
    is_sum = _FIGURE.search(best.article.text[slice(*span)]) and _SUM.search(question)
    return bool(_OPEN.match(question)) and not is_sum and not _is_whole(best, span)


def _misleads(question: str, best: Quote, span: Span) -> bool:
    """Return whether words begin inside another thing, or name who somebody was and not is."""
    is_past = _WHO_IS.match(question) and _UNTIL.match(best.article.text, span[1])
    return bool(is_past) or _begins_inside(best, span)


def _begins_inside(best: Quote, span: Span) -> bool:
    """Return whether words begin inside the first of two: "Grimmen or 55 kilometres to Rostock" after "41 ... to"."""
    start, end = span
    led = _LEADS.search(best.article.text[best.start : start])
    later = _JOINED.split(best.article.text[start:end])[1:]
    return led is not None and any(f" {led['word']} " in part for part in later)


def _whole_enumeration(quote: Quote, span: Span) -> Span:
    """Return the words with the other items of the enumeration that they are in: "a charger, insurance and tyres"."""
    items = items_around(quote.text, (span[0] - quote.start, span[1] - quote.start))
    if len(items) < _LEAST or _NAME_BEFORE.search(quote.text[: items[0][0]]):  # "13" of "macOS 13, Windows 10 or Linux"
        return span
    return quote.start + items[0][0], quote.start + items[-1][1]


def _short_cell(question: str, cell: str, column: str) -> str | None:
    """Return the cell of a table, which with the name of its column is of the kind that is asked for."""
    return cell if is_of_kind(question, f"{column} {cell}") and not echoes(question, cell) else None


def _is_whole(quote: Quote, span: Span) -> bool:
    """Return whether words end where a part of the sentence does, and are not one of several things of a kind."""
    before, after = quote.article.text[quote.start : span[0]], quote.article.text[span[1] : quote.end]
    return bool(_PART_ENDS.match(after)) and not _GOES_ON.search(before)


def echoes(question: str, said: str) -> bool:
    """Whether the words only say the question's own again; "Tesla" answers "BYD or Tesla?", "BYD or Tesla" does not."""
    asked, words = (set(_WORD.findall(text.casefold())) for text in (question, said))
    return bool(words) and words <= asked and not ("or" in asked and "or" not in words)
