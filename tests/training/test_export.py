"""What an export writes: the model, without what only costs time."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install -r requirements-dev-full.txt")
pytest.importorskip("onnx")

import onnx
from transformers import BertConfig, BertModel

from training.export import TOLERANCE, export_fp32, largest_difference
from training.model import SpanReader

pytestmark = pytest.mark.torch


@pytest.mark.filterwarnings("ignore")  # torch warns of its older exporter, which is the one that gives operators
def test_attention_is_exported_without_a_look_for_nan(tmp_path: Path) -> None:
    small = BertConfig(
        vocab_size=20_000, hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32
    )
    model = SpanReader(BertModel(small)).eval()
    export_fp32(model, tmp_path / "model.onnx")
    operators = {node.op_type for node in onnx.load(str(tmp_path / "model.onnx")).graph.node}
    assert "Softmax" in operators
    assert "IsNaN" not in operators
    assert largest_difference(model, tmp_path / "model.onnx") < TOLERANCE
