"""What stands under a heading that is the question nearly word for word, or its verb or noun: that is the answer.

The line of a list is an item; so is each sentence of a paragraph where a list is asked for. A paragraph that begins
with "No." or "Yes," says so. A question that opens a paragraph ("Why not steel? Because ...") is a heading, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from index.article import Article
from index.chunk import sentence_spans
from rag.answer import Sentence, Span
from rag.extract import cite
from rag.forms.findings import FIRST_LINE, Findings
from rag.forms.list import LEAST, Item, list_body
from rag.generate import AnswerBody
from rag.intents import Intent
from rag.language.bullets import bullets_around
from rag.language.headings import asks_the_same, date_asked, opening_of
from rag.quotes import Quote
from rag.recency import day

_NUMBER = re.compile(r"[0-9]")
_QUOTES = 3
"""Sentences of a paragraph that are quoted."""
_LONGEST = 700
"""Characters of what is quoted of a paragraph."""
_OPENING = re.compile(
    r"^(?:Q[.:] ?)?(?P<asked>[A-Z][^.?!\n]{5,118}\?)\s+(?:A[.:] ?)?(?P<body>[^\s?][^\n]*)", re.MULTILINE
)
"""A question that opens a paragraph, or is the line above it, and that paragraph."""
_LEADS_TO_LIST = re.compile(
    r"^(?P<asked>[A-Z](?:[^\n:.?!]|(?<=[0-9])\.(?=[0-9])){2,80}):[ \t]*\n+"
    r"(?=[ \t]*(?:[-•*–·]|[0-9]{1,3}[.)])[ \t]+\S)",
    re.MULTILINE,
)
"""A line that leads to a list by a colon: "New in 4.2:"."""
_LABELLED = re.compile(r"^(?P<asked>[A-Z][a-z]+(?: [a-z]+){0,3}): (?P<body>[^\n]{3,})", re.MULTILINE)
"""A line with its own heading: "Removed: the FTP target."."""
_VERDICT = re.compile(
    r"(?P<said>yes|no)\b(?! (?:one|longer|other|more|fewer|less|such|doubt)\b)[ ,.:;–—-]*", re.IGNORECASE
)
_ANNOUNCES = re.compile(
    r"(?:there (?:are|were|is|was) )?(?:one|two|three|four|five|several|a few|many|some|a number of|various) (?:\w+ )?"
    r"(?:reasons?|causes?|factors|grounds)\b(?!.*\b(?:because|since|as)\b)",
    re.IGNORECASE,
)
"""A sentence that says there are reasons, and names none."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading's words, and where the text under it stands, up to the next heading.

    `above` is the heading with a number that it stands below, as "Removed" does below "Version 4.1". Of a line that is
    `labelled` the sentences are no items.
    """

    article: Article
    heading: str
    start: int
    end: int
    above: str = ""
    labelled: bool = False

    def paragraph(self) -> Span:
        """Return where its first paragraph stands: up to the end of the line."""
        until = self.article.text.find("\n", self.start, self.end)
        return self.start, until if until >= 0 else self.end


def under_heading(findings: Findings, intent: Intent) -> AnswerBody | None:
    """Return what stands under the heading that asks the question; None where none does, or one of several articles.

    A list takes the items of all articles, the newest first. A certain answer to what asks for no list stands.
    """
    asked = opening_of(findings.question)
    listed = intent == "list" or (intent == "why" and asked == "how")
    if intent == "compare" or (_is_certain(findings) and not listed):
        return None
    return _dated(findings) or _of_section(findings, intent, listed=listed or asked in ("what", "nothing"))


def _of_section(findings: Findings, intent: Intent, *, listed: bool) -> AnswerBody | None:
    """Return the items under the heading where there are some and they may be `listed`, else its paragraph."""
    sections = asked_sections(findings.question, [passage.article for passage in findings.passages])
    if not sections or (intent != "list" and len({section.article.id for section in sections}) > 1):
        return None
    items = _items_of(sections, findings, prose=intent == "list")
    if listed and len(items) >= LEAST:
        return list_body(items, findings.limits.context)
    return _quoted(sections[0], findings, intent)


def _is_certain(findings: Findings) -> bool:
    """Return whether the ordinary answer is certain, and not that there are reasons."""
    extract = findings.extract
    return extract.certainty == "high" and not _ANNOUNCES.match(extract.citations[0].quote)


def asked_sections(question: str, articles: Sequence[Article]) -> list[Section]:
    """Return the sections whose heading asks the question, the newest article's first."""
    distinct = {article.id: article for article in articles}
    found = [
        section
        for article in sorted(distinct.values(), key=day, reverse=True)
        for section in _sections(article)
        if asks_the_same(question, section.heading, f"{article.title}\n{section.above}", article.date)
    ]
    return list({(section.article.id, section.start): section for section in found}.values())


def _sections(article: Article) -> Iterator[Section]:
    text, above = article.text, ""
    for heading, following in zip_longest(article.headings, article.headings[1:]):
        numbered = bool(_NUMBER.search(heading.title))
        above = heading.title if numbered else above
        end = following.start if following else len(text)
        start = heading.start + len(heading.title)
        start += len(text[start:end]) - len(text[start:end].lstrip())
        if start < end and text.startswith(heading.title, heading.start):
            yield Section(article, heading.title, start, end, "" if numbered else above)
    for lead in _LEADS_TO_LIST.finditer(text):
        yield Section(article, lead["asked"], lead.end(), max(end for _, end in bullets_around(text, lead.span())))
    for labelled in _LABELLED.finditer(text):
        yield Section(article, labelled["asked"], *labelled.span("body"), labelled=True)
    for opening in _OPENING.finditer(text):
        yield Section(article, opening["asked"], *opening.span("body"))


def _dated(findings: Findings) -> AnswerBody | None:
    """Return the date that one heading alone gives what is asked for."""
    articles = {passage.article.id: passage.article for passage in findings.passages}.values()
    found = [
        (article, heading, span)
        for article in articles
        for heading in article.headings
        if (span := date_asked(findings.question, heading.title, article.title))
    ]
    if len(found) != 1:
        return None
    article, heading, (first, last) = found[0]
    start, end = heading.start, heading.start + len(heading.title)
    citation = cite(1, article, (start, end), ((start + first, start + last),), findings.limits.context)
    support = round(_support(findings), 4)
    said = Sentence(heading.title[first:last], "short", (1,), support)
    return AnswerBody(
        (said, Sentence(citation.quote, "quote", (1,), support)), (citation,), certainty="high", intent="fact"
    )


def _items_of(sections: Sequence[Section], findings: Findings, *, prose: bool) -> list[Item]:
    return [item for section in sections for item in _items(section, findings, prose=prose)]


def _items(section: Section, findings: Findings, *, prose: bool) -> Iterator[Item]:
    """Yield the first sentence of each line of a list; of a paragraph its sentences, where `prose` is one, too."""
    article, first = section.article, section.paragraph()
    lines = [span for span in bullets_around(article.text, first) if span[1] <= section.end]
    if len(lines) < LEAST and prose and not section.labelled:
        lines = _sentences(article, first)
    for line in lines:
        start, end = (_sentences(article, line) or [line])[0]
        words = " ".join(article.text[start:end].rstrip(" .;").split())
        if words and len(words) <= FIRST_LINE:
            quote = Quote(article, *line, _support(findings), ((start, end),))
            yield Item(words, ((quote, (start, end)),))


def _quoted(section: Section, findings: Findings, intent: Intent) -> AnswerBody | None:
    """Return the first sentences of the section's paragraph, with "Yes." or "No." before them where they begin so."""
    article, paragraph = section.article, section.paragraph()
    verdict = _VERDICT.match(article.text, *paragraph) if opening_of(findings.question) == "yes_no" else None
    spans = _telling(article, paragraph, verdict, intent)
    shown = [span for span in spans[:_QUOTES] if span[1] - spans[0][0] <= _LONGEST]
    if not shown or shown[0][1] - shown[0][0] > (_LONGEST if verdict else FIRST_LINE):
        return None
    citations = tuple(cite(n, article, span, (), findings.limits.context) for n, span in enumerate(shown, start=1))
    support = round(_support(findings), 4)
    quotes = [Sentence(citation.quote, "quote", (citation.n,), support) for citation in citations]
    if verdict is None:
        return AnswerBody(tuple(quotes), citations, certainty="high", intent=intent)
    said = Sentence(f"{verdict['said'].capitalize()}.", "computed", (1,), support)
    return AnswerBody((said, *quotes[:1]), citations[:1], certainty="high", intent="yes_no")


def _telling(article: Article, paragraph: Span, verdict: re.Match[str] | None, intent: Intent) -> list[Span]:
    """Return the sentences without one that only announces reasons; "No." alone is none."""
    spans = _sentences(article, paragraph)
    if len(spans) < LEAST:
        return spans
    if verdict and spans[0][1] <= verdict.end():
        return [(spans[0][0], spans[1][1]), *spans[2:]]
    return spans[1:] if intent == "why" and _ANNOUNCES.match(article.text, *spans[0]) else spans


def _support(findings: Findings) -> float:
    """Return how sure it is that what stands under its own heading answers: no less than what is shown as certain."""
    return findings.bars.high


def _sentences(article: Article, within: Span) -> list[Span]:
    start, end = within
    return [
        (start + span.start, start + span.end) for span in sentence_spans(article.text[start:end], article.language)
    ]
