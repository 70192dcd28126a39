"""An overview of a topic: of each article that names it, the one sentence nearest to it; the newest article first."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from index.article import Article
from index.chunk import SentenceSpan
from index.terms import query_terms
from index.vector_cache import VectorCache
from rag.answer import Sentence
from rag.extract import cite
from rag.forms.summary import prose
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.language.stem import stem
from rag.retrieve import Passage

ARTICLES_SHOWN = 6
_WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_SEVERAL = re.compile(r"[,;/&]| (?:and|or) ")
_ASKED = re.compile(
    rf"^(?:tell me(?: more)?|what is there|what do you (?:know|have)|(?:any )?news|info\w*|what (?:do|does|did)"
    rf" (?:the|your|these) {ARTICLES} (?:say|tell|write)) (?:about|on)\b",
    re.IGNORECASE,
)


def overview(question: str, passages: Sequence[Passage], vectors: VectorCache, context: int) -> AnswerBody | None:
    """Return one sentence of each article that has all of the topic's words, or one of several topics; else None."""
    topic = _ASKED.sub("", question).strip(" ?.!")
    articles = list({passage.article.id: passage.article for passage in passages}.values())
    topics = [stems_of(topic)]
    named = _of_any(topics, articles)
    if not named:
        topics = [stems for stems in map(stems_of, _SEVERAL.split(topic)) if stems]
        named = _of_any(topics, articles)
    quotes = []
    for article in sorted(named[:ARTICLES_SHOWN], key=lambda article: article.date or "", reverse=True):
        if candidates := _naming(article, topics):
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


def _of_any(topics: Sequence[frozenset[str]], articles: Sequence[Article]) -> list[Article]:
    """Return the articles that have all words of one of the topics."""
    return [article for article in articles if any(map(all_stems_of(article.text).issuperset, topics))]


def stems_of(topic: str) -> frozenset[str]:
    """Return the stems of a topic's telling words."""
    return frozenset(stem(term) for term in query_terms(topic))


def all_stems_of(text: str) -> frozenset[str]:
    """Return the stems of all words of a text."""
    return frozenset(map(stem, set(_WORD.findall(text.lower()))))


def times_named(stems: Iterable[str], text: str) -> list[int]:
    """Return how often a text has a word of each stem."""
    counts = Counter(stem(word) for word in _WORD.findall(text.lower()))
    return [counts[each] for each in stems]


def _naming(article: Article, topics: Sequence[frozenset[str]]) -> list[SentenceSpan]:
    """Return the sentences that name the most topics, and of these the most words; none where no sentence names any."""
    counted = []
    for span in prose(article):
        stems = all_stems_of(article.text[span.start : span.end])
        named = sum(topic <= stems for topic in topics)
        counted.append(((named, sum(len(topic & stems) for topic in topics)), span))
    most = max((count for count, _ in counted), default=(0, 0))
    is_named = most[0] if len(topics) > 1 else most[1]
    return [span for count, span in counted if count == most] if is_named else []
