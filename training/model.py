"""The reading model in torch: a BERT encoder with a span head, a relevance head and a support head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

MASKED = -1e4
SUPPORT_CLASSES = 3
HEADS = ("support.", "support_pooler.")
"""Parameters of the support head: weights of before it was there lack them."""


class Heads(nn.Module):
    """What a reading model has on top of its encoder, whichever that is."""

    def __init__(self, hidden: int) -> None:
        """Initialise heads for vectors of so many dimensions."""
        super().__init__()
        self.span = nn.Linear(hidden, 2)
        self.pooler = nn.Linear(hidden, hidden)
        self.relevance = nn.Linear(hidden, 1)
        self.support_pooler = nn.Linear(hidden, hidden)
        self.support = nn.Linear(hidden, SUPPORT_CLASSES)
        for layer in (self.span, self.pooler, self.relevance, self.support_pooler, self.support):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def read(self, hidden: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Return start and end logits [batch, seq], a relevance logit [batch] and support logits [batch, 3]."""
        first = hidden[:, 0]
        spans = self.span(hidden)
        relevance = self.relevance(torch.tanh(self.pooler(first)))
        support = self.support(torch.tanh(self.support_pooler(first)))
        return spans[..., 0], spans[..., 1], relevance[:, 0], support


class SpanReader(Heads):
    """The reading model that is published."""

    def __init__(self, encoder: BertModel) -> None:
        """Add freshly initialised heads to an encoder."""
        super().__init__(encoder.config.hidden_size)
        self.encoder = encoder

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Read int64 [batch, seq] inputs; what comes back is that of `Heads.read`."""
        encoded = self.encoder(input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
        return self.read(encoded.last_hidden_state)


def from_base(folder: Path) -> SpanReader:
    """Start from pretrained encoder weights.

    Without dropout, as training sees each row about once; the word embeddings stay as they are, so
    that words the training rows lack keep their place among the others.
    """
    encoder = BertModel.from_pretrained(
        folder,
        add_pooling_layer=False,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder.embeddings.word_embeddings.weight.requires_grad_(False)
    return SpanReader(encoder)


def freeze(model: SpanReader, layers: int) -> None:
    """Leave the embeddings and the lowest layers as they are: rows pass through them only forwards."""
    for part in (model.encoder.embeddings, *model.encoder.encoder.layer[:layers]):
        part.requires_grad_(False)


def save(model: SpanReader, folder: Path) -> None:
    """Write config.json and model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    model.encoder.config.save_pretrained(folder)
    tensors = {k: v.detach().contiguous() for k, v in model.state_dict().items()}
    save_file(tensors, folder / "model.safetensors")


def load(folder: Path) -> SpanReader:
    """Read what `save` wrote; a support head that it lacks is new."""
    config = BertConfig.from_pretrained(folder)
    model = SpanReader(BertModel(config, add_pooling_layer=False))
    missing, unexpected = model.load_state_dict(load_file(folder / "model.safetensors"), strict=False)
    if unexpected or any(not name.startswith(HEADS) for name in missing):
        raise ValueError(f"{folder} holds another model: {[*unexpected, *missing][:3]}")
    return model.eval()


def load_mean(folders: Sequence[Path]) -> SpanReader:
    """Read what `save` wrote and return the mean of all weights (Wortsman et al., ICML 2022: model soups)."""
    first, *others = map(load, folders)
    states = [model.state_dict() for model in (first, *others)]
    first.load_state_dict({name: sum(state[name] for state in states) / len(states) for name in states[0]})
    return first


def span_targets_mask(token_type_ids: Tensor) -> Tensor:
    """Return where a span may lie, bool [batch, seq]: passage tokens, and [CLS] for no answer.

    The final [SEP] has type 1 too and is left out.
    """
    inside = token_type_ids.bool()
    following = torch.zeros_like(inside)
    following[:, :-1] = inside[:, 1:]
    allowed = inside & following
    allowed[:, 0] = True
    return allowed
