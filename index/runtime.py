"""onnxruntime as Quoth runs it: on the processor, quiet, and without telemetry."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from index.errors import ModelError

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

BATCH_TOKENS = 512
"""Few enough for a batch to stay in a core's cache: of 4,096, a token takes twice the time (docs/performance.md)."""
_SLOWER = ["SkipLayerNormFusion"]
"""An addition and a normalisation in one take four times as long as one after the other (docs/performance.md)."""
_Result = TypeVar("_Result")


def open_session(path: Path) -> InferenceSession:
    """Open an ONNX file; the model runs in the thread that calls, and `in_batches` uses several.

    onnxruntime's errors share no base class.
    """
    # It keeps an identifier of the machine and reports its use, unless it is told not to before it is imported.
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, ["CPUExecutionProvider"], disabled_optimizers=_SLOWER)


def in_batches(
    lengths: Sequence[int], run: Callable[[list[int]], _Result], threads: int = 0, budget: int = BATCH_TOKENS
) -> Iterator[tuple[list[int], _Result]]:
    """Yield row numbers and what `run` returns for them, batch by batch.

    `lengths` are the rows' tokens, `budget` is a batch's. As many batches run at a time as there are `threads`,
    0 for one on each core: cores that share one batch wait for each other. Callers with the same budget share threads.
    """
    batches = list(batches_by_length(lengths, budget))
    if len(batches) < 2:
        yield from ((rows, run(rows)) for rows in batches)
        return
    yield from zip(batches, _pool(threads or os.cpu_count() or 1, budget).map(run, batches), strict=True)


@cache
def _pool(threads: int, budget: int) -> ThreadPoolExecutor:
    """Return the threads that batches of a size run in: to start new ones takes a question a millisecond or two.

    The rows of a question have threads of their own, so that they do not wait behind all batches of an ingest.
    """
    return ThreadPoolExecutor(threads, "batches")


def batches_by_length(lengths: Sequence[int], budget: int) -> Iterator[list[int]]:
    """Yield row numbers in batches of similar length, each at most `budget` tokens once padded."""
    rows: list[int] = []
    for row in sorted(range(len(lengths)), key=lambda row: (lengths[row], row)):
        if rows and lengths[row] * (len(rows) + 1) > budget:
            yield rows
            rows = []
        rows.append(row)
    if rows:
        yield rows


@contextmanager
def needing_full_set(what: str) -> Iterator[None]:
    """Raise ModelError that says what to install if an import in the block fails for want of a package."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise ModelError(
            f"{what} needs the package {error.name}, which is not installed", "run `pip install -r requirements.txt`"
        ) from error
