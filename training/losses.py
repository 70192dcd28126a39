"""What training makes small: wrong words, wrong relevance, a wrong order of passages, wrong support."""

from __future__ import annotations

from typing import TypeAlias

import torch
from torch import Tensor, nn

from training.batches import Batch
from training.model import MASKED, Heads, span_targets_mask
from training.support import Support

NO_ANSWER_WEIGHT = 0.5
RANKING_WEIGHT = 0.5

Logits: TypeAlias = tuple[Tensor, Tensor, Tensor, Tensor]
"""Of starts, ends, relevance and support, as `training.model.Heads.read` returns them."""


def read(model: Heads, batch: Batch) -> Logits:
    """Return a model's logits in full precision."""
    start, end, relevance, support = model(batch.ids, batch.mask, batch.types)
    return start.float(), end.float(), relevance.float(), support.float()


def reading_loss(logits: Logits, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Return span cross-entropy + relevance cross-entropy + ranking within groups.

    A row that does not answer has its span at [CLS], with less weight. Ranking is the softmax
    cross-entropy of the answering row among its group's rows (ListNet's top-one form).
    """
    start, end, relevance, _ = logits
    allowed = span_targets_mask(batch.types)
    label = batch.label.float()
    weight = torch.where(batch.label == 1, 1.0, NO_ANSWER_WEIGHT) * (batch.start >= 0)
    span = torch.zeros_like(label)
    for each, target in ((start, batch.start), (end, batch.end)):
        masked = each.masked_fill(~allowed, MASKED)
        span = span + nn.functional.cross_entropy(masked, target.clamp(min=0), reduction="none") / 2
    span_loss = (span * weight).sum() / weight.sum().clamp(min=1)
    answers = nn.functional.binary_cross_entropy_with_logits(relevance, label)
    same = batch.group[:, None] == batch.group[None, :]
    among = relevance[None, :].masked_fill(~same, MASKED).logsumexp(dim=1)
    ranked = (batch.label == 1) & (same.sum(dim=1) > 1)
    ranking = ((among - relevance) * ranked).sum() / ranked.sum().clamp(min=1)
    total = span_loss + answers + RANKING_WEIGHT * ranking
    return total, {"span": span_loss.detach(), "answers": answers.detach(), "ranking": ranking.detach()}


def support_loss(logits: Logits, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
    """Return the cross-entropy of what the quote says; EITHER is right with all that is not SUPPORTED."""
    log_p = logits[3].log_softmax(dim=1)
    not_supported = log_p[:, [Support.CONTRADICTED, Support.NEITHER]].logsumexp(dim=1)
    certain = log_p.gather(1, batch.support.clamp(max=Support.NEITHER)[:, None])[:, 0]
    loss = -torch.where(batch.support == Support.EITHER, not_supported, certain).mean()
    return loss, {"support": loss.detach()}


def taught_loss(logits: Logits, taught: Logits, batch: Batch) -> Tensor:
    """Return how far a reader is from its teacher over readings: cross-entropies of the teacher's probabilities.

    They are those of start and end, of relevance, and of which row of a group answers (Hinton et al. 2015).
    """
    allowed = span_targets_mask(batch.types)
    total = torch.zeros((), device=batch.ids.device)
    for own, other in zip(logits[:2], taught[:2], strict=True):
        total = total + _cross_entropy(own.masked_fill(~allowed, MASKED), other.masked_fill(~allowed, MASKED)) / 2
    total = total + nn.functional.binary_cross_entropy_with_logits(logits[2], taught[2].sigmoid())
    same = batch.group[:, None] == batch.group[None, :]
    among = [each[2][None, :].expand_as(same).masked_fill(~same, MASKED) for each in (logits, taught)]
    return total + RANKING_WEIGHT * _cross_entropy(*among)


def taught_support_loss(logits: Logits, taught: Logits) -> Tensor:
    """Return how far a reader is from its teacher over claims."""
    return _cross_entropy(logits[3], taught[3])


def _cross_entropy(logits: Tensor, taught: Tensor) -> Tensor:
    return -(taught.softmax(dim=1) * logits.log_softmax(dim=1)).sum(dim=1).mean()
