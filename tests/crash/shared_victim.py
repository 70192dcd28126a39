"""A worker that kills itself: at the n-th step that it makes into our own code between the queue and the database.

Run as `python -m tests.crash.shared_victim ADDRESS N`; with N = 0 it lives and prints, at the end, a letter for each
step: "p" within publication, "q" at the queue, "i" elsewhere. A line "in: NAME" is said once a file is in.
"""

from __future__ import annotations

import os
import signal
import sys
from types import FrameType

from index import ingest, publisher, worker
from index.publisher import Publisher
from index.sources import scan
from index.store.postgres import connection, database, queue, search, store
from index.worker import work
from settings import StoreUrl
from tests.fakes import FakeEmbeddings

WATCHED = {
    module.__file__ for module in (connection, database, ingest, publisher, queue, scan, search, store, worker)
}  # fmt: skip


def main(url: StoreUrl, deadly: int) -> None:
    """Work until the queue is empty, or until the deadly step."""
    steps: list[str] = []

    def count(frame: FrameType, event: str, _: object) -> None:
        if event in ("call", "c_call") and frame.f_code.co_filename in WATCHED:
            steps.append(_stage(frame))
            if len(steps) == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    def told(line: str) -> None:
        name, _, rest = line.partition(": ")
        if "new or changed" in rest:
            sys.stdout.write(f"in: {name}\n")
            sys.stdout.flush()

    sys.setprofile(count)
    work(url, FakeEmbeddings(), until_empty=True, told=told)
    sys.setprofile(None)
    sys.stdout.write("".join(steps))


def _stage(frame: FrameType | None) -> str:
    while frame is not None:
        if frame.f_code is Publisher.publish.__code__:
            return "p"
        if frame.f_code.co_filename == queue.__file__:
            return "q"
        frame = frame.f_back
    return "i"


if __name__ == "__main__":
    main(StoreUrl(sys.argv[1]), int(sys.argv[2]))
