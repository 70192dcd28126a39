"""Write a model's layers as int8, after easing the few large activations that would coarsen all others.

onnxruntime scales what goes into a layer by its largest number. Two kinds of numbers are ten times the rest:

- a few channels of each normalisation. Each channel is divided by a factor of its own and the layer's weights are
  multiplied by it (SmoothQuant: Xiao et al., ICML 2023, equation 4);
- a few rows after Gelu, those of `[CLS]` and `[SEP]`. Each row is divided by its largest number, and what the layer
  makes of it is multiplied.

In floats nothing changes by it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
from onnx import ModelProto, NodeProto, TensorProto, helper, numpy_helper

from index.runtime import open_session

EASED = "_eased"
"""Ends the name of the factors of channels, by which they are multiplied."""
SHARE = 0.7
"""How much of a channel's peak the weights take over (alpha). Of 0.3 to 1 it gave the least error."""
_LEAST = 1e-5

Rows = Mapping[str, npt.NDArray[np.int64]]
"""The inputs of the model by name: rows of tokens."""


def quantise(full: Path, rows: Sequence[Rows], target: Path) -> None:
    """Write the fp32 model `full` with int8 layers, eased by what `rows` make of their inputs."""
    model = onnx.load(str(full))
    ease(model, rows, target)
    onnx.save(model, str(target))
    from onnxruntime.quantization import QuantType, quantize_dynamic  # after open_session, which silences it

    quantize_dynamic(target, target, per_channel=True, weight_type=QuantType.QInt8, op_types_to_quantize=["MatMul"])


def ease(model: ModelProto, rows: Sequence[Rows], scratch: Path) -> None:
    """Divide what goes into layers by its peaks, and have the layers make up for it."""
    layers = layers_by_input(model)
    made_by = {output: node.op_type for node in model.graph.node for output in node.output}
    normalised = [name for name in layers if made_by.get(name) == "LayerNormalization"]
    activated = [name for name in layers if made_by.get(name) == "Mul"]
    for name, peaks in channel_peaks(model, normalised, rows, scratch).items():
        ease_channels(model, name, layers[name], peaks)
    for name in activated:
        ease_rows(model, name, layers[name])


def layers_by_input(model: ModelProto) -> dict[str, list[NodeProto]]:
    """Return the products with stored weights, by the name of what they multiply."""
    stored = {tensor.name for tensor in model.graph.initializer}
    found: defaultdict[str, list[NodeProto]] = defaultdict(list)
    for node in model.graph.node:
        if node.op_type == "MatMul" and node.input[1] in stored:
            found[node.input[0]].append(node)
    return dict(found)


def channel_peaks(
    model: ModelProto, names: Sequence[str], rows: Sequence[Rows], scratch: Path
) -> dict[str, npt.NDArray[np.float32]]:
    """Return the largest absolute value of each channel of the named activations over all rows."""
    shown = ModelProto()
    shown.CopyFrom(model)
    shown.graph.output.extend(helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in names)
    onnx.save(shown, str(scratch))
    session = open_session(scratch)
    seen = [[np.abs(found).max(axis=(0, 1)) for found in session.run(list(names), dict(each))] for each in rows]
    return {name: np.max([peaks[n] for peaks in seen], axis=0) for n, name in enumerate(names)}


def ease_channels(model: ModelProto, name: str, layers: Sequence[NodeProto], peaks: npt.NDArray[np.float32]) -> None:
    """Divide each channel of an activation by peak^share / weight^(1 - share), and multiply its layers' weights."""
    tensors = {tensor.name: tensor for tensor in model.graph.initializer}
    weights = [tensors[layer.input[1]] for layer in layers]
    largest = np.max([np.abs(numpy_helper.to_array(weight)).max(axis=1) for weight in weights], axis=0)
    factors = np.maximum(peaks, _LEAST) ** SHARE / np.maximum(largest, _LEAST) ** (1 - SHARE)
    model.graph.initializer.append(numpy_helper.from_array((1 / factors).astype(np.float32), name + EASED))
    for weight in weights:
        eased = numpy_helper.to_array(weight) * factors[:, None].astype(np.float32)
        weight.CopyFrom(numpy_helper.from_array(eased, weight.name))
    insert_before(model, layers[0], [helper.make_node("Mul", [name, name + EASED], [f"{name}_even"])])
    for layer in layers:
        layer.input[0] = f"{name}_even"


def ease_rows(model: ModelProto, name: str, layers: Sequence[NodeProto]) -> None:
    """Divide each row of an activation by its largest number (or 1), and multiply what its layers return by it."""
    one, largest, divisor, even = (f"{name}_{part}" for part in ("one", "largest", "divisor", "even"))
    model.graph.initializer.append(numpy_helper.from_array(np.float32(1), one))
    before = [
        helper.make_node("ReduceMax", [name], [largest], axes=[-1], keepdims=1),
        helper.make_node("Max", [largest, one], [divisor]),
        helper.make_node("Div", [name, divisor], [even]),
    ]
    insert_before(model, layers[0], before)
    for layer in layers:
        returned = layer.output[0]
        layer.input[0], layer.output[0] = even, f"{returned}_even"
        at = list(model.graph.node).index(layer) + 1
        model.graph.node.insert(at, helper.make_node("Mul", [layer.output[0], divisor], [returned]))


def insert_before(model: ModelProto, node: NodeProto, new: Sequence[NodeProto]) -> None:
    """Insert nodes before one."""
    at = list(model.graph.node).index(node)
    for n, each in enumerate(new):
        model.graph.node.insert(at + n, each)
