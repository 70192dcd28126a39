"""One Answer as safe HTML: nothing that an article, a question or a model says becomes markup.

Every piece of foreign text passes through `text()`. The result is the same whether it is set as
HTML or handed to a Markdown renderer that lets HTML through, as Gradio's does: each part is one
block on one line, and characters that mean something to Markdown are character references.
"""

from __future__ import annotations

import string
from collections.abc import Iterable
from urllib.parse import quote as percent_encode

from rag.answer import Answer, Citation, Nearest, Place, Sentence, Span

# References, not backslashes: a reference is plain text to an HTML parser and to Markdown alike.
# Control characters would end a line or vanish and lone surrogates cannot be sent: U+FFFD shows
# that there was one.
_REFERENCES = {ord(each): f"&#{ord(each)};" for each in string.punctuation if each not in ",.;-'/?@"}
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
_BREAKS = {ord(each): "<br>" for each in "\n\x85\u2028\u2029"}
_TABLE = {**_CONTROLS, **_REFERENCES, **_BREAKS, ord("'"): "&#39;", ord("\t"): " ", ord("\r"): None}
_ATTRIBUTE = {**_TABLE, **dict.fromkeys(_BREAKS, " ")}


def text(foreign: str) -> str:
    """`foreign` as HTML that shows exactly these characters, line breaks as `<br>`."""
    return foreign.translate(_TABLE)


def address(article_id: str, start: int, end: int) -> str:
    """The permalink of a quote: the article's page, and where in it the quote stands."""
    return f"/articles/{percent_encode(article_id, safe='', errors='replace')}#q={start}-{end}"


def question(asked: str) -> str:
    """What a person asked, shown as text."""
    return f'<p class="q-asked" dir="auto">{text(asked)}</p>'


def line(said: str, kind: str = "status") -> str:
    """One line of ours in the conversation: what is going on, or what went wrong."""
    return f'<p class="q-line q-{kind}">{text(said)}</p>'


def sentence(said: Sentence, citations: Iterable[Citation]) -> str:
    """One sentence of an answer with its marks; a quote with the words that answer in bold."""
    cited = {each.n: each for each in citations if each.n in said.citations}
    marks = "".join(f"&nbsp;{_mark(cited[n])}" for n in said.citations if n in cited)
    if said.kind != "quote":
        return f'<p class="q-{said.kind}" dir="auto"><bdi>{text(said.text)}</bdi>{marks}</p>'
    source = next((each for each in cited.values() if each.quote == said.text), None)
    words = _bold(source) if source else text(said.text)
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"
    # Isolated, so that text that turns the direction of writing does not carry the marks along.
    return f'<blockquote class="q-quote" dir="auto"><bdi>{quoted}</bdi>{marks}</blockquote>'


def answer(given: Answer) -> str:
    """A whole Answer, or its abstention."""
    if given.abstained:
        parts = [f'<p class="q-abstained" dir="auto">{text(given.answer)}</p>', *_nearest(given.nearest)]
    else:
        parts = [sentence(each, given.citations) for each in given.sentences]
        parts.append(f'<p class="q-line q-support">{_support(given)}</p>')
    if given.notice:
        parts.append(line(given.notice, "notice"))
    return "\n\n".join(parts)


def sources(citations: Iterable[Citation]) -> str:
    """The source cards: for each citation who wrote it and when, the quote among its neighbours."""
    return "".join(_card(each) for each in citations)


def _mark(cited: Citation) -> str:
    where = address(cited.article_id, cited.start, cited.end)
    shown = f"{_shorten(cited.quote)} \N{EM DASH} {_shorten(cited.title, 80)}"
    return f'<a class="q-mark" href="{where}" title="{shown.translate(_ATTRIBUTE)}">[{cited.n}]</a>'


def _bold(cited: Citation) -> str:
    """The quote with its answer spans bold, sliced here because only Python counts code points."""
    pieces, at = [], 0
    for start, end in _merged(cited.answer_spans, cited.start):
        pieces += [text(cited.quote[at:start]), f"<b>{text(cited.quote[start:end])}</b>"]
        at = end
    return "".join([*pieces, text(cited.quote[at:])])


def _merged(spans: Iterable[Span], base: int) -> list[Span]:
    """The spans relative to `base`, in order, overlapping ones joined."""
    merged: list[Span] = []
    for start, end in sorted((start - base, end - base) for start, end in spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _card(cited: Citation) -> str:
    page = f"page {cited.page}" if cited.page is not None else None
    byline = " \N{MIDDLE DOT} ".join(text(each) for each in (cited.author, cited.date, page) if each)
    before = text(_tail(cited.before.rpartition("\n\n")[2]))
    after = text(_shorten(cited.after.partition("\n\n")[0], 120))
    read = address(cited.article_id, cited.start, cited.end)
    return (
        f'<article class="q-card" id="source-{cited.n}"><h3><span class="q-n">{cited.n}</span>'
        f"<bdi>{text(cited.title)}</bdi></h3>"
        + (f'<p class="q-byline">{byline}</p>' if byline else "")
        + f'<p class="q-context" dir="auto">{before}<mark>{_bold(cited)}</mark>{after}</p>'
        + f'<p class="q-read"><a href="{read}">Read in the article</a>{_also(cited.also)}</p></article>'
    )


def _also(places: Iterable[Place]) -> str:
    hrefs = [address(each.article_id, each.start, each.end) for each in places]
    links = [f'<a href="{href}">{"another article" if n == 0 else "another"}</a>' for n, href in enumerate(hrefs)]
    return f' <span class="q-also">The same words stand in {", ".join(links)}.</span>' if links else ""


def _nearest(passages: Iterable[Nearest]) -> list[str]:
    items = [
        f'<li><a href="{address(each.article_id, each.start, each.end)}"><bdi>{text(each.title)}</bdi></a>'
        f'<p dir="auto">{text(_shorten(each.text, 280))}</p></li>'
        for each in passages
    ]
    if not items:
        return []
    return [f'<details class="q-nearest"><summary>Nearest passages</summary><ul>{"".join(items)}</ul></details>']


def _support(given: Answer) -> str:
    count = len(given.citations)
    pieces = [f"Supported by {count} quote{'' if count == 1 else 's'}", f"{given.timings_ms.total / 1000:.1f} s"]
    if given.withheld:
        sentences = "1 sentence" if given.withheld == 1 else f"{given.withheld} sentences"
        pieces.append(f"{sentences} withheld: no quote supports {'it' if given.withheld == 1 else 'them'}")
    return " \N{MIDDLE DOT} ".join(pieces)


def _shorten(long: str, most: int = 200) -> str:
    """At most `most` characters, cut at a space where there is one near the end."""
    if len(long) <= most:
        return long
    cut = long[:most]
    space = cut.rfind(" ", most - 30)
    return (cut[:space] if space > 0 else cut) + "\N{HORIZONTAL ELLIPSIS}"


def _tail(long: str, most: int = 120) -> str:
    """The last `most` characters, cut at a space where there is one near the start."""
    if len(long) <= most:
        return long
    cut = long[-most:]
    space = cut.find(" ", 0, 30)
    return "\N{HORIZONTAL ELLIPSIS}" + (cut[space + 1 :] if space >= 0 else cut)
