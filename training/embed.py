"""Sentence embeddings of the base model, as a baseline: mean of the last layer, unit length."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from transformers import BertModel

from rag.reading.windows import load_tokenizer

MAX_LENGTH = 256
BATCH = 32


class Embedder:
    """all-MiniLM-L6-v2 as its card says: mean pooling over tokens, then length one."""

    def __init__(self, folder: Path) -> None:
        """Load the encoder and its tokenizer."""
        self.tokenizer = load_tokenizer(folder / "tokenizer.json")
        self.tokenizer.enable_truncation(MAX_LENGTH)
        self.tokenizer.enable_padding()
        self.encoder = BertModel.from_pretrained(folder, add_pooling_layer=False)
        self.encoder.train(False)

    @torch.no_grad()
    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        """Return float32 [texts, hidden]."""
        order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        vectors = np.zeros((len(texts), self.encoder.config.hidden_size), dtype=np.float32)
        for first in range(0, len(order), BATCH):
            part = order[first : first + BATCH]
            encoded = self.tokenizer.encode_batch([texts[i] for i in part])
            ids = torch.tensor([e.ids for e in encoded])
            mask = torch.tensor([e.attention_mask for e in encoded])
            hidden = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
            kept = mask[..., None].float()
            mean = (hidden * kept).sum(dim=1) / kept.sum(dim=1)
            vectors[part] = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors
