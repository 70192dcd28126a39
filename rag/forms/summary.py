"""A summary: whole sentences of one article, those nearest to all others, with the lead as a prior, in reading order.

Centrality is LexRank's (Erkan and Radev, JAIR 22, 2004) over cosines of sentence embeddings: the stationary
distribution of a walk that goes from each sentence to those like it. The prior makes the walk restart at the beginning
of the article, where news puts what matters most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.chunk import SentenceSpan, sentence_spans
from index.terms import query_terms
from index.vector_cache import VectorCache
from rag.answer import Sentence
from rag.extract import cite
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.retrieve import Passage

MOST, LEAST = 5, 3
SENTENCES = 200
"""Of a longer article, so many sentences are looked at."""
_SHARE = 6
"""One of so many sentences goes into the summary."""
_RESTART = 0.15
_ALIKE = 0.25
"""A cosine below this is no likeness."""
_REPEATS = 0.8
"""A sentence so near to one that was chosen says it again."""
_STEPS = 50
_SHORTEST = 40
_ASKED = re.compile(
    rf"\b(?:please|can|could|you|give|me|a|an|the|short|brief|summari[sz]e|summary|sum|up|tl;?dr|what|is|was|this|that|of"
    rf"|in|nutshell|about|on|{ARTICLES})\b",
    re.IGNORECASE,
)


def summary(question: str, passages: Sequence[Passage], vectors: VectorCache, context: int) -> AnswerBody | None:
    """Return 3 to 5 sentences of the article that is asked for; None where that cannot be told, or it has too few."""
    article = asked_article(question, passages)
    if article is None:
        return None
    spans = prose(article)[:SENTENCES]
    if len(spans) < LEAST:
        return None
    texts = [article.text[span.start : span.end] for span in spans]
    chosen = central(vectors.encode(texts), min(MOST, max(LEAST, len(spans) // _SHARE)))
    citations = tuple(
        cite(n, article, (spans[i].start, spans[i].end), (), context) for n, i in enumerate(sorted(chosen), start=1)
    )
    sentences = tuple(Sentence(citation.quote, "quote", (citation.n,), 1.0) for citation in citations)
    return AnswerBody(sentences, citations, certainty="high", intent="summary")


def asked_article(question: str, passages: Sequence[Passage]) -> Article | None:
    """Return the article whose title has the question's own words, else that of the best passage.

    None where the question names nothing and there are several articles.
    """
    articles = list({passage.article.id: passage.article for passage in passages}.values())
    topic = [term for term in query_terms(_ASKED.sub(" ", question)) if len(term) > 1]
    if not topic or not articles:
        return articles[0] if len(articles) == 1 else None
    shares = [sum(term in article.title.lower() for term in topic) / len(topic) for article in articles]
    return articles[int(np.argmax(shares))]  # of equal ones the first, which has the best passage


def prose(article: Article) -> list[SentenceSpan]:
    """Return the article's sentences without title, byline and headings, which say nothing by themselves."""
    names = {article.title, *(heading.title for heading in article.headings)}
    under = article.byline
    return [
        span
        for span in sentence_spans(article.text, article.language)
        if span.end - span.start >= _SHORTEST
        and article.text[span.start : span.end] not in names
        and not (under and span.start < under[1])
    ]


def central(vectors: NDArray[np.float32], count: int) -> list[int]:
    """Return the numbers of `count` sentences, most central first, none of which says another one again.

    `vectors` are unit vectors [sentences, dimensions], in reading order.
    """
    cosines = vectors @ vectors.T
    likeness = np.where(cosines >= _ALIKE, cosines, 0.0)
    walk = likeness / np.maximum(likeness.sum(axis=1, keepdims=True), 1e-9)
    lead = 1.0 / np.arange(1, len(vectors) + 1)
    lead /= lead.sum()
    rank = lead
    for _ in range(_STEPS):
        rank = _RESTART * lead + (1 - _RESTART) * rank @ walk
    chosen: list[int] = []
    for i in np.argsort(-rank, kind="stable").tolist():
        if len(chosen) < count and all(cosines[i, other] < _REPEATS for other in chosen):
            chosen.append(i)
    return chosen
