"""How near sentences are to a question by words alone: no vectors, so that nothing has to be embedded to answer.

A sentence counts by how many of the question's words stand in it, before it or in its article's title, and by how high
its passage was ranked, which knows of meaning what vectors of whole passages know. On held-out questions a first line
is right as often as with the vectors of all sentences (training/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from rag.reading.byline import asks_for_byline
from rag.reading.similarity import Near, covered_until, prose, words_of
from rag.retrieve import Passage

_RANKED = 1.5
"""What the first passage's rank counts beside all of the question's words."""


def nearness_by_words(question: str, passages: Sequence[Passage]) -> list[list[Near]]:
    """Return the sentences of each passage, without headings and bylines, and how near they are: from 0 to 2.5.

    Passages that were given and not ranked are all first.
    """
    signed = asks_for_byline(question)
    words = words_of(question)
    highest = max((passage.score for passage in passages), default=0.0)
    near: list[list[Near]] = []
    for passage in passages:
        rank = passage.score / highest if highest > 0 else 1.0
        spans = list(prose(passage, signed=signed))
        near.append(
            [
                (span, share + _RANKED * rank)
                for span, share in zip(spans, covered_until(passage, spans, words), strict=True)
            ]
        )
    return near
