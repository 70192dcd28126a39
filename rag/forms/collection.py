"""Answers about the collection itself: how many articles, by whom, about what. Computed from the index, not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from index.article import Article, ArticleInfo, in_words
from index.terms import query_terms
from rag.answer import Sentence, Span
from rag.corpus import Corpus
from rag.extract import cite
from rag.forms.overview import all_stems_of, stems_of, times_named
from rag.generate import AnswerBody
from rag.intents import ARTICLES, NEWEST, OLDEST

SHOWN = 20
"""Items of one answer; of more, the number is said."""
MENTIONS = 3
"""An article is about what it names so often, or in its title."""
_CONTEXT = 0
_EXTREME = re.compile(
    rf"\b(?P<end>{NEWEST}|{OLDEST})\b.*\b{ARTICLES}|\b{ARTICLES}\b.*\b(?P<other>newest|latest|oldest)\b", re.IGNORECASE
)
_AUTHORS = re.compile(r"^(?:who\b|(?:list )?(?:all )?(?:the )?(?:authors|writers))", re.IGNORECASE)
_BY = re.compile(rf"\b{ARTICLES}\b.*?\b(?:by|from) (?P<name>.+)$", re.IGNORECASE)
_WRITTEN = re.compile(r"^what (?:has|did|does) (?P<name>.+?) (?:written|write|publish)", re.IGNORECASE)
_ABOUT = re.compile(
    r"\b(?:about|on|(?:mention|cover|discuss|name|contain)(?:s|es|ing|ed)?|deal(?:s|ing)? with) (?P<about>.+)$",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\b(?:mention|name|contain)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the answer, and the words of an article that it leans on."""

    text: str
    article: Article
    span: Span


def collection(question: str, corpus: Corpus) -> AnswerBody | None:
    """Return the answer from the index; None where the question asks for something else after all."""
    text = " ".join(question.split()).strip(" ?.!")
    infos = sorted(corpus.articles(), key=lambda info: (info.date or "", info.source), reverse=True)
    if not infos:
        return None
    if extreme := _EXTREME.search(text):
        return _extreme(
            infos, corpus, oldest=bool(re.fullmatch(OLDEST, extreme["end"] or extreme["other"], re.IGNORECASE))
        )
    if _AUTHORS.search(text):
        return _authors(infos, corpus)
    if by := _BY.search(text) or _WRITTEN.search(text):
        return _by_author(infos, by["name"].strip(), corpus)
    if about := _ABOUT.search(text):
        return _about(infos, about["about"].strip(" \"'“”"), corpus, named=bool(_NAMED.search(text)))
    return _body(f"There are {len(infos)} articles." if len(infos) > 1 else "There is 1 article.", infos, corpus)


def _extreme(infos: Sequence[ArticleInfo], corpus: Corpus, *, oldest: bool) -> AnswerBody | None:
    dated = [info for info in infos if info.date]
    if not dated:
        return None
    found, said = (dated[-1], "oldest") if oldest else (dated[0], "newest")
    return _body(f"The {said} article is “{found.title}” ({in_words(found.date)}).", [found], corpus, listed=False)


def _authors(infos: Sequence[ArticleInfo], corpus: Corpus) -> AnswerBody | None:
    counts = Counter(info.author for info in infos if info.author)
    if not counts:
        return None
    by_author = {info.author: info for info in reversed(infos) if info.author}
    items = []
    for author, count in counts.most_common(SHOWN):
        article = corpus.article(by_author[author].id)
        if article is not None:
            span = article.byline or _title_span(article)
            items.append(Item(f"{author}: {count} article{'' if count == 1 else 's'}", article, span))
    head = f"{len(counts)} author{' has' if len(counts) == 1 else 's have'} written the articles."
    return _of_items(head, items)


def _by_author(infos: Sequence[ArticleInfo], author: str, corpus: Corpus) -> AnswerBody | None:
    found = [info for info in infos if info.author and author.casefold() in info.author.casefold()]
    if not found:
        return None
    return _body(f"{_count(found)} by {found[0].author}.", found, corpus)


def _about(infos: Sequence[ArticleInfo], about: str, corpus: Corpus, *, named: bool) -> AnswerBody | None:
    """Return the articles that name it, or are about it: it stands in the title, or often in the text."""
    stems = stems_of(about)
    candidates = corpus.article_ids_with(query_terms(about))
    found = []
    for info in infos:
        article = corpus.article(info.id) if info.id in candidates else None
        if article is None:
            continue
        least = 1 if named or stems <= all_stems_of(article.title) else MENTIONS
        if stems and min(times_named(stems, article.text)) >= least:
            found.append(info)
    if not found:
        return None
    return _body(f"{_count(found)} {'mention' if named else 'about'} {about}.", found, corpus)


def _count(infos: Sequence[ArticleInfo]) -> str:
    return f"{len(infos)} article{'' if len(infos) == 1 else 's'}"


def _body(head: str, infos: Sequence[ArticleInfo], corpus: Corpus, *, listed: bool = True) -> AnswerBody:
    items = []
    for info in infos[:SHOWN]:
        article = corpus.article(info.id)
        if article is not None:
            date = f" ({in_words(info.date)})" if info.date else ""
            items.append(Item(f"{info.title}{date}", article, _title_span(article)))
    if len(infos) > SHOWN:
        head = f"{head} The first {SHOWN}:"
    return _of_items(head, items, listed=listed)


def _of_items(head: str, items: Sequence[Item], *, listed: bool = True) -> AnswerBody:
    citations = tuple(cite(n, item.article, item.span, (), _CONTEXT) for n, item in enumerate(items, start=1))
    numbers = tuple(citation.n for citation in citations)
    lines = [Sentence(item.text, "computed", (n,), 1.0) for n, item in zip(numbers, items, strict=True)]
    sentences = (Sentence(head, "computed", numbers, 1.0), *(lines if listed else ()))
    return AnswerBody(sentences, citations, certainty="high", intent="collection")


def _title_span(article: Article) -> Span:
    """Where the title stands; in an article whose text does not begin with it, the first line."""
    if article.title and article.text.startswith(article.title):
        return 0, len(article.title)
    line = re.search(r"\S[^\n]*", article.text)
    return (line.start(), min(line.end(), line.start() + 300)) if line else (0, 0)
