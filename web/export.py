"""Answers to take away: one as plain text, Markdown or HTML with its citations, a conversation as Markdown or JSON.

Plain text is exact. In Markdown and HTML nothing foreign becomes markup, a link or an image where it is pasted.
`base` is the address that links begin with, for instance "https://host"; without it they would lead nowhere.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Literal
from urllib.parse import quote as percent_encode

from rag.answer import Answer, Citation, Nearest
from rag.filters import NO_FILTERS, Filters
from rag.unsure import unsure_line
from web.answers import StoredAnswer
from web.permalink import address

Format = Literal["text", "markdown", "html", "json"]
MEDIA_TYPES: dict[Format, str] = {
    "text": "text/plain; charset=utf-8",
    "markdown": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "json": "application/json",
}

_CONTROLS = dict.fromkeys(
    [*range(9), *range(10, 0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}"
)
# A backslash where every Markdown dialect knows it, else a reference: to some "\<img>" is a tag all the same.
_SPECIAL = {
    **_CONTROLS,
    **{ord(sign): f"\\{sign}" for sign in r"\`*_{}[]#!"},
    **{ord(sign): f"&#{ord(sign)};" for sign in "<>&|~$^@"},
}
_LIST_ITEM = re.compile(r"^(\d*)([-+.)])")
_BARE_LINK = re.compile(r"^:|(?<=[a-z]):(?=\S)|(?<=www)\.", re.IGNORECASE)


def export_answer(answer: Answer, form: Format, base: str, filters: Filters = NO_FILTERS) -> str:
    """Return one answer in this format; as JSON it is the Answer object. The others say what `filters` it had."""
    match form:
        case "text":
            return as_text(answer, base, filters)
        case "markdown":
            return as_markdown(answer, base, filters)
        case "html":
            return as_html(answer, base, filters)
        case "json":
            return _json(answer.to_dict())


def export_conversation(answers: Iterable[StoredAnswer], form: Literal["markdown", "json"], base: str) -> str:
    """Return answers in the order given; as JSON an object with the Answer objects under `answers`."""
    if form == "json":
        return _json({"answers": [stored.answer.to_dict() for stored in answers]})
    return "\n---\n\n".join(as_markdown(stored.answer, base, stored.filters) for stored in answers)


def as_text(answer: Answer, base: str, filters: Filters = NO_FILTERS) -> str:
    """Return the question, the sentences with their marks, and what each number means."""
    sources = [
        "\n    ".join(
            [f"[{source.n}] {', '.join(source_facts(source))}", *_unsaid_quote(source, answer), link(source, base)]
        )
        for source in answer.citations
    ]
    said = "\n".join([*_lead_in(answer, filters), *map(str, answer.sentences)]) or answer.answer
    return "\n\n".join([answer.question, said, *(["\n".join(sources)] if sources else [])]) + "\n"


def as_markdown(answer: Answer, base: str, filters: Filters = NO_FILTERS) -> str:
    """Return the same with the question as a heading, quotes as block quotes and each source as a numbered link."""
    parts = [f"## {markdown(answer.question)}", *map(markdown, _lead_in(answer, filters))]
    for sentence in answer.sentences:
        words, marks = markdown(sentence.text), "".join(f" \\[{n}\\]" for n in sentence.citations)
        parts.append(f"> “{words}”{marks}" if sentence.kind == "quote" else words + marks)
    if answer.abstained:
        parts.append(markdown(answer.answer))
    sources = []
    for source in answer.citations:
        title, *others = map(markdown, source_facts(source))
        quotes = [f"“{markdown(quote)}”" for quote in _unsaid_quote(source, answer)]
        sources.append(f"{source.n}. {', '.join([f'[{title}]({link(source, base)})', *others, *quotes])}")
    return "\n\n".join([*parts, *(["\n".join(sources)] if sources else [])]) + "\n"


def as_html(answer: Answer, base: str, filters: Filters = NO_FILTERS) -> str:
    """Return the same as a fragment of HTML without classes, styles or scripts, for pages and word processors."""
    links = {source.n: html.escape(link(source, base)) for source in answer.citations}
    parts = [f'<p dir="auto"><strong>{_escaped(answer.question)}</strong></p>']
    parts += [f'<p dir="auto"><em>{_escaped(said)}</em></p>' for said in _lead_in(answer, filters)]
    for sentence in answer.sentences:
        marks = "".join(f' <a href="{links[n]}">[{n}]</a>' for n in sentence.citations)
        said = f"<bdi>{_escaped(sentence.text)}</bdi>"
        quoted = f'<blockquote dir="auto">“{said}”{marks}</blockquote>'
        parts.append(quoted if sentence.kind == "quote" else f'<p dir="auto">{said}{marks}</p>')
    if answer.abstained:
        parts.append(f'<p dir="auto">{_escaped(answer.answer)}</p>')
    sources = []
    for source in answer.citations:
        title, *others = map(_escaped, source_facts(source))
        quotes = [f"“{_escaped(quote)}”" for quote in _unsaid_quote(source, answer)]
        shown = ", ".join([f'<a href="{links[source.n]}"><bdi>{title}</bdi></a>', *others, *quotes])
        sources.append(f"<li>{shown}</li>")
    return "\n".join([*parts, *([f"<ol>{''.join(sources)}</ol>"] if sources else [])]) + "\n"


def _lead_in(answer: Answer, filters: Filters) -> list[str]:
    """Return what an answer must not be read without: where was looked, and that it is uncertain."""
    places: tuple[Citation | Nearest, ...] = (*answer.citations, *answer.nearest)
    titles = {place.article_id: place.title for place in places}
    scope = [f"“{titles.get(article, article)}”" for article in filters.article]
    if others := replace(filters, article=()).described():
        scope.append(f"articles {others}")
    if answer.abstained:  # which says it itself
        return []
    looked = [f"Looked only in {', '.join(scope)}."] if scope else []
    return [*looked, *([answer.notice or unsure_line(answer.intent)] if answer.certainty == "low" else [])]


def markdown(foreign: str) -> str:
    """`foreign` as one line of Markdown that shows its characters, white space run together.

    Only programs that link whatever looks like an address, as typed by hand, can still do so.
    """
    line = _LIST_ITEM.sub(r"\1\\\2", " ".join(foreign.split()).translate(_SPECIAL))
    return _BARE_LINK.sub(lambda match: f"&#{ord(match[0])};", line)


def _escaped(foreign: str) -> str:
    return "<br>".join(html.escape(line.translate(_CONTROLS)) for line in foreign.splitlines())


def source_facts(cited: Citation) -> list[str]:
    """Return title, author, date and page, where known; always at least one."""
    page = f"p. {cited.page}" if cited.page is not None else None
    return [cited.title or cited.source, *(fact for fact in (cited.author, cited.date, page) if fact)]


def _unsaid_quote(cited: Citation, answer: Answer) -> list[str]:
    """Return the quote, unless a sentence of the answer is just that."""
    return [] if any(sentence.text == cited.quote for sentence in answer.sentences) else [cited.quote]


def link(cited: Citation, base: str) -> str:
    """Return the quote's permalink; nothing in it ends a link in Markdown or an attribute in HTML."""
    where = address(cited.article_id, cited.start, cited.end, cited.quote, cited.answer_spans, cited.seal)
    return base + percent_encode(where, safe="/#?=&%:,+")


def _json(data: object) -> str:
    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"
