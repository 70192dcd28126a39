"""Who makes the answer: the reader, of quotes; or a language model in its own words, for which the quotes stand in."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace

from rag.answer import Citation, Event, Said, Sentence
from rag.extract import Extract
from rag.retrieve import Passage
from rag.timings import Clock
from rag.write import Check, Writer, same_script

QUOTES = "reader"
NO_MODEL = "No language model is set: the answer is made of quotes."


@dataclass(frozen=True, slots=True)
class Body:
    """What an Answer says, and who made it; `llm` and `prompt` only if a model did."""

    sentences: tuple[Sentence, ...]
    citations: tuple[Citation, ...]
    notice: str | None = None
    withheld: int = 0
    engine: str = QUOTES
    llm: str | None = None
    prompt: str | None = None


def quoted(extract: Extract, notice: str | None = None, withheld: int = 0) -> Generator[Event, None, Body]:
    """The answer made of quotes, or an abstention; `notice` says why it is quotes."""
    for sentence in extract.sentences:
        yield Said(sentence, tuple(each for each in extract.citations if each.n in sentence.citations))
    return Body(
        extract.sentences, extract.citations, _joined(notice, extract.notice) if extract.sentences else None, withheld
    )


def written(
    writer: Writer, question: str, passages: Sequence[Passage], extract: Extract, clock: Clock, check: Check
) -> Generator[Event, None, Body]:
    """The answer in the words of a model; the one made of quotes if the model fails before it has said anything."""
    found = yield from writer.write(question, passages, clock, check)
    if found.problem and not found.sentences:
        return (yield from quoted(extract, instead(found.problem), found.withheld))
    sentences, citations = list(found.sentences), list(found.citations)
    notices = [f"{found.problem}; the answer may be incomplete." if found.problem else None]
    for quote in extract.differing if sentences else ():
        if not any(_overlap(quote, each) for each in found.citations):
            citations.append(replace(quote, n=len(citations) + 1))
            support = next(each.support for each in extract.sentences if quote.n in each.citations)
            sentences.append(Sentence(quote.quote, "quote", (len(citations),), support))
            yield Said(sentences[-1], (citations[-1],))
    if sentences and extract.differing:
        notices.append(extract.notice)
    if sentences and not same_script(question, " ".join(each.quote for each in citations)):
        notices.append("The answer is in the language of the articles that it quotes.")
    if not sentences and found.withheld:
        notices.append(
            f"No quote supports what {writer.model.name} wrote; ask for quotes to see what the articles say."
        )
    name = writer.model.name
    notice = _joined(*notices)
    return Body(tuple(sentences), tuple(citations), notice, found.withheld, name, name, writer.prompt)


def instead(problem: str) -> str:
    """What is said where quotes stand in for a model."""
    return f"{problem}: the answer is made of quotes."


def _overlap(a: Citation, b: Citation) -> bool:
    return a.article_id == b.article_id and a.start < b.end and b.start < a.end


def _joined(*notices: str | None) -> str | None:
    return " ".join(filter(None, notices)) or None
