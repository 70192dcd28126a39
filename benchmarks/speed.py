"""Quoth and the usual chain side by side, in turn, in one run: speed, memory, retrieval, and each target's verdict.

    python -m benchmarks.speed --data DIR [--sizes N...] [--work DIR] [--repetitions N] [--bad N] [--out DIR]
        [--baseline COMMIT]

The smallest corpus is embedded by the model; the vectors of larger ones are synthesised from its own (corpus.py).
Each measurement runs in a process of its own. With --work, what is measured is kept, and a run that was
interrupted goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from textwrap import fill
from typing import Any

from benchmarks.corpus import NEEDS, questions
from benchmarks.results import Section, write_block
from benchmarks.speed_baseline import beside as beside_commit
from benchmarks.speed_baseline import table
from benchmarks.speed_charts import write_charts
from benchmarks.speed_process import child, machine
from benchmarks.speed_quality import SETS
from benchmarks.speed_servers import cold, crowd, memory, ready
from benchmarks.speed_verdicts import bad_inputs, growth, publication, verdicts
from index.errors import QuothError, UsageError
from settings import HOME

CHAINS = ("ours", "usual")
BESIDE = 100_000
"""The most passages at which the usual chain is built, too: no target compares them beyond."""
BAD = ("one article", "tiny articles", "identical articles")
ODD_QUESTIONS = {
    "that matches nothing": "Zxqv blorpish wibbleton?",
    "that matches everything": "what is it that the and of to in?",
    "of common words": "first time used many other people world years made number part called",
}
_ASKED, _ASKED_OF_SERVER, _CROWD = 101, 20, 1_500
_COMPARED = 400
SECTION = Section(
    "bench-speed",
    "## Beside the usual chain\n\nWritten by `make bench DATA=DIR`; docs/performance.md says what is measured.",
)
_BLOCKS: dict[str, Callable[[dict[str, Any]], str]] = {
    "Targets": lambda results: _head(results) + verdicts(results),
    "Growth": growth,
    "Publication": publication,
    "Bad input": bad_inputs,
    "Beside another commit": lambda results: table(results) if "baseline" in results else "",
}


@dataclass(frozen=True, slots=True)
class Run:
    """What is to be measured, and where its files are."""

    data: Path
    work: Path
    sizes: tuple[int, ...]
    repetitions: int
    bad: int
    baseline: str | None = None
    """A commit that is measured, too."""

    def store(self, chain: str, size: int) -> Path:
        """Return the store of a chain over the corpus of a size."""
        return self.work / f"{chain}-{size}"

    def chains(self, size: int) -> tuple[str, ...]:
        """Return the chains that are measured at a size."""
        return CHAINS if size <= max(BESIDE, self.sizes[0]) else CHAINS[:1]

    def vectors_of(self, size: int) -> Path | None:
        """Return the store from whose vectors those of a size are synthesised, or None if the model computes them."""
        return None if size == self.sizes[0] else self.store("ours", self.sizes[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write the results; the exit codes are those of app.py."""
    try:
        options = _parser().parse_args(arguments)
        if missing := [name for name in NEEDS if not (options.data / name).is_file()]:
            raise UsageError(f"{options.data} has no {missing[0]}", "give the folder of the public sets with --data")
        with tempfile.TemporaryDirectory() as folder:
            work = (options.work or Path(folder)).resolve()
            sizes = tuple(sorted(set(options.sizes)))
            run = Run(options.data.resolve(), work, sizes, options.repetitions, options.bad, options.baseline)
            results = measured(run)
            publish(results, options.out)
    except QuothError as error:
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("quoth: stopped; with --work DIR, what is measured is kept\n")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="benchmarks.speed", description="Quoth beside the usual chain.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the public sets")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], metavar="N", help="passages")
    parser.add_argument("--repetitions", type=int, default=3, metavar="N", help="of ingest and of starts (default 3)")
    parser.add_argument("--bad", type=int, default=10_000, metavar="N", help="passages of bad input (default 10,000)")
    parser.add_argument("--work", type=Path, metavar="DIR", help="keep corpora, stores and results here")
    parser.add_argument("--baseline", metavar="COMMIT", help="measure a second checkout at this commit, too, in turn")
    parser.add_argument("--out", type=Path, default=HOME, metavar="DIR", help="where benchmarks/ and docs/ are written")
    return parser


def measured(run: Run) -> dict[str, Any]:
    """Return every part's results by name; each is kept in the work folder at once."""
    run.work.mkdir(parents=True, exist_ok=True)
    kept = run.work / "speed.json"
    results: dict[str, Any] = json.loads(kept.read_text()) if kept.is_file() else {"machine": machine()}
    begun = time.monotonic()
    for name, measure in _parts(run):
        if name not in results:
            started = time.monotonic()
            results[name] = measure()
            least, most = results["machine"]["load"]
            load = round(os.getloadavg()[0], 1)
            results["machine"]["load"] = [min(least, load), max(most, load)]
            kept.write_text(_as_json(results))
            now = time.monotonic()
            sys.stderr.write(f"{name}: {now - started:.0f} s, {now - begun:.0f} s in all\n")
    return results


def publish(results: dict[str, Any], out: Path) -> None:
    """Write the results as JSON, as blocks in benchmarks/RESULTS.md and docs/performance.md, and as charts."""
    for name in ("benchmarks", "docs"):
        (out / name).mkdir(parents=True, exist_ok=True)
    (out / "benchmarks" / "speed.json").write_text(_as_json(results))
    write_charts(out / "docs" / "charts", results)
    for title, block in _BLOCKS.items():
        if not (said := block(results)):
            continue
        text = f"### {title}\n\n{said}"
        for path in (out / "benchmarks" / "RESULTS.md", out / "docs" / "performance.md"):
            write_block(path, list(_BLOCKS), title, text, section=SECTION)


def _as_json(results: dict[str, Any]) -> str:
    """Return JSON with a part a line."""
    return "{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(part)}" for name, part in results.items()) + "\n}\n"


def _head(results: dict[str, Any]) -> str:
    on = results["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in on["versions"].items())
    text = f"{on['date']}, {on['cores']} cores ({on['cpu']}), {on['gib']} GiB, Python {on['python']}; load average"
    text += f" {on['load'][0]} to {on['load'][1]}; {versions}."
    return fill(text, 120, break_long_words=False, break_on_hyphens=False) + "\n\n"


def _parts(run: Run) -> Iterator[tuple[str, Callable[[], Any]]]:
    asked = questions(run.data, _CROWD + _ASKED)
    few, crowds = asked[:_ASKED], asked[_ASKED:]
    if run.baseline:
        yield "baseline", partial(beside_commit, run.baseline, run.data, run.work, run.repetitions, run.sizes[0])
    beside = [size for size in run.sizes if run.chains(size) == CHAINS]
    smallest, middle, largest = beside[0], beside[len(beside) // 2], beside[-1]
    for size in run.sizes:
        folder = run.work / f"corpus-{size}"
        yield f"corpus-{size}", partial(child, "corpus", data=run.data, folder=folder, passages=size)
        yield f"ingest-{size}", partial(_ingested, run, size)
        yield f"ask-{size}", partial(_asked, run, size, few)
        yield f"odd-{size}", partial(_odd, run, size)
        yield (
            f"publish-{size}",
            partial(child, "publish", folder=folder, store=run.store("ours", size), vectors_of=run.vectors_of(size)),
        )
    folder = run.work / f"corpus-{smallest}"
    yield "overlap", partial(child, "overlap", folder=folder, questions=few, count=_COMPARED)
    ours, usual = (run.store(chain, smallest) for chain in CHAINS)
    yield "cold", partial(cold, ours, usual, few[0], run.repetitions)
    yield "ready", partial(ready, ours, run.repetitions)
    yield "memory", partial(_memory, run, largest, few[:_ASKED_OF_SERVER])
    yield "crowd", partial(crowd, run.store("ours", middle), crowds)
    for name in SETS:
        yield f"quality-{name}", partial(child, "quality", name=name, data=run.data, work=run.work / name)
    for kind in BAD:
        yield f"bad-{kind}", partial(_bad, run, kind, few[:_ASKED_OF_SERVER])


def _ingested(run: Run, size: int) -> dict[str, list[dict[str, Any]]]:
    """Ingest in turn, several times where the model embeds, since that is the target."""
    found: dict[str, list[dict[str, Any]]] = {chain: [] for chain in run.chains(size)}
    for _ in range(run.repetitions if run.vectors_of(size) is None else 1):
        for chain, runs in found.items():
            places = {"folder": run.work / f"corpus-{size}", "store": run.store(chain, size)}
            runs.append(child("ingest", chain=chain, vectors_of=run.vectors_of(size), **places))
    return found


def _asked(run: Run, size: int, asked: Sequence[str]) -> dict[str, Any]:
    return {
        chain: child("ask", chain=chain, store=run.store(chain, size), questions=asked) for chain in run.chains(size)
    }


def _odd(run: Run, size: int) -> dict[str, Any]:
    store = run.store("ours", size)
    return {
        what: child("ask", chain="ours", store=store, questions=["Are you there?", asked])
        for what, asked in ODD_QUESTIONS.items()
    }


def _memory(run: Run, size: int, asked: Sequence[str]) -> dict[str, Any]:
    return memory(run.store("ours", size), run.store("usual", size), asked) | {"passages": size}


def _bad(run: Run, kind: str, asked: Sequence[str]) -> dict[str, Any]:
    folder = run.work / "bad"
    child("corpus", data=run.data, folder=folder, passages=run.bad, kind=kind)
    stores = {chain: run.work / f"bad-{chain}" for chain in CHAINS}
    vectors_of = run.store("ours", run.sizes[0])
    return {
        "ingest": {
            chain: child("ingest", chain=chain, folder=folder, store=store, vectors_of=vectors_of)
            for chain, store in stores.items()
        },
        "ask": {chain: child("ask", chain=chain, store=store, questions=asked) for chain, store in stores.items()},
    }


if __name__ == "__main__":
    sys.exit(main())
