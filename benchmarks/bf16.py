"""Retrieval where passages are embedded in bf16 beside the same in fp32; questions are in fp32 in both.

`python -m benchmarks.bf16 --data DIR` ingests each public set twice, asks all its questions of both stores, and prints
nDCG@10 by article (of the starter questions the share whose evidence is in the first four passages) with the
difference and its 95 % interval by a paired bootstrap: by vectors alone, and as the product retrieves.
It needs OpenVINO and a processor with avx512_bf16 or AMX.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.ingest import cpu_seconds
from benchmarks.sets import CORPUS, PARTS
from benchmarks.speed_quality import SETS, values
from evaluation.questions import Row
from index import bf16
from index.embed import DEFAULT, BulkEmbeddings, EmbeddingModel, OnnxEmbeddings
from index.ingest import ingest
from index.store.database import SqliteDatabase
from index.store.layout import DATABASE
from rag.retrieve import HybridRetriever
from rag.snapshot import Index
from settings import HOME

_NEAREST = 50
_RESAMPLES = 1_000


class _Fp32(OnnxEmbeddings):
    """The default model, never in bf16."""

    def bulk(self) -> EmbeddingModel:
        """Return itself."""
        return self


@dataclass(frozen=True, slots=True)
class Measured:
    """What was made of a corpus: where, in how many seconds of a processor, and each question's figures."""

    folder: Path
    seconds: float
    vectors: NDArray[np.float64]
    hybrid: NDArray[np.float64]


def main() -> None:
    """Measure, print one line a set and a way to retrieve."""
    parser = argparse.ArgumentParser(prog="benchmarks.bf16", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the public sets")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    options = parser.parse_args()
    if not bf16.is_available():
        sys.exit("bf16 needs OpenVINO (requirements-openvino.txt) and a processor with avx512_bf16 or AMX")
    folder = HOME / ".models" / DEFAULT
    for name in options.sets:
        with tempfile.TemporaryDirectory() as work:
            scratch = Path(work)
            [part] = [part for part in PARTS if part.name == name]
            rows = [row for row in part.load(options.data, scratch) if row.answerable]
            plain = measured(scratch, "fp32", _Fp32(folder), _Fp32(folder), rows)
            short = measured(scratch, "bf16", BulkEmbeddings(folder), _Fp32(folder), rows)
            for line in lines_of(name, plain, short):
                sys.stdout.write(line + "\n")
                sys.stdout.flush()


def measured(scratch: Path, name: str, model: EmbeddingModel, asking: EmbeddingModel, rows: Sequence[Row]) -> Measured:
    """Ingest the corpus in `scratch` with one model, ask with the other, by vectors alone and as the product does."""
    folder = scratch / name
    shutil.rmtree(folder, ignore_errors=True)
    model.encode(["Loads the model."])
    before = cpu_seconds()
    ingest(folder, [scratch / CORPUS], model)
    seconds = cpu_seconds() - before
    with closing(Index(folder)) as index:
        retriever = HybridRetriever(index=index, embeddings=asking)

        def nearest(question: str) -> list[tuple[str, str]]:
            with index.snapshot() as snapshot:
                hits = snapshot.vectors.nearest(asking.encode([question], query=True)[0], _NEAREST, None)
                articles = ((snapshot.database.article(hit.article_id), hit) for hit in hits)
                return [(article.source, article.text[hit.start : hit.end]) for article, hit in articles if article]

        def hybrid(question: str) -> list[tuple[str, str]]:
            with index.snapshot() as snapshot:
                return [(passage.article.source, passage.text) for passage in retriever.passages([question], snapshot)]

        figures = [np.array([value for [value] in map(dict.values, values(rows, way))]) for way in (nearest, hybrid)]
    return Measured(folder, seconds, *figures)


def lines_of(name: str, plain: Measured, short: Measured) -> Iterator[str]:
    """Yield what is told of two stores of the same passages."""
    cosines = _cosines(plain.folder, short.folder)
    yield (
        f"{name}: {len(cosines)} passages, {len(plain.vectors)} questions; ingest {plain.seconds:.1f} and"
        f" {short.seconds:.1f} CPU s; cosine of the vectors at least {cosines.min():.5f}"
    )
    for way, one, other in (("vectors", plain.vectors, short.vectors), ("retrieval", plain.hybrid, short.hybrid)):
        chosen = np.random.default_rng(0).integers(len(one), size=(_RESAMPLES, len(one)))
        low, high = np.quantile((other - one)[chosen].mean(axis=1), [0.025, 0.975])
        yield (
            f"  {way}: fp32 {one.mean():.4f}, bf16 {other.mean():.4f},"
            f" difference {(other - one).mean():+.4f} ({low:+.4f} to {high:+.4f})"
        )


def _cosines(one: Path, other: Path) -> NDArray[np.float32]:
    """Return the cosine of each passage's vectors in two stores of the same passages."""
    found = []
    for folder in (one, other):
        with closing(SqliteDatabase(folder / DATABASE)) as database:
            found.append(np.stack([np.frombuffer(vector, "<f4") for _, vector in database.vectors()]))
    return np.asarray(np.vecdot(*found), dtype=np.float32)


if __name__ == "__main__":
    main()
