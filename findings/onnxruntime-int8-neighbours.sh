#!/usr/bin/env bash
# onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6
# In a model from quantize_dynamic a row's result depends on the other rows of its batch: the activations have one scale
# for the whole tensor, which the largest number in any row sets. So batching is not a mere matter of speed: one loud
# neighbour takes most of the 256 steps away from a quiet row. The float model gives the same row alone and in company,
# and so does the int8 model beside a copy of the row itself, which is why a test with identical rows sees nothing.
# Seen on 2026-11-27 (largest difference of the row's four numbers, alone and in a batch of two):
#   float  beside a copy 0.000  beside a row 50 times as large 0.000
#   int8   beside a copy 0.000  beside a row 50 times as large 0.663
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6

(cd "$work" && "$work/venv/bin/python" -) <<'PY'
import logging
import sys

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import QuantType, quantize_dynamic

logging.disable(logging.WARNING)
random = np.random.default_rng(0)
weights = random.normal(size=(8, 4)).astype(np.float32)
graph = helper.make_graph(
    [helper.make_node("MatMul", ["x", "w"], ["y"])],
    "matmul",
    [helper.make_tensor_value_info("x", TensorProto.FLOAT, [None, 8])],
    [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, 4])],
    [numpy_helper.from_array(weights, "w")],
)
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
onnx.save(model, "float.onnx")
quantize_dynamic("float.onnx", "int8.onnx", weight_type=QuantType.QInt8)

row = random.normal(size=(1, 8)).astype(np.float32)
differences = {}
for name in ("float", "int8"):
    session = onnxruntime.InferenceSession(f"{name}.onnx", providers=["CPUExecutionProvider"])
    alone = session.run(None, {"x": row})[0][0]
    copied, loud = (
        float(abs(session.run(None, {"x": np.vstack([row, neighbour])})[0][0] - alone).max())
        for neighbour in (row, row * 50)
    )
    differences[name] = (copied, loud)
    print(f"{name:<6} beside a copy {copied:.3f}  beside a row 50 times as large {loud:.3f}")
same = max(differences["float"]) < 1e-5 and differences["int8"][0] < 1e-5 and differences["int8"][1] > 0.1
sys.exit(0 if same else "changed: not as described")
PY
