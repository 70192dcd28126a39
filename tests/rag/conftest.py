"""A reading model small enough for unit tests."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
import warnings
from pathlib import Path

import pytest

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
    """Write a model of two small random layers and its manifest of format 1, or 2 with a support head."""
    import torch
    from transformers import BertConfig, BertModel

    class Tiny(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            config = BertConfig(
                hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, vocab_size=30522
            )
            self.bert = BertModel(config, add_pooling_layer=False)
            self.heads = torch.nn.Linear(16, 3)
            self.support = torch.nn.Linear(16, 3)

        def forward(self, input_ids, attention_mask, token_type_ids):
            hidden = self.bert(input_ids, attention_mask=attention_mask, token_type_ids=token_type_ids)
            start, end, relevance = (self.heads(hidden.last_hidden_state) * 8).unbind(-1)
            support = (self.support(hidden.last_hidden_state[:, 0]) * 8,) if supports else ()
            return start, end, relevance[:, 0], *support

    torch.manual_seed(3)
    folder.mkdir()
    names = ["input_ids", "attention_mask", "token_type_ids"]
    heads = ["relevance", "support"] if supports else ["relevance"]
    example = torch.ones(2, 8, dtype=torch.long)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Tiny().eval(), (example, example, example), folder / "reader.onnx", dynamo=False,
            input_names=names, output_names=["start", "end", *heads],
            dynamic_axes={name: {0: "batch", 1: "sequence"} for name in (*names, "start", "end")}
            | {name: {0: "batch"} for name in heads},
        )  # fmt: skip
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
