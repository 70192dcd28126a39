#!/usr/bin/env bash
# onnxruntime 1.31.1, onnx 1.23.2, numpy 2.4.6
# onnxruntime fuses an addition and the LayerNormalization after it into one SkipLayerNormalization on its own. On a
# processor that one operator takes several times as long as the two: fused is not faster. disabled_optimizers =
# ["SkipLayerNormFusion"] keeps them apart; all other fusions stay.
# Seen on 2026-11-27 (140 rows of 384 numbers, 24 times in a row, one thread of an AMD EPYC; the least of 200 runs):
#   fused 6.62 ms, apart 0.79 ms
set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"${PYTHON:-python3}" -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check onnxruntime==1.31.1 onnx==1.23.2 numpy==2.4.6

(cd "$work" && "$work/venv/bin/python" -) <<'PY'
import sys
import time

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

LAYERS, ROWS, WIDTH = 24, 140, 384
random = np.random.default_rng(0)
nodes, weights, last = [], [], "x"
for n in range(LAYERS):
    for name in (f"scale{n}", f"bias{n}"):
        weights.append(numpy_helper.from_array(random.normal(size=WIDTH).astype(np.float32), name))
    nodes.append(helper.make_node("Add", [last, "y"], [f"sum{n}"]))
    nodes.append(helper.make_node("LayerNormalization", [f"sum{n}", f"scale{n}", f"bias{n}"], [f"out{n}"], axis=-1))
    last = f"out{n}"
shape = [1, "rows", WIDTH]
given = [helper.make_tensor_value_info(name, TensorProto.FLOAT, shape) for name in ("x", "y")]
graph = helper.make_graph(nodes, "norms", given, [helper.make_tensor_value_info(last, TensorProto.FLOAT, shape)], weights)
onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), "norms.onnx")

feeds = {name: random.normal(size=(1, ROWS, WIDTH)).astype(np.float32) for name in ("x", "y")}
milliseconds = {}
for name, disabled in (("fused", []), ("apart", ["SkipLayerNormFusion"])):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.optimized_model_filepath = f"{name}.onnx"
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession("norms.onnx", options, ["CPUExecutionProvider"], disabled_optimizers=disabled)
    operators = sorted({node.op_type for node in onnx.load(f"{name}.onnx").graph.node})
    times = []
    for _ in range(200):
        begun = time.perf_counter()
        session.run(None, feeds)
        times.append(time.perf_counter() - begun)
    milliseconds[name] = 1000 * min(times)
    print(f"{name}: {milliseconds[name]:.2f} ms ({', '.join(operators)})")
sys.exit(0 if milliseconds["fused"] > 1.5 * milliseconds["apart"] else "changed: fused is not that much slower")
PY
