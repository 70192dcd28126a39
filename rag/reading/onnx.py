"""The reading model: does this passage answer the question, and with which words.

One forward pass of a small encoder gives a relevance logit and a start and an end logit for each
token (`rag.reading.windows` has the layout). training/ says how the model was made, models/reader/README.md how good
it is. `rag.reading.joint` has it judge beside the similarity of sentences.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.runtime import in_batches, open_session
from rag.reading.base import AnswerSpan, Reading
from rag.reading.windows import LEAST_TOKENS, Readable, Window, choose_spans, encode_windows, load_tokenizer, pad

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

FORMAT = 1
SPANS = 3
OUTPUTS = ["start", "end", "relevance"]
_ALONE = 1
"""Each row is a batch of its own: not slower, and int8 weights scale what they get by the whole batch."""


@dataclass(frozen=True, slots=True)
class WindowScores:
    """A row's relevance logit, how far its best span is above "no span", and its best spans."""

    relevance: float
    gap: float
    spans: list[AnswerSpan]


@dataclass(frozen=True, slots=True)
class Row:
    """A window and the model's logits: of every token, [CLS] first, and of relevance."""

    window: Window
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    relevance: float

    def scores(self) -> WindowScores:
        """Turn logits into a probability of an answer."""
        gap, spans = choose_spans(self.start, self.end, self.window, SPANS)
        return WindowScores(self.relevance, gap, spans)


@dataclass(frozen=True, slots=True)
class JointWeights:
    """How the model's judgement and the nearness of sentences are added up; see rag.reading.joint."""

    embedding: str
    passage: tuple[float, float, float, float]
    sentence: tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Tokenizer
    session: InferenceSession
    length: int
    calibration: tuple[float, float, float]
    joint: JointWeights | None

    def probability(self, window: WindowScores) -> float:
        """P(the row answers): a logistic of the two heads, fitted on held-out data (Platt scaling)."""
        a, b, c = self.calibration
        return float(1 / (1 + np.exp(-np.clip(a * window.relevance + b * window.gap + c, -50, 50))))


class OnnxReader:
    """Reads with the model in `folder`; loads it when first used. Safe to share between threads.

    Raises ModelError if the model's files are missing, damaged or of another version.
    """

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self.name: str | None = folder.name
        self.folder = folder
        self._threads = threads
        self._loading = threading.Lock()
        self._model: _Model | None = None

    def read(self, question: str, passages: Sequence[Readable]) -> list[Reading]:
        """See rag.reading.base.Reader."""
        model = self._loaded()
        return [merged(windows, model.probability) for windows in self.scores(question, passages)]

    def scores(self, question: str, passages: Sequence[Readable]) -> list[list[WindowScores]]:
        """Return the uncalibrated scores of each passage's rows, in reading order."""
        return [[row.scores() for row in rows] for rows in self.rows(question, passages)]

    def rows(self, question: str, passages: Sequence[Readable]) -> list[list[Row]]:
        """Each passage's rows, in reading order; none of an empty one."""
        model = self._loaded()
        windows = encode_windows(model.tokenizer, question, passages, model.length)
        found: dict[int, Row] = {}

        def run(numbers: list[int]) -> Any:
            return self.forward(pad([windows[number] for number in numbers]))

        lengths = [len(window.ids) for window in windows]
        for [number], ([start], [end], [relevance]) in in_batches(lengths, run, self._threads, _ALONE):
            found[number] = Row(windows[number], start, end, float(relevance))
        rows: list[list[Row]] = [[] for _ in passages]
        for number, window in enumerate(windows):
            rows[window.passage].append(found[number])
        return rows

    def forward(self, rows: dict[str, NDArray[np.int64]]) -> Any:
        """Return the logits of padded rows: start and end of shape (rows, tokens), relevance of shape (rows,)."""
        return self._loaded().session.run(OUTPUTS, rows)

    @property
    def joint(self) -> JointWeights | None:
        """What was fitted for judging beside an embedding model, if the model's folder has it."""
        return self._loaded().joint

    def _loaded(self) -> _Model:
        with self._loading:
            if self._model is None:
                self._model = _load(self.folder)
            return self._model


def _load(folder: Path) -> _Model:
    hint = "give the folder of another with --reader-model, or `--reader-model none`"
    try:
        manifest = json.loads((folder / "reader.json").read_text(encoding="utf-8"))
        if manifest["format"] != FORMAT:
            raise ModelError(f"the reading model in {folder} is of format {manifest['format']}, not {FORMAT}", hint)
        for name, expected in manifest["sha256"].items():
            with (folder / name).open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != expected:
                    raise ModelError(f"the reading model's file {folder / name} is damaged", hint)
        length = int(manifest["max_length"])
        if length < LEAST_TOKENS:
            raise ModelError(f"the reading model in {folder} reads only {length} tokens", hint)
        session = open_session(folder / manifest["model"])
        a, b, c = map(float, manifest["calibration"])
        tokenizer = load_tokenizer(folder / manifest["tokenizer"])
        return _Model(tokenizer, session, length, (a, b, c), _joint(manifest.get("joint")))
    except ModelError:
        raise
    except Exception as error:  # both libraries raise types of their own, without a common base
        raise ModelError(f"there is no usable reading model in {folder} ({error})", hint) from error


def _joint(manifest: Mapping[str, Any] | None) -> JointWeights | None:
    if manifest is None:
        return None
    relevance, gap, nearness, constant = map(float, manifest["passage"])
    share, near = map(float, manifest["sentence"])
    return JointWeights(str(manifest["embedding"]), (relevance, gap, nearness, constant), (share, near))


def merged(windows: Sequence[WindowScores], probability_of: Callable[[WindowScores], float]) -> Reading:
    """Return a passage's rows as one reading: the most probable one counts, spans do not overlap."""
    probabilities = [probability_of(window) for window in windows]
    probability = max(probabilities, default=0.0)
    claims = [
        AnswerSpan(span.start, span.end, span.score * own / probability)
        for own, window in zip(probabilities, windows, strict=True)
        for span in window.spans
    ]
    kept: list[AnswerSpan] = []
    for span in sorted(claims, key=lambda span: (-span.score, span.start, span.end)):
        if all(span.end <= other.start or other.end <= span.start for other in kept):
            kept.append(span)
    return Reading(probability, tuple(kept[:SPANS]))
