"""Places in articles: where evidence, passages and quotes stand, whether they meet, and how much they share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from evaluation.questions import Row
from evaluation.result import EvidencePlace
from rag.answer import Citation, Retrieved

Place = tuple[str, int, int]
Piece = Sequence[Place]
"""Where the same words of evidence stand: in each of these places they are as good."""


def pieces_of(evidence: Iterable[EvidencePlace]) -> list[Piece]:
    """Return the evidence by its words."""
    pieces: dict[str, list[Place]] = {}
    for place in evidence:
        pieces.setdefault(place.text, []).append(place_of(place))
    return list(pieces.values())


def place_of(place: EvidencePlace | Retrieved | Citation) -> Place:
    """Return where something stands."""
    return place.article_id, place.start, place.end


def cited_places(citation: Citation) -> list[Place]:
    """Return where the words of a quote stand, in each article that has them."""
    return [place_of(citation), *((place.article_id, place.start, place.end) for place in citation.also)]


def article_names(article_id: str, source: str) -> set[str]:
    """Return the names by which a row may call an article."""
    return {article_id, source, PurePath(source).name}


def gold_articles(row: Row, pieces: Sequence[Piece]) -> list[set[str]]:
    """Return the articles of the evidence, else those that the row names; any name of a set is as good."""
    wanted = [{article for article, _, _ in piece} for piece in pieces] or [{name} for name in row.articles]
    return [names for i, names in enumerate(wanted) if names not in wanted[:i]]


def meets(place: Place, others: Iterable[Place]) -> bool:
    """Whether a place overlaps one of the others."""
    return any(place[0] == other[0] and place[1] < other[2] and other[1] < place[2] for other in others)


def union(places: Iterable[Place]) -> list[Place]:
    """Return the places with those that overlap or touch made one."""
    merged: list[Place] = []
    for article, start, end in sorted(places):
        if merged and merged[-1][0] == article and start <= merged[-1][2]:
            merged[-1] = (article, merged[-1][1], max(end, merged[-1][2]))
        else:
            merged.append((article, start, end))
    return merged


def shared(places: Iterable[Place], others: Sequence[Place]) -> int:
    """Return how many characters both have; the places of each side do not overlap each other."""
    return sum(max(0, min(p[2], o[2]) - max(p[1], o[1])) for p in places for o in others if p[0] == o[0])


def length(places: Iterable[Place]) -> int:
    """Return how many characters the places have."""
    return sum(end - start for _, start, end in places)
