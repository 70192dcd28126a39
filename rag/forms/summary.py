"""A summary: the sentences of an article that people would choose (rag.forms.salience), in reading order."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

from index.article import Article
from index.chunk import SentenceSpan, sentence_spans
from index.terms import query_terms
from index.vector_cache import VectorCache
from rag.answer import Sentence, Span
from rag.extract import cite
from rag.forms.about import all_stems_of, stems_of
from rag.forms.findings import FIRST_LINE
from rag.forms.salience import ENDS, most_salient, salience
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.language.letters import frame_of
from rag.language.scripts import has_han
from rag.retrieve import Passage
from rag.unsure import OF_FORM

WHICH = "Which article? Ask for example “Summarize {title}”."
MOST, LEAST = 5, 3
SENTENCES = 200
"""Of a longer article, so many sentences are looked at."""
_SHARE = 2
"""One of so many sentences goes into the summary."""
_SHORTEST, _WHOLE = 12, 40
"""Characters of a sentence at least; below the second number it has to end as one ("Approval is uncertain.")."""
_HAN = 3
"""Letters that a Chinese character says as much as."""
_PARTICULAR = re.compile(
    r"\b(?:findings?|facts|points?|results?|debate|views?|arguments?|reactions?|verdict|what happened)\b", re.IGNORECASE
)
PARTICULAR = "What is asked for may stand elsewhere in the article."
_KEPT = 256
"""Texts whose stems are kept: titles and articles of one question."""
_ASKED = re.compile(
    rf"\b(?:please|can|could|you|give|me|a|an|the|short|brief|sum+ar[iy][sz]e|summary|sum|up|tl;?dr|what|is|was|this|that|of"
    r"|in|nutshell|about|on|it|overv(?:ie|ei|i)w|gist|are|main|key|points?|findings|facts|results|views?|arguments?|debate|few"
    rf"|several|sentences|lines|words|briefly|pls|story|column|feature|interview|report|review|{ARTICLES})\b",
    re.IGNORECASE,
)


def summary(question: str, passages: Sequence[Passage], vectors: VectorCache, context: int) -> AnswerBody | None:
    """Return 3 to 5 sentences of the article that is asked for; None where there is none such, or it has too few.

    Where nothing says which of several articles is meant, that is asked.
    """
    articles = list({passage.article.id: passage.article for passage in passages}.values())
    topic = [term for term in query_terms(_ASKED.sub(" ", question)) if len(term) > 1]
    if not topic and len(articles) > 1:
        return AnswerBody((), (), text=WHICH.format(title=articles[0].title), reason="The question names no article.")
    article = asked_article(topic, articles)
    if article is None:
        return None
    spans = chosen_sentences(question, article, vectors)
    if not spans:
        return None
    citations = tuple(cite(n, article, (span.start, span.end), (), context) for n, span in enumerate(spans, start=1))
    sentences = tuple(Sentence(citation.quote, "quote", (citation.n,), 1.0) for citation in citations)
    particular = _PARTICULAR.search(question)
    if (reason := PARTICULAR if particular else _doubt(topic, article, articles)) is None:
        return AnswerBody(sentences, citations, certainty="high", intent="summary")
    return AnswerBody(sentences, citations, OF_FORM["summary"], certainty="low", reason=reason, intent="summary")


def chosen_sentences(question: str, article: Article, vectors: VectorCache) -> list[SentenceSpan]:
    """Return 3 to 5 sentences of an article in reading order; none where it has fewer."""
    spans = prose(article, short=True)[:SENTENCES]
    if len(spans) < LEAST:
        return []
    fitting = [span for span in spans if span.end - span.start <= FIRST_LINE]
    spans = fitting if len(fitting) >= LEAST else spans
    texts = [article.text[span.start : span.end] for span in spans]
    encoded = vectors.encode([*texts, question])
    count = min(MOST, max(LEAST, len(spans) // _SHARE))
    return [spans[number] for number in most_salient(salience(texts, spans, encoded), encoded, count)]


def asked_article(topic: Sequence[str], articles: Sequence[Article]) -> Article | None:
    """Return the article whose title and text have most of the topic's words, rare ones counting more.

    Of equal ones it is the one with the best passage. None where it has less than half of the words.
    """
    weights = _weights(topic, articles)
    if not weights:
        return None
    article = max(articles, key=lambda article: _titled(weights, article) + _held(weights, _whole(article)))
    held = [term for term in weights if _held({term: 1.0}, _whole(article))]
    return article if 2 * len(held) >= len(weights) else None


def _doubt(topic: Sequence[str], article: Article, articles: Sequence[Article]) -> str | None:
    """Return why it may not be this article that is meant, or not all of it was looked at; None without a doubt."""
    if len(prose(article, short=True)) > SENTENCES:
        return f"Only the first {SENTENCES} sentences of the article were looked at."
    if len(articles) == 1:
        return None
    weights = _weights(topic, articles)
    titled = _titled(weights, article)
    if 2 * titled < sum(weights.values()):
        return "No title says which article is meant."
    rivals = [other.title for other in articles if other is not article and _titled(weights, other) >= titled]
    return f"“{rivals[0]}” has as many of the words in its title." if rivals else None


def _weights(topic: Sequence[str], articles: Sequence[Article]) -> dict[str, float]:
    """Return the stems of a topic's words with how much each tells of which of the articles is meant."""
    texts = [_whole(article) for article in articles]
    holding = {each: sum(bool(_held({each: 1.0}, text)) for text in texts) for each in stems_of(" ".join(topic))}
    return {each: math.log(1 + len(texts) / (1 + count)) for each, count in holding.items()}


def _titled(weights: Mapping[str, float], article: Article) -> float:
    return _held(weights, article.title)


def _held(weights: Mapping[str, float], text: str) -> float:
    """Return the weight of the words that a text has; Chinese ones may stand anywhere in it."""
    stems = _stems(text)
    return sum(weight for term, weight in weights.items() if term in stems or (has_han(term) and term in text))


@lru_cache(_KEPT)
def _stems(text: str) -> frozenset[str]:
    return all_stems_of(text)


def _whole(article: Article) -> str:
    return f"{article.title}\n{article.text}"


def prose(article: Article, *, short: bool = False) -> list[SentenceSpan]:
    """Return the article's sentences without title, byline, headings and names of columns: these say nothing alone.

    And without what frames it where it is a letter: one that begins with a salutation. A `short` sentence says little
    outside of its article.
    """
    names = {article.title, *(heading.title for heading in article.headings)}
    under, frame = article.byline, frame_of(article.text)
    return [
        span
        for span in (_unframed(span, frame, article.text) for span in sentence_spans(article.text, article.language))
        if _is_whole(article.text[span.start : span.end], short=short)
        and article.text[span.start : span.end] not in names
        and not (under and span.start < under[1])
        and not article.names_columns(span.start)
    ]


def _is_whole(text: str, *, short: bool) -> bool:
    length = len(text) * (_HAN if has_han(text) else 1)
    return length >= _WHOLE or (short and length >= _SHORTEST and bool(ENDS.search(text)))


def _unframed(span: SentenceSpan, frame: Sequence[Span], text: str) -> SentenceSpan:
    """Return a sentence without what of a letter's frame stands at its beginning or end."""
    first, last = span.start, span.end
    for start, end in frame:
        if start <= first < end:
            first = min(end, last)
        elif first < start < last:
            last = start
    said = text[first:last]
    return replace(span, start=last - len(said.lstrip()), end=first + len(said.rstrip()))
