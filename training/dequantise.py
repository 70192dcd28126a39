"""Turn a published reader.onnx back into a folder that training can start from.

    python -m training.dequantise --reader models/reader --base BASE --out START

The layers' int8 becomes floats again, so that training starts from what was published and not from the base.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnx
import torch
from onnx import ModelProto, numpy_helper

from training.model import HEADS, SpanReader, from_base, save
from training.quantise import EASED

log = logging.getLogger("training.dequantise")

HALF = "_fp16"
QUANTIZED = "_quantized"


def stored_arrays(model: ModelProto) -> dict[str, npt.NDArray[np.float32]]:
    """Return the graph's initializers as floats, under the names they had before they were halved."""
    return {
        tensor.name.removesuffix(HALF): np.asarray(numpy_helper.to_array(tensor), dtype=np.float32)
        for tensor in model.graph.initializer
    }


def layer_of(node_name: str) -> str:
    """Return the module that a node is of: `/encoder/layer.0/dense/MatMul` is of `encoder.layer.0.dense`."""
    return ".".join(node_name.strip("/").split("/")[:-1])


def parameters_of(model: ModelProto) -> dict[str, torch.Tensor]:
    """Return torch's state: int8 weights times their scales, transposed to [out, in]; the rest as stored.

    Weights that took over a part of their input's peaks (training/quantise.py) give it back.
    """
    arrays = stored_arrays(model)
    maker = {output: node for node in model.graph.node for output in node.output}
    state = {name: torch.from_numpy(array.copy()) for name, array in arrays.items() if "_" not in name.rsplit(".")[-1]}
    state |= {name: torch.from_numpy(arrays[name].copy()) for name in arrays if name.endswith("embeddings.weight")}
    for node in model.graph.node:
        if node.op_type != "MatMulInteger" or not node.input[1].endswith(QUANTIZED):
            continue
        stem = node.input[1].removesuffix(QUANTIZED)
        values = (arrays[node.input[1]] - arrays[f"{stem}_zero_point"]) * arrays[f"{stem}_scale"]
        multiplied = maker.get(maker[node.input[0]].input[0])
        if multiplied is not None and multiplied.input[-1].endswith(EASED):
            values *= arrays[multiplied.input[-1]][:, None]
        state[f"{layer_of(node.name)}.weight"] = torch.from_numpy(np.ascontiguousarray(values.T))
    return state


def dequantised(path: Path, base: Path) -> SpanReader:
    """Return the reader that an int8 reader.onnx holds; heads that it lacks are new."""
    model = from_base(base)
    state = parameters_of(onnx.load(str(path)))
    missing, unexpected = model.load_state_dict(
        {name: value for name, value in state.items() if name in model.state_dict()}, strict=False
    )
    lacking = [name for name in missing if not name.startswith(HEADS)]
    if lacking or unexpected:
        raise ValueError(f"{path} is no int8 reader of this layout: it lacks {', '.join(lacking[:3])}")
    return model.eval()


def main() -> None:
    """Convert."""
    parser = argparse.ArgumentParser(description="Turn a published int8 reader.onnx into a start for training.")
    parser.add_argument("--reader", type=Path, required=True, help="folder with reader.onnx")
    parser.add_argument("--base", type=Path, required=True, help="folder of the base model")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    save(dequantised(options.reader / "reader.onnx", options.base), options.out)
    log.info("written to %s", options.out)


if __name__ == "__main__":
    main()
