"""The reading model: does this passage answer the question, and with which words.

One forward pass of a small encoder gives a relevance logit and a start and an end logit for each
token (`rag.reading.windows` has the layout); with a claim in the question's place and a quote in the passage's, it
says whether the quote supports the claim. training/ says how the model was made, models/reader/README.md how good
it is. `rag.reading.joint` has it judge beside the similarity of sentences.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.errors import ModelError
from index.runtime import in_batches, open_session
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.reading.manifest import HINT, ClaimWeights, JointWeights, JudgeWeights, Manifest, read_manifest
from rag.reading.windows import Readable, Window, choose_spans, encode_windows, is_latin, load_tokenizer, pad
from rag.reading.words import WordVectors

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

SPANS = 3
OUTPUTS = ["start", "end", "relevance"]
SUPPORT = "support"
CLAIM_TOKENS = 128
"""A longer claim would not be read to its end, so nothing can be said of it."""
_ROWS_PER_BATCH = 1
"""Each row is a batch of its own: not slower, and int8 weights scale what they get by the whole batch."""


@dataclass(frozen=True, slots=True)
class WindowScores:
    """A row's relevance logit, how far its best span is above "no span", and its best spans."""

    relevance: float
    gap: float
    spans: list[AnswerSpan]


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A window and the model's logits: of every token, [CLS] first, and of relevance."""

    window: Window
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    relevance: float

    @property
    def gap(self) -> float:
        """How far the best span is above "no span"."""
        return choose_spans(self.start, self.end, self.window, 1)[0]

    def scores(self) -> WindowScores:
        """Turn logits into a probability of an answer."""
        gap, spans = choose_spans(self.start, self.end, self.window, SPANS)
        return WindowScores(self.relevance, gap, spans)


class NoSupportHeadError(ModelError):
    """The weights are of before there was a support head."""


@dataclass(frozen=True, slots=True)
class Support:
    """Probabilities that a quote, in its context, supports a claim, contradicts it, or does neither."""

    supported: float
    contradicted: float
    neither: float


UNKNOWN = Support(0.0, 0.0, 1.0)
"""What is said of a claim that cannot be read, or of no claim."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote and what introduces it, as rows want them."""

    context: str
    text: str


@dataclass(frozen=True, slots=True)
class _Model:
    tokenizer: Tokenizer
    session: InferenceSession
    manifest: Manifest
    words: WordVectors | None

    def probability(self, window: WindowScores) -> float:
        """P(the row answers): a logistic of the two heads, fitted on held-out data (Platt scaling)."""
        a, b, c = self.manifest.calibration
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

    @property
    def high(self) -> float:
        """See rag.reading.base.Reader."""
        return HIGH

    def read(self, question: str, passages: Sequence[Readable]) -> list[Reading]:
        """See rag.reading.base.Reader."""
        model = self._loaded()
        return [merged(windows, model.probability) for windows in self.scores(question, passages)]

    def scores(self, question: str, passages: Sequence[Readable]) -> list[list[WindowScores]]:
        """Return the uncalibrated scores of each passage's rows, in reading order."""
        return [[row.scores() for row in rows] for rows in self.rows(question, passages)]

    def rows(self, question: str, passages: Sequence[Readable]) -> list[list[TokenRow]]:
        """Each passage's rows, in reading order; none of an empty one."""
        model = self._loaded()
        windows = encode_windows(model.tokenizer, question, passages, model.manifest.length)
        found: dict[int, TokenRow] = {}

        def run(numbers: list[int]) -> Any:
            return self.forward(pad([windows[number] for number in numbers]))

        lengths = [len(window.ids) for window in windows]
        for [number], ([start], [end], [relevance]) in in_batches(lengths, run, self._threads, _ROWS_PER_BATCH):
            found[number] = TokenRow(windows[number], start, end, float(relevance))
        rows: list[list[TokenRow]] = [[] for _ in passages]
        for number, window in enumerate(windows):
            rows[window.passage].append(found[number])
        return rows

    def forward(self, rows: dict[str, NDArray[np.int64]]) -> Any:
        """Return the logits of padded rows: start and end of shape (rows, tokens), relevance of shape (rows,)."""
        return self._loaded().session.run(OUTPUTS, rows)

    def support(self, claim: str, context: str, quote: str) -> Support:
        """Whether the quote, read after its article's title and the sentence before, supports the claim.

        Of a long quote the part that supports it most counts. UNKNOWN for no claim, no quote, a claim of more than
        CLAIM_TOKENS tokens and other scripts than Latin. Raises NoSupportHeadError for weights of format 1, ModelError
        for a head that gives no numbers.
        """
        model = self._loaded()
        temperature = model.manifest.temperature
        if temperature is None:
            message = f"the reading model in {self.folder} cannot tell whether a quote supports a claim"
            raise NoSupportHeadError(message, "use one of format 2")
        if not claim.strip() or not (is_latin(claim) and is_latin(quote)):
            return UNKNOWN
        if len(model.tokenizer.encode(claim, add_special_tokens=False).ids) > CLAIM_TOKENS:
            return UNKNOWN
        passage = [Quoted(context, quote)]
        windows = encode_windows(model.tokenizer, claim, passage, model.manifest.length, CLAIM_TOKENS)
        judged = [UNKNOWN]
        for window in windows:
            [[logits]] = model.session.run([SUPPORT], pad([window]))
            if not np.isfinite(logits).all():  # what is no number is below no threshold
                raise ModelError(f"the reading model in {self.folder} has a damaged head {SUPPORT!r}", HINT)
            raised = np.exp((logits - logits.max()) / temperature)
            supported, contradicted, neither = (raised / raised.sum()).tolist()
            judged.append(Support(supported, contradicted, neither))
        return max(judged, key=lambda each: (each.supported, each.contradicted))

    @property
    def joint(self) -> JointWeights | None:
        """What was fitted for judging beside an embedding model, if the model's folder has it."""
        return self._loaded().manifest.joint

    @property
    def judge(self) -> JudgeWeights | None:
        """What was fitted for judging all passages together, if the model's folder has it."""
        return self._loaded().manifest.judge

    @property
    def words(self) -> WordVectors | None:
        """The vectors of words, if the model's folder has them."""
        return self._loaded().words

    @property
    def claims(self) -> ClaimWeights | None:
        """What was fitted for judging claims beside the rules of rag.verify, if the model's folder has it."""
        return self._loaded().manifest.claims

    @property
    def supports(self) -> bool:
        """Whether there is a support head."""
        return self._loaded().manifest.temperature is not None

    def _loaded(self) -> _Model:
        with self._loading:
            if self._model is None:
                self._model = _load(self.folder)
            return self._model


def _load(folder: Path) -> _Model:
    try:
        manifest = read_manifest(folder)
        session = open_session(manifest.model)
        wanted = OUTPUTS if manifest.temperature is None else [*OUTPUTS, SUPPORT]
        shapes = {output.name: output.shape for output in session.get_outputs()}
        if lacking := [name for name in wanted if name not in shapes]:
            raise ModelError(f"the reading model in {folder} lacks its head {lacking[0]!r}", HINT)
        if manifest.temperature is not None and shapes[SUPPORT][1:] != [3]:
            raise ModelError(f"the reading model in {folder} has a damaged head {SUPPORT!r}", HINT)
        tokenizer = load_tokenizer(manifest.tokenizer)
        words = WordVectors(manifest.words, tokenizer) if manifest.words else None
        return _Model(tokenizer, session, manifest, words)
    except ModelError:
        raise
    except Exception as error:  # both libraries raise types of their own, without a common base
        raise ModelError(f"there is no usable reading model in {folder} ({error})", HINT) from error


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
