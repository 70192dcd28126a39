"""What the model is shown of a passage: the sentences with most of the question's words, and what introduces them.

Tokens are what a row costs. On held-out questions a first line is right as often as when whole passages are read
(training/README.md).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.chunk import sentence_spans
from rag.reading.byline import asks_for_byline, without_byline
from rag.reading.nearness import Found
from rag.retrieve import Passage

_CHARACTERS = 450
_WHOLE = 540
"""A passage of no more characters is not cut."""
_TITLED = 0.3
"""What a word counts that stands in the title, where the model sees it anyway."""
_SAME = 0.9
"""From here on a word of the title is the question's."""
_AGAIN = 0.2
"""What a word counts where it stands in a further sentence."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A passage as a row has it: `text` is the passage's own, with blanks for what is left out."""

    context: str
    text: str


def whole(question: str, passage: Passage) -> Shown:
    """Return all of a passage, but for a byline that is not asked for."""
    return Shown(passage.context, passage.text if asks_for_byline(question) else without_byline(passage))


def excerpt(question: str, passage: Passage, found: Found) -> Shown:
    """Return the part of a passage to read, of whole sentences: its title and the sentence before introduce it."""
    text, spans = whole(question, passage).text, found.spans
    first, last = (0, len(spans) - 1) if len(text) <= _WHOLE else _best_run(found)
    start = spans[first].start if first else 0
    end = spans[last].end if last + 1 < len(spans) else len(text)
    before = passage.text[spans[first - 1].start : spans[first - 1].end] if first else _last_sentence(passage)
    context = "\n".join(filter(None, (passage.title, before, passage.columns)))
    return Shown(context, " " * start + text[start:end] + " " * (len(text) - end))


def _best_run(found: Found) -> tuple[int, int]:
    """Return the first and the last of the sentences that fit and have most of the words; all if none has any."""
    spans = found.spans
    counts = found.inside * np.where(found.titled > _SAME, _TITLED, 1.0)[:, None]
    best, run = 0.0, (0, len(spans) - 1)
    for first, span in enumerate(spans):
        ends = [n for n in range(first + 1, len(spans)) if spans[n].end - span.start <= _CHARACTERS]
        last = max(ends, default=first)
        inside = counts[:, first : last + 1]
        weight = float(inside.max(axis=1).sum() + _AGAIN * inside.sum())
        if weight > best:
            best, run = weight, (first, last)
    return run


def _last_sentence(passage: Passage) -> str:
    lead = passage.lead
    spans = list(sentence_spans(lead, passage.article.language))
    return lead[spans[-1].start :] if spans else ""
