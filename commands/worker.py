"""The command `worker`: reads the files that `ingest --queue` has handed over. See docs/scale.md."""

from __future__ import annotations

import os
import signal
from argparse import Namespace

from commands.console import err, out, print_failures
from commands.parser import Commands
from settings import Settings

_NICENESS = 5
"""A worker gives way to who answers on the same machine: nobody waits for a file as one waits for an answer."""


def add(commands: Commands) -> None:
    """Add the command."""
    parser = commands.add("worker", "bring in the files of the queue, beside other workers", run)
    parser.add_argument("--allow-network", action="store_true", default=None, help="fetch the pages that are queued")
    parser.add_argument("--until-empty", action="store_true", help="end when the queue is empty")
    parser.add_argument("--failed", action="store_true", help="instead, list the files that were set aside, and why")


def run(settings: Settings, options: Namespace) -> int:
    """Work until stopped, or list what was set aside; exit code 3 if there is any."""
    from index.worker import queue_of, work

    if options.failed:
        failures = queue_of(settings.store).failures()
        print_failures(failures)
        return 3 if failures else 0
    from commands.ingest import interruptible
    from commands.store import embedding_model

    queue_of(settings.store)  # said before the model is loaded
    os.nice(_NICENESS)
    model = embedding_model(settings)
    with interruptible() as stop:
        former = signal.signal(signal.SIGTERM, lambda *_: stop.set())
        try:
            report = work(
                settings.store,
                model,
                told=lambda line: err.print(line, markup=False),
                stop=stop,
                until_empty=options.until_empty,
                network=settings.allow_network,
            )
        finally:
            signal.signal(signal.SIGTERM, former)
    out.print(f"{report.files} files are in, {len(report.set_aside)} are set aside")
    return 3 if report.set_aside else 0
