"""The page of one article: its exact text in paragraphs, with one quote marked where asked for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from string import Template

from index.article import Article
from rag.answer import Span
from web.render import text

TEMPLATE = Path(__file__).resolve().parent / "article.html"


def page(article: Article, quote: Span | None = None) -> str:
    """The page as HTML; `quote` is marked, or said to be gone if it is not inside of the text."""
    gone = quote is not None and not is_inside(article, quote)
    return _template().substitute(
        language=text(article.language or "en"),
        title=text(article.title),
        source=text(article.source),
        hidden="" if gone else " hidden",
        text="\n".join(_elements(article, None if gone else quote)),
    )


def is_inside(article: Article, quote: Span) -> bool:
    """Whether `quote` is a place in the article's text."""
    return 0 <= quote[0] < quote[1] <= len(article.text)


@cache
def _template() -> Template:
    return Template(TEMPLATE.read_text(encoding="utf-8"))


def _elements(article: Article, quote: Span | None) -> Iterator[str]:
    """The paragraphs as elements. Title and byline stand in the text of most articles; else they are added."""
    byline = ", ".join(each for each in (article.author, article.date) if each)
    headings = {heading.start for heading in article.headings}
    paragraphs = list(_paragraphs(article.text))
    opening = [article.text[start:end].strip() for start, end in paragraphs[:2]]
    has_title = opening[:1] == [article.title.strip()]
    has_byline = has_title and opening[1:] != [] and opening[1].startswith(f"By {article.author}")
    if not has_title:
        yield f'<h1 dir="auto">{text(article.title)}</h1>'
    if byline and not has_byline and not has_title:
        yield f'<p class="byline" dir="auto">{text(byline)}</p>'
    for n, (start, end) in enumerate(paragraphs):
        tag, kind = "p", ""
        if n == 0 and has_title:
            tag = "h1"
        elif n == 1 and has_byline:
            kind = ' class="byline"'
        elif start in headings:
            tag = "h2"
        yield f'<{tag}{kind} dir="auto">{_marked(article.text, start, end, quote)}</{tag}>'


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


def _marked(whole: str, start: int, end: int, quote: Span | None) -> str:
    """The text from `start` to `end` with what belongs to the quote marked; its beginning is named."""
    if quote is None or quote[1] <= start or end <= quote[0]:
        return _lines(whole[start:end])
    begin, finish = max(start, quote[0]), min(end, quote[1])
    # A quote may begin in the blank lines before a paragraph.
    name = ' id="quote" tabindex="-1"' if not whole[quote[0] : begin].strip() else ""
    mark = f"<mark{name}>{_lines(whole[begin:finish])}</mark>"
    return _lines(whole[start:begin]) + mark + _lines(whole[finish:end])


def _lines(some: str) -> str:
    """As text, with line ends kept as they are: the page's text is then the article's, to the letter."""
    return "\n".join(text(line) for line in some.split("\n"))
