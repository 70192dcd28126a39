"""How good the answers are on public sets, beside what others published, through the code of `eval`.

    python -m benchmarks.quality --data DIR [--parts NAME...] [--most N] [--reader-model DIR] [--store DIR] [--out FILE]

Each part goes into the section of RESULTS.md that belongs to this program as soon as it is through.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, replace
from pathlib import Path
from textwrap import fill
from typing import Any

from benchmarks.reliability import write_reliability
from benchmarks.results import block, write_block
from benchmarks.sets import CORPUS, PARTS, Part, sample
from commands.console import err, progress
from commands.store import open_chain
from evaluation.figures import figures
from evaluation.questions import Row
from evaluation.run import Told
from evaluation.scorecard import Scorecard, score_set
from index.errors import QuothError, UsageError
from index.ingest import ingest
from index.options import IngestOptions
from rag.chain import AnswerChain
from settings import HOME, Settings

OUT = HOME / "benchmarks" / "RESULTS.md"
CHARTS = HOME / "docs" / "charts"
_TITLES = [part.title for part in PARTS]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the parts that were asked for; the exit codes are those of app.py."""
    try:
        options = _parser().parse_args(arguments)
        if not options.data.is_dir():
            raise UsageError(f"{options.data} is no folder", "give the folder of the public sets with --data")
        if options.store is not None:
            _run(options, options.store)
            return 0
        with tempfile.TemporaryDirectory() as folder:
            _run(options, Path(folder))
    except QuothError as error:
        sys.stderr.write(f"quoth: {' '.join(str(error).split())}\n")
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("quoth: stopped; with --store DIR, the part that was asked goes on the next time\n")
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    names = [part.name for part in PARTS]
    parser = argparse.ArgumentParser(prog="benchmarks.quality", description="Answers scored on public sets.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="the folder of the public sets")
    parser.add_argument("--parts", nargs="+", choices=names, default=names, metavar="NAME", help=", ".join(names))
    parser.add_argument("--most", type=_positive, metavar="N", help="ask at most N questions a part, a seeded sample")
    parser.add_argument("--reader-model", metavar="DIR", help="the folder of a reading model, or none")
    parser.add_argument("--store", type=Path, metavar="DIR", help="keep the indexes here (default: a temporary folder)")
    parser.add_argument("--out", type=Path, default=OUT, metavar="FILE", help="default benchmarks/RESULTS.md")
    parser.add_argument("--charts", type=Path, default=CHARTS, metavar="DIR", help="for diagrams; default docs/charts")
    return parser


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is no number of questions")
    return int(text)


def _run(options: argparse.Namespace, folder: Path) -> None:
    try:
        settings = Settings.read({"reader_model": options.reader_model})
    except ValueError as error:
        raise UsageError(str(error), "correct the variable or unset it") from error
    for part in (part for part in PARTS if part.name in options.parts):
        missing = [name for name in part.needs if not (options.data / name).exists()]
        if missing:
            reason = f"Skipped: the data folder has no {missing[0]}."
            err.print(f"{part.name}: {reason}", markup=False)
            write_block(options.out, _TITLES, part.title, f"### {part.title}\n\n{reason}", replace=False)
            continue
        text = _measured(part, options, folder / part.name, settings)
        write_block(options.out, _TITLES, part.title, text)
        err.print(f"{part.name}: done", markup=False)


def _measured(part: Part, options: argparse.Namespace, folder: Path, settings: Settings) -> str:
    """Ask and score a part; returns it as a block of RESULTS.md."""
    every = _loaded(part, options.data, folder / "set")
    rows = sample(every, options.most or len(every))
    threshold = settings.answer_threshold if part.threshold is None else part.threshold
    settings = replace(settings, store=folder / "store", answer_threshold=threshold)
    articles, started = 0, time.perf_counter()
    with closing(open_chain(settings)) as chain, progress() as bar:

        def told(stage: str, done: float, total: int) -> None:
            bar(f"{part.name}: {stage}", done, total)

        if (corpus := folder / "set" / CORPUS).is_dir():
            report = ingest(settings.store, [corpus], chain.embeddings, IngestOptions(prune=True), progress=told)
            if report.errors:
                raise UsageError(f"{part.name}: {report.errors[0].error}", "complete the set, or leave the part out")
            articles = len(chain.index.articles())
        indexed = time.perf_counter() - started
        card = _scored(chain, settings, rows, part.name, told)
    if "auroc" in part.figures:
        write_reliability(options.charts / f"reliability-{part.name}.svg", [row["values"] for row in card["results"]])
    found = _figures(card)
    head = fill(
        " ".join(_head(card, len(every), articles, indexed)), 120, break_long_words=False, break_on_hyphens=False
    )
    command = f"`{' '.join(_command(part, options))}`"
    return block(part.name, part.title, f"{head}\n{command}", [found[name] for name in part.figures if name in found])


def _loaded(part: Part, data: Path, scratch: Path) -> Sequence[Row]:
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    try:
        return part.load(data, scratch)
    except (OSError, ValueError, LookupError, TypeError) as error:
        problem = f"{part.name}: its files are not in the set's layout ({error!r})"
        raise UsageError(problem, "fetch the set again, or leave the part out") from error


def _scored(chain: AnswerChain, settings: Settings, rows: Sequence[Row], name: str, told: Told) -> Scorecard:
    """Score a part, with the answers that an interrupted run over the same store has left, if any."""
    try:
        return score_set(chain, settings, rows, name, told=told, resume=True)
    except UsageError:
        return score_set(chain, settings, rows, name, told=told)


def _figures(card: Scorecard) -> Mapping[str, Mapping[str, Any]]:
    """Return figures by name; SQuAD 2.0's F1 over all questions counts a rightly refused one as 1."""
    values = [row["values"] for row in card["results"]]
    named = {figure["name"]: figure for figure in card["figures"]}
    for figure in figures([{**value, "f1": value.get("f1", value["refused"])} for value in values]):
        if figure.name == "f1":
            named["f1_overall"] = asdict(figure) | {"name": "f1_overall"}
    return named


def _head(card: Scorecard, every: int, articles: int, indexed: float) -> Iterator[str]:
    """Say what was asked, of which models, when and where."""
    asked = len(card["results"])
    yield f"{asked:,} questions" + (f" (a seeded sample of {every:,})" if asked < every else "")
    yield f"over {articles:,} articles," if articles else "with their texts,"
    yield f"answer threshold {card['settings']['answer_threshold']:g};"
    models = card["models"]
    yield f"embedding {models['embedding']}, reading {models['reader'] or 'by similarity (no reading model)'};"
    yield f"{card['created'][:10]}, {os.cpu_count()} cores, {platform.system()} {platform.machine()},"
    yield f"Python {platform.python_version()};"
    yield (f"{indexed:.0f} s to index, " if articles else "") + f"{card['seconds']:.0f} s to ask and score."


def _command(part: Part, options: argparse.Namespace) -> Iterator[str]:
    """Return the command that measures this part again; folders by their last name alone."""
    yield f"python -m benchmarks.quality --data DIR --parts {part.name}"
    if options.most:
        yield f"--most {options.most}"
    if options.reader_model:
        yield f"--reader-model {Path(options.reader_model).name}"


if __name__ == "__main__":
    sys.exit(main())
