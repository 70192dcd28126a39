"""Answers about the collection itself: how many articles, by whom, about what. Computed from the index, not read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from index.article import Article, ArticleInfo, in_words
from index.terms import query_terms
from rag.answer import Sentence, Span
from rag.corpus import Corpus
from rag.extract import cite
from rag.forms.about import all_stems_of, is_about, is_titled, stems_of, times_named
from rag.forms.collection_asked import Asked, asked_of
from rag.forms.findings import FIRST_LINE
from rag.generate import AnswerBody
from rag.unsure import OF_FORM

SHOWN = 20
"""Items of one answer; of more, the number is said."""
BY_WORDS = "What an article is about is told by its title, or by words that it repeats; others may be about it, too."
OF_SEVERAL = "Several authors have “{name}” in their name."
_CUT = f" The first {SHOWN}:"
_CONTEXT = 0


@dataclass(frozen=True, slots=True)
class Item:
    """A line of the answer, and the words of an article that it leans on."""

    text: str
    article: Article
    span: Span


def collection(question: str, corpus: Corpus) -> AnswerBody | None:
    """Return the answer from the index; None where the question asks for something else after all.

    It is uncertain where the title of an article does not say that it is about the subject, and of several authors
    with the same letters in their names.
    """
    asked = asked_of(question)
    infos = _of_author_and_time(asked, corpus) if asked else []
    if asked is None or not infos:
        return None
    reason = OF_SEVERAL.format(name=asked.by) if asked.by and len({info.author for info in infos}) > 1 else None
    if asked.about:
        infos, is_told = _about(infos, asked.about, corpus, named=asked.named)
        reason = reason if is_told else BY_WORDS
    body = _answer(infos, asked, corpus) if infos else None
    if body is None or reason is None:
        return body
    return replace(body, notice=OF_FORM["collection"], certainty="low", reason=reason)


def _answer(infos: Sequence[ArticleInfo], asked: Asked, corpus: Corpus) -> AnswerBody | None:
    if asked.what in ("authors", "writers"):
        return _authors(infos, asked, corpus) if asked.what == "authors" else _writers(infos, asked, corpus)
    if asked.what in ("newest", "oldest"):
        return _extreme(infos, asked, corpus)
    head = _head(infos, asked)
    if asked.by or asked.of or asked.about or asked.topics:
        head = _naming(head, [f"“{info.title}”" for info in infos])
    return _body(head, infos, corpus)


def _of_author_and_time(asked: Asked, corpus: Corpus) -> list[ArticleInfo]:
    """Return the articles by the author and of the time that are asked for, the newest first."""
    infos = sorted(corpus.articles(), key=lambda info: (info.date or "", info.source), reverse=True)
    if asked.by:
        infos = [info for info in infos if info.author and asked.by.casefold() in info.author.casefold()]
    if asked.of:
        infos = [info for info in infos if info.date and asked.keeps(info.date)]
    return infos


def _head(infos: Sequence[ArticleInfo], asked: Asked) -> str:
    """Return the line that counts them."""
    if not (asked.by or asked.of or asked.about):
        return f"There are {len(infos)} articles." if len(infos) > 1 else "There is 1 article."
    line = f"{_count(infos)}{_which(infos, asked, 'mentions' if len(infos) == 1 else 'mention')}."
    return f"Yes, {line}" if asked.confirms else line


def _which(infos: Sequence[ArticleInfo], asked: Asked, mention: str = "mentioning") -> str:
    """Return what was asked for, to stand behind "articles": " by Ada Renshaw since 2024 about tea"."""
    authors = {info.author for info in infos}
    by = (f"by {infos[0].author}" if len(authors) == 1 else f"by “{asked.by}”") if asked.by else ""
    about = f"{mention if asked.named else 'about'} {asked.about}" if asked.about else ""
    return "".join(f" {part}" for part in (by, asked.of, about) if part)


def _naming(head: str, names: Sequence[str]) -> str:
    """Return the line with as many of the names as fit into a first line, and how many more there are."""
    for count in range(len(names), 0, -1):
        left = len(names) - count
        said = f"{head.rstrip('.')}: {'; '.join([*names[:count], *([f'{left} more'] if left else [])])}."
        if len(said) + len(_CUT) <= FIRST_LINE:
            return said
    return head


def _extreme(infos: Sequence[ArticleInfo], asked: Asked, corpus: Corpus) -> AnswerBody | None:
    dated = [info for info in infos if info.date]
    if not dated:
        return None
    found = dated[-1] if asked.what == "oldest" else dated[0]
    head = f"The {asked.what} article{_which(infos, asked)} is “{found.title}” ({in_words(found.date)})."
    return _body(head, [found], corpus, listed=False)


def _authors(infos: Sequence[ArticleInfo], asked: Asked, corpus: Corpus) -> AnswerBody | None:
    counts = Counter(info.author for info in infos if info.author)
    if not counts:
        return None
    by_author = {info.author: info for info in reversed(infos) if info.author}
    items = []
    for author, count in counts.most_common(SHOWN):
        article = corpus.article(by_author[author].id)
        if article is not None:
            items.append(Item(f"{author}: {count} article{'' if count == 1 else 's'}", article, _signed(article)))
    head = f"{len(counts)} author{' has' if len(counts) == 1 else 's have'} written the articles{_which(infos, asked)}."
    return _of_items(_naming(head, [author for author, _ in counts.most_common()]), items)


def _writers(infos: Sequence[ArticleInfo], asked: Asked, corpus: Corpus) -> AnswerBody | None:
    """Return who wrote each of them; of those with the topic in their title alone, where there are some."""
    stems = stems_of(asked.about or "")
    known = [info for info in infos if info.author]
    known = [info for info in known if stems <= all_stems_of(info.title)] or known
    articles = [(info, corpus.article(info.id)) for info in known[:SHOWN]]
    items = [Item(f"{info.author}: “{info.title}”", article, _signed(article)) for info, article in articles if article]
    if not items:
        return None
    written = "It was written by" if len(known) == 1 else f"{_count(known)} by"
    names = list(dict.fromkeys(info.author or "" for info in known[:SHOWN]))
    return _of_items(f"{written} {', '.join(names)}.", items)


def _about(infos: Sequence[ArticleInfo], about: str, corpus: Corpus, *, named: bool) -> tuple[list[ArticleInfo], bool]:
    """Return the articles about a subject, or that have it `named`, and whether that is told for certain."""
    stems = stems_of(about)
    found = {article.id: article for article in _having(infos, about, corpus) if named or is_about(stems, article)}
    is_told = named or all(is_titled(stems, article) for article in found.values())
    return [info for info in infos if info.id in found], is_told


def _having(infos: Sequence[ArticleInfo], about: str, corpus: Corpus) -> Iterator[Article]:
    """Yield the articles that have all words of a subject, in their title or in their text."""
    stems = stems_of(about)
    candidates = corpus.article_ids_with(query_terms(about))
    for info in infos:
        article = corpus.article(info.id) if info.id in candidates else None
        if article is not None and stems and times_named(stems, f"{article.title}\n{article.text}"):
            yield article


def _signed(article: Article) -> Span:
    return article.byline or _title_span(article)


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
        head += _CUT
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
