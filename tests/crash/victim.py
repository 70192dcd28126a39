"""An ingest that kills itself: at the n-th call that index/ makes into the interpreter's own functions.

Run as `python -m tests.crash.victim STORE FOLDER N`; with N = 0 it lives and prints how many calls there were.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import FrameType

from index import database, durable, publish, survey, vectors, writer
from index.publish import ingest
from tests.fakes import FakeEmbeddings

WATCHED = {each.__file__ for each in (database, durable, publish, survey, vectors, writer)}


def main(store: Path, folder: Path, deadly: int) -> None:
    calls = 0

    def count(frame: FrameType, event: str, _: object) -> None:
        nonlocal calls
        if event == "c_call" and frame.f_code.co_filename in WATCHED:
            calls += 1
            if calls == deadly:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    ingest(store, [folder], FakeEmbeddings(), prune=True)
    sys.setprofile(None)
    sys.stdout.write(str(calls))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
