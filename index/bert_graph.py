"""A BERT encoder as an ONNX graph, written node by node from its weights: no torch, no tracing.

Only set-up and tests use it. LayerNormalization and Gelu are ONNX operators of their own from opset 20 on, so
onnxruntime has nothing left to recognise but what it fuses by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from onnx import TensorProto, helper, numpy_helper

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from onnx import ModelProto, NodeProto

OPSET = 20
IR_VERSION = 9
"""The one that belongs to the opset: older onnxruntimes refuse files of a newer one."""
_MASKED = -1e9
"""Added to the attention scores of tokens that are masked out."""
_EPSILON = 1e-12

Shape = list[str | int]
"""Of a tensor: names of the dimensions that vary, sizes of the others."""


class Graph:
    """Nodes and weights of a model in the making; each method adds a node and returns the name of its output."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._weights: dict[str, NDArray[np.generic]] = {}

    def weight(self, values: NDArray[np.generic]) -> str:
        """Add a tensor of the model."""
        name = f"weight_{len(self._weights)}"
        self._weights[name] = values
        return name

    def integers(self, *values: int) -> str:
        """Add a list of integers: a shape, or axes."""
        return self.weight(np.array(values, dtype=np.int64))

    def add(self, operator: str, *inputs: str, output: str = "", **attributes: object) -> str:
        """Add a node with one output, named by its number unless `output` says otherwise."""
        name = output or f"{operator.lower()}_{len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, list(inputs), [name], **attributes))
        return name

    def linear(self, source: str, weight: NDArray[np.float32], bias: NDArray[np.float32]) -> str:
        """Add `source` x `weight` + `bias`, with the weights as torch's Linear has them (out, in)."""
        product = self.add("MatMul", source, self.weight(np.ascontiguousarray(weight.T)))
        return self.add("Add", product, self.weight(bias))

    def split(self, source: str, count: int, axis: int) -> list[str]:
        """Cut into `count` equal parts."""
        names = [f"split_{len(self._nodes)}_{part}" for part in range(count)]
        self._nodes.append(helper.make_node("Split", [source], names, axis=axis, num_outputs=count))
        return names

    def model(self, inputs: Mapping[str, Shape], outputs: Mapping[str, Shape]) -> ModelProto:
        """Return the model; `inputs` (int64) and `outputs` (float32) say the shape of each."""
        graph = helper.make_graph(
            self._nodes,
            "quoth",
            [helper.make_tensor_value_info(name, TensorProto.INT64, shape) for name, shape in inputs.items()],
            [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name, shape in outputs.items()],
            [numpy_helper.from_array(values, name) for name, values in self._weights.items()],
        )
        return helper.make_model(
            graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION, producer_name="quoth"
        )


def add_encoder(graph: Graph, weights: Mapping[str, NDArray[np.float32]], heads: int, *, types: str = "") -> str:
    """Add a BERT encoder over the inputs `input_ids` and `attention_mask`; returns the last hidden states' name.

    `weights` are named as in Hugging Face's BertModel. `types` names the input of token types; without, all are 0.
    """
    hidden = _add_embeddings(graph, weights, types)
    mask = graph.add("Cast", "attention_mask", to=TensorProto.FLOAT)
    mask = graph.add("Unsqueeze", mask, graph.integers(1, 2))
    absent = graph.add("Sub", graph.weight(np.array(1, np.float32)), mask)
    bias = graph.add("Mul", absent, graph.weight(np.array(_MASKED, np.float32)))
    layer = 0
    while f"encoder.layer.{layer}.output.dense.weight" in weights:
        prefix = f"encoder.layer.{layer}."
        own = {name.removeprefix(prefix): values for name, values in weights.items() if name.startswith(prefix)}
        hidden = _add_layer(graph, own, hidden, bias, heads)
        layer += 1
    return hidden


def _add_embeddings(graph: Graph, weights: Mapping[str, NDArray[np.float32]], types: str) -> str:
    words = graph.add("Gather", graph.weight(weights["embeddings.word_embeddings.weight"]), "input_ids")
    positions = weights["embeddings.position_embeddings.weight"]
    kinds = weights["embeddings.token_type_embeddings.weight"]
    if not types:
        positions = positions + kinds[0]
    length = graph.add("Shape", "input_ids", start=1, end=2)
    first = graph.add("Slice", graph.weight(positions), graph.integers(0), length, graph.integers(0))
    total = graph.add("Add", words, first)
    if types:
        total = graph.add("Add", total, graph.add("Gather", graph.weight(kinds), types))
    return _normalised(graph, weights, "embeddings.LayerNorm", total)


def _add_layer(graph: Graph, weights: Mapping[str, NDArray[np.float32]], hidden: str, bias: str, heads: int) -> str:
    width = len(weights["attention.self.query.bias"]) // heads
    scale = np.float32(width**-0.5)  # applied to the query's weights: one product less for each token
    parts = {part: _parameters(weights, f"attention.self.{part}") for part in ("query", "key", "value")}
    parts["query"] = (parts["query"][0] * scale, parts["query"][1] * scale)
    together = graph.linear(
        hidden,
        np.concatenate([part[0] for part in parts.values()]),
        np.concatenate([part[1] for part in parts.values()]),
    )
    by_head = graph.integers(0, 0, heads, width)
    query, key, value = (graph.add("Reshape", part, by_head) for part in graph.split(together, 3, -1))
    query, value = (graph.add("Transpose", part, perm=[0, 2, 1, 3]) for part in (query, value))
    key = graph.add("Transpose", key, perm=[0, 2, 3, 1])
    scores = graph.add("Add", graph.add("MatMul", query, key), bias)
    attended = graph.add("MatMul", graph.add("Softmax", scores, axis=-1), value)
    attended = graph.add("Transpose", attended, perm=[0, 2, 1, 3])
    attended = graph.add("Reshape", attended, graph.integers(0, 0, heads * width))
    attended = graph.linear(attended, *_parameters(weights, "attention.output.dense"))
    hidden = _normalised(graph, weights, "attention.output.LayerNorm", graph.add("Add", attended, hidden))
    wide = graph.add("Gelu", graph.linear(hidden, *_parameters(weights, "intermediate.dense")))
    narrow = graph.linear(wide, *_parameters(weights, "output.dense"))
    return _normalised(graph, weights, "output.LayerNorm", graph.add("Add", narrow, hidden))


def _normalised(graph: Graph, weights: Mapping[str, NDArray[np.float32]], name: str, source: str) -> str:
    scale, bias = (graph.weight(values) for values in _parameters(weights, name))
    return graph.add("LayerNormalization", source, scale, bias, axis=-1, epsilon=_EPSILON)


def _parameters(
    weights: Mapping[str, NDArray[np.float32]], name: str
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return weights[f"{name}.weight"], weights[f"{name}.bias"]
