"""The sentences of an answer: quotes, or a language model's words, for which the quotes stand in where it fails."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Certainty, Citation, Sentence
from rag.events import Event, SentenceEvent, sentence_events
from rag.extract import Extract
from rag.intents import Intent
from rag.retrieve import Passage
from rag.timings import Stopwatch
from rag.unsure import MAYBE, OF_FORM
from rag.write import Check, Writer, same_script

QUOTES = "reader"
NO_MODEL = "No language model is set: the answer is made of quotes."
FIRST_ALONE = "Only the first question is answered, “{question}” Ask the others one by one."
CORRECTED = "Showing results for “{question}”."
OTHER_LANGUAGE = "The answer is in the language of the articles that it quotes."
UNSUPPORTED = "No quote supports what {model} wrote; ask for quotes to see what the articles say."
_LEAD_IN = re.compile(
    rf"(?:{'|'.join(map(re.escape, (MAYBE, *OF_FORM.values())))}|[0-9]+ articles, the newest first:)\s*"
)


@dataclass(frozen=True, slots=True)
class AnswerBody:
    """The sentences of an Answer and who made them; `llm` and `prompt` only if a model did."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    notice: str | None = None
    withheld: int = 0
    engine: str = QUOTES
    certainty: Certainty | None = None
    reason: str | None = None
    intent: Intent | None = None
    """What is asked for after all; None where that is as it was understood."""
    text: str | None = None
    """What an abstention says; None means that the articles do not say."""
    llm: str | None = None
    prompt: str | None = None


def from_quotes(extract: Extract, notice: str | None = None, withheld: int = 0) -> Generator[Event, None, AnswerBody]:
    """Yield the quotes, none for an abstention; `notice` says why it is quotes."""
    yield from sentence_events(extract.sentences, extract.citations)
    return AnswerBody(
        extract.sentences,
        extract.citations,
        joined(notice, extract.notice) if extract.sentences else None,
        withheld,
        certainty=extract.certainty,
        reason=extract.reason,
    )


def from_model(
    writer: Writer, question: str, passages: Sequence[Passage], extract: Extract, stopwatch: Stopwatch, check: Check
) -> Generator[Event, None, AnswerBody]:
    """Yield a model's sentences; the quotes instead if the model fails before it has said anything."""
    draft = yield from writer.write(question, passages, stopwatch, check)
    if draft.problem and not draft.sentences:
        return (yield from from_quotes(extract, fallback_notice(draft.problem), draft.withheld))
    sentences, citations = list(draft.sentences), list(draft.citations)
    for event in _differing_quotes(extract, draft.citations) if sentences else ():
        sentences.append(event.sentence)
        citations += event.citations
        yield event
    name = writer.model.name
    quotes = " ".join(citation.quote for citation in citations)
    notice = joined(
        f"{draft.problem}; the answer may be incomplete." if draft.problem else None,
        extract.notice if sentences and extract.differing else None,
        OTHER_LANGUAGE if sentences and not same_script(question, quotes) else None,
        UNSUPPORTED.format(model=name) if draft.withheld and not sentences else None,
    )
    certainty, reason = (extract.certainty, extract.reason) if sentences else (None, None)
    return AnswerBody(
        tuple(sentences),
        tuple(citations),
        notice,
        draft.withheld,
        name,
        certainty,
        reason,
        None,
        None,
        name,
        writer.prompt,
    )


def _differing_quotes(extract: Extract, cited: Sequence[Citation]) -> Iterator[SentenceEvent]:
    """Yield the quotes that differ from each other and that the model did not cite."""
    missing = [quote for quote in extract.differing if not any(_overlap(quote, citation) for citation in cited)]
    for n, quote in enumerate(missing, start=len(cited) + 1):
        support = next(sentence.support for sentence in extract.sentences if quote.n in sentence.citations)
        yield SentenceEvent(Sentence(quote.quote, "quote", (n,), support), (replace(quote, n=n),))


def fallback_notice(problem: str) -> str:
    """Return what is said where quotes stand in for a model."""
    return f"{problem}: the answer is made of quotes."


def _overlap(a: Citation, b: Citation) -> bool:
    return a.article_id == b.article_id and a.start < b.end and b.start < a.end


def joined(*notices: str | None) -> str | None:
    """Return the notices as one text, with the first of what leads to the answer first; None where there is none."""
    parts = [parted(notice) for notice in notices]
    leads = [lead for lead, _ in parts if lead]
    return " ".join(filter(None, (*leads[:1], *(rest for _, rest in parts)))) or None


def parted(notice: str | None) -> tuple[str, str]:
    """Return what of a notice leads to the answer ("The articles may answer this:"), and what is said after it."""
    match = _LEAD_IN.match(notice or "")
    return (match[0].strip(), match.string[match.end() :]) if match else ("", notice or "")
