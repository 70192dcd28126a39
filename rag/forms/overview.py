"""An overview of a topic: of each article that names it, the one sentence nearest to it; the newest article first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.article import Article
from index.chunk import SentenceSpan
from index.terms import query_terms
from index.vector_cache import VectorCache
from rag.answer import Sentence
from rag.extract import cite
from rag.forms.summary import prose
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.retrieve import Passage

ARTICLES_SHOWN = 6
_ASKED = re.compile(
    rf"^(?:tell me(?: more)?|what is there|what do you (?:know|have)|(?:any )?news|info\w*|what (?:do|does|did)"
    rf" (?:the|your|these) {ARTICLES} (?:say|tell|write)) (?:about|on)\b",
    re.IGNORECASE,
)
_FORMS = 3
"""So many letters more a word of the topic may have in the text: battery, batteries; tariff, tariffs."""


def overview(question: str, passages: Sequence[Passage], vectors: VectorCache, context: int) -> AnswerBody | None:
    """Return one sentence of each article that has all of the topic's words; None where none has."""
    topic = _ASKED.sub("", question).strip(" ?.!")
    words = [re.compile(rf"\b{re.escape(_stem(term))}\w{{0,{_FORMS}}}\b", re.IGNORECASE) for term in query_terms(topic)]
    articles = {passage.article.id: passage.article for passage in passages}.values()
    named = [article for article in articles if all(word.search(article.text) for word in words)][:ARTICLES_SHOWN]
    quotes = []
    for article in sorted(named, key=lambda article: article.date or "", reverse=True):
        if candidates := _naming(article, words):
            texts = [article.text[span.start : span.end] for span in candidates]
            nearness = vectors.encode(texts) @ vectors.encode([topic])[0]
            quotes.append((article, candidates[int(nearness.argmax())]))
    if not quotes:
        return None
    citations = tuple(
        cite(n, article, (span.start, span.end), (), context) for n, (article, span) in enumerate(quotes, start=1)
    )
    sentences = tuple(Sentence(citation.quote, "quote", (citation.n,), 1.0) for citation in citations)
    notice = f"{len(quotes)} articles, the newest first:" if len(quotes) > 1 else None
    return AnswerBody(sentences, citations, notice, certainty="high", intent="overview")


def _naming(article: Article, words: Sequence[re.Pattern[str]]) -> list[SentenceSpan]:
    """Return the sentences that name the most of the words; none where no sentence names any."""
    counted = [(sum(bool(word.search(article.text, s.start, s.end)) for word in words), s) for s in prose(article)]
    most = max((count for count, _ in counted), default=0)
    return [span for count, span in counted if count == most] if most else []


def _stem(term: str) -> str:
    """Return a word without a plural's ending."""
    return re.sub(r"(?:ies|es|s|y)$", "", term) if len(term) > 3 else term
