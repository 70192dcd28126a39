"""Embedding models: text in, unit vectors out (cosine is the dot product).

`langchain_embeddings.py` makes LangChain Embeddings of them.

The default, all-MiniLM-L6-v2, runs on onnxruntime; index/onnx_export.py makes its file. Any other model runs on
sentence-transformers, which requirements.txt installs. Both load when first used.
"""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from index import bf16
from index.errors import ModelError
from index.runtime import in_batches, needing_full_set, open_session

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnxruntime import InferenceSession
    from sentence_transformers import SentenceTransformer
    from tokenizers import Tokenizer

DEFAULT = "all-MiniLM-L6-v2"
GRAPH, WEIGHTS, TOKENIZER = "model.onnx", "weights.bin", "tokenizer.json"
"""The default's files. onnxruntime maps the weights: of the vectors of words only those that are used are read."""
BATCH = 64
"""Passages that are embedded at once, between two looks at whether to go on."""
_FEW_TEXTS = 8
"""So many are tokenized one after the other: to wake a thread for each takes longer."""
_SENTENCES_KEPT, _SENTENCE_CHARACTERS = 1_024, 1_000
"""Of so many short texts the tokens are kept: titles are asked for again, and sentences come in many articles."""


class EmbeddingModel(ABC):
    """A model that makes vectors of texts and tells where their tokens end. `name` goes into the index."""

    name: str

    @property
    @abstractmethod
    def window(self) -> int:
        """Maximum number of tokens that the model reads of one text, special tokens not counted."""

    @abstractmethod
    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """Return for each text the offsets (code points) at which its tokens end."""

    @abstractmethod
    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return unit vectors, shape (texts, dimensions). `query` matters to models with prompts."""

    def encode_all(self, texts: Sequence[str]) -> Iterator[tuple[Sequence[int], NDArray[np.float32]]]:
        """Yield the vectors of some texts and which these are, until all are embedded."""
        for at in range(0, len(texts), BATCH):
            part = texts[at : at + BATCH]
            yield range(at, at + len(part)), self.encode(part)

    def bulk(self) -> EmbeddingModel:
        """Return the model as it is fastest for many passages; its vectors stand beside the others."""
        return self

    def probe(self) -> NDArray[np.float32]:
        """Return the vector of a fixed text: two models are the same if their probes are."""
        vector: NDArray[np.float32] = self.encode(["Which articles say so, and where?"])[0]
        return vector


class OnnxEmbeddings(EmbeddingModel):
    """Embeddings by all-MiniLM-L6-v2 in fp32: the mean of the token vectors, normalised.

    `folder` holds model.onnx with its weights and tokenizer.json. Safe to share between threads.
    """

    name = DEFAULT

    def __init__(self, folder: Path, threads: int = 0) -> None:
        self._folder = folder
        self._threads = threads
        self._loading = threading.RLock()
        self._kept_ends = lru_cache(_SENTENCES_KEPT)(self._ends)

    @property
    def window(self) -> int:
        """256 tokens with the two special ones, as the model's own settings have it."""
        return 254

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """See EmbeddingModel."""
        if len(texts) <= _FEW_TEXTS:
            return [list(self._ends_of(text)) for text in texts]
        encoded = self._loaded_tokenizer().encode_batch(list(texts), add_special_tokens=False)
        return [[end for _, end in encoding.offsets] for encoding in encoded]

    def _ends_of(self, text: str) -> tuple[int, ...]:
        return (self._kept_ends if len(text) <= _SENTENCE_CHARACTERS else self._ends)(text)

    def _ends(self, text: str) -> tuple[int, ...]:
        return tuple(end for _, end in self._loaded_tokenizer().encode(text, add_special_tokens=False).offsets)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See EmbeddingModel. Texts past the window are cut there."""
        tokens = [encoding.ids for encoding in self._loaded_tokenizer().encode_batch_fast(list(texts))]
        tokens = [ids if len(ids) <= self.window + 2 else [*ids[: self.window + 1], ids[-1]] for ids in tokens]
        vectors = np.zeros((len(texts), 384), dtype=np.float32)

        def run(rows: list[int]) -> NDArray[np.float32]:
            ids = np.zeros((len(rows), max(len(tokens[row]) for row in rows)), dtype=np.int64)
            mask = np.zeros_like(ids)
            for line, row in enumerate(rows):
                ids[line, : len(tokens[row])] = tokens[row]
                mask[line, : len(tokens[row])] = 1
            return self._pass(ids, mask)

        for rows, batch in in_batches([len(ids) for ids in tokens], run, self._threads):
            vectors[rows] = batch
        return vectors

    def bulk(self) -> EmbeddingModel:
        """See EmbeddingModel: by OpenVINO where that is faster."""
        return BulkEmbeddings(self._folder, self._threads) if bf16.is_available() else self

    def _pass(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of padded rows."""
        [vectors] = self._loaded_session().run(None, {"input_ids": ids, "attention_mask": mask})
        return cast("NDArray[np.float32]", vectors)

    def _loaded_tokenizer(self) -> Tokenizer:
        with self._loading:
            return self._tokenizer

    def _loaded_session(self) -> InferenceSession:
        with self._loading:
            return self._session

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        from tokenizers import Tokenizer

        try:
            tokenizer = Tokenizer.from_file(str(self._folder / TOKENIZER))
        except Exception as error:  # the library raises plain Exception
            raise _unusable(self._folder, error) from error
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _session(self) -> InferenceSession:
        try:
            return open_session(self._folder / GRAPH)
        except Exception as error:  # onnxruntime's errors share no base class
            raise _unusable(self._folder, error) from error


class BulkEmbeddings(OnnxEmbeddings):
    """The same model with its passes in bf16; for many passages at a time."""

    def bulk(self) -> EmbeddingModel:
        """Return itself."""
        return self

    def _pass(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        with self._loading:
            model = self._in_bf16
        return model.run(ids, mask)

    @cached_property
    def _in_bf16(self) -> bf16.Bf16Model:
        try:
            return bf16.Bf16Model(self._folder / GRAPH, self._threads)
        except Exception as error:  # OpenVINO's errors are RuntimeErrors of all kinds
            raise _unusable(self._folder, error) from error


class SentenceTransformerEmbeddings(EmbeddingModel):
    """Embeddings by any sentence-transformers model, by name or path; safetensors only, none of its code is run."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._loading = threading.Lock()

    @property
    def window(self) -> int:
        """Maximum number of tokens as the model's settings say, special tokens not counted."""
        marks = int(self._loaded().tokenizer.num_special_tokens_to_add())
        return (self._loaded().get_max_seq_length() or 512) - marks

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """See EmbeddingModel."""
        encoded = self._loaded().tokenizer(
            list(texts), add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        return [[end for _, end in offsets] for offsets in encoded["offset_mapping"]]

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """See EmbeddingModel. The model's own prompts for queries and documents are used."""
        model = self._loaded()
        encode = model.encode_query if query else model.encode_document
        return np.asarray(encode(list(texts), normalize_embeddings=True, show_progress_bar=False), dtype=np.float32)

    def _loaded(self) -> SentenceTransformer:
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> SentenceTransformer:
        if self.name.startswith((".", "/", "~")) and not Path(self.name).is_dir():
            raise ModelError(f"embedding model {self.name!r} is no folder", "give one, or a model's name")
        with needing_full_set(f"embedding model {self.name!r}"):
            from sentence_transformers import SentenceTransformer

        try:
            model = SentenceTransformer(
                self.name,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:  # the libraries' errors, safetensors' among them, share no base class
            raise ModelError(
                f"embedding model {self.name!r} could not be loaded ({_first_line(error)})",
                "give the folder of a sentence-transformers model with safetensors weights, or the name of one that"
                " is in the local Hugging Face cache; nothing is downloaded",
            ) from error
        if not model.tokenizer.is_fast:
            raise ModelError(f"embedding model {self.name!r} has no fast tokenizer", "choose another model")
        return model


def load_embeddings(name: str | None, models: Path, threads: int = 0) -> EmbeddingModel:
    """Return the model called `name`; the default runs from its exported file below `models`."""
    if name not in (None, DEFAULT):
        return SentenceTransformerEmbeddings(name)
    return OnnxEmbeddings(models / DEFAULT, threads)


def is_exported(folder: Path) -> bool:
    """Return whether the default's files are in `folder`. Earlier versions wrote weights into the graph's."""
    return (folder / GRAPH).is_file() and (folder / WEIGHTS).is_file()


def check_same(model: EmbeddingModel, name: str, probe: bytes, store: str) -> None:
    """Raise ModelError unless `model` is the one that the vectors in `store` come from."""
    hint = f"run `python app.py ingest PATH --store NEW --embedding-model {model.name}` for a store of its own"
    if model.name != name:
        raise ModelError(f"the store {store} was built with the embedding model {name}, not {model.name}", hint)
    expected, actual = np.frombuffer(probe, dtype="<f4"), model.probe()
    if expected.shape != actual.shape or float(expected @ actual) < 0.999:
        raise ModelError(f"the embedding model {name} has changed since the store {store} was built", hint)


def _unusable(folder: Path, error: Exception) -> ModelError:
    return ModelError(
        f"the embedding model in {folder} cannot be used ({_first_line(error)})",
        "delete that folder; the next start makes it again",
    )


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
