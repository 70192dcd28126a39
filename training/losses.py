"""What training makes small: wrong words, wrong relevance, a wrong order of passages, wrong support."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from training.batches import Batch
from training.model import MASKED, SpanReader, span_targets_mask
from training.support import Support

NO_ANSWER_WEIGHT = 0.5
RANKING_WEIGHT = 0.5


def reading_loss(model: SpanReader, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Return span cross-entropy + relevance cross-entropy + ranking within groups.

    A row that does not answer has its span at [CLS], with less weight. Ranking is the softmax
    cross-entropy of the answering row among its group's rows (ListNet's top-one form).
    """
    start, end, relevance, _ = (logits.float() for logits in model(batch.ids, batch.mask, batch.types))
    allowed = span_targets_mask(batch.types)
    label = batch.label.float()
    weight = torch.where(batch.label == 1, 1.0, NO_ANSWER_WEIGHT) * (batch.start >= 0)
    span = torch.zeros_like(label)
    for logits, target in ((start, batch.start), (end, batch.end)):
        masked = logits.masked_fill(~allowed, MASKED)
        span = span + nn.functional.cross_entropy(masked, target.clamp(min=0), reduction="none") / 2
    span_loss = (span * weight).sum() / weight.sum().clamp(min=1)
    answers = nn.functional.binary_cross_entropy_with_logits(relevance, label)
    same = batch.group[:, None] == batch.group[None, :]
    among = relevance[None, :].masked_fill(~same, MASKED).logsumexp(dim=1)
    ranked = (batch.label == 1) & (same.sum(dim=1) > 1)
    ranking = ((among - relevance) * ranked).sum() / ranked.sum().clamp(min=1)
    total = span_loss + answers + RANKING_WEIGHT * ranking
    return total, {"span": span_loss.item(), "answers": answers.item(), "ranking": ranking.item()}


def support_loss(model: SpanReader, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Return the cross-entropy of what the quote says; EITHER is right with all that is not SUPPORTED."""
    logits = model(batch.ids, batch.mask, batch.types)[3].float()
    log_p = logits.log_softmax(dim=1)
    not_supported = log_p[:, [Support.CONTRADICTED, Support.NEITHER]].logsumexp(dim=1)
    certain = log_p.gather(1, batch.support.clamp(max=Support.NEITHER)[:, None])[:, 0]
    loss = -torch.where(batch.support == Support.EITHER, not_supported, certain).mean()
    return loss, {"support": loss.item()}
