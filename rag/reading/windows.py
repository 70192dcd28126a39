"""How a question and a passage become rows of tokens, and a row's logits become words.

A row is `[CLS] question [SEP] context [SEP] passage [SEP]`. The context is what a passage needs to be
understood: its article's title and the sentences before it. Words are only ever chosen inside the
passage. Training and answering share this file, so that a model is asked as it was taught.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np

from rag.reading.base import AnswerSpan

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

QUESTION_TOKENS = 64
CONTEXT_TOKENS = 64
OVERLAP_TOKENS = 64
ANSWER_TOKENS = 40
LEAST_TOKENS = QUESTION_TOKENS + CONTEXT_TOKENS + 2 * OVERLAP_TOKENS
"""A row shorter than this might leave no room for the passage."""
_LATIN = "\u0250"
"""Letters before this one are Latin."""


class Readable(Protocol):
    """A passage, and the line that introduces it (may be empty)."""

    @property
    def context(self) -> str:
        """What comes before the passage in a row."""

    @property
    def text(self) -> str:
        """The passage's words."""


@dataclass(frozen=True, slots=True)
class Window:
    """One row; `offsets` are those of its passage tokens in the text of passage no. `passage`."""

    passage: int
    ids: tuple[int, ...]
    passage_start: int
    offsets: tuple[tuple[int, int], ...]


def load_tokenizer(path: Path) -> Tokenizer:
    """Return a tokenizer.json, for whole texts without padding; "[SEP]" in a text is only text."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(path))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    tokenizer.encode_special_tokens = True
    return tokenizer


def is_latin(text: str) -> bool:
    """Whether at least half of the letters are Latin: the vocabulary knows too few of others."""
    if text.isascii():  # most are: to look at every letter of twelve passages takes milliseconds
        return True
    letters = [character < _LATIN for character in text if character.isalpha()]
    return 2 * sum(letters) >= len(letters)


def encode_windows(
    tokenizer: Tokenizer, question: str, passages: Sequence[Readable], length: int, most: int = QUESTION_TOKENS
) -> list[Window]:
    """Every passage as one row of at most `length` tokens, or several that overlap; none for an empty one.

    Of the question the first `most` tokens are read.
    """
    [cls, sep] = tokenizer.encode("").ids
    parts = [part for passage in passages for part in (passage.context, passage.text)]
    # One after the other: to wake threads for the few texts of a question takes longer.
    encoded = [tokenizer.encode(text, add_special_tokens=False) for text in (question, *parts)]
    head = [cls, *encoded[0].ids[:most], sep]
    windows = []
    for number, (context, passage) in enumerate(zip(encoded[1::2], encoded[2::2], strict=True)):
        prefix = [*head, *_clipped(context.ids), sep] if context.ids else head
        room = length - len(prefix) - 1
        last = max(1, len(passage.ids) - OVERLAP_TOKENS) if passage.ids else 0
        for first in range(0, last, room - OVERLAP_TOKENS):
            ids = (*prefix, *passage.ids[first : first + room], sep)
            windows.append(Window(number, ids, len(prefix), tuple(passage.offsets[first : first + room])))
    return windows


def part_of(window: Window, start: int, end: int) -> Window | None:
    """Return the same row, its passage cut to the tokens that text[start:end] touches; None if it touches none."""
    tokens = [i for i, (first, last) in enumerate(window.offsets) if first < end and start < last]
    if not tokens:
        return None
    offsets = window.offsets[tokens[0] : tokens[-1] + 1]
    return Window(window.passage, window.ids, window.passage_start + tokens[0], offsets)


def _clipped(ids: list[int]) -> list[int]:
    """Return a long context without its middle: its beginning (the title) and its end say most."""
    if len(ids) <= CONTEXT_TOKENS:
        return ids
    front = CONTEXT_TOKENS // 3
    return ids[:front] + ids[front - CONTEXT_TOKENS :]


def pad(windows: Sequence[Window]) -> dict[str, NDArray[np.int64]]:
    """Arrays of shape (windows, longest). Token type 1 is the passage and the mark after it."""
    shape = (len(windows), max(len(window.ids) for window in windows))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
        types[row, window.passage_start : len(window.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def choose_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], window: Window, limit: int
) -> tuple[float, list[AnswerSpan]]:
    """At most `limit` spans of a row that do not overlap, and how far the best is above "no span".

    `start` and `end` are logits of shape (tokens,). A span from token i to j has their sum, with
    i <= j < i + ANSWER_TOKENS; "no span" has that of [CLS] (Devlin et al., NAACL 2019, section 4.3). Scores
    are relative to the best: exp of the difference.
    """
    first, last = window.passage_start, window.passage_start + len(window.offsets)
    ends = np.append(end[first:last], np.full(ANSWER_TOKENS - 1, -np.inf, dtype=np.float32))
    sums = start[first:last, None] + ends[np.arange(last - first)[:, None] + np.arange(ANSWER_TOKENS)]
    best = float(sums.max())
    gap = best - float(start[0] + end[0])
    if limit == 1:  # each sentence of a passage is asked for its best words: there is no need to sort
        i, width = divmod(int(sums.argmax()), ANSWER_TOKENS)
        return gap, [AnswerSpan(window.offsets[i][0], window.offsets[i + width][1], 1.0)]
    taken: list[tuple[int, int]] = []
    spans: list[AnswerSpan] = []
    for flat in np.argsort(-sums, axis=None, kind="stable")[: 40 * limit]:
        i, width = divmod(int(flat), ANSWER_TOKENS)
        j = i + width
        if j < len(window.offsets) and not any(i <= b and a <= j for a, b in taken):
            taken.append((i, j))
            score = float(np.exp(sums[i, width] - best))
            spans.append(AnswerSpan(window.offsets[i][0], window.offsets[j][1], score))
        if len(spans) == limit:
            break
    return gap, spans
