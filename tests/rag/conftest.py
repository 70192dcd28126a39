"""A reading model small enough for unit tests."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest
from numpy.typing import NDArray

from index.bert_graph import Graph, Shape, add_encoder
from index.onnx_export import package_folder
from rag.reading.base import Reading


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of two small random layers over the real vocabulary, written as an export writes it, without support."""
    return write_tiny(tmp_path_factory.mktemp("reader") / "tiny", supports=False)


@pytest.fixture(scope="session")
def supporting_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The like with a support head."""
    return write_tiny(tmp_path_factory.mktemp("reader") / "tiny-2", supports=True)


def write_tiny(folder: Path, *, supports: bool) -> Path:
    """Write a model of two small random layers and its manifest, of format 1, or 2 with a support head."""
    width, words = 16, 30522
    random = np.random.default_rng(3)

    def normal(*shape: int) -> NDArray[np.float32]:
        return random.normal(0, 0.02, shape).astype(np.float32)

    weights = {
        "embeddings.word_embeddings.weight": normal(words, width),
        "embeddings.position_embeddings.weight": normal(512, width),
        "embeddings.token_type_embeddings.weight": normal(2, width),
    }
    norms = ["embeddings.LayerNorm"]
    for layer in ("encoder.layer.0", "encoder.layer.1"):
        attention = [f"attention.self.{part}" for part in ("query", "key", "value")]
        sizes = dict.fromkeys([*attention, "attention.output.dense"], (width, width))
        sizes |= {"intermediate.dense": (32, width), "output.dense": (width, 32)}
        for part, size in sizes.items():
            weights[f"{layer}.{part}.weight"], weights[f"{layer}.{part}.bias"] = normal(*size), normal(size[0])
        norms += [f"{layer}.attention.output.LayerNorm", f"{layer}.output.LayerNorm"]
    for name in norms:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = np.ones(width, np.float32), normal(width)
    graph = Graph()
    hidden = add_encoder(graph, weights, heads=2, types="token_type_ids")
    start, end, relevance = graph.split(
        graph.linear(hidden, 8 * random.normal(0, 0.25, (3, width)).astype(np.float32), normal(3)), 3, -1
    )
    graph.add("Squeeze", start, graph.integers(-1), output="start")
    graph.add("Squeeze", end, graph.integers(-1), output="end")
    first = graph.add("Gather", relevance, graph.weight(np.array(0)), axis=1)
    graph.add("Squeeze", first, graph.integers(-1), output="relevance")
    rows: Shape = ["batch", "sequence"]
    outputs: dict[str, Shape] = {"start": rows, "end": rows, "relevance": ["batch"]}
    if supports:
        support = graph.linear(hidden, 8 * random.normal(0, 0.25, (3, width)).astype(np.float32), normal(3))
        graph.add("Gather", support, graph.weight(np.array(0)), output="support", axis=1)
        outputs["support"] = ["batch", 3]
    model = graph.model(
        dict.fromkeys(("input_ids", "attention_mask", "token_type_ids"), rows),
        outputs,
    )
    folder.mkdir()
    onnx.save(model, folder / "reader.onnx")
    shutil.copy(package_folder() / "tokenizer.json", folder)
    files = ("reader.onnx", "tokenizer.json")
    manifest = {
        "format": 2 if supports else 1, "version": "tiny", "max_length": 288, "model": files[0], "tokenizer": files[1],
        "calibration": [1.0, 0.1, 0.0],
        "sha256": {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in files},
    } | ({"support": {"temperature": 1.5}} if supports else {})  # fmt: skip
    (folder / "reader.json").write_text(json.dumps(manifest))
    return folder


def assert_in_order(reading: Reading, text: str) -> None:
    """Spans are inside the text, best first, and do not overlap."""
    assert 0 <= reading.probability <= 1
    assert [span.score for span in reading.spans] == sorted((span.score for span in reading.spans), reverse=True)
    places = sorted((span.start, span.end) for span in reading.spans)
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(places))
