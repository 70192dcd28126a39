"""Follow-ups against the same questions asked in full, by first line, over articles that no reading model learns from.

    python -m benchmarks.follow_ups [--data DIR] [--reader-model DIR] [--json FILE]

Asks the conversations of benchmarks/talks over the articles beside them and those of benchmarks/by_rule; with --data
the rows of benchmarks/follow_ups.jsonl over the calibration and development splits of the articles written for this
project. Each row is asked twice: after its earlier questions and the answers that the program gives to them, and alone,
as somebody wrote it in full. The rules for follow-ups are tuned on these rows, but for those with the tag `later`,
which were written after the rules and measured once before anybody looked: seeds/intents.jsonl has the reported ones.
Prints a Markdown table, then what was understood wrongly.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.kinds import write
from evaluation.questions import Row, read_questions
from evaluation.shown import is_right, line_of
from index.embed import DEFAULT, load_embeddings
from index.errors import UsageError
from index.ingest import ingest
from index.terms import query_terms
from rag.chain import AnswerChain, build_chain
from settings import Settings
from training.own import CHINESE, Split, split_of

ROWS = Path(__file__).with_suffix(".jsonl")
TALKS = Path(__file__).with_name("talks")
BESIDE = Path(__file__).with_name("by_rule") / "articles"
"""Articles of other subjects, about which some of the conversations are."""
LATER = "later"
"""The tag of what was written after the rules."""
ALONE = "alone"
"""The kind of question that stands by itself after another one."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Follow-up as it was understood, and the first lines that it and the question in full got."""

    id: str
    kind: str
    question: str
    understood: str
    standalone: str
    line: str
    full_line: str
    right: bool
    full_right: bool
    later: bool = False

    @property
    def carried(self) -> bool:
        """Whether the question got a word that was not typed."""
        return not set(query_terms(self.understood)) <= set(query_terms(self.question))


def held_out(data: Path) -> list[dict[str, Any]]:
    """Return the articles of the calibration and development splits. Raises UsageError for none."""
    folder = data / "train" / "own"
    paths = [path for path in sorted(folder.glob("*.jsonl")) if path.stem != CHINESE]
    lines = (line for path in paths for line in path.read_text(encoding="utf-8").splitlines())
    articles = [
        article
        for article in map(json.loads, lines)
        if split_of(str(article.get("family", article["id"]))) is not Split.TRAINING
    ]
    if not articles:
        raise UsageError(f"there are no articles in {folder}", "give the folder of sets as --data")
    return articles


def ask(chain: AnswerChain, rows: Sequence[Row]) -> Iterator[Pair]:
    """Yield what becomes of every row, after its earlier turns and in full."""
    for row in rows:
        history: list[dict[str, str]] = []
        for turn in row.history:
            earlier = str(turn)
            answer = chain.invoke({"question": earlier, "history": list(history)})
            history.append({"question": earlier, "answer": answer.answer})
        followed = chain.invoke({"question": row.question, "history": list(history)})
        full = chain.invoke({"question": row.standalone or row.question})
        lines = line_of(followed), line_of(full)
        right, full_right = (is_right(row, line) for line in lines)
        yield Pair(
            row.id,
            row.tags[0],
            row.question,
            followed.standalone_question,
            full.standalone_question,
            *lines,
            right,
            full_right,
            LATER in row.tags,
        )


def table(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the lines of a Markdown table by kind, and how often a question that stands by itself was changed."""
    yield "| follow-ups | right | in full | right / in full | lost | gained |"
    yield "|---|---|---|---|---|---|"
    parts = {kind: [pair for pair in pairs if pair.kind == kind] for kind in dict.fromkeys(pair.kind for pair in pairs)}
    parts |= {LATER: later} if (later := [pair for pair in pairs if pair.later]) else {}
    for kind, own in (parts | {"all": list(pairs)}).items():
        right, full = sum(pair.right for pair in own), sum(pair.full_right for pair in own)
        lost = sum(pair.full_right and not pair.right for pair in own)
        ratio = f"{right / full:.2f}" if full else "-"
        yield (
            f"| {kind} ({len(own)}) | {right / len(own):.2f} | {full / len(own):.2f} | {ratio} | {lost}"
            f" | {lost + right - full} |"
        )
    alone = [pair for pair in pairs if pair.kind == ALONE]
    yield ""
    carried = sum(pair.carried for pair in alone)
    yield f"Questions that stand by themselves and got something from before: {carried} of {len(alone)}."


def losses(pairs: Sequence[Pair]) -> Iterator[str]:
    """Yield the follow-ups that are wrong although the same in full is right: both wordings."""
    for pair in pairs:
        if pair.full_right and not pair.right:
            wordings = f"{pair.question!r} was understood as {pair.understood!r}, not {pair.standalone!r}"
            yield f"- {pair.id}, {pair.kind}: {wordings}"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, help="the folder of sets")
    parser.add_argument("--reader-model", help="a folder that training.export wrote")
    parser.add_argument("--json", type=Path, help="every pair, into this file")
    options = parser.parse_args(arguments)
    rows = read_questions(ROWS if options.data else TALKS / "questions.jsonl")
    with tempfile.TemporaryDirectory() as scratch:
        folder, store = Path(scratch) / "articles", Path(scratch) / "store"
        folder.mkdir()
        if options.data:
            write(held_out(options.data), folder)
        folders = [folder] if options.data else [TALKS / "articles", BESIDE]
        settings = Settings(store=store, reader_model=options.reader_model)
        ingest(store, folders, load_embeddings(DEFAULT, settings.models, settings.threads))
        with closing(build_chain(settings)) as chain:
            pairs = list(ask(chain, rows))
    if options.json:
        kept = [asdict(pair) for pair in pairs]
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join([*table(pairs), "", *losses(pairs)]) + "\n")


if __name__ == "__main__":
    main()
