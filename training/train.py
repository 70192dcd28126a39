"""Train the reading model, for as many rows as wanted and in as many sessions.

    python -m training.train --rows ROWS --base BASE --out RUN --start START --until 300000

goes on from RUN/checkpoint.pt where there is one. The learning rate rises over the first rows and then stays; what is
published is a branch of a run in which it falls to zero:

    python -m training.train --rows ROWS --base BASE --out COOLED --branch RUN --cooldown 20000
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from rag.reading.windows import load_tokenizer
from training.batches import Batch, Stream, collate, load_rows
from training.evaluate import evaluate, read_held_out, sample
from training.losses import Logits, read, reading_loss, support_loss
from training.model import Heads, freeze, from_base, load_mean, save

log = logging.getLogger("training.train")

WARM_UP_ROWS = 4000
HEAD_FACTOR = 5.0
AVERAGE_DECAY = 0.998
CLAIM_SHARE = 0.25
CLAIM_BATCH = 2.0  # tokens of a batch of claims, in those of a batch of readings: such batches are used in parts
LOG_EVERY = 50
ENCODERS = ("encoder.", "mpnet.")


def optimizer_for(model: Heads, rate: float) -> torch.optim.AdamW:
    """Return AdamW: no decay on biases and norms, a higher rate for the heads."""
    plain: dict[str, list[nn.Parameter]] = {"decay": [], "none": [], "head": []}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            continue
        kind = "none" if parameter.ndim < 2 else "decay"
        plain[kind if name.startswith(ENCODERS) else "head"].append(parameter)
    return torch.optim.AdamW(
        [
            {"params": plain["decay"], "weight_decay": 0.01, "peak": rate},
            {"params": plain["none"], "weight_decay": 0.0, "peak": rate},
            {"params": plain["head"], "weight_decay": 0.0, "peak": rate * HEAD_FACTOR},
        ],
        lr=rate,
        fused=True,
    )


def has_fast_bf16(device: torch.device) -> bool:
    """Whether bf16 is computed, not emulated."""
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported()
    path = Path("/proc/cpuinfo")
    flags = path.read_text("utf-8") if path.is_file() else ""
    return "avx512_bf16" in flags or "amx_bf16" in flags


@dataclass
class State:
    """Where a run stands, besides weights; the places in the streams hold for one set of rows only."""

    step: int = 0
    rows_seen: int = 0
    claims_seen: int = 0
    seconds: float = 0.0
    rows_identity: str = ""
    reading_epoch: int = 0
    reading_index: int = 0
    claims_epoch: int = 0
    claims_index: int = 0
    cooled_from: int = -1


class Trainer:
    """Runs the loop; every few minutes it saves, less often it measures the averaged weights."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Load the rows, and the last checkpoint where there is one."""
        self.options = options
        self.out: Path = options.out
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.bf16 = options.precision == "bf16" or (options.precision == "auto" and has_fast_bf16(self.device))
        self.rows = load_rows(options.rows / "rows.npz")
        self.held_out = sample(read_held_out(options.rows / "held_out.jsonl"))
        self.tokenizer = load_tokenizer(options.base / "tokenizer.json")
        self.model = from_base(options.base).to(self.device)
        if self.device.type == "cpu":
            self.model.encoder.set_attn_implementation("eager")  # 1.3 times as fast as the fused one backwards
        if options.start:
            self.model.load_state_dict(load_mean(options.start).state_dict())
        if options.freeze:
            freeze(self.model, options.freeze)
        self.averaged = from_base(options.base).to(self.device).eval().requires_grad_(False)
        self.averaged.load_state_dict(self.model.state_dict())
        self.optimizer = optimizer_for(self.model, options.rate)
        self.state = State()
        self.resume()
        self.readings = Stream(self.rows, self.rows.of_kind(claims=False), options.batch_tokens, options.seed)
        claim_tokens = int(options.batch_tokens * CLAIM_BATCH)
        self.claims = Stream(self.rows, self.rows.of_kind(claims=True), claim_tokens, options.seed)
        self.waiting: list[int] = []
        if self.state.rows_identity == self.rows.identity:
            self.readings.at(self.state.reading_epoch, self.state.reading_index)
            self.claims.at(self.state.claims_epoch, self.state.claims_index)

    def resume(self) -> None:
        """Take up this run, or the one to branch from."""
        own = self.out / "checkpoint.pt"
        path = own if own.is_file() or not self.options.branch else self.options.branch / "checkpoint.pt"
        if not path.is_file():
            return
        stored = torch.load(path, weights_only=True, map_location=self.device)
        self.model.load_state_dict(stored["model"])
        self.averaged.load_state_dict(stored["averaged"])
        self.optimizer.load_state_dict(stored["optimizer"])
        for group, factor in zip(self.optimizer.param_groups, (1.0, 1.0, HEAD_FACTOR), strict=True):
            group["peak"] = self.options.rate * factor
        self.state = State(**stored["state"])
        log.info("resumed %s at step %d, %d rows", path, self.state.step, self.state.rows_seen)

    def save(self) -> None:
        """Write the checkpoint and the averaged model, each under its final name at once."""
        self.out.mkdir(parents=True, exist_ok=True)
        self.state.rows_identity = self.rows.identity
        self.state.reading_epoch, self.state.reading_index = self.readings.epoch, self.readings.index
        self.state.claims_epoch, self.state.claims_index = self.claims.epoch, self.claims.index
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
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            figures = evaluate(self.averaged, self.tokenizer, self.held_out, self.device)
        entry = {"rows": self.state.rows_seen, "minutes": round(self.state.seconds / 60, 1), **figures}
        with (self.out / "curve.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")
        log.info("held out: %s", entry)

    def scale(self) -> float:
        """Return the share of the peak rate that is due at these rows."""
        if self.options.cooldown:
            return max(0.0, 1 - (self.state.rows_seen - self.state.cooled_from) / self.options.cooldown)
        return min(1.0, (self.state.rows_seen + 1) / WARM_UP_ROWS)

    def learn(
        self, numbers: list[int], loss_of: Callable[[Logits, Batch], tuple[Tensor, dict[str, Tensor]]]
    ) -> dict[str, float]:
        """Add the gradient of some rows."""
        batch = collate(self.rows, numbers).to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            loss, parts = loss_of(read(self.model, batch), batch)
        loss.backward()  # type: ignore[no-untyped-call]
        return {name: part.item() for name, part in parts.items()}

    def step(self) -> dict[str, float]:
        """Learn from one batch of readings, and claims beside it."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * self.scale()
        readings = self.readings.next()
        parts = self.learn(readings, reading_loss)
        wanted = max(1, round(len(readings) * CLAIM_SHARE / (1 - CLAIM_SHARE)))
        while not self.waiting:
            self.waiting = self.claims.next()
        claims, self.waiting = self.waiting[:wanted], self.waiting[wanted:]
        parts |= self.learn(claims, support_loss)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.state.step += 1
        self.state.rows_seen += len(readings) + len(claims)
        self.state.claims_seen += len(claims)
        decay = min(AVERAGE_DECAY, (1 + self.state.step) / (10 + self.state.step))
        with torch.no_grad():
            for old, new in zip(self.averaged.parameters(), self.model.parameters(), strict=True):
                if new.requires_grad:
                    old.lerp_(new, 1 - decay)
        return parts

    def run(self) -> None:
        """Train until the rows are seen, then save and measure."""
        until = self.options.until
        if self.options.cooldown:
            if self.state.cooled_from < 0:
                self.state.cooled_from = self.state.rows_seen
            until = self.state.cooled_from + self.options.cooldown
        saved = measured = clock = time.monotonic()
        sums: Counter[str] = Counter()
        while self.state.rows_seen < until:
            sums.update(self.step() | {"steps": 1})
            now = time.monotonic()
            self.state.seconds, clock = self.state.seconds + now - clock, now
            if self.state.step % LOG_EVERY == 0:
                steps = sums.pop("steps")
                means = {name: round(total / steps, 3) for name, total in sums.items()}
                speed = self.state.rows_seen / self.state.seconds
                log.info("step %d, %d rows, %.1f a second: %s", self.state.step, self.state.rows_seen, speed, means)
                sums.clear()
            if now - saved > self.options.save_minutes * 60:
                self.save()
                saved = clock = time.monotonic()
                if saved - measured > self.options.measure_minutes * 60:
                    self.measure()
                    saved = measured = clock = time.monotonic()
        self.save()
        save(self.model, self.out / "last")
        self.measure()


def main() -> None:
    """Train."""
    parser = argparse.ArgumentParser(description="Train the reading model.")
    parser.add_argument("--rows", type=Path, required=True, help="what training.data wrote")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--out", type=Path, required=True, help="checkpoints and curve.jsonl")
    parser.add_argument("--until", type=int, default=300_000, help="rows to see in all, sessions before included")
    parser.add_argument("--branch", type=Path, help="begin with the checkpoint of this run")
    parser.add_argument("--cooldown", type=int, default=0, help="lower the rate to zero over so many rows, then stop")
    parser.add_argument("--save-minutes", type=float, default=5.0)
    parser.add_argument("--measure-minutes", type=float, default=20.0)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch-tokens", type=int, default=4096, help="padded tokens a batch; a GPU takes 32768")
    parser.add_argument("--precision", choices=("auto", "bf16", "fp32"), default="auto")
    parser.add_argument(
        "--start", type=Path, nargs="+", help="start from the mean of the weights of former runs (RUN/model)"
    )
    parser.add_argument("--freeze", type=int, default=0, help="embeddings and so many lowest layers stay as they are")
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
