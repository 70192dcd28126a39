"""How much an answer quotes where whole articles are not for everybody: lists and summaries as much as others."""

from __future__ import annotations

from dataclasses import replace

from rag.answer import Answer, Citation, Sentence
from rag.events import Event, SentenceEvent
from rag.generate import parted

QUOTED = 700
"""Characters of all quotes of an answer together; what other answers than lists and summaries keep to anyway."""
NOTICE = "Further quotes are left out: of the articles only excerpts are open to everyone."


class QuoteAllowance:
    """Allowance of one answer, over all of its events. The first quotes are kept, and numbered anew."""

    def __init__(self, most: int = QUOTED) -> None:
        """Take how many characters of quotes there may be."""
        self._most = self._left = most
        self._numbers: dict[int, int] = {}

    def keep(self, event: Event) -> Event | None:
        """Return the event with what may be quoted of it, or None for a sentence with nothing left to stand on."""
        match event:
            case SentenceEvent():
                citations = self._citations(event.citations)
                sentence = self._sentence(event.sentence)
                return None if sentence is None else SentenceEvent(sentence, citations)
            case Answer():
                return self._answer(event)
            case _:
                return event

    def _answer(self, answer: Answer) -> Answer:
        citations = self._citations(answer.citations)
        if citations == answer.citations:
            return answer
        sentences = tuple(filter(None, map(self._sentence, answer.sentences)))
        first, rest = parted(answer.notice)
        return replace(
            answer,
            answer=" ".join(map(str, sentences)),
            sentences=sentences,
            citations=citations,
            notice=" ".join(filter(None, (first, NOTICE, rest.strip()))),
        )

    def _citations(self, citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
        """Return those that may be shown under their new numbers, in that order."""
        kept = (replace(self._cut(citation), n=number) for citation in citations if (number := self._number(citation)))
        return tuple(sorted(kept, key=lambda citation: citation.n))

    def _number(self, citation: Citation) -> int:
        """Return the new number of a citation; 0 where it is one too many."""
        if citation.n not in self._numbers:
            length = min(len(citation.quote), self._most)  # what is longer is cut
            fits = length <= self._left
            self._left -= length if fits else 0
            self._numbers[citation.n] = sum(map(bool, self._numbers.values())) + 1 if fits else 0
        return self._numbers[citation.n]

    def _cut(self, citation: Citation) -> Citation:
        """Return a citation whose quote is no longer than all quotes together may be."""
        if len(citation.quote) <= self._most:
            return citation
        end = citation.start + self._most
        spans = tuple(span for span in citation.answer_spans if span[1] <= end)
        after = citation.quote[self._most :] + citation.after
        quote = citation.quote[: self._most]
        return replace(citation, end=end, quote=quote, answer_spans=spans, after=after, also=())

    def _sentence(self, sentence: Sentence) -> Sentence | None:
        """Return a sentence with the citations that are left; None where there are none."""
        numbers = tuple(number for n in sentence.citations if (number := self._numbers.get(n, 0)))
        text = sentence.text[: self._most] if sentence.kind == "quote" else sentence.text
        return replace(sentence, text=text, citations=numbers) if numbers else None
