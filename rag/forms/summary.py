"""A summary: the article's first sentence and those nearest to the whole of it, in reading order.

How near is the cosine to the mean of all sentences' vectors (Radev et al. 2004, MEAD's centroid), and half that to the
question, which may say what about the article is of interest. On 50 summaries of held-out and trained-on articles it
finds half of the sentences that people chose; LexRank finds as few as the first five sentences do.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from index.article import Article
from index.chunk import SentenceSpan, sentence_spans
from index.terms import query_terms
from index.vector_cache import VectorCache
from rag.answer import Sentence, Span
from rag.extract import cite
from rag.forms.about import all_stems_of, stems_of
from rag.generate import AnswerBody
from rag.intents import ARTICLES
from rag.language.letters import frame_of
from rag.retrieve import Passage
from rag.unsure import OF_FORM

WHICH = "Which article? Ask for example “Summarize {title}”."
MOST, LEAST = 5, 3
SENTENCES = 200
"""Of a longer article, so many sentences are looked at."""
_SHARE = 2
"""One of so many sentences goes into the summary."""
_QUESTION = 0.5
"""What nearness to the question counts beside nearness to the article."""
_REPEATS = 0.8
"""A sentence so near to one that was chosen says it again."""
_SHORTEST = 40
_ASKED = re.compile(
    rf"\b(?:please|can|could|you|give|me|a|an|the|short|brief|summari[sz]e|summary|sum|up|tl;?dr|what|is|was|this|that|of"
    rf"|in|nutshell|about|on|it|overview|gist|are|main|key|points?|findings|facts|story|{ARTICLES})\b",
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
    spans = prose(article)[:SENTENCES]
    if len(spans) < LEAST:
        return None
    texts = [article.text[span.start : span.end] for span in spans]
    chosen = central(vectors.encode([*texts, question]), min(MOST, max(LEAST, len(spans) // _SHARE)))
    citations = tuple(
        cite(n, article, (spans[i].start, spans[i].end), (), context) for n, i in enumerate(sorted(chosen), start=1)
    )
    sentences = tuple(Sentence(citation.quote, "quote", (citation.n,), 1.0) for citation in citations)
    if (reason := _doubt(topic, article, articles)) is None:
        return AnswerBody(sentences, citations, certainty="high", intent="summary")
    return AnswerBody(sentences, citations, OF_FORM["summary"], certainty="low", reason=reason, intent="summary")


def asked_article(topic: Sequence[str], articles: Sequence[Article]) -> Article | None:
    """Return the article whose title has most of the topic's words, of equal ones the one with the best passage.

    None where it has less than half of them anywhere.
    """
    if not articles:
        return None
    article = max(articles, key=lambda article: _named(topic, article.title))  # the first of equal ones
    return article if 2 * _named(topic, f"{article.title}\n{article.text}") >= len(topic) else None


def _doubt(topic: Sequence[str], article: Article, articles: Sequence[Article]) -> str | None:
    """Return why it may not be this article that is meant, or not all of it was looked at; None without a doubt."""
    if len(prose(article)) > SENTENCES:
        return f"Only the first {SENTENCES} sentences of the article were looked at."
    if len(articles) == 1:
        return None
    stems = stems_of(" ".join(topic))
    named = {each.id: len(stems & all_stems_of(each.title)) for each in articles}
    if 2 * named[article.id] < len(stems):
        return "No title says which article is meant."
    rivals = [each.title for each in articles if each is not article and named[each.id] >= named[article.id]]
    return f"“{rivals[0]}” has as many of the words in its title." if rivals else None


def _named(topic: Sequence[str], text: str) -> int:
    low = text.lower()
    return sum(term in low for term in topic)


def prose(article: Article) -> list[SentenceSpan]:
    """Return the article's sentences without title, byline and headings, which say nothing by themselves.

    And without what frames it where it is a letter: one that begins with a salutation.
    """
    names = {article.title, *(heading.title for heading in article.headings)}
    under, frame = article.byline, frame_of(article.text)
    return [
        span
        for span in (_unframed(span, frame, article.text) for span in sentence_spans(article.text, article.language))
        if span.end - span.start >= _SHORTEST
        and article.text[span.start : span.end] not in names
        and not (under and span.start < under[1])
    ]


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


def central(vectors: NDArray[np.float32], count: int) -> list[int]:
    """Return the numbers of `count` sentences, the first one and then the most central, none of which is said twice.

    `vectors` are unit vectors [sentences, dimensions] in reading order, then the question's.
    """
    sentences, question = vectors[:-1], vectors[-1]
    middle = sentences.mean(axis=0)
    rank = sentences @ (middle / max(float(np.linalg.norm(middle)), 1e-9) + _QUESTION * question)
    cosines = sentences @ sentences.T
    chosen = [0]
    for i in np.argsort(-rank, kind="stable").tolist():
        if len(chosen) < count and i not in chosen and all(cosines[i, other] < _REPEATS for other in chosen):
            chosen.append(i)
    return chosen
