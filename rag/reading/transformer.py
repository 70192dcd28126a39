"""Reading models of other makers, by Hugging Face name or folder: extractive question answering, or cross-encoders.

They run on transformers with safetensors weights; nothing is downloaded and none of their code is run. Their
probabilities are their own: `QUOTH_ANSWER_THRESHOLD` may have to be another for them.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from index.embed import EmbeddingModel
from index.errors import ModelError
from index.runtime import needing_full_set
from rag.reading.base import HIGH, Reading
from rag.reading.onnx import WindowScores, merged
from rag.reading.similarity import SimilarityReader, reading_of
from rag.reading.windows import LEAST_TOKENS, OVERLAP_TOKENS, QUESTION_TOKENS, Window, choose_spans
from rag.retrieve import Passage

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

_MAX_SPANS = 3
_LENGTH = 384
_HINT = (
    "give the folder of a question-answering model or a cross-encoder with safetensors weights, or the name of one that"
    " is in the local Hugging Face cache (nothing is downloaded), or `none`"
)


class TransformerReader:
    """Reads with a model that answers from a passage, or that scores one; loads it when first used."""

    def __init__(self, name: str, embeddings: EmbeddingModel) -> None:
        self.name: str | None = name
        self.high = HIGH
        self._similarity = SimilarityReader(embeddings)
        self._loading = threading.Lock()
        self._source = name

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        """See rag.reading.base.Reader."""
        with self._loading:
            model = self._model
        if isinstance(model, Answering):
            return [merged(windows, _probability) for windows in model.scores(question, passages)]
        return self._scored(model, question, passages)

    def _scored(self, model: CrossEncoder, question: str, passages: Sequence[Passage]) -> list[Reading]:
        """Return readings: the probability is the cross-encoder's, which words, the nearness of the sentences says."""
        near = [reading_of(each) for each in self._similarity.nearness(question, passages)]
        pairs = [(question, f"{passage.context}\n{passage.text}") for passage in passages]
        found: Iterable[Any] = model.predict(pairs, show_progress_bar=False) if pairs else []
        return [
            replace(each, probability=float(probability) if each.spans else 0.0)
            for each, probability in zip(near, found, strict=True)
        ]

    @cached_property
    def _model(self) -> Answering | CrossEncoder:
        if self._source.startswith((".", "/", "~")) and not Path(self._source).is_dir():
            raise ModelError(f"reading model {self._source!r} is no folder", _HINT)
        with needing_full_set(f"reading model {self._source!r}"):
            from sentence_transformers import CrossEncoder
            from transformers import AutoConfig

        safe: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
        try:
            kind = next(iter(AutoConfig.from_pretrained(self._source, **safe).architectures or []), "of no known kind")
            if kind.endswith("ForQuestionAnswering"):
                return Answering(self._source, safe)
            if kind.endswith("ForSequenceClassification"):
                model: CrossEncoder = CrossEncoder(self._source, **safe, model_kwargs={"use_safetensors": True})
                if model.num_labels == 1:
                    return model
                kind += f" with {model.num_labels} labels"
        except Exception as error:  # the libraries' errors, safetensors' among them, share no base class
            reason = (str(error).splitlines() or [type(error).__name__])[0][:200]
            raise ModelError(f"reading model {self._source!r} could not be loaded ({reason})", _HINT) from error
        raise ModelError(f"reading model {self._source!r} is {kind}", _HINT)


def _probability(window: WindowScores) -> float:
    """P(the row answers): "no span" against the best one, as the model was taught (Devlin et al., NAACL 2019)."""
    return float(1 / (1 + np.exp(-np.clip(window.gap, -50, 50))))


class Answering:
    """A model with a start and an end logit for each token."""

    def __init__(self, source: str, safe: dict[str, Any]) -> None:
        from transformers import AutoModelForQuestionAnswering, AutoTokenizer

        self._tokenizer = AutoTokenizer.from_pretrained(source, **safe)
        if not self._tokenizer.is_fast:
            raise ValueError("it has no fast tokenizer")
        self._length = min(_LENGTH, self._tokenizer.model_max_length)
        if self._length < LEAST_TOKENS:
            raise ValueError(f"it reads only {self._length} tokens")
        self._model = AutoModelForQuestionAnswering.from_pretrained(source, **safe, use_safetensors=True).eval()

    def scores(self, question: str, passages: Sequence[Passage]) -> list[list[WindowScores]]:
        """Each passage's rows; the context goes before the passage, and no span is chosen in it."""
        import torch

        scores: list[list[WindowScores]] = [[] for _ in passages]
        ends = self._tokenizer(question, add_special_tokens=False, return_offsets_mapping=True)["offset_mapping"]
        asked = max((end for _, end in ends[:QUESTION_TOKENS]), default=0)
        for number, passage in enumerate(passages):
            before = f"{passage.context}\n"
            encoded = self._tokenizer(
                question[:asked],
                before + passage.text,
                truncation="only_second",
                max_length=self._length,
                stride=OVERLAP_TOKENS,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
                padding=True,
                return_tensors="pt",
            )
            rows = encoded.pop("offset_mapping").tolist()
            encoded.pop("overflow_to_sample_mapping")
            with torch.inference_mode():
                output = self._model(**encoded)
            for row, offsets in enumerate(rows):
                own = [i for i, part in enumerate(encoded.sequence_ids(row)) if part == 1]
                inside = [i for i in own if offsets[i][0] >= len(before)]
                if inside:
                    at = tuple((offsets[i][0] - len(before), offsets[i][1] - len(before)) for i in inside)
                    start, end = (logits[row].numpy() for logits in (output.start_logits, output.end_logits))
                    gap, spans = choose_spans(start, end, Window(number, (), inside[0], at), _MAX_SPANS)
                    scores[number].append(WindowScores(0.0, gap, spans))
        return scores
