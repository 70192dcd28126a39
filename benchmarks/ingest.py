"""Measure how much of an ingest's CPU time is not the embedding model's, on plain text.

`python -m benchmarks.ingest --data DIR`. The text is made of SQuAD 2.0's paragraphs (`DIR/squad2/dev-v2.0.json`): their
sentences in an order drawn anew for each part, so that no passage comes twice.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import pstats
import random
import resource
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from index.chunk import sentence_spans
from index.embed import DEFAULT, EmbeddingModel, load_embeddings
from index.ingest import ingest
from settings import HOME

_PARAGRAPH, _ARTICLE = 5, 60
"""Sentences."""


class Timed(EmbeddingModel):
    """Embeddings that count the CPU seconds they take; cutting into tokens is part of the ingest."""

    def __init__(self, real: EmbeddingModel) -> None:
        self.name = real.name
        self.seconds = 0.0
        self._real = real

    @property
    def window(self) -> int:
        """Return the real model's, in tokens."""
        return self._real.window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the real model's."""
        return self._real.token_ends(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return the real model's."""
        started = process_time()
        vectors = self._real.encode(texts, query=query)
        self.seconds += process_time() - started
        return vectors


def main(data: Path, parts: int, profile: bool) -> None:
    """Write the articles, ingest them, write CPU seconds."""
    model = Timed(load_embeddings(DEFAULT, HOME / ".models", 0))
    model.encode(["So that it is loaded."])
    with tempfile.TemporaryDirectory() as temporary:
        folder, store = Path(temporary, "articles"), Path(temporary, "store")
        size = _write(folder, data, parts)
        profiler = cProfile.Profile()
        started, before = cpu_seconds(), model.seconds
        if profile:
            profiler.enable()
        report = ingest(store, [folder], model)
        profiler.disable()
        whole, embedding = cpu_seconds() - started, model.seconds - before
        sys.stdout.write(
            f"{size / 1e6:.2f} MB in {report.articles_added} articles, {report.chunks_embedded} passages: "
            f"{whole:.1f} s of CPU time, {embedding:.1f} s of it the embedding model's, "
            f"{1 - embedding / whole:.1%} everything else\n"
        )
        if profile:
            pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


def cpu_seconds() -> float:
    """Return CPU seconds of this process and of its children that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return process_time() + children.ru_utime + children.ru_stime


def _write(folder: Path, data: Path, parts: int) -> int:
    """Write articles with all sentences `parts` times; returns their size in bytes."""
    articles = json.loads((data / "squad2" / "dev-v2.0.json").read_text(encoding="utf-8"))["data"]
    texts = [paragraph["context"] for article in articles for paragraph in article["paragraphs"]]
    sentences = [text[span.start : span.end] for text in texts for span in sentence_spans(text)]
    folder.mkdir()
    size = number = 0
    for seed in range(parts):
        random.Random(seed).shuffle(sentences)
        for at in range(0, len(sentences), _ARTICLE):
            part = sentences[at : at + _ARTICLE]
            paragraphs = [" ".join(part[n : n + _PARAGRAPH]) for n in range(0, len(part), _PARAGRAPH)]
            text = "\n\n".join([f"Number {number}", *paragraphs])
            number += 1
            size += (folder / f"{number}.txt").write_bytes(text.encode())
    return size


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--parts", type=int, default=5, help="half a megabyte each")
    parser.add_argument("--profile", action="store_true", help="also say where the time goes")
    options = parser.parse_args()
    main(options.data, options.parts, options.profile)
