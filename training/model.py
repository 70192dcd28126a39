"""The reading model in torch: a BERT encoder with a span head and a relevance head."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import BertConfig, BertModel

MASKED = -1e4


class SpanReader(nn.Module):
    """start and end logits [batch, seq] and a relevance logit [batch] from one pass."""

    def __init__(self, encoder: BertModel) -> None:
        """Add freshly initialised heads to an encoder."""
        super().__init__()
        self.encoder = encoder
        hidden = encoder.config.hidden_size
        self.span = nn.Linear(hidden, 2)
        self.pooler = nn.Linear(hidden, hidden)
        self.relevance = nn.Linear(hidden, 1)
        for layer in (self.span, self.pooler, self.relevance):
            nn.init.normal_(layer.weight, std=0.02)
            nn.init.zeros_(layer.bias)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Read int64 [batch, seq] inputs."""
        hidden = self.encoder(
            input_ids=input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids
        ).last_hidden_state
        spans = self.span(hidden)
        relevance = self.relevance(torch.tanh(self.pooler(hidden[:, 0])))
        return spans[..., 0], spans[..., 1], relevance[:, 0]


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
    """Read what `save` wrote."""
    config = BertConfig.from_pretrained(folder)
    model = SpanReader(BertModel(config, add_pooling_layer=False))
    model.load_state_dict(load_file(folder / "model.safetensors"))
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
