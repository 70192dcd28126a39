"""onnxruntime as Quoth runs it: on the processor, quiet, and without telemetry."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from onnxruntime import InferenceSession


def open_session(path: Path, threads: int = 0) -> InferenceSession:
    """The model in an ONNX file; 0 threads means one for each core. Its errors share no base class."""
    # It keeps an identifier of the machine and reports its use, unless it is told not to before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])
