"""One Answer as safe HTML: nothing that an article, a question or a model says becomes markup.

Every piece of foreign text passes through `text()`. The result is the same whether it is set as
HTML or handed to a Markdown renderer that lets HTML through, as Gradio's does: each part is one
block on one line, and characters that mean something to Markdown are character references.
"""

from __future__ import annotations

import datetime as dt
import re
import string
from collections.abc import Iterable
from dataclasses import replace

from rag.answer import Answer, Citation, Nearest, Place, Sentence, Span
from rag.generate import CORRECTED, parted
from rag.unsure import REASONS
from web.locales import Language, count, say, unsure_key
from web.permalink import address

# References, not backslashes: a reference is plain text to an HTML parser and to Markdown alike.
# Control characters would end a line or vanish and lone surrogates cannot be sent: U+FFFD shows
# that there was one.
_REFERENCES = {ord(sign): f"&#{ord(sign)};" for sign in string.punctuation if sign not in ",.;-'/?@"}
_CONTROLS = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "\N{REPLACEMENT CHARACTER}")
_BREAKS = {ord(sign): "<br>" for sign in "\n\x85\u2028\u2029"}
_TABLE = {**_CONTROLS, **_REFERENCES, **_BREAKS, ord("'"): "&#39;", ord("\t"): " ", ord("\r"): None}
_BLANK_LINES = re.compile(r"\n\s*\n")
_ATTRIBUTE = {**_TABLE, **dict.fromkeys(_BREAKS, " ")}


def text(foreign: str) -> str:
    """Return `foreign` as HTML that shows exactly these characters, line breaks as `<br>`."""
    return foreign.translate(_TABLE)


def question(asked: str, scope: str = "") -> str:
    """Return what a person asked, shown as text, and which articles are searched where these are not all."""
    limits = f'\n\n<p class="q-line q-scope" dir="auto">{text(scope)}</p>' if scope else ""
    return f'<p class="q-asked" dir="auto">{text(asked)}</p>{limits}'


def understood(asked: str, language: Language, *, is_offered: bool) -> str:
    """Return as what a question was understood; where `is_offered`, with a button to ask it as it was typed."""
    said = f"<bdi>{text(say(language, 'chat.understood', question=asked))}</bdi>"
    button = f' <button class="q-plain" type="button">{text(say(language, "chat.as_typed"))}</button>'
    return f'<p class="q-line q-understood" dir="auto">{said}{button if is_offered else ""}</p>'


def contact(link: str, language: Language) -> str:
    """Return the owner's link for what the articles do not say."""
    return f'<p class="q-line q-contact"><a href="{text(link)}">{text(say(language, "chat.contact"))}</a></p>'


def line(said: str, kind: str = "status") -> str:
    """Return one line of ours in the conversation: what is going on, or what went wrong."""
    return f'<p class="q-line q-{kind}">{text(said)}</p>'


def choices(said: str, buttons: Iterable[tuple[str, str]]) -> str:
    """Return one line of ours with buttons after it, each by its class and its words."""
    shown = " ".join(f'<button class="q-way {kind}" type="button">{text(words)}</button>' for kind, words in buttons)
    return f'<p class="q-line q-ways"><span>{text(said)}</span> {shown}</p>'


def sentence(said: Sentence, citations: Iterable[Citation], language: Language = "en") -> str:
    """Return one sentence of an answer with its marks; a quote with the words that answer in bold.

    Where the citations are of more than one article, a quote says whose it is and of when.
    """
    known = list(citations)
    cited = {citation.n: citation for citation in known if citation.n in said.citations}
    marks = "".join(f"&nbsp;{_mark(cited[n])}" for n in said.citations if n in cited)
    if said.kind != "quote":
        return f'<p class="q-{said.kind}" dir="auto"><bdi>{text(said.text)}</bdi>{marks}</p>'
    source = next((citation for citation in cited.values() if citation.quote == said.text), None)
    words = _bold(source) if source else text(said.text)
    quoted = f"\N{LEFT DOUBLE QUOTATION MARK}{words}\N{RIGHT DOUBLE QUOTATION MARK}"
    several = len({citation.article_id for citation in known}) > 1
    whose = f' <cite class="q-from">{_byline(source, language, source.title)}</cite>' if source and several else ""
    # Isolated, so that text that turns the direction of writing does not carry the marks along.
    return f'<blockquote class="q-quote" dir="auto"><bdi>{quoted}</bdi>{marks}{whose}</blockquote>'


def answer(given: Answer, language: Language = "en") -> str:
    """Return a whole Answer, or its abstention. Its last line carries the answer's id as a class, `q-id-ID`."""
    parts = _abstention(given, language) if given.abstained else _sentences(given, language)
    corrected = CORRECTED.format(question=given.standalone_question)  # said above the answer
    if notice := parted(given.notice)[1].removesuffix(corrected).strip():
        parts.append(line(notice, "notice"))
    # Other ids come from outside, and a class is no place for those.
    known = f" q-id-{given.id}" if given.id.isascii() and given.id.isalnum() else ""
    kind = "q-searched" if given.abstained else "q-support"
    parts.append(f'<p class="q-line {kind}{known}">{_support(given, language)}</p>')
    return "\n\n".join(parts)


def _sentences(given: Answer, language: Language) -> list[str]:
    lead = say(language, unsure_key(given.intent)) if given.certainty == "low" else parted(given.notice)[0]
    before = [line(lead, "unsure")] if lead else []
    reason = [line(said, "reason")] if (said := _reason(given.reason or "", language)) else []
    return [*before, *(sentence(said, given.citations, language) for said in given.sentences), *reason]


def _reason(reason: str, language: Language) -> str | None:
    """Return why an answer is uncertain, as this language says it; None where it has no words for that."""
    if language == "en":
        return reason
    for name, said in REASONS.items():
        before, _, after = said.partition("{names}")
        names = reason.removeprefix(before).removesuffix(after)
        if reason == said.format(names=names):
            return say(language, f"chat.reason.{name}", names=names)
    return None


def _abstention(given: Answer, language: Language) -> list[str]:
    # What is said in the asker's language, or because nothing was asked, stays as it is.
    own = language == "en" or given.intent in ("small_talk", "language")
    said = given.answer if own else say(language, "chat.abstained")
    reason = [line(given.reason, "reason")] if given.reason and language == "en" and given.nearest else []
    return [f'<p class="q-abstained" dir="auto">{text(said)}</p>', *reason, *_nearest(given.nearest, language)]


def sources(citations: Iterable[Citation], language: Language = "en") -> str:
    """Return the source cards: for each article who wrote it and when, and its quotes among their neighbours."""
    cards: dict[str, list[Citation]] = {}
    for citation in citations:
        cards.setdefault(citation.article_id, []).append(citation)
    return "".join(_card(cited, language) for cited in cards.values())


def no_sources(language: Language = "en") -> str:
    """Return what stands where the source cards will be."""
    return f'<p class="q-empty">{text(say(language, "chat.no_sources"))}</p>'


def suggestions(questions: Iterable[str], before: str) -> str:
    """Return questions to ask with a click, after the words `before`; empty where there are none."""
    buttons = " ".join(f'<button class="q-ask" type="button" dir="auto">{text(asked)}</button>' for asked in questions)
    return f'<p class="q-next"><span>{text(before)}</span> {buttons}</p>' if buttons else ""


def day(date: str, language: Language = "en", year: int | None = None) -> str:
    """Return a date as people write it, without its year if that is `year`; a partial ISO date stays as it is."""
    try:
        of = dt.date.fromisoformat(date)
    except ValueError:
        return date
    key = "chat.day_of_year" if of.year == year else "chat.day"
    return say(language, key, year=of.year, month=say(language, f"chat.month_{of.month}"), day=of.day)


def merged_spans(spans: Iterable[Span]) -> list[Span]:
    """Return the spans in order, overlapping and touching ones as one."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _byline(cited: Citation, language: Language, unknown: str = "") -> str:
    """Return who wrote it (or `unknown`), when, and on which page it stands."""
    page = say(language, "chat.page", page=cited.page) if cited.page is not None else None
    date = day(cited.date, language) if cited.date else None
    return " \N{MIDDLE DOT} ".join(text(fact) for fact in (cited.author or unknown, date, page) if fact)


def _mark(cited: Citation) -> str:
    where = _cited_at(cited)
    shown = f"{cited.quote} \N{EM DASH} {_shorten(cited.title, 80)}"
    return f'<a class="q-mark" href="{where}" title="{shown.translate(_ATTRIBUTE)}">[{cited.n}]</a>'


def _cited_at(cited: Citation) -> str:
    return text(address(cited.article_id, cited.start, cited.end, cited.quote, cited.answer_spans, cited.seal))


def _bold(cited: Citation) -> str:
    """Return the quote with its answer spans bold, sliced here because only Python counts code points."""
    pieces, at = [], 0
    for start, end in merged_spans((start - cited.start, end - cited.start) for start, end in cited.answer_spans):
        pieces += [text(cited.quote[at:start]), f"<b>{text(cited.quote[start:end])}</b>"]
        at = end
    return "".join([*pieces, text(cited.quote[at:])])


def _card(cited: list[Citation], language: Language) -> str:
    first = cited[0]
    number = f'<span class="q-n">{first.n}</span>' if len(cited) == 1 else ""
    pages = {citation.page for citation in cited}
    byline = _byline(first if len(pages) == 1 else replace(first, page=None), language)
    return (
        f'<article class="q-card" id="source-{first.n}"><h3>{number}<bdi>{text(first.title)}</bdi></h3>'
        + (f'<p class="q-byline">{byline}</p>' if byline else "")
        + "".join(_context(citation, language, is_numbered=len(cited) > 1) for citation in cited)
        + "</article>"
    )


def _context(cited: Citation, language: Language, *, is_numbered: bool) -> str:
    before = text(_tail(cited.before.rpartition("\n\n")[2]))
    after = text(_shorten(cited.after.partition("\n\n")[0], 120))
    number = f'<span class="q-n">{cited.n}</span> ' if is_numbered else ""
    columns = f'<p class="q-columns" dir="auto">{text(_shorten(cited.columns))}</p>' if cited.columns else ""
    words, also = text(say(language, "chat.read")), _also(cited.also, language)
    return (
        f'{columns}<p class="q-context" dir="auto">{number}{before}<mark>{_bold(cited)}</mark>{after}</p>'
        f'<p class="q-read"><a href="{_cited_at(cited)}">{words}</a>{also}</p>'
    )


def _also(places: Iterable[Place], language: Language) -> str:
    hrefs = [text(address(place.article_id, place.start, place.end, place.quote, seal=place.seal)) for place in places]
    if not hrefs:
        return ""
    links = ", ".join(
        f'<a href="{href}">{text(say(language, "chat.other", n=n))}</a>' for n, href in enumerate(hrefs, 1)
    )
    return f' <span class="q-also">{text(say(language, "chat.also"))} {links}</span>'


def _nearest(passages: Iterable[Nearest], language: Language) -> list[str]:
    items = [
        f'<li><a href="{text(address(near.article_id, near.start, near.end, near.text, seal=near.seal))}">'
        f"<bdi>{text(near.title)}</bdi></a>"
        f'<p dir="auto">{text(_shorten(_BLANK_LINES.sub(chr(10), near.text), 280))}</p></li>'
        for near in passages
    ]
    if not items:
        return []
    summary = text(say(language, "chat.nearest"))
    return [f'<details class="q-nearest"><summary>{summary}</summary><ul>{"".join(items)}</ul></details>']


def _support(given: Answer, language: Language) -> str:
    seconds = say(language, "chat.seconds", seconds=f"{given.timings_ms.total / 1000:.1f}")
    quotes = "chat.quotes" if given.certainty == "low" else "chat.supported"
    pieces = [seconds] if given.abstained else [count(language, quotes, len(given.citations)), seconds]
    if given.withheld:
        pieces.append(count(language, "chat.withheld", given.withheld))
    return " \N{MIDDLE DOT} ".join(map(text, pieces))


def _shorten(long: str, most: int = 200) -> str:
    """Return at most `most` characters, cut at a space where there is one near the end."""
    if len(long) <= most:
        return long
    cut = long[:most]
    space = cut.rfind(" ", most - 30)
    return (cut[:space] if space > 0 else cut) + "\N{HORIZONTAL ELLIPSIS}"


def _tail(long: str, most: int = 120) -> str:
    """Return the last `most` characters, cut at a space where there is one near the start."""
    if len(long) <= most:
        return long
    cut = long[-most:]
    space = cut.find(" ", 0, 30)
    return "\N{HORIZONTAL ELLIPSIS}" + (cut[space + 1 :] if space >= 0 else cut)
