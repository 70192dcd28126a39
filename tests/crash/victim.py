"""An ingest that kills itself: at the n-th call that index/ makes into the interpreter's own functions.

Run as `python -m tests.crash.victim STORE FOLDER N TAIL SHARE`; with N = 0 it lives and prints a letter for each call:
"p" within publication, "s" when it collects what is no longer needed, "i" elsewhere. TAIL and SHARE say when vectors
are sealed, and when from the beginning.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from index import ingest as ingesting
from index import publisher
from index.ingest import ingest
from index.options import IngestOptions
from index.publisher import Publisher
from index.sources import scan
from index.store import database, durable, local, search, tail, vectors
from tests.fakes import FakeEmbeddings

STAGES = {Publisher.publish.__code__: "p", Publisher.sweep.__code__: "s"}
WATCHED = {module.__file__ for module in (database, durable, ingesting, local, publisher, scan, search, tail, vectors)}


def main(store: Path, folder: Path, deadly: int) -> None:
    calls: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event == "c_call" and frame.f_code.co_filename in WATCHED:
            calls.append(_stage(frame))
            if len(calls) == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    ingest(store, [folder], FakeEmbeddings(), IngestOptions(prune=True))
    sys.setprofile(None)
    sys.stdout.write("".join(calls))


def _stage(frame: FrameType | None) -> str:
    while frame is not None:
        if frame.f_code in STAGES:
            return STAGES[frame.f_code]
        frame = frame.f_back
    return "i"


if __name__ == "__main__":
    local.TAIL, local.REBUILD_SHARE = int(sys.argv[4]), float(sys.argv[5])
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
