"""The page of one article: its exact text in paragraphs, with the quotes marked that the address names."""

from __future__ import annotations

import html
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from urllib.parse import quote as percent_encode

from index.article import Article, ArticleInfo
from rag.answer import Span
from web.locales.strings import Language, count, say
from web.permalink import Link, find
from web.render import day, text

TEMPLATE = Path(__file__).resolve().parent / "templates/article.html"
CHARACTERS_A_MINUTE = 1_300
"""English: 230 words a minute, with spaces."""
SIGNS_A_MINUTE = 400
"""Chinese and Japanese."""


@dataclass(frozen=True, slots=True)
class View:
    """What is marked of a text: `quotes` and the `bold` words in them, each in order and apart from each other.

    `first` is where the quote begins to which the page goes, `near` the place to go to if it is gone.
    """

    quotes: tuple[Span, ...] = ()
    bold: tuple[Span, ...] = ()
    first: int | None = None
    near: int | None = None


def page(
    article: Article,
    links: Sequence[Link] = (),
    language: Language = "en",
    *,
    around: int | None = None,
    has_chat: bool = True,
) -> str:
    """The page as HTML, with the quotes of `links` marked where their words stand now.

    With `around` it holds no more of the text than so many characters on each side of a quote. `has_chat` says
    that the reader may go to the chat and the list.
    """
    view, notice = _view(article, links)
    paragraphs = list(_paragraphs(article.text))
    if around is not None:
        notice = notice or "articles.excerpt"
        near = _joined((start - around, end + around) for start, end in view.quotes)
        paragraphs = [cut for each in paragraphs for cut in _inside(each, near)]
    opening = [article.text[start:end].strip() for start, end in paragraphs[:2]]
    has_title = opening[:1] == [article.title.strip()]
    has_byline = has_title and len(opening) > 1 and opening[1].startswith(f"By {article.author}")
    known = article.language
    return _template().substitute(
        {key: text(say(language, f"articles.{key}")) for key in ("list", "ask", "back")},
        language=language,
        title=text(" ".join(article.title.split())),
        about=percent_encode(article.id, safe="", errors="replace"),
        notice=text(say(language, notice)) if notice else "",
        hidden="" if notice else " hidden",
        home="/" if has_chat else "/widget",
        ways="" if has_chat else " hidden",
        facts=facts(article, len(article.text), language, byline=not has_byline),
        written=f' lang="{text(known)}"' if known else "",
        heading="" if has_title else f'<h1 dir="auto">{text(article.title)}</h1>',
        text="\n".join(_elements(article, paragraphs, view, has_title=has_title, has_byline=has_byline)),
    )


def facts(known: Article | ArticleInfo, characters: int, language: Language, *, byline: bool = True) -> str:
    """Author and date (unless the text gives them in a byline), source, how long it takes to read, tags, as HTML."""
    date = day(known.date, language) if known.date else None
    said = [*((known.author, date) if byline else ()), known.source, minutes(characters, known.language, language)]
    said += known.tags
    return " \N{MIDDLE DOT} ".join(f"<bdi>{text(each)}</bdi>" for each in said if each)


def minutes(characters: int, written: str | None, language: Language) -> str:
    """How long a text takes to read, in words."""
    signs = (written or "").split("-")[0] in ("zh", "ja")
    pace = SIGNS_A_MINUTE if signs else CHARACTERS_A_MINUTE
    return count(language, "articles.minutes", max(1, round(characters / pace)))


def is_inside(article: Article, quote: Span) -> bool:
    """Whether `quote` is a place in the article's text."""
    return 0 <= quote[0] < quote[1] <= len(article.text)


def _inside(paragraph: Span, windows: Sequence[Span]) -> Iterator[Span]:
    """What of a paragraph stands in these windows."""
    for first, last in windows:
        start, end = max(paragraph[0], first), min(paragraph[1], last)
        if start < end:
            yield start, end


@cache
def _template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))


def _view(article: Article, links: Sequence[Link]) -> tuple[View, str | None]:
    """What to mark, and the key of what to say about it."""
    found = [(link, find(article.text, link.start, link.end, link.digest)) for link in links]
    there = [(link, place) for link, place in found if place]
    quotes = _joined((place.start, place.end) for _, place in there)
    bold = _joined(
        (place.start + start - link.start, place.start + end - link.start)
        for link, place in there
        for start, end in link.bold
        if link.start <= start < end <= link.end
    )
    if not there:
        return View(near=links[0].start if links else None), "articles.gone" if links else None
    at = there[0][1].start
    view = View(quotes, bold, first=max(start for start, _ in quotes if start <= at))
    if len(there) < len(found):
        return view, "articles.gone"
    return view, "articles.moved" if any(place.moved for _, place in there) else None


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, what overlaps or touches made one."""
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _elements(
    article: Article, paragraphs: Sequence[Span], view: View, *, has_title: bool, has_byline: bool
) -> Iterator[str]:
    """The paragraphs as elements."""
    headings = {heading.start for heading in article.headings}
    ends = [end for _, end in paragraphs]
    near = None if view.near is None else next((n for n, end in enumerate(ends) if end > view.near), len(ends) - 1)
    for n, (start, end) in enumerate(paragraphs):
        tag, kind = "p", ""
        if n == 0 and has_title:
            tag = "h1"
        elif n == 1 and has_byline:
            kind = ' class="byline"'
        elif start in headings:
            tag = "h2"
        if n == near:
            kind += ' id="near" tabindex="-1" aria-describedby="notice"'
        yield f'<{tag}{kind} dir="auto">{_marked(article.text, (start, end), view)}</{tag}>'


def _paragraphs(whole: str) -> Iterator[Span]:
    """Where each run of lines stands that has no blank line in it."""
    start, at = None, 0
    for line in whole.split("\n"):
        if line.strip():
            start = at if start is None else start
        elif start is not None:
            yield start, at - 1
            start = None
        at += len(line) + 1
    if start is not None:
        yield start, at - 1


def _marked(whole: str, paragraph: Span, view: View) -> str:
    """One paragraph with what belongs to quotes marked; the beginning of the first one is named."""
    pieces, at = [], paragraph[0]
    for quote in view.quotes:
        start, end = max(paragraph[0], quote[0]), min(paragraph[1], quote[1])
        if start >= end:
            continue
        # A quote may begin in the blank lines before a paragraph.
        is_first = quote[0] == view.first and not whole[quote[0] : start].strip()
        name = ' id="quote" tabindex="-1"' if is_first else ""
        pieces += [_lines(whole[at:start]), f"<mark{name}>{_bold(whole, (start, end), view.bold)}</mark>"]
        at = end
    return "".join([*pieces, _lines(whole[at : paragraph[1]])])


def _bold(whole: str, mark: Span, words: Iterable[Span]) -> str:
    pieces, at = [], mark[0]
    for word in words:
        start, end = max(mark[0], word[0]), min(mark[1], word[1])
        if start < end:
            pieces += [_lines(whole[at:start]), f"<b>{_lines(whole[start:end])}</b>"]
            at = end
    return "".join([*pieces, _lines(whole[at : mark[1]])])


def _lines(some: str) -> str:
    """As text to the letter: unlike elsewhere, blanks and line ends are kept as they are."""
    return html.escape(some, quote=False).replace("\r", "&#13;")
