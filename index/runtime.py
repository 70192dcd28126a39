"""onnxruntime as Quoth runs it: on the processor, quiet, and without telemetry."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

BATCH_TOKENS = 512
"""Few enough for a batch to stay in a core's cache: of 4,096, a token takes twice the time (docs/performance.md)."""
_Found = TypeVar("_Found")


def open_session(path: Path) -> InferenceSession:
    """The model in an ONNX file. It runs in the thread that calls; `in_batches` uses several. Errors share no base."""
    # It keeps an identifier of the machine and reports its use, unless it is told not to before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"])


def in_batches(
    lengths: Sequence[int], run: Callable[[list[int]], _Found], threads: int = 0, budget: int = BATCH_TOKENS
) -> Iterator[tuple[list[int], _Found]]:
    """Row numbers and what `run` gives for them, batch by batch; `lengths` are the rows' tokens, `budget` a batch's.

    As many batches at a time as there are threads, 0 for one on each core: cores that share one batch wait for each
    other.
    """
    batches = list(batches_by_length(lengths, budget))
    if len(batches) < 2:
        yield from ((rows, run(rows)) for rows in batches)
        return
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        yield from zip(batches, pool.map(run, batches), strict=True)


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Row numbers in batches of similar length, each at most `budget` tokens once padded."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (lengths[row], row)):
        if rows and lengths[row] * (len(rows) + 1) > budget:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows
