"""Train the reading model on a GPU within minutes: a large teacher first, then the reader from what the teacher says.

    python -m training.distil --rows ROWS... --teacher MPNET --out TEACHER --minutes 4
    python -m training.distil --rows ROWS... --taught TEACHER --start START --out RUN --minutes 4

The teacher is all-mpnet-base-v2 with the same heads. It reads the same tokens, since MPNet's vocabulary is BERT's, four
numbers on; so its logits of starts and ends are those that the reader should have. The rate follows the clock: up
during the first twentieth, then down to nothing at the end. What is written is what training.train writes.
"""

from __future__ import annotations

import argparse
import json
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import MPNetConfig, MPNetModel

from rag.reading.windows import load_tokenizer
from training.batches import Batch, Rows, Stream, collate, load_rows
from training.evaluate import evaluate, read_held_out, sample
from training.losses import Logits, read, reading_loss, support_loss, taught_loss, taught_support_loss
from training.model import Heads, load_mean, save
from training.train import CLAIM_SHARE, has_fast_bf16, optimizer_for

log = logging.getLogger("training.distil")

VOCABULARY_SHIFT = 4
CLS, SEP = 101, 102
MPNET_CLS, MPNET_SEP = 0, 2
WARM_UP = 0.05
AVERAGE_DECAY = 0.998
TAUGHT_SHARE = 0.7
"""The teacher's part of the loss; the rest is that of the rows' labels."""
LOG_EVERY = 100

Made = TypeVar("Made")


class Teacher(Heads):
    """MPNet with the reader's heads, asked with the reader's tokens; the passage is told by its types, too."""

    def __init__(self, mpnet: MPNetModel) -> None:
        """Add freshly initialised heads to an encoder."""
        super().__init__(mpnet.config.hidden_size)
        self.mpnet = mpnet
        self.types = nn.Embedding(2, mpnet.config.hidden_size)
        nn.init.zeros_(self.types.weight)

    def forward(
        self, input_ids: Tensor, attention_mask: Tensor, token_type_ids: Tensor
    ) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Read what a SpanReader reads, and return the same."""
        ids = input_ids + VOCABULARY_SHIFT
        ids = ids.masked_fill(input_ids == CLS, MPNET_CLS).masked_fill(input_ids == SEP, MPNET_SEP)
        vectors = self.mpnet.embeddings.word_embeddings(ids) + self.types(token_type_ids)
        encoded = self.mpnet(inputs_embeds=vectors, attention_mask=attention_mask)
        return self.read(encoded.last_hidden_state)


def load_teacher(folder: Path) -> Teacher:
    """Read what `save_teacher` wrote."""
    mpnet = MPNetModel(MPNetConfig.from_pretrained(folder), add_pooling_layer=False)
    teacher = Teacher(mpnet)
    teacher.load_state_dict(load_file(folder / "model.safetensors"))
    return teacher.eval().requires_grad_(False)


def save_teacher(teacher: Teacher, folder: Path) -> None:
    """Write config.json and model.safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    teacher.mpnet.config.save_pretrained(folder)
    save_file({name: value.contiguous() for name, value in teacher.state_dict().items()}, folder / "model.safetensors")


def prefetched(make: Callable[[], Made]) -> Iterator[Made]:
    """Yield without end what `make` returns, the next made while this one is used."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(make)
        while True:
            made = waiting.result()
            waiting = pool.submit(make)
            yield made


class Batches:
    """Batches of readings, each with claims beside it."""

    def __init__(self, rows: Rows, tokens: int, seed: int) -> None:
        """Hold at most `tokens` padded tokens a batch of readings."""
        self.rows = rows
        self.readings = Stream(rows, rows.of_kind(claims=False), tokens, seed)
        self.claims = Stream(rows, rows.of_kind(claims=True), tokens, seed)
        self.waiting: list[int] = []

    def next(self) -> tuple[Batch, Batch]:
        """Return readings and claims."""
        readings = self.readings.next()
        wanted = round(len(readings) * CLAIM_SHARE / (1 - CLAIM_SHARE))
        while len(self.waiting) < wanted:
            self.waiting += self.claims.next()
        claims, self.waiting = self.waiting[:wanted], self.waiting[wanted:]
        return collate(self.rows, readings), collate(self.rows, claims)


class Distiller:
    """Trains one model until the clock says stop, from labels, and from a teacher where there is one."""

    def __init__(self, options: argparse.Namespace) -> None:
        """Load the rows and the weights to start from."""
        self.options = options
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.bf16 = has_fast_bf16(self.device)
        self.batches = Batches(
            load_rows(*(folder / "rows.npz" for folder in options.rows)), options.batch_tokens, options.seed
        )
        self.teacher = load_teacher(options.taught).to(self.device) if options.taught else None
        self.model: Heads = self._start().to(self.device)
        self.averaged: Heads = self._start().to(self.device).eval().requires_grad_(False)
        self.averaged.load_state_dict(self.model.state_dict())
        self.optimizer = optimizer_for(self.model, options.rate)
        self.rows_seen = self.steps = 0

    def _start(self) -> Heads:
        if self.teacher is None:
            return Teacher(MPNetModel.from_pretrained(self.options.teacher, add_pooling_layer=False)).train()
        reader = load_mean(self.options.start)
        reader.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        return reader

    def learn(self, batch: Batch, claims: bool) -> dict[str, Tensor]:
        """Add the gradient of some rows."""
        batch = batch.to(self.device)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            logits = read(self.model, batch)
            taught = self._taught(batch)
        loss, parts = support_loss(logits, batch) if claims else reading_loss(logits, batch)
        if taught is not None:
            told = taught_support_loss(logits, taught) if claims else taught_loss(logits, taught, batch)
            parts["claims taught" if claims else "taught"] = told.detach()
            loss = (1 - TAUGHT_SHARE) * loss + TAUGHT_SHARE * told
        loss.backward()  # type: ignore[no-untyped-call]
        return parts

    @torch.no_grad()
    def _taught(self, batch: Batch) -> Logits | None:
        return None if self.teacher is None else read(self.teacher, batch)

    def step(self, scale: float, readings: Batch, claims: Batch) -> dict[str, Tensor]:
        """Learn from two batches at a share of the peak rate."""
        for group in self.optimizer.param_groups:
            group["lr"] = group["peak"] * scale
        parts = self.learn(readings, claims=False) | self.learn(claims, claims=True)
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.optimizer.zero_grad()
        self.steps += 1
        self.rows_seen += len(readings.label) + len(claims.label)
        decay = min(AVERAGE_DECAY, (1 + self.steps) / (10 + self.steps))
        with torch.no_grad():
            old, new = list(self.averaged.parameters()), list(self.model.parameters())
            torch._foreach_lerp_(old, new, 1 - decay)
        return parts

    def run(self) -> None:
        """Train, write the averaged and the last weights, and measure the averaged."""
        whole = self.options.minutes * 60
        started = time.monotonic()
        sums: dict[str, Tensor] = {}
        for readings, claims in prefetched(self.batches.next):
            passed = (time.monotonic() - started) / whole
            if passed >= 1:
                break
            parts = self.step(min(passed / WARM_UP, (1 - passed) / (1 - WARM_UP)), readings, claims)
            sums = {name: sums.get(name, 0) + part for name, part in parts.items()}
            if self.steps % LOG_EVERY == 0:
                means = {name: round(total.item() / LOG_EVERY, 3) for name, total in sums.items()}
                speed = self.rows_seen / (time.monotonic() - started)
                log.info("step %d, %d rows, %.0f a second: %s", self.steps, self.rows_seen, speed, means)
                sums = {}
        self.save()
        self.measure()

    def save(self) -> None:
        """Write the averaged weights as OUT/model and the last as OUT/last; of a teacher the averaged alone."""
        if isinstance(self.averaged, Teacher):
            save_teacher(self.averaged, self.options.out)
            return
        save(self.averaged, self.options.out / "model")
        save(self.model, self.options.out / "last")

    def measure(self) -> None:
        """Append the held-out figures to curve.jsonl."""
        held_out = sample(read_held_out(self.options.rows[0] / "held_out.jsonl"))
        tokenizer = load_tokenizer(self.options.tokenizer)
        with torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.bf16):
            figures = evaluate(self.averaged, tokenizer, held_out, self.device)
        entry = {"rows": self.rows_seen, "minutes": self.options.minutes, **figures}
        with (self.options.out / "curve.jsonl").open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")
        log.info("held out: %s", entry)


def main() -> None:
    """Train a teacher, or a reader from one."""
    parser = argparse.ArgumentParser(description="Train a teacher, or the reading model from one.")
    parser.add_argument("--rows", type=Path, nargs="+", required=True, help="what data and retrieved wrote, as one")
    parser.add_argument("--tokenizer", type=Path, default=Path("models/reader/tokenizer.json"))
    parser.add_argument("--teacher", type=Path, help="folder of all-mpnet-base-v2: train the teacher")
    parser.add_argument("--taught", type=Path, help="folder of a trained teacher: train the reader")
    parser.add_argument("--start", type=Path, nargs="+", help="the reader starts from the mean of these weights")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--rate", type=float, default=1e-4)
    parser.add_argument("--batch-tokens", type=int, default=32768, help="padded tokens a batch")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if not options.teacher and not (options.taught and options.start):
        parser.error("give --teacher, or --taught and --start")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.backends.cuda.enable_cudnn_sdp(False)  # it prepares itself for each shape, and no two batches are alike
    torch.manual_seed(options.seed)
    options.out.mkdir(parents=True, exist_ok=True)
    Distiller(options).run()


if __name__ == "__main__":
    main()
