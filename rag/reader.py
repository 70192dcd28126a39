"""The reading model: does this passage answer the question, and with which words.

One forward pass of a small encoder over

    [CLS] question [SEP] context [SEP] passage [SEP]

gives a relevance logit (on [CLS]) and a start and an end logit for each token. The context is what a
passage needs to be understood, its article's title and the sentences before it; words are only ever
chosen inside the passage. training/ says how the model was made, models/README.md how good it is.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from index.embed import batches_by_length
from index.errors import ModelError
from rag.reading import AnswerSpan, Reading
from rag.retrieve import Passage

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FORMAT = 1
QUESTION_TOKENS = 64
CONTEXT_TOKENS = 64
ANSWER_TOKENS = 40
BATCH_TOKENS = 4096
_OVERLAP_TOKENS = 64
_LEAST_TOKENS = QUESTION_TOKENS + CONTEXT_TOKENS + 2 * _OVERLAP_TOKENS
_SPANS = 3
_OUTPUTS = ["start", "end", "relevance"]


@dataclass(frozen=True, slots=True)
class _Window:
    """One row of input; `offsets` are those of its passage tokens in the passage's text."""

    passage: int
    ids: list[int]
    passage_start: int
    offsets: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class _Loaded:
    tokenizer: Tokenizer
    cls: int
    sep: int
    session: InferenceSession
    max_length: int
    calibration: tuple[float, float, float]


class OnnxReader:
    """Reads with the model in `folder`; loads it when first used. Safe to share between threads."""

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.name: str | None = folder.name
        self._folder = folder
        self._threads = threads
        self._loading = threading.Lock()
        self._model: _Loaded | None = None

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """See rag.reading.Reader. Raises ModelError if the model's files are missing or damaged."""
        model = self._loaded()
        windows = _windows(model, question, [(_context(passage), passage.text) for passage in passages])
        found: dict[int, tuple[float, list[AnswerSpan]]] = {}
        for rows in batches_by_length([len(window.ids) for window in windows], BATCH_TOKENS):
            start, end, relevance = model.session.run(_OUTPUTS, _padded([windows[row] for row in rows]))
            for line, row in enumerate(rows):
                gap, spans = _choose_spans(start[line], end[line], windows[row])
                found[row] = _probability(model, float(relevance[line]), gap), spans
        readings: list[list[tuple[float, list[AnswerSpan]]]] = [[] for _ in passages]
        for row, window in enumerate(windows):
            readings[window.passage].append(found[row])
        return [_merged(each) for each in readings]

    def _loaded(self) -> _Loaded:
        with self._loading:
            if self._model is None:
                self._model = _load(self._folder, self._threads)
            return self._model


def _load(folder: Path, threads: int) -> _Loaded:
    import onnxruntime
    from tokenizers import Tokenizer

    hint = "get the repository's own models/reader again, give another --reader-model, or `--reader-model none`"
    try:
        manifest = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ModelError(f"the reading model in {folder} is of format {manifest['format']}, not {FORMAT}", hint)
        for name, expected in manifest["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise ModelError(f"the reading model's file {folder / name} is damaged", hint)
        tokenizer = Tokenizer.from_file(str(folder / manifest["tokenizer"]))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        tokenizer.encode_special_tokens = True  # "[SEP]" in a text is only text
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3
        session = onnxruntime.InferenceSession(folder / manifest["model"], options, ["CPUExecutionProvider"])
        if int(manifest["max_length"]) < _LEAST_TOKENS:
            raise ModelError(f"the reading model in {folder} reads only {manifest['max_length']} tokens", hint)
        [cls, sep] = tokenizer.encode("").ids
        a, b, c = map(float, manifest["calibration"])
        return _Loaded(tokenizer, cls, sep, session, int(manifest["max_length"]), (a, b, c))
    except ModelError:
        raise
    except Exception as error:  # both libraries raise types of their own, without a common base
        raise ModelError(f"there is no usable reading model in {folder} ({error})", hint) from error


def _context(passage: Passage) -> str:
    return f"{passage.article.title}\n{passage.lead}".strip()


def _windows(model: _Loaded, question: str, passages: Sequence[tuple[str, str]]) -> list[_Window]:
    """Every passage as one row or, if it is long, several that overlap; none for an empty passage."""
    parts = [part for passage in passages for part in passage]
    encoded = model.tokenizer.encode_batch([question, *parts], add_special_tokens=False)
    head = [model.cls, *encoded[0].ids[:QUESTION_TOKENS], model.sep]
    windows = []
    for number, (context, passage) in enumerate(zip(encoded[1::2], encoded[2::2], strict=True)):
        prefix = [*head, *_clipped(context.ids), model.sep] if context.ids else head
        room = model.max_length - len(prefix) - 1
        last = max(1, len(passage.ids) - _OVERLAP_TOKENS) if passage.ids else 0
        for first in range(0, last, room - _OVERLAP_TOKENS):
            ids = [*prefix, *passage.ids[first : first + room], model.sep]
            windows.append(_Window(number, ids, len(prefix), passage.offsets[first : first + room]))
    return windows


def _clipped(ids: list[int]) -> list[int]:
    """A long context without its middle: its beginning (the title) and its end say most."""
    if len(ids) <= CONTEXT_TOKENS:
        return ids
    front = CONTEXT_TOKENS // 3
    return ids[:front] + ids[front - CONTEXT_TOKENS :]


def _padded(windows: Sequence[_Window]) -> dict[str, NDArray[np.int64]]:
    """Arrays of shape (windows, longest). Token type 1 is the passage and the mark after it."""
    shape = (len(windows), max(len(window.ids) for window in windows))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for row, window in enumerate(windows):
        ids[row, : len(window.ids)] = window.ids
        mask[row, : len(window.ids)] = 1
        types[row, window.passage_start : len(window.ids)] = 1
    return {"input_ids": ids, "attention_mask": mask, "token_type_ids": types}


def _choose_spans(
    start: NDArray[np.float32], end: NDArray[np.float32], window: _Window
) -> tuple[float, list[AnswerSpan]]:
    """The best spans of a row that do not overlap, and how far the best is above "no span".

    A span from token i to j scores start[i] + end[j], with i <= j < i + ANSWER_TOKENS; "no span" is
    the two logits of [CLS] (Devlin et al., NAACL 2019, section 4.3). Scores are relative to the best: exp(difference).
    """
    first, last = window.passage_start, window.passage_start + len(window.offsets)
    ends = np.append(end[first:last], np.full(ANSWER_TOKENS - 1, -np.inf, dtype=np.float32))
    sums = start[first:last, None] + np.lib.stride_tricks.sliding_window_view(ends, ANSWER_TOKENS)
    best = float(sums.max())
    taken: list[tuple[int, int]] = []
    spans: list[AnswerSpan] = []
    for flat in np.argsort(-sums, axis=None, kind="stable")[: 40 * _SPANS]:
        i, width = divmod(int(flat), ANSWER_TOKENS)
        j = i + width
        if j < len(window.offsets) and not any(i <= b and a <= j for a, b in taken):
            taken.append((i, j))
            score = float(np.exp(sums[i, width] - best))
            spans.append(AnswerSpan(window.offsets[i][0], window.offsets[j][1], score))
        if len(spans) == _SPANS:
            break
    return best - float(start[0] + end[0]), spans


def _probability(model: _Loaded, relevance: float, gap: float) -> float:
    """P(the window answers): a logistic of the two heads, fitted on held-out data (Platt scaling)."""
    a, b, c = model.calibration
    return float(1 / (1 + np.exp(-np.clip(a * relevance + b * gap + c, -50, 50))))


def _merged(windows: Sequence[tuple[float, list[AnswerSpan]]]) -> Reading:
    """A passage's windows as one reading: the most probable one counts, spans do not overlap."""
    probability = max((probability for probability, _ in windows), default=0.0)
    claims = [
        AnswerSpan(span.start, span.end, span.score * own / probability) for own, spans in windows for span in spans
    ]
    kept: list[AnswerSpan] = []
    for span in sorted(claims, key=lambda span: (-span.score, span.start, span.end)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return Reading(probability, tuple(kept[:_SPANS]))
