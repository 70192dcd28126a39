"""Measure an exported reader, and its baselines, on the reported splits.

    python -m training.measure --reader DIR --base DIR --data DIR --out FILE.json

Nothing here is trained, calibrated or tuned on: the threshold comes with the reader.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from rag.reading.onnx import OnnxReader
from rag.reading.windows import pad
from training.bm25 import Bm25
from training.embed import Embedder
from training.metrics import auroc, exact, expected_calibration_error, f1, ndcg
from training.sources import from_squad, read_lines, squad2_half
from training.text import ReaderInput

log = logging.getLogger("training.measure")

CANDIDATES = 24
SPEED_ROUNDS = 7
RRF = 60
Figures = dict[str, float]


def manifest(reader: OnnxReader) -> dict[str, Any]:
    """Return what export wrote beside the weights."""
    loaded: dict[str, Any] = json.loads((reader.folder / "reader.json").read_text("utf-8"))
    return loaded


def rounded(figures: dict[str, float]) -> Figures:
    """Round figures to four places."""
    return {name: round(float(value), 4) for name, value in figures.items()}


def read_squad2(reader: OnnxReader, embedder: Embedder, data: Path, most: int) -> Figures:
    """Answer the reported half's questions, each with its own paragraph."""
    paragraphs = from_squad(squad2_half(data, reported=True), "squad2", titled=True)
    bm25 = Bm25([p.text for p in paragraphs])
    pairs = [(i, q) for i, p in enumerate(paragraphs) for q in p.questions]
    vectors = embedder.embed([p.text for p in paragraphs])
    label: list[bool] = []
    columns: dict[str, list[float]] = {k: [] for k in ("p", "gap", "f1", "em", "bm25", "cosine")}
    random.Random(0).shuffle(pairs)
    asked = embedder.embed([q.text for _, q in pairs[:most]])
    for (index, question), vector in zip(tqdm(pairs[:most], mininterval=20), asked, strict=True):
        paragraph = paragraphs[index]
        passage = [ReaderInput(paragraph.title, paragraph.text)]
        windows = reader.scores(question.text, passage)[0]
        [reading] = reader.read(question.text, passage)
        said = paragraph.text[reading.spans[0].start : reading.spans[0].end]
        columns["p"].append(reading.probability)
        columns["gap"].append(max(w.gap for w in windows))
        columns["f1"].append(f1(said, question.answers))
        columns["em"].append(exact(said, question.answers))
        columns["bm25"].append(float(bm25.scores(question.text)[index]))
        columns["cosine"].append(float(vectors[index] @ vector))
        label.append(question.answerable)
    has = np.array(label)
    c = {name: np.array(values) for name, values in columns.items()}
    answered = c["p"] >= manifest(reader)["threshold"]
    gains = (np.where(has, c["f1"], 0.0) - ~has)[np.argsort(-c["p"], kind="stable")]
    best = ((~has).sum() + max(0.0, np.cumsum(gains).max())) / len(has)
    return rounded(
        {
            "questions": len(has),
            "answerable": int(has.sum()),
            "f1_answerable": c["f1"][has].mean(),
            "em_answerable": c["em"][has].mean(),
            "auroc": auroc(c["p"], has),
            "auroc_span_only": auroc(c["gap"], has),
            "auroc_bm25": auroc(c["bm25"], has),
            "auroc_minilm": auroc(c["cosine"], has),
            "f1_overall": np.where(answered, np.where(has, c["f1"], 0.0), ~has).mean(),
            "em_overall": np.where(answered, np.where(has, c["em"], 0.0), ~has).mean(),
            "f1_overall_best_possible_threshold": best,
            "answered": answered.mean(),
            "calibration_error": expected_calibration_error(c["p"], has),
        }
    )


def fuse(*rankings: Sequence[int]) -> list[int]:
    """Reciprocal rank fusion with k 60 (Cormack, Clarke and Buettcher 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF + 1 + rank)
    return sorted(scores, key=lambda item: (-scores[item], item))


def rank_all(
    reader: OnnxReader,
    embedder: Embedder,
    passages: Sequence[ReaderInput],
    queries: Sequence[tuple[str, set[int]]],
) -> Figures:
    """Return nDCG@10 of BM25, MiniLM, their fusion, and each of these read by the reader.

    The reader orders the first CANDIDATES; `fused` means its order fused with the first stage's.
    """
    texts = [f"{p.context} {p.text}" for p in passages]
    bm25 = Bm25(texts)
    vectors = embedder.embed(texts)
    found: dict[str, list[float]] = {}
    asked = embedder.embed([query for query, _ in queries])
    for (query, relevant), vector in zip(tqdm(queries, mininterval=20), asked, strict=True):
        lexical = bm25.top(query, 100)
        dense = [int(i) for i in np.argsort(-(vectors @ vector), kind="stable")[:100]]
        hybrid = fuse(lexical, dense)
        rankings = {"bm25": lexical, "minilm": dense, "hybrid": hybrid}
        wanted = sorted({*lexical[:CANDIDATES], *hybrid[:CANDIDATES]})
        readings = reader.read(query, [passages[i] for i in wanted])
        probability = {i: r.probability for i, r in zip(wanted, readings, strict=True)}
        for name in ("bm25", "hybrid"):
            first = rankings[name][:CANDIDATES]
            read = sorted(first, key=lambda i: -probability[i])
            rankings[f"{name}+reader"] = read
            rankings[f"{name}+reader fused"] = fuse(first, read)
        for name, ranking in rankings.items():
            found.setdefault(name, []).append(ndcg([i in relevant for i in ranking], len(relevant)))
    return rounded({"queries": len(queries)} | {n: float(np.mean(v)) for n, v in found.items()})


def rank_squad2(reader: OnnxReader, embedder: Embedder, data: Path, most: int) -> Figures:
    """Rank the reported half's paragraphs for a seeded sample of its answerable questions."""
    paragraphs = from_squad(squad2_half(data, reported=True), "squad2", titled=True)
    pairs = [(q.text, {i}) for i, p in enumerate(paragraphs) for q in p.questions if q.answerable]
    random.Random(0).shuffle(pairs)
    inputs = [ReaderInput(p.title, p.text) for p in paragraphs]
    return rank_all(reader, embedder, inputs, pairs[:most])


def rank_scifact(reader: OnnxReader, embedder: Embedder, data: Path, most: int) -> Figures:
    """Rank SciFact's abstracts for its test claims."""
    corpus = read_lines(data / "scifact/corpus.jsonl")
    place = {row["_id"]: i for i, row in enumerate(corpus)}
    relevant: dict[str, set[int]] = {}
    for line in (data / "scifact/qrels/test.tsv").read_text("utf-8").splitlines()[1:]:
        query, document, score = line.split("\t")
        if int(score) > 0:
            relevant.setdefault(query, set()).add(place[document])
    claims = {row["_id"]: row["text"] for row in read_lines(data / "scifact/queries.jsonl")}
    queries = [(claims[query], documents) for query, documents in relevant.items()]
    random.Random(0).shuffle(queries)
    inputs = [ReaderInput(row["title"], row["text"]) for row in corpus]
    return rank_all(reader, embedder, inputs, queries[:most])


def read_clapnq(reader: OnnxReader, embedder: Embedder, data: Path, most: int) -> Figures:
    """Decide for each CLAPnq dev question whether its passage answers."""
    probability: list[float] = []
    cosine: list[float] = []
    label: list[bool] = []
    for name in ("answerable", "unanswerable"):
        for row in read_lines(data / f"clapnq/clapnq_dev_{name}.jsonl")[:most]:
            inputs = [ReaderInput(p["title"], p["text"]) for p in row["passages"]]
            probability.append(max(r.probability for r in reader.read(row["input"], inputs)))
            vectors = embedder.embed([row["input"], *(i.text for i in inputs)])
            cosine.append(float((vectors[1:] @ vectors[0]).max()))
            label.append(name == "answerable")
    p, has = np.array(probability), np.array(label)
    answered = p >= manifest(reader)["threshold"]
    return rounded(
        {
            "questions": len(has),
            "balanced_accuracy": (answered[has].mean() + (~answered)[~has].mean()) / 2,
            "answered_of_answerable": answered[has].mean(),
            "refused_of_unanswerable": (~answered)[~has].mean(),
            "auroc": auroc(p, has),
            "auroc_minilm": auroc(np.array(cosine), has),
            "calibration_error": expected_calibration_error(p, has),
        }
    )


def read_speed(reader: OnnxReader, embedder: Embedder, data: Path, most: int) -> Figures:
    """Read 24 passages of about 200 tokens, in turn with the bare forward pass over the same rows."""
    paragraphs = from_squad(squad2_half(data, reported=True), "squad2", titled=True)
    text = " ".join(p.text for p in paragraphs).split()
    passages = [ReaderInput("", " ".join(text[150 * n : 150 * (n + 1)])) for n in range(CANDIDATES)]
    question = "Who said so, and when?"
    rows = [pad([row.window]) for found in reader.rows(question, passages) for row in found]
    ours, bare = [], []
    for _ in range(min(most, SPEED_ROUNDS)):
        start = time.perf_counter()
        reader.read(question, passages)
        ours.append(time.perf_counter() - start)
        start = time.perf_counter()
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            list(pool.map(reader.forward, rows))
        bare.append(time.perf_counter() - start)
    seconds = float(np.median(ours))
    tokens = float(np.mean([row["input_ids"].size for row in rows]))
    return rounded({"rows": len(rows), "tokens": tokens, "seconds": seconds, "ratio": seconds / np.median(bare)})


PARTS: dict[str, Callable[[OnnxReader, Embedder, Path, int], Figures]] = {
    "squad2": read_squad2,
    "clapnq": read_clapnq,
    "ranking": rank_squad2,
    "scifact": rank_scifact,
    "speed": read_speed,
}


def main() -> None:
    """Measure."""
    parser = argparse.ArgumentParser(description="Measure the reading model on reported splits.")
    parser.add_argument("--reader", type=Path, required=True, help="folder that export wrote")
    parser.add_argument("--base", type=Path, required=True, help="the embedding model, a baseline")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--out", type=Path, required=True, help="JSON file for the figures")
    parser.add_argument("--parts", nargs="+", choices=list(PARTS), default=list(PARTS))
    parser.add_argument("--most", type=int, default=10**9, help="at most so many questions a part")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    reader, embedder = OnnxReader(options.reader), Embedder(options.base)
    figures: dict[str, Figures] = {}
    for part in options.parts:
        figures[part] = PARTS[part](reader, embedder, options.data, options.most)
        log.info("%s: %s", part, json.dumps(figures[part]))
        text = json.dumps({"version": manifest(reader)["version"], "figures": figures}, indent=2) + "\n"
        options.out.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
