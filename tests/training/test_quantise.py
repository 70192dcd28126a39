"""Large activations are eased: floats stay, int8 comes nearer to them, and a start for training has its weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install -r requirements-dev-full.txt")
pytest.importorskip("onnx")

import onnx
import torch
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator
from transformers import BertConfig, BertModel

from index.runtime import open_session
from training.dequantise import parameters_of
from training.export import INPUTS, OUTPUTS, export_fp32
from training.model import SpanReader
from training.quantise import ease, ease_rows, layers_by_input, quantise

pytestmark = [pytest.mark.torch, pytest.mark.filterwarnings("ignore")]  # torch warns of its older exporter

Inputs = dict[str, npt.NDArray[np.int64]]


@pytest.fixture(scope="module")
def model() -> SpanReader:
    """Return a small model with one channel of a normalisation, and one token's row after Gelu, far above the rest."""
    torch.manual_seed(1)
    small = BertConfig(vocab_size=500, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64)
    made = SpanReader(BertModel(small)).eval()
    with torch.no_grad():
        for layer in made.encoder.encoder.layer:
            layer.attention.output.LayerNorm.weight[3] = 30.0
            layer.intermediate.dense.weight.mul_(20)
    return made


@pytest.fixture(scope="module")
def rows() -> list[Inputs]:
    found = []
    for n in range(6):
        ids = np.random.default_rng(n).integers(5, 500, (1, 20))
        found.append({"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)})
    return found


@pytest.fixture(scope="module")
def full(model: SpanReader, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("full") / "full.onnx"
    export_fp32(model, path)
    return path


def outputs(path: Path, rows: list[Inputs]) -> npt.NDArray[np.float32]:
    session = open_session(path)
    found = [session.run(OUTPUTS, {name: row[name] for name in INPUTS}) for row in rows]
    return np.concatenate([np.ravel(output) for each in found for output in each])


def test_in_floats_nothing_changes(full: Path, rows: list[Inputs], tmp_path: Path) -> None:
    eased = onnx.load(str(full))
    ease(eased, rows, tmp_path / "scratch.onnx")
    onnx.save(eased, str(tmp_path / "eased.onnx"))
    assert {"ReduceMax", "Div"} <= {node.op_type for node in eased.graph.node}
    assert np.abs(outputs(tmp_path / "eased.onnx", rows) - outputs(full, rows)).max() < 1e-4


def test_int8_comes_nearer_to_floats(full: Path, rows: list[Inputs], tmp_path: Path) -> None:
    from onnxruntime.quantization import QuantType, quantize_dynamic

    plain, eased = tmp_path / "plain.onnx", tmp_path / "eased.onnx"
    quantize_dynamic(full, plain, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"])
    quantise(full, rows[:3], eased)
    wanted = outputs(full, rows[3:])
    errors = [float(np.square(outputs(path, rows[3:]) - wanted).mean() ** 0.5) for path in (plain, eased)]
    assert errors[1] < errors[0] / 2


def test_a_start_for_training_gets_its_weights_back(
    model: SpanReader, full: Path, rows: list[Inputs], tmp_path: Path
) -> None:
    quantise(full, rows, tmp_path / "eased.onnx")
    found = parameters_of(onnx.load(str(tmp_path / "eased.onnx")))
    known = model.state_dict()
    for name in ("attention.self.query", "intermediate.dense", "output.dense"):
        weight = f"encoder.encoder.layer.0.{name}.weight"
        assert (found[weight] - known[weight]).norm() < known[weight].norm() / 30


def test_a_row_of_zeros_stays_one() -> None:
    made = [helper.make_node("Mul", ["x", "x"], ["seen"]), helper.make_node("MatMul", ["seen", "weights"], ["y"])]
    shapes = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (1, 2, 2)) for name in ("x", "y")]
    weights = numpy_helper.from_array(np.eye(2, dtype=np.float32), "weights")
    model = helper.make_model(helper.make_graph(made, "two", shapes[:1], shapes[1:], [weights]))
    ease_rows(model, "seen", layers_by_input(model)["seen"])
    rows = np.array([[[0, 0], [3, 1]]], dtype=np.float32)
    assert ReferenceEvaluator(model).run(None, {"x": rows})[0].tolist() == [[[0, 0], [9, 1]]]
