"""Build the training rows: sets in, one compact .npz of tokens and one JSONL held out.

python -m training.data --data DIR --base DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from rag.reading.windows import Window, encode_windows, load_tokenizer
from training.groups import NO_SUPPORT, Builder, Group, Kind, Row
from training.own import Split, families, own_articles
from training.sources import Paragraph, shuffled, trainable
from training.support import Claim, own_claims, training_claims
from training.text import ReaderInput, windows

log = logging.getLogger("training.data")


@dataclass(frozen=True)
class Copies:
    """How often the own articles are drawn, those in this repository and others, and what share of all else is."""

    public: float
    brought: int
    here: int


MAX_LENGTH = 320
MOST = {
    "squad_few": 3000,
    "squad_more": 7000,
    "new_wiki": 3000,
    "qamr": 1500,
    "fairytale": 1500,
    "selqa": 700,
    "timeqa": 800,
    "timeqa_hard": 400,
    "covidqa": 600,
    "tatqa": 400,
    "medquad": 400,
    "boolq": 600,
    "pubmedqa": 200,
    "scifact": 600,
}
"""Answerable questions of a set; of the others, and unanswerable ones, all."""
POOLED = {"medquad": 2500, "scifact": 2500, "qamr": 4000}
"""Paragraphs of a set among which negatives are looked for."""
COPIES = Copies(public=1.0, brought=2, here=2)
LAST_COPIES = Copies(public=0.35, brought=1, here=3)
HELD_OUT_RETRIEVED = 100
HELD_OUT_NEAR = 400
HELD_OUT_POOL = 3000


def thinned(paragraphs: Sequence[Paragraph], seed: int) -> list[Paragraph]:
    """Leave out a part of the sets that are large and ask little."""
    rng = random.Random(seed)
    counts = Counter(p.source for p in paragraphs)
    return [p for p in paragraphs if rng.random() < POOLED.get(p.source, counts[p.source]) / counts[p.source]]


def public_groups(paragraphs: Sequence[Paragraph], seed: int, times: int = 1) -> Iterator[Group]:
    """Yield the public sets' groups, at most `times` MOST answerable questions from the sets named there."""
    builder = Builder(thinned(paragraphs, seed), seed)
    used: Counter[str] = Counter()
    pool = {entry.paragraph.article for entry in builder.pool}
    for paragraph, question in tqdm(shuffled(paragraphs, seed), desc="groups", mininterval=10):
        if question.answerable and used[paragraph.source] >= times * MOST.get(paragraph.source, 10**9):
            continue
        if paragraph.article in pool:
            used[paragraph.source] += question.answerable
            yield from builder.groups(paragraph, question)
    log.info("answerable questions used: %s", dict(used))


def own_groups(data: Path, seed: int, copies: Copies) -> Iterator[Group]:
    """Yield the own articles' groups, negatives from among themselves."""
    articles = own_articles(data)
    learned = [article for article in articles if article.split is Split.TRAINING]
    paragraphs = [article.paragraph for article in learned]
    builder = Builder(paragraphs, seed, families(learned))
    drawn = [a.paragraph for a in learned for _ in range(copies.here if a.here else copies.brought)]
    for paragraph, question in shuffled(drawn, seed):
        yield from builder.groups(paragraph, question)


def claim_row(claim: Claim) -> Row:
    """Return a claim as a row: it stands where a question stands."""
    return Row(claim.claim, claim.context, claim.quote, 0, support=claim.support)


def claim_groups(data: Path, paragraphs: Sequence[Paragraph], seed: int) -> Iterator[Group]:
    """Yield the claims, those about one quote together."""
    for claims in training_claims(data, own_articles(data), paragraphs, seed).values():
        yield Group(Kind.SUPPORT, [claim_row(claim) for claim in claims])


def token_span(window: Window, start: int, end: int) -> tuple[int, int] | None:
    """Return the positions in the row of the tokens that cover code points start to end."""
    covering = [i for i, (a, b) in enumerate(window.offsets) if a < end and start < b]
    if not covering:
        return None
    return window.passage_start + covering[0], window.passage_start + covering[-1]


def encode_row(tokenizer: Tokenizer, row: Row) -> tuple[Window, int, int, int] | None:
    """Return (window, start, end, label) with token positions; -1 where no words are known.

    A row that does not answer marks [CLS], position 0. Of a long passage, the window that holds
    the answer is kept, else the first.
    """
    found = encode_windows(tokenizer, row.question, [ReaderInput(row.context, row.passage)], MAX_LENGTH)
    if not found:
        return None
    if row.label == 0:
        return found[0], 0, 0, 0
    if row.start < 0:
        return found[0], -1, -1, 1
    for window in found:
        inside = window.offsets[0][0] <= row.start and row.end <= window.offsets[-1][1]
        span = token_span(window, row.start, row.end) if inside else None
        if span is not None:
            return window, *span, 1
    return None


def save_rows(groups: Sequence[Group], tokenizer: Tokenizer, path: Path) -> None:
    """Write the rows as flat arrays: uint16 tokens and int16/int32 columns, one entry a row."""
    tokens: list[int] = []
    columns: list[tuple[int, ...]] = []
    for number, group in enumerate(tqdm(groups, desc="tokens", mininterval=10)):
        for row in group.rows:
            encoded = encode_row(tokenizer, row)
            if encoded is not None:
                window, start, end, label = encoded
                tokens += window.ids
                place = (window.passage_start, start, end)
                columns.append((number, group.kind, len(window.ids), *place, label, row.support))
    names = ("group", "kind", "length", "passage_start", "start", "end", "label", "support")
    table = np.array(columns, dtype=np.int32)
    arrays: dict[str, Any] = {name: table[:, i] for i, name in enumerate(names)}
    np.savez(path, tokens=np.array(tokens, dtype=np.uint16), **arrays)
    claims = int((table[:, -1] != NO_SUPPORT).sum())
    log.info("%d rows, %d tokens, %d answering, %d claims", len(table), len(tokens), int(table[:, -2].sum()), claims)


def held_out_rows(held: list[Paragraph], pool: list[Paragraph], seed: int) -> Iterator[dict[str, object]]:
    """Yield rows to calibrate on: `asked` (of its own paragraph) and `retrieved` (BM25's best)."""
    builder = Builder(held + random.Random(seed).sample(pool, HELD_OUT_POOL), seed)
    retrieved = 0
    for paragraph, question in shuffled(held, seed):
        base: dict[str, object] = {"answers": question.answers}
        piece = windows(paragraph.text, 2000)[0]
        asked = builder.row(paragraph, piece, question.text, int(question.answerable))
        if paragraph.source == "squad2":
            yield base | asdict(asked) | {"kind": "asked"}
        elif question.answerable and retrieved < HELD_OUT_RETRIEVED:
            retrieved += 1
            base["query"] = f"retrieved-{retrieved}"
            yield base | asdict(asked) | {"kind": "retrieved"}
            for index in builder.retrieved(paragraph, question, 5):
                yield base | asdict(builder.pooled(index, question.text)) | {"kind": "retrieved"}


def near_rows(data: Path, seed: int) -> Iterator[dict[str, object]]:
    """Yield questions of the articles for calibration, each over its whole article (`near`), and claims (`claim`)."""
    paragraphs = [a.paragraph for a in own_articles(data) if a.split is Split.CALIBRATION]
    for paragraph, question in shuffled(paragraphs, seed)[:HELD_OUT_NEAR]:
        row = Row(question.text, paragraph.title, paragraph.text, int(question.answerable))
        yield asdict(row) | {"answers": question.answers, "kind": "near"}
    for claim in own_claims(data, Split.CALIBRATION):
        yield asdict(claim_row(claim)) | {"answers": (), "kind": "claim"}


def main() -> None:
    """Build the files."""
    parser = argparse.ArgumentParser(description="Build the reading model's training rows.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--base", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--times", type=int, default=1, help="of the large sets, so many times as many questions")
    parser.add_argument(
        "--last", action="store_true", help="rows for the end of a training: this repository's articles before all else"
    )
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    if not (options.base / "tokenizer.json").is_file():
        parser.error(f"--base {options.base}: no tokenizer.json there")
    options.out.mkdir(parents=True, exist_ok=True)
    training, held = trainable(options.data)
    log.info("%d paragraphs to train on, %d held out", len(training), len(held))
    with (options.out / "held_out.jsonl").open("w", encoding="utf-8") as out:
        for row in (*held_out_rows(held, training, options.seed), *near_rows(options.data, options.seed)):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    copies = LAST_COPIES if options.last else COPIES
    others = [
        *claim_groups(options.data, training, options.seed),
        *public_groups(training, options.seed, options.times),
    ]
    rng = random.Random(options.seed)
    groups = [*own_groups(options.data, options.seed, copies), *rng.sample(others, round(copies.public * len(others)))]
    log.info("groups: %s", {kind.name: count for kind, count in Counter(group.kind for group in groups).items()})
    random.Random(options.seed).shuffle(groups)
    tokenizer = load_tokenizer(options.base / "tokenizer.json")
    save_rows(groups, tokenizer, options.out / "rows.npz")


if __name__ == "__main__":
    main()
