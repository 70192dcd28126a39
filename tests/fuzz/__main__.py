"""Every reader, fed with damaged files: `python -m tests.fuzz SECONDS [--seed N] [--readers pdf html] [--only N]`.

Each reader has a process of its own with the limits that ingest sets. An input is made from the seed, the reader and
its number alone, so that `--seed`, `--readers` and `--only` with what is printed give the same input again.
"""

from __future__ import annotations

import argparse
import mmap
import multiprocessing
import os
import resource
import signal
import struct
import sys
import time
import unicodedata
from functools import cache
from random import Random

from index.article import Article
from index.errors import ArticleError
from index.readers import read_articles
from index.readers.package import kind_of_zip
from index.readers.sniff import sniff
from index.readers.unpack_budget import UnpackBudget
from index.sources.isolate import ReadLimits
from tests.data.zoo import Animal, animals
from tests.fuzz.mutate import mutated

SLOW = 20
"""Seconds of computing that a damaged small file may take."""
_SEED_BYTES = 200_000


@cache
def readers() -> dict[str, list[Animal]]:
    """The zoo's smaller files by the reader that gets them."""
    found: dict[str, list[Animal]] = {}
    for animal in animals():
        try:
            kind = sniff(animal.data, animal.name)
            kind = kind_of_zip(animal.data, animal.name, UnpackBudget()) if kind == "zip" else kind
        except ArticleError:
            continue
        if len(animal.data) < _SEED_BYTES and animal.data:
            found.setdefault(kind, []).append(animal)
    return found


def made(kind: str, seed: int, number: int) -> tuple[str, bytes]:
    """The name and the bytes of an input."""
    random = Random(f"{seed} {kind} {number}")
    seeds = readers()[kind]
    animal = random.choice(seeds)
    return animal.name, mutated(animal.data, [each.data for each in seeds], random)


def check(kind: str, seed: int, number: int) -> None:
    """Read one input. AssertionError if what it gives is not as it should be."""
    name, data = made(kind, seed, number)
    for each in read_articles(data, name):
        assert each.source.startswith(name), each.source
        if isinstance(each, Article):
            assert each.text.strip()
            assert "\0" not in each.text
            assert each.text.encode()
            assert unicodedata.is_normalized("NFC", each.text) or len(each.headings) == 0
            assert all(each.text.startswith(heading.title, heading.start) for heading in each.headings)
            assert all(0 <= start <= len(each.text) for start in each.pages)
            assert list(each.pages) == sorted(each.pages)
        else:
            assert each.error
            assert each.hint


def _work(kind: str, seed: int, number: int, until: float, shared: mmap.mmap) -> None:
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    limits = ReadLimits()
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while time.monotonic() < until:
        shared[:16] = struct.pack("<QQ", number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
        signal.setitimer(signal.ITIMER_PROF, SLOW)  # its signal ends the process
        check(kind, seed, number)
        number += 1
    shared[:16] = struct.pack("<QQ", number, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)


def fuzz(kind: str, seed: int, seconds: float) -> tuple[bool, int, int, list[int]]:
    """Whether all went well, how many inputs were read, the most memory in use (MiB), and which took too long.

    Those are no failure: ingest ends their process as well, and tells of them in one error.
    """
    shared = mmap.mmap(-1, 16)
    until, number, most = time.monotonic() + seconds, 0, 0
    slow: list[int] = []
    while True:
        worker = multiprocessing.get_context("fork").Process(target=_work, args=(kind, seed, number, until, shared))
        worker.start()
        worker.join()
        number, kilobytes = struct.unpack("<QQ", shared[:16])
        most = max(most, kilobytes >> 10)
        if worker.exitcode != -signal.SIGPROF:
            return worker.exitcode == 0, number, most, slow
        slow.append(number)
        number += 1


def main() -> int:
    """Fuzz the readers one after the other; 1 if one of them failed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("seconds", type=float, help="for each reader")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--readers", nargs="*", default=sorted(readers()), choices=sorted(readers()))
    parser.add_argument("--only", type=int, metavar="N", help="read input N of each reader, in this process")
    options = parser.parse_args()
    sys.stdout.write(f"seed {options.seed}\n")
    failed = False
    for kind in options.readers:
        if options.only is not None:
            signal.setitimer(signal.ITIMER_PROF, SLOW)
            check(kind, options.seed, options.only)
            continue
        well, number, memory, slow = fuzz(kind, options.seed, options.seconds)
        failed |= not well
        said = "ok" if well else f"FAILED at --seed {options.seed} --readers {kind} --only {number}"
        said += f" ({len(slow)} ended after {SLOW} s: {slow[:9]})" if slow else ""
        sys.stdout.write(f"{kind:10} {number:7} inputs, {memory:5} MiB: {said}\n")
        sys.stdout.flush()
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
