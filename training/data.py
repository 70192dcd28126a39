"""Build the training rows: public sets in, one compact .npz of tokens and one JSONL held out.

python -m training.data --data DIR --base DIR --out DIR
"""

from __future__ import annotations

import argparse
import json
import logging
import random
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer
from tqdm import tqdm

from rag.reading.windows import Window, encode_windows, load_tokenizer
from training.groups import HEAD_ASKED, Builder, Group, Row
from training.sources import Paragraph, shuffled, trainable
from training.text import ReaderInput, windows

log = logging.getLogger("training.data")

MAX_LENGTH = 320
MOST = {
    "qamr": 2500,
    "fairytale": 2500,
    "selqa": 900,
    "timeqa": 800,
    "timeqa_hard": 400,
    "covidqa": 800,
    "tatqa": 400,
    "medquad": 500,
    "boolq": 700,
    "pubmedqa": 300,
}
HELD_OUT_RETRIEVED = 150


def build_groups(paragraphs: list[Paragraph], seed: int) -> list[Group]:
    """Return all groups in a seeded order, at most MOST questions from the sets named there."""
    builder = Builder(paragraphs, seed)
    groups: list[Group] = []
    used: Counter[str] = Counter()
    for paragraph, question in tqdm(shuffled(paragraphs, seed), desc="groups", mininterval=10):
        if question.answerable and used[paragraph.source] < MOST.get(paragraph.source, 10**9):
            used[paragraph.source] += 1
            groups.append(builder.group(paragraph, question))
            if builder.rng.random() < HEAD_ASKED:
                groups.append(builder.head_asked(paragraph))
    for paragraph in paragraphs:
        groups += builder.unanswerable(paragraph)
    log.info("questions used: %s", dict(used))
    random.Random(seed).shuffle(groups)
    return groups


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


def save_rows(groups: list[Group], tokenizer: Tokenizer, path: Path) -> None:
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
                columns.append((number, group.kind, len(window.ids), *place, label))
    names = ("group", "kind", "length", "passage_start", "start", "end", "label")
    table = np.array(columns, dtype=np.int32)
    arrays: dict[str, Any] = {name: table[:, i] for i, name in enumerate(names)}
    np.savez(path, tokens=np.array(tokens, dtype=np.uint16), **arrays)
    log.info("%d rows, %d tokens, %d answering", len(table), len(tokens), int(table[:, -1].sum()))


def save_held_out(held: list[Paragraph], pool: list[Paragraph], seed: int, path: Path) -> None:
    """Write rows to calibrate on: `asked` (of its own paragraph) and `retrieved` (BM25's best)."""
    builder = Builder(held + random.Random(seed).sample(pool, 6000), seed)
    rows: list[dict[str, object]] = []
    retrieved = 0
    for paragraph, question in shuffled(held, seed):
        base = {"question": question.text, "answers": list(question.answers)}
        if paragraph.source == "squad2":
            own = {"context": paragraph.title, "passage": paragraph.text}
            rows.append(base | own | {"kind": "asked", "label": int(question.answerable)})
        elif retrieved < HELD_OUT_RETRIEVED:
            retrieved += 1
            number = f"{retrieved}"
            piece = windows(paragraph.text, 10**6)[0]
            gold = asdict(builder.row(paragraph, piece, question.text, 1))
            rows.append(base | gold | {"kind": "retrieved", "query": number})
            best = list(builder.bm25.top(question.text, 20))
            wrong = [i for i in best if builder.lacks_answer(i, paragraph, question)][:5]
            for index in wrong:
                row = asdict(builder.pooled(index, question.text))
                rows.append(base | row | {"kind": "retrieved", "query": number})
    with path.open("w", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
    log.info("%d rows held out", len(rows))


def main() -> None:
    """Build the files."""
    parser = argparse.ArgumentParser(description="Build the reading model's training rows.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--base", type=Path, required=True, help="folder with tokenizer.json")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    if not (options.base / "tokenizer.json").is_file():
        parser.error(f"--base {options.base}: no tokenizer.json there")
    options.out.mkdir(parents=True, exist_ok=True)
    training, held = trainable(options.data)
    log.info("%d paragraphs to train on, %d held out", len(training), len(held))
    save_held_out(held, training, options.seed, options.out / "held_out.jsonl")
    tokenizer = load_tokenizer(options.base / "tokenizer.json")
    save_rows(build_groups(training, options.seed), tokenizer, options.out / "rows.npz")


if __name__ == "__main__":
    main()
