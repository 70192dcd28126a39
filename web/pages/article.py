"""The page of one article: its exact text in paragraphs, with the quotes marked that the address names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import quote as percent_encode

from index.article import Article, ArticleInfo
from rag.answer import Span
from web.locales import Language, count
from web.permalink import Link, find, sheet_address
from web.render import day, merged_spans
from web.templating import render_template

CHARACTERS_PER_MINUTE = 1_300
"""English: 230 words a minute, with spaces."""
SIGNS_PER_MINUTE = 400
"""Chinese and Japanese."""


@dataclass(frozen=True, slots=True)
class Highlights:
    """What is marked of a text: `quotes` and the `bold` words in them, each in order and apart from each other.

    `target` is where the quote begins to which the page goes, `near` the place to go to if it is gone.
    """

    quotes: Sequence[Span] = ()
    bold: Sequence[Span] = ()
    target: int | None = None
    near: int | None = None


@dataclass(frozen=True, slots=True)
class Fragment:
    """Words of a paragraph, all bold or none."""

    text: str
    is_bold: bool = False


@dataclass(frozen=True, slots=True)
class Segment:
    """Fragment after fragment of a paragraph, all inside a quote or none. The page goes to the one that `is_target`."""

    fragments: tuple[Fragment, ...]
    is_quote: bool = False
    is_target: bool = False


@dataclass(frozen=True, slots=True)
class Element:
    """One paragraph as an element of the page. The page goes to the one that `is_near` where the quote is gone."""

    tag: Literal["p", "h1", "h2"]
    segments: tuple[Segment, ...]
    is_byline: bool = False
    is_near: bool = False


def article_page(
    article: Article,
    links: Sequence[Link] = (),
    language: Language = "en",
    *,
    around: int | None = None,
    has_chat: bool = True,
    has_original: bool = False,
) -> str:
    """Return the page as HTML, with the quotes of `links` marked where their words stand now.

    With `around` it holds no more of the text than this many characters on each side of a quote. `has_chat` says
    that the reader may go to the chat and the list, `has_original` that the pages of its PDF can be shown.
    """
    highlights, notice = _highlights(article, links)
    spans = list(_paragraphs(article.text))
    if around is not None:
        notice = notice or "articles.excerpt"
        near = merged_spans((start - around, end + around) for start, end in highlights.quotes)
        spans = [clipped for span in spans for clipped in _clipped(span, near)]
    opening = [article.text[start:end].strip() for start, end in spans[:2]]
    has_title = opening[:1] == [article.title.strip()]
    has_byline = has_title and len(opening) > 1 and opening[1].startswith(f"By {article.author}")
    return render_template(
        "article.html",
        language,
        title=article.title,
        title_above=not has_title,
        about=percent_encode(article.id, safe="", errors="replace"),
        notice=notice,
        has_chat=has_chat,
        sheet=_sheet(article, links, highlights) if has_original else None,
        facts=facts(article, len(article.text), language, byline=not has_byline),
        written=article.language,
        elements=_elements(article, spans, highlights, has_title=has_title, has_byline=has_byline),
    )


def marked_part(article: Article, links: Sequence[Link], part: Span) -> list[Element]:
    """Return the paragraphs of a part of the article, with the quotes of `links` marked."""
    highlights, _ = _highlights(article, links)
    spans = [clipped for span in _paragraphs(article.text) for clipped in _clipped(span, [part])]
    return list(_elements(article, spans, highlights, has_title=False, has_byline=False))


def _sheet(article: Article, links: Sequence[Link], highlights: Highlights) -> tuple[int, str]:
    """Return the number and the address of the PDF's page that the first quote is on, else of its first page."""
    page = article.page_at(highlights.target or 0) or 1
    return page, sheet_address(article.id, page, links if highlights.target is not None else ())


def facts(known: Article | ArticleInfo, characters: int, language: Language, *, byline: bool = True) -> list[str]:
    """Return author and date (unless the text gives them in a byline), source, how long it takes to read, and tags."""
    date = day(known.date, language) if known.date else None
    shown = [*((known.author, date) if byline else ()), known.source, minutes(characters, known.language, language)]
    return [fact for fact in (*shown, *known.tags) if fact]


def minutes(characters: int, written: str | None, language: Language) -> str:
    """Return how long a text takes to read, in words."""
    signs = (written or "").split("-")[0] in ("zh", "ja")
    pace = SIGNS_PER_MINUTE if signs else CHARACTERS_PER_MINUTE
    return count(language, "articles.minutes", max(1, round(characters / pace)))


def is_inside(article: Article, quote: Span) -> bool:
    """Return whether `quote` is a place in the article's text."""
    return 0 <= quote[0] < quote[1] <= len(article.text)


def _clipped(paragraph: Span, windows: Sequence[Span]) -> Iterator[Span]:
    """Yield the pieces of a paragraph that stand in these windows."""
    for first, last in windows:
        start, end = max(paragraph[0], first), min(paragraph[1], last)
        if start < end:
            yield start, end


def _highlights(article: Article, links: Sequence[Link]) -> tuple[Highlights, str | None]:
    """Return what to mark, and the key of what to say about it."""
    searched = [(link, find(article.text, link.start, link.end, link.digest)) for link in links]
    found = [(link, place) for link, place in searched if place]
    if not found:
        return Highlights(near=links[0].start if links else None), "articles.gone" if links else None
    quotes = merged_spans((place.start, place.end) for _, place in found)
    bold = merged_spans(span for link, place in found for span in _bold_spans(link, place.start - link.start))
    first = found[0][1].start
    highlights = Highlights(quotes, bold, target=max(start for start, _ in quotes if start <= first))
    if len(found) < len(searched):
        return highlights, "articles.gone"
    return highlights, "articles.moved" if any(place.moved for _, place in found) else None


def _bold_spans(link: Link, moved_by: int) -> Iterator[Span]:
    """Yield where the bold words of a quote stand now."""
    for start, end in link.bold:
        if link.start <= start < end <= link.end:
            yield start + moved_by, end + moved_by


def _elements(
    article: Article, spans: Sequence[Span], highlights: Highlights, *, has_title: bool, has_byline: bool
) -> Iterator[Element]:
    headings = {heading.start for heading in article.headings}
    near = None
    if highlights.near is not None:
        ends = [end for _, end in spans]
        near = next((at for at, end in enumerate(ends) if end > highlights.near), len(ends) - 1)
    for at, span in enumerate(spans):
        tag: Literal["p", "h1", "h2"] = "h1" if at == 0 and has_title else "p"
        is_byline = at == 1 and has_byline
        if tag == "p" and not is_byline and span[0] in headings:
            tag = "h2"
        yield Element(tag, tuple(_segments(article.text, span, highlights)), is_byline, at == near)


def _paragraphs(text: str) -> Iterator[Span]:
    """Yield where each run of lines stands that has no blank line in it."""
    start, at = None, 0
    for line in text.split("\n"):
        if line.strip():
            start = at if start is None else start
        elif start is not None:
            yield start, at - 1
            start = None
        at += len(line) + 1
    if start is not None:
        yield start, at - 1


def _segments(text: str, paragraph: Span, highlights: Highlights) -> Iterator[Segment]:
    """Yield the paragraph in order: what belongs to quotes, and what stands between them."""
    at = paragraph[0]
    for quote in highlights.quotes:
        start, end = max(paragraph[0], quote[0]), min(paragraph[1], quote[1])
        if start >= end:
            continue
        # A quote may begin in the blank lines before a paragraph.
        is_target = quote[0] == highlights.target and not text[quote[0] : start].strip()
        yield Segment((Fragment(text[at:start]),))
        yield Segment(tuple(_fragments(text, (start, end), highlights.bold)), is_quote=True, is_target=is_target)
        at = end
    yield Segment((Fragment(text[at : paragraph[1]]),))


def _fragments(text: str, quote: Span, bold: Iterable[Span]) -> Iterator[Fragment]:
    at = quote[0]
    for word in bold:
        start, end = max(quote[0], word[0]), min(quote[1], word[1])
        if start < end:
            yield Fragment(text[at:start])
            yield Fragment(text[start:end], is_bold=True)
            at = end
    yield Fragment(text[at : quote[1]])
