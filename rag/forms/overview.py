"""An overview of a topic: of each article that names it, the one sentence nearest to it; the newest article first."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.article import Article
from index.chunk import SentenceSpan
from index.vector_cache import VectorCache
from rag.answer import Sentence
from rag.extract import cite
from rag.forms.about import all_stems_of, is_about, stems_of
from rag.forms.summary import prose
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.retrieve import Passage
from rag.unsure import OF_FORM

ARTICLES_SHOWN = 6
_PAIR = 2
IN_PASSING = "No title has these words, and no article has all of them several times."
_SEVERAL = re.compile(r"[,;/&]| (?:and|or) ")
_ASKED = re.compile(
    rf"^(?:tell me(?: more)?|what is there|what do you (?:know|have)|(?:any )?news|info\w*|what (?:do|does|did)"
    rf" (?:the|your|these) {ARTICLES} (?:say|tell|write)) (?:about|on)\b",
    re.IGNORECASE,
)


def overview(question: str, passages: Sequence[Passage], vectors: VectorCache, context: int) -> AnswerBody | None:
    """Return one sentence of each article that is about the topic, or one of several topics; None without one.

    Where all name it in passing at most, with all of its words, these are shown, uncertain.
    """
    topic = _ASKED.sub("", question).strip(" ?.!")
    topics, named = _naming_articles(topic, passages)
    about = [article for article in named if _is_about_any(topics, article)]
    shown = sorted((about or named)[:ARTICLES_SHOWN], key=lambda article: article.date or "", reverse=True)
    spans = [_best_span(topic, article, topics, vectors, told=bool(about)) for article in shown]
    quotes = [(article, span) for article, span in zip(shown, spans, strict=True) if span]
    if not quotes:
        return None
    citations = tuple(
        cite(n, article, (span.start, span.end), (), context) for n, (article, span) in enumerate(quotes, start=1)
    )
    sentences = tuple(Sentence(citation.quote, "quote", (citation.n,), 1.0) for citation in citations)
    if about:
        notice = f"{len(quotes)} articles, the newest first:" if len(quotes) > 1 else None
        return AnswerBody(sentences, citations, notice, certainty="high", intent="overview")
    unsure = OF_FORM["overview"]
    return AnswerBody(sentences, citations, unsure, certainty="low", reason=IN_PASSING, intent="overview")


def _best_span(
    topic: str, article: Article, topics: Sequence[frozenset[str]], vectors: VectorCache, *, told: bool
) -> SentenceSpan | None:
    """Return the sentence nearest to the topic of those that name it; where the title alone may, of all."""
    candidates = _naming(article, topics) or (prose(article) if told else [])
    if candidates:
        texts = [article.text[span.start : span.end] for span in candidates]
        nearness = vectors.encode(texts) @ vectors.encode([topic])[0]
        return candidates[int(nearness.argmax())]
    titled = any(_is_titled(each, article) for each in topics)
    return next(iter(_first_row(article)), None) if titled else None


def _first_row(article: Article) -> list[SentenceSpan]:
    """Return the first row of an article's first table: what one has that is nothing but figures."""
    row = article.row_at(article.tables[0].rows) if article.tables else None
    return [SentenceSpan(*row, opens_paragraph=True)] if row else []


def _naming_articles(topic: str, passages: Sequence[Passage]) -> tuple[list[frozenset[str]], list[Article]]:
    """Return the topic, or where no article has all of its words several topics, and the articles that have one."""
    articles = list({passage.article.id: passage.article for passage in passages}.values())
    topics = [stems_of(topic)]
    if named := _of_any(topics, articles):
        return topics, named
    topics = [stems for stems in map(stems_of, _SEVERAL.split(topic)) if stems]
    return topics, _of_any(topics, articles)


def _is_about_any(topics: Sequence[frozenset[str]], article: Article) -> bool:
    return any(_is_titled(topic, article) or is_about(topic, article) for topic in topics)


def _of_any(topics: Sequence[frozenset[str]], articles: Sequence[Article]) -> list[Article]:
    """Return the articles that have all words of one of the topics."""
    return [article for article in articles if any(map(all_stems_of(article.text).issuperset, topics))]


def _is_titled(topic: frozenset[str], article: Article) -> bool:
    """Return whether a title has the words of a topic; one of three or more may be missing."""
    missing = topic - all_stems_of(article.title)
    return len(missing) <= (len(topic) > _PAIR)


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
