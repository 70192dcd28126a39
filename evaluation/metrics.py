"""Measure one answer against what its row knows. What each value means, in a line, is in evaluation/figures.py."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict

from evaluation.places import (
    Piece,
    article_names,
    cited_places,
    gold_articles,
    length,
    meets,
    pieces_of,
    place_of,
    shared,
    union,
)
from evaluation.questions import Row
from evaluation.result import EvidencePlace, Failure, Values
from evaluation.shown import shown_values
from evaluation.wording import exact_match, f1, stands_in
from rag.answer import Answer, Citation, Retrieved

_DEPTH = 10
_BY_ARTICLE = ("hit@1", "recall@10", "mrr@10", "ndcg@10")

Supports = Callable[[str, str], bool]
"""Whether the first text supports the second: see rag.verify.support.Verifier.supports."""
Similarity = Callable[[str, str], float]
"""How near two texts are in meaning, 1 for the same."""


def measure(
    row: Row,
    answer: Answer,
    evidence: Sequence[EvidencePlace],
    text_of: Callable[[str], str | None],
    supports: Supports,
    similarity: Similarity | None = None,
) -> dict[str, float]:
    """Return every value that applies to the answer, by name.

    `text_of` gives an article's text by its id; `answer` needs its trace for the values of retrieval and reading,
    which a row with contexts of its own has for reading only. The same words at several places in `evidence` are one
    piece, found at any of them. An answerable row that was refused counts 0, except where citations alone are judged.
    `shown_values` has what a person sees first. `similarity` compares `said(answer)` with each accepted answer.
    """
    values = {"answerable": float(row.answerable), "refused": float(answer.abstained), "confidence": answer.confidence}
    values |= {f"ms_{stage}": float(spent) for stage, spent in asdict(answer.timings_ms).items()}
    if answer.citations:
        values["quote_exact"] = _quote_exact(answer.citations, text_of)
        values |= _support(answer, supports)
    pieces = pieces_of(evidence)
    if row.answerable:
        values |= _ranking_values(row, answer.retrieved, pieces)
        values |= _wording_values(row, answer, similarity)
        values |= _overlap_values(answer.citations, pieces)
        values |= _right(row, answer, pieces)
    return values | shown_values(row, answer, pieces, text_of)


def failure(row: Row, values: Values) -> Failure | None:
    """Return the stage at which the answer went wrong; None if it is right or nobody can tell."""
    if not row.answerable:
        return None if values["refused"] else "should have refused"
    if values.get("right") == 1:
        return None if values.get("first_line_right", 1) else "wrong first line"
    if values.get("read_map") == 0:
        return "not retrieved"
    if values.get("read_hit@5") == 0:
        return "not read"
    if values["refused"]:
        return "refused"
    return "wrong words" if "right" in values else None


def ranking(ranks: Iterable[int | None], relevant: int) -> Mapping[str, float]:
    """Return measures of one ranking, by trec_eval's definitions.

    `ranks` (from 1) are those of the passages that first hold each of the `relevant` pieces, None where none does.
    Each piece is one relevant document; passages that repeat a piece count as not relevant. Pieces that share a
    passage take the next free ranks, so that the ideal order has all of them first, whatever the passages' size.
    """
    reached = sorted(rank for rank in ranks if rank is not None)
    taken: list[int] = []
    for rank in reached:
        taken.append(max(rank, taken[-1] + 1) if taken else rank)
    first = taken[0] if taken else math.inf
    values = {f"hit@{depth}": float(first <= depth) for depth in (1, 5)}
    values["mrr@10"] = 1 / first if first <= _DEPTH else 0.0
    values["ndcg@10"] = _gain(taken) / _gain(range(1, relevant + 1))
    values["map"] = sum(count / rank for count, rank in enumerate(taken, start=1)) / relevant
    return values | {f"recall@{depth}": sum(rank <= depth for rank in reached) / relevant for depth in (5, 10)}


def _gain(ranks: Iterable[int]) -> float:
    """Return the discounted cumulative gain of relevant documents at these ranks (Järvelin & Kekäläinen, 2002)."""
    return sum(1 / math.log2(rank + 1) for rank in ranks if rank <= _DEPTH)


def _ranking_values(row: Row, trace: Sequence[Retrieved] | None, pieces: Sequence[Piece]) -> dict[str, float]:
    if trace is None:
        return {}
    if row.contexts is not None:
        return _passage_values("read", trace, pieces)
    as_retrieved = sorted(trace, key=lambda passage: (-passage.score, passage.article_id, passage.start))
    return (
        _passage_values("read", trace, pieces)
        | _passage_values("retrieved", as_retrieved, pieces)
        | _article_values(row, as_retrieved, pieces)
    )


def _passage_values(name: str, passages: Sequence[Retrieved], pieces: Sequence[Piece]) -> dict[str, float]:
    if not pieces:
        return {}
    ranks = [_first(meets(place_of(passage), piece) for passage in passages) for piece in pieces]
    return {f"{name}_{key}": value for key, value in ranking(ranks, len(pieces)).items()}


def _article_values(row: Row, passages: Sequence[Retrieved], pieces: Sequence[Piece]) -> dict[str, float]:
    """Rank the articles of the evidence, else those that the row names, by their first passages."""
    wanted = gold_articles(row, pieces)
    if not wanted:
        return {}
    ranked = dict.fromkeys((passage.article_id, passage.source) for passage in passages)
    articles = [article_names(*article) for article in ranked]
    by_article = ranking([_first(bool(names & article) for article in articles) for names in wanted], len(wanted))
    return {f"article_{key}": by_article[key] for key in _BY_ARTICLE}


def _wording_values(row: Row, answer: Answer, similarity: Similarity | None) -> dict[str, float]:
    if not row.answers:
        return {}
    short = said(answer)
    if not short:
        return dict.fromkeys(["exact_match", "f1", "contains"] + ["semantic"] * (similarity is not None), 0.0)
    whole = " ".join(sentence.text for sentence in answer.sentences)
    values = {
        "exact_match": max(exact_match(short, accepted) for accepted in row.answers),
        "f1": max(f1(short, accepted) for accepted in row.answers),
        "contains": max(float(stands_in(accepted, whole)) for accepted in row.answers),
    }
    if similarity is not None:
        values["semantic"] = max(similarity(short, accepted) for accepted in row.answers)
    return values


def said(answer: Answer) -> str:
    """Return the fewest words that answer: computed or short ones, else those marked in the best quote, else that.

    Empty where the answer was refused.
    """
    for sentence in answer.sentences:
        if sentence.kind in ("computed", "short"):
            return sentence.text
    if not answer.sentences:
        return ""
    best = answer.citations[max(answer.sentences, key=lambda sentence: sentence.support).citations[0] - 1]
    start, end = best.answer_spans[0] if best.answer_spans else (best.start, best.end)
    return best.quote[start - best.start : end - best.start]


def _quote_exact(citations: Sequence[Citation], text_of: Callable[[str], str | None]) -> float:
    """Return the share of the places cited that hold exactly the words of the quote."""
    exact = [
        (text_of(article) or "")[start:end] == citation.quote
        for citation in citations
        for article, start, end in cited_places(citation)
    ]
    return sum(exact) / len(exact)


def _support(answer: Answer, supports: Supports) -> dict[str, float]:
    """Return ALCE's citation recall and precision (Gao et al. 2023; compute_autoais in eval.py of princeton-nlp/ALCE).

    Recall: the share of the sentences that their quotes support together. Precision: the share of the citations
    that belong to such a sentence and support it alone, or without which the others do not.
    """
    supported = needed = cited = 0
    for sentence in answer.sentences:
        quotes = [answer.citations[n - 1].quote for n in sentence.citations]
        cited += len(quotes)
        if not supports("\n".join(quotes), sentence.text):
            continue
        supported += 1
        for i, quote in enumerate(quotes):
            others = quotes[:i] + quotes[i + 1 :]
            needed += not others or supports(quote, sentence.text) or not supports("\n".join(others), sentence.text)
    return {"citation_recall": supported / len(answer.sentences), "citation_precision": needed / cited}


def _overlap_values(citations: Sequence[Citation], pieces: Sequence[Piece]) -> dict[str, float]:
    """Return precision, recall and IoU of the quotes' characters over those of the evidence.

    As defined for retrieved chunks by Smith & Troynikov (Chroma, 2024): over the union of the ranges on each side.
    Words that stand in several places count at the one where quotes and evidence meet best.
    """
    if not pieces:
        return {}
    gold = [place for piece in pieces for place in piece]
    quoted = union(max(cited_places(citation), key=lambda place: shared([place], gold)) for citation in citations)
    wanted = union(max(piece, key=lambda place: shared([place], quoted)) for piece in pieces)
    both, said, asked = shared(quoted, wanted), length(quoted), length(wanted)
    values = {"evidence_recall": both / asked, "evidence_iou": both / (said + asked - both)}
    return values | {"evidence_precision": both / said} if citations else values


def _right(row: Row, answer: Answer, pieces: Sequence[Piece]) -> dict[str, float]:
    """Whether a quote overlaps the evidence and an accepted answer was said or quoted.

    Of these, what the row knows; a row without evidence may name articles, and then the quote has to be from one.
    """
    checks = []
    if pieces:
        gold = [place for piece in pieces for place in piece]
        checks.append(any(meets(place, gold) for citation in answer.citations for place in cited_places(citation)))
    elif row.articles:
        wanted = set(row.articles)
        checks.append(any(wanted & article_names(c.article_id, c.source) for c in answer.citations))
    if row.answers:
        whole = " ".join([s.text for s in answer.sentences] + [c.quote for c in answer.citations])
        checks.append(any(stands_in(accepted, whole) for accepted in row.answers))
    return {"right": float(all(checks))} if checks else {}


def _first(hits: Iterable[bool]) -> int | None:
    return next((rank for rank, hit in enumerate(hits, start=1) if hit), None)
