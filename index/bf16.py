"""Many passages through the default model in bf16, by OpenVINO: where that is installed and the processor has bf16.

A multiplication of bf16 takes half the time of one of fp32, and the vectors are the same to four digits (a cosine of
0.9999), so passages embedded either way stand in one store, and questions go on in fp32. onnxruntime computes in bf16
on ARM only.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from functools import cache
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 200
"""So many passages earn the half second in which the model is made ready."""
_ROUND = 8
"""Rows are padded to a multiple of it: for each new shape OpenVINO makes code."""
_FLAGS = ("avx512_bf16", "amx_bf16")
_FIRST = threading.Lock()


@cache
def is_available() -> bool:
    """Whether there is OpenVINO, and a processor that multiplies in bf16."""
    if importlib.util.find_spec("openvino") is None:
        return False
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="ascii", errors="replace").splitlines()
    except OSError:
        return False
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    return any(flag in flags for flag in _FLAGS)


class Bf16Model:
    """The model in `path` in bf16, as many passes at a time as there are threads. Safe to share between threads."""

    def __init__(self, path: Path, threads: int = 0) -> None:
        import openvino

        with _FIRST:  # where two threads were the first to use an array, they waited for each other without end
            _ = openvino.Tensor(np.zeros(1, dtype=np.int64)).data
        count = threads or os.cpu_count() or 1
        options = {"INFERENCE_PRECISION_HINT": "bf16", "INFERENCE_NUM_THREADS": count, "NUM_STREAMS": count}
        compiled = openvino.Core().compile_model(path, "CPU", options)
        self._requests: SimpleQueue[Any] = SimpleQueue()
        for _ in range(count):
            self._requests.put(compiled.create_infer_request())

    def run(self, ids: NDArray[np.int64], mask: NDArray[np.int64]) -> NDArray[np.float32]:
        """Return the vectors of padded rows, like the session of index/embed.py."""
        width = -ids.shape[1] % _ROUND
        padded = {
            name: np.pad(rows, ((0, 0), (0, width))) for name, rows in (("input_ids", ids), ("attention_mask", mask))
        }
        request = self._requests.get()
        try:
            request.infer(padded)
            vectors: NDArray[np.float32] = request.get_output_tensor(0).data.copy()
            return vectors
        finally:
            self._requests.put(request)
