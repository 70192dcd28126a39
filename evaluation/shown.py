"""Measure an answer as a person sees it: the first line, how sure it looks, and what its form has to name."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from evaluation.places import Piece, article_names, cited_places, gold_articles, meets
from evaluation.questions import Row
from evaluation.wording import contains
from index.chunk import sentence_spans
from rag.answer import Answer, Citation, Sentence

LINE_CHARACTERS = 300
"""A longer first line is cut here before it is judged, so that length cannot win."""
_SPAN_WORDS = 3
"""Fewer words between quotation marks are a name or a title, not a quote (as in ragas)."""
_QUOTED = re.compile(r"[\"“”]([^\"“”]+)[\"“”]")
_VERDICT = re.compile(r"\s*(yes|no|是的?|不是|否)(?:\s*$|[,;:!，。；：！]|\.(?!\s*\d)|\s+[-–—]\s)", re.IGNORECASE)
"""Yes or no as a word of its own: neither "No. 1" nor "No Chinese car"."""
_YES = ("yes", "是", "是的")

TextOf = Callable[[str], str | None]


def shown_values(row: Row, answer: Answer, pieces: Sequence[Piece], text_of: TextOf) -> dict[str, float]:
    """Return the values of what is shown that apply to the row and its answer, by name."""
    values = _first_line_values(row, answer) | _certainty_values(row, answer)
    if answer.sentences:
        values |= _quoted_spans(answer, text_of)
    if row.answerable:
        values |= _item_values(row, answer) | _side_values(row, answer) | _need_values(row, answer, pieces)
        values |= _cited_map(row, answer.citations, pieces)
    return values


def first_line(text: str) -> str:
    """Return the first sentence of the text, at most LINE_CHARACTERS of it."""
    first = next(sentence_spans(text), None)
    return text[first.start : first.end][:LINE_CHARACTERS] if first else ""


def line_of(answer: Answer) -> str:
    """Return the first line of an answer, empty for an abstention."""
    return first_line(answer.sentences[0].text) if answer.sentences else ""


def is_right(row: Row, line: str) -> bool:
    """Whether a first line has an accepted answer of the row and none of the wordings that it must not have.

    A line that begins with yes or no is judged by that where the row accepts one of them. Yes and no are accepted
    nowhere else: a sentence that leaves it to the reader to decide is not an answer.
    """
    if any(contains(line, wrong) for wrong in row.rejected):
        return False
    verdict = _verdict(line)
    accepted = {_verdict(text) for text in row.answers} - {None}
    if verdict is not None and accepted:
        return verdict in accepted
    return any(contains(line, text) for text in row.answers if not _is_bare_verdict(text))


def _verdict(text: str) -> bool | None:
    found = _VERDICT.match(text)
    return found[1].lower() in _YES if found else None


def _is_bare_verdict(text: str) -> bool:
    found = _VERDICT.match(text)
    return found is not None and found.end() == len(text.rstrip())


def _first_line_values(row: Row, answer: Answer) -> dict[str, float]:
    """Return whether the first line is right, in all and by intent: of answerable rows that know accepted answers."""
    if not row.answerable or not row.answers:
        return {}
    right = float(is_right(row, line_of(answer)))
    return {"first_line_right": right} | ({f"first_line_right_{row.intent}": right} if row.intent else {})


def _certainty_values(row: Row, answer: Answer) -> dict[str, float]:
    """Return how sure the answer looks and whether its first line is right then; an unanswerable row's is not."""
    values = {"high_coverage": float(answer.certainty == "high")} if row.answerable else {}
    if answer.certainty is not None and (row.answers or not row.answerable):
        values[f"{answer.certainty}_precision"] = float(row.answerable and is_right(row, line_of(answer)))
    return values


def _item_values(row: Row, answer: Answer) -> dict[str, float]:
    """Return the share of the items that are said, and of the lines of the list that name one.

    The lines are what is said beside the quotes, or the quotes where there is nothing else; a heading that the
    program made ("3 items found") is a line only where there is no other.
    """
    if not row.items:
        return {}
    lines = [sentence.text for sentence in _list_lines(answer.sentences)]
    named = [any(contains(line, wording) for item in row.items for wording in item) for line in lines]
    said = [any(contains(line, wording) for wording in item for line in lines) for item in row.items]
    values = {"item_recall": sum(said) / len(said)}
    return values | {"item_precision": sum(named) / len(named)} if named else values


def _list_lines(sentences: Sequence[Sentence]) -> Sequence[Sentence]:
    bullets = [sentence for sentence in sentences if sentence.kind in ("short", "written")]
    quotes = [sentence for sentence in sentences if sentence.kind == "quote"]
    return bullets or quotes or sentences


def _side_values(row: Row, answer: Answer) -> dict[str, float]:
    """Whether both sides of a comparison stand in what is said and quoted."""
    if not row.sides:
        return {}
    shown = [sentence.text for sentence in answer.sentences] + [citation.quote for citation in answer.citations]
    both = all(any(contains(text, wording) for wording in side for text in shown) for side in row.sides)
    return {"both_sides": float(both)}


def _need_values(row: Row, answer: Answer, pieces: Sequence[Piece]) -> dict[str, float]:
    """Return the share of the pieces of evidence that are quoted, and whether as many are as the row needs."""
    if row.need is None:
        return {}
    quoted = [place for citation in answer.citations for place in cited_places(citation)]
    hits = sum(any(meets(place, quoted) for place in piece) for piece in pieces)
    return {"need_share": hits / len(pieces), "need_met": float(hits >= min(row.need, len(pieces)))}


def _cited_map(row: Row, citations: Sequence[Citation], pieces: Sequence[Piece]) -> dict[str, float]:
    """Return the average precision of the cited articles, in the order of their first citation, against the gold ones.

    An article counts once; a quote that stands in several articles counts for any of them.
    """
    wanted = gold_articles(row, pieces)
    if not wanted:
        return {}
    cited: dict[str, set[str]] = {}
    for citation in citations:
        names = article_names(citation.article_id, citation.source) | {place.article_id for place in citation.also}
        cited.setdefault(citation.article_id, set()).update(names)
    missing, hits, total = list(wanted), 0, 0.0
    for rank, names in enumerate(cited.values(), start=1):
        met = next((gold for gold in missing if gold & names), None)
        if met is not None:
            missing.remove(met)
            hits += 1
            total += hits / rank
    return {"cited_map": total / len(wanted)}


def _quoted_spans(answer: Answer, text_of: TextOf) -> dict[str, float]:
    """Return the share of the answer's spans between quotation marks that stand in a cited article (ragas)."""
    spans = [_plain(span) for span in _QUOTED.findall(answer.answer)]
    spans = [span for span in spans if len(span.split()) >= _SPAN_WORDS]
    if not spans:
        return {}
    sources = [_plain(text_of(citation.article_id) or "") for citation in answer.citations]
    return {"quoted_spans": sum(any(span in source for source in sources) for span in spans) / len(spans)}


def _plain(text: str) -> str:
    """Return the text as quoted spans are compared: in lower case, with single blanks."""
    return " ".join(re.sub(r"[\"“”]", " ", text).lower().split())
