"""How long it takes to publish one changed and one deleted article in a large store.

The passages are made up and their vectors are those of the starter corpus with noise, so that no model runs:
`python -m benchmarks.publishing --passages 100000`.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from benchmarks.corpus import Synthesised
from benchmarks.ingest import cpu_seconds
from index.database import Database
from index.embed import DEFAULT, EmbeddingModel, load_embeddings
from index.layout import DATABASE
from index.publish import ingest
from settings import HOME, SEEDS

_SENTENCES = 32
"""An article of so many has eight passages or so."""


def main(passages: int) -> None:
    """Build the store, change one article, delete one; write seconds."""
    real = load_embeddings(DEFAULT, HOME / ".models", 0)
    words = " ".join(path.read_text(encoding="utf-8") for path in SEEDS.glob("*.md")).split()
    with tempfile.TemporaryDirectory() as temporary:
        folder, store = Path(temporary, "articles"), Path(temporary, "store")
        model = Synthesised(real, real.encode([" ".join(words[at : at + 60]) for at in range(0, len(words), 60)]))
        for number in range(passages // 8):
            _write(folder / f"{number % 100:02}" / f"{number}.txt", number, words)
        _timed("building", store, folder, model)
        with closing(Database(store / DATABASE)) as database:
            articles, chunks, _ = database.counts()
        sys.stdout.write(f"{articles} articles, {chunks} passages\n")
        _write(folder / "07" / "7.txt", -1, words)
        _timed("one changed", store, folder / "07" / "7.txt", model)
        (folder / "08" / "8.txt").unlink()
        _timed("one deleted", store, folder / "08" / "8.txt", model)
        _timed("nothing changed, all read", store, folder, model)


def _write(path: Path, seed: int, words: Sequence[str]) -> None:
    choose = random.Random(seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    sentences = (" ".join(choose.choices(words, k=28)).capitalize() + "." for _ in range(_SENTENCES))
    path.write_text(f"Number {seed}\n\n" + " ".join(sentences), encoding="utf-8")


def _timed(what: str, store: Path, path: Path, model: EmbeddingModel) -> None:
    started, before = time.perf_counter(), cpu_seconds()
    ingest(store, [path], model, prune=True)
    wall, cpu = time.perf_counter() - started, cpu_seconds() - before
    sys.stdout.write(f"{what}: {wall:.1f} s, {cpu:.1f} s of CPU time\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--passages", type=int, default=20_000)
    main(parser.parse_args().passages)
