"""Train the reading model for a fixed time; the learning rate reaches zero when the time is up.

python -m training.train --rows DIR --base DIR --out DIR --minutes 70
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from rag.reading.windows import load_tokenizer
from training.evaluate import evaluate, read_held_out
from training.model import MASKED, SpanReader, freeze, from_base, load_mean, save, span_targets_mask

log = logging.getLogger("training.train")

BATCH_TOKENS = 3200
CHUNK_GROUPS = 2048
WARM_UP = 0.04
HEAD_FACTOR = 5.0
NO_ANSWER_WEIGHT = 0.5
RANKING_WEIGHT = 0.5
AVERAGE_DECAY = 0.997
SHARES = (1.0, 1.0, 1.0)  # of the groups of each kind in training.data, per epoch
LOG_EVERY = 50


@dataclass(frozen=True)
class Rows:
    """The training rows: flat tokens and one entry a row in each column."""

    tokens: npt.NDArray[np.uint16]
    first: npt.NDArray[np.int64]
    columns: dict[str, npt.NDArray[np.int32]]
    groups: list[list[int]]


@dataclass(frozen=True)
class Batch:
    """Padded tensors [batch, seq] and [batch]."""

    ids: Tensor
    mask: Tensor
    types: Tensor
    start: Tensor
    end: Tensor
    label: Tensor
    group: Tensor


def load_rows(path: Path) -> Rows:
    """Read what training.data wrote."""
    with np.load(path) as stored:
        columns = {k: stored[k] for k in stored.files if k != "tokens"}
        tokens = stored["tokens"]
    first = np.concatenate([[0], np.cumsum(columns["length"], dtype=np.int64)])
    edges = np.flatnonzero(np.diff(columns["group"])) + 1
    groups = [part.tolist() for part in np.split(np.arange(len(columns["group"])), edges)]
    return Rows(tokens, first, columns, groups)


def batches(rows: Rows, epoch: int, seed: int) -> list[list[int]]:
    """Return one epoch's batches of row numbers: groups stay whole, similar lengths together.

    An epoch takes a random share of the groups, SHARES by kind: hard negatives are scarce.
    """
    rng = np.random.default_rng([seed, epoch])
    kinds = np.array([rows.columns["kind"][group[0]] for group in rows.groups])
    kept = rng.random(len(kinds)) < np.array(SHARES)[kinds]
    order = rng.permutation(np.flatnonzero(kept))
    result: list[list[int]] = []
    for chunk in np.array_split(order, max(1, len(order) // CHUNK_GROUPS)):
        longest = {int(g): int(rows.columns["length"][rows.groups[g]].max()) for g in chunk}
        current: list[int] = []
        made: list[list[int]] = []
        for g in sorted(longest, key=lambda g: longest[g]):
            if current and (len(current) + len(rows.groups[g])) * longest[g] > BATCH_TOKENS:
                made.append(current)
                current = []
            current = current + rows.groups[g]
        made.append(current)
        result += [made[i] for i in rng.permutation(len(made))]
    return result


def collate(rows: Rows, numbers: list[int]) -> Batch:
    """Pad the rows of a batch."""
    lengths = rows.columns["length"][numbers]
    shape = (len(numbers), int(lengths.max()))
    ids, mask, types = (np.zeros(shape, dtype=np.int64) for _ in range(3))
    for i, n in enumerate(numbers):
        length = int(lengths[i])
        ids[i, :length] = rows.tokens[rows.first[n] : rows.first[n] + length]
        mask[i, :length] = 1
        types[i, rows.columns["passage_start"][n] : length] = 1
    column = {k: torch.from_numpy(v[numbers].astype(np.int64)) for k, v in rows.columns.items()}
    return Batch(
        torch.from_numpy(ids),
        torch.from_numpy(mask),
        torch.from_numpy(types),
        column["start"],
        column["end"],
        column["label"],
        column["group"],
    )


def loss_of(model: SpanReader, batch: Batch) -> tuple[Tensor, dict[str, float]]:
    """Return span cross-entropy + relevance cross-entropy + ranking within groups.

    A row that does not answer has its span at [CLS], with less weight. Ranking is the softmax
    cross-entropy of the answering row among its group's rows (ListNet's top-one form).
    """
    start, end, relevance = model(batch.ids, batch.mask, batch.types)
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
    parts = {"span": span_loss.item(), "answers": answers.item(), "ranking": ranking.item()}
    return total, parts


def optimizer_for(model: SpanReader, rate: float) -> torch.optim.AdamW:
    """Return AdamW: no decay on biases and norms, a higher rate for the new heads."""
    plain: dict[str, list[nn.Parameter]] = {"decay": [], "none": [], "head": []}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        kind = "none" if parameter.ndim < 2 else "decay"
        plain[kind if name.startswith("encoder.") else "head"].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": plain["decay"], "weight_decay": 0.01, "peak": rate},
            {"params": plain["none"], "weight_decay": 0.0, "peak": rate},
            {"params": plain["head"], "weight_decay": 0.0, "peak": rate * HEAD_FACTOR},
        ],
        lr=rate,
        fused=True,
    )


def endless(rows: Rows, seed: int, skip: int) -> Iterator[list[int]]:
    """Yield batches epoch after epoch, leaving out the first `skip`."""
    epoch = 0
    while True:
        made = batches(rows, epoch, seed)
        yield from made[skip:]
        skip, epoch = max(0, skip - len(made)), epoch + 1


@dataclass
class State:
    """What a checkpoint holds besides weights."""

    step: int = 0
    rows_seen: int = 0
    seconds: float = 0.0


class Trainer:
    """Runs the loop; every few minutes it saves, and measures the averaged weights."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Load the rows, and the last checkpoint where there is one."""
        self.options = options
        self.out: Path = options.out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.rows = load_rows(options.rows / "rows.npz")
        self.held_out = read_held_out(options.rows / "held_out.jsonl")
        self.tokenizer = load_tokenizer(options.base / "tokenizer.json")
        self.model = from_base(options.base).to(self.device)
        if options.start:
            self.model.load_state_dict(load_mean(options.start).state_dict())
            freeze(self.model, options.freeze)
        self.averaged = from_base(options.base).to(self.device).eval().requires_grad_(False)
        self.averaged.load_state_dict(self.model.state_dict())
        self.optimizer = optimizer_for(self.model, options.rate)
        self.state = State()
        if (self.out / "checkpoint.pt").is_file():
            stored = torch.load(self.out / "checkpoint.pt", weights_only=True)
            self.model.load_state_dict(stored["model"])
            self.averaged.load_state_dict(stored["averaged"])
            self.optimizer.load_state_dict(stored["optimizer"])
            self.state = State(**stored["state"])
            log.info("resumed at step %d", self.state.step)

    def save(self) -> None:
        """Write the checkpoint and the averaged model, each under its final name at once."""
        self.out.mkdir(parents=True, exist_ok=True)
        stored = {
            "model": self.model.state_dict(),
            "averaged": self.averaged.state_dict(),
            "optimizer": self.optimizer.state_dict(),
            "state": vars(self.state),
        }
        torch.save(stored, self.out / "checkpoint.tmp")
        (self.out / "checkpoint.tmp").replace(self.out / "checkpoint.pt")
        save(self.averaged, self.out / "model")

    def measure(self) -> None:
        """Append the averaged model's held-out figures to curve.jsonl."""
        figures = evaluate(self.averaged, self.tokenizer, self.held_out, self.device)
        entry = vars(self.state) | figures
        with (self.out / "curve.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")
        log.info("held out: %s", entry)

    def step(self, numbers: list[int], progress: float) -> dict[str, float]:
        """Learn from one batch; progress is the share of the time used, 0 to 1."""
        scale = min(progress / WARM_UP, (1 - progress) / (1 - WARM_UP))
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * max(scale, 1e-3)
        batch = collate(self.rows, numbers)
        batch = Batch(**{k: v.to(self.device) for k, v in vars(batch).items()})
        total, parts = loss_of(self.model, batch)
        total.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.state.step += 1
        self.state.rows_seen += len(numbers)
        decay = min(AVERAGE_DECAY, (1 + self.state.step) / (10 + self.state.step))
        with torch.no_grad():
            for old, new in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
                if new.requires_grad:
                    old.lerp_(new, 1 - decay)
        return parts

    def run(self) -> None:
        """Train until the time is used up, then save and measure."""
        budget, pause = self.options.minutes * 60.0, self.options.save_minutes * 60.0
        saved = clock = time.monotonic()
        recent: list[dict[str, float]] = []
        for numbers in endless(self.rows, self.options.seed, self.state.step):
            recent.append(self.step(numbers, min(1.0, self.state.seconds / budget)))
            now = time.monotonic()
            self.state.seconds, clock = self.state.seconds + now - clock, now
            if self.state.step % LOG_EVERY == 0:
                means = {k: round(sum(r[k] for r in recent) / len(recent), 3) for k in recent[0]}
                log.info("%s %s", vars(self.state), means)
                recent = []
            if self.state.seconds >= budget:
                break
            if now - saved > pause:
                self.save()
                self.measure()
                saved = time.monotonic()
                self.state.seconds, clock = self.state.seconds + saved - clock, saved
        self.save()
        self.measure()


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description="Train the reading model.")
    parser.add_argument("--rows", type=Path, required=True, help="what training.data wrote")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and curve.jsonl")
    parser.add_argument("--minutes", type=float, default=70.0, help="time to train, measuring included")
    parser.add_argument("--save-minutes", type=float, default=7.0)
    parser.add_argument("--rate", type=float, default=2e-4)
    parser.add_argument(
        "--start", type=Path, nargs="+", help="start from the mean of the weights of former runs (RUN/model)"
    )
    parser.add_argument("--freeze", type=int, default=0, help="with --start: encoder layers to leave as they are")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    for path in (options.rows / "rows.npz", options.base / "config.json"):
        if not path.is_file():
            parser.error(f"{path} is missing")
    torch.manual_seed(options.seed)
    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    Trainer(options).run()


if __name__ == "__main__":
    main()
