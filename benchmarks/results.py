"""The generated section of RESULTS.md: a block for each part, ours beside what others published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import UsageError


@dataclass(frozen=True, slots=True)
class Section:
    """Part of a file that a program writes: between two comments, below a heading of its own."""

    name: str
    head: str

    @property
    def begin(self) -> str:
        """Return the line before it."""
        return f"<!-- {self.name}: begin -->"

    @property
    def end(self) -> str:
        """Return the line after it."""
        return f"<!-- {self.name}: end -->"


PUBLIC_SETS = Section(
    "bench-quality",
    """\
## Public sets

Written by `make bench-quality DATA=DIR`; [docs/quality.md](../docs/quality.md) says what each figure means and what it
does not. Nothing was tuned on these sets. An interval is the 95 % bootstrap interval over the questions.
""",
)
_BLOCKS = re.compile(r"^(?=### )", re.MULTILINE)

Published = tuple[str, str]
"""What was published, and where."""

_SQUAD = "SQuAD leaderboard, hidden test set"
_MTEB = "MTEB results"
_XQUAD_MTEB = "MTEB results, XQuADRetrieval"
_UNRECORDED = "of the same paragraphs; where from is not recorded"
_CHROMA = "Smith & Troynikov 2024, tokens of the retrieved chunks"
PUBLISHED: Mapping[tuple[str, str], tuple[Published, ...]] = {
    ("squad2", "f1_overall"): (("BiDAF-No-Answer 0.621", _SQUAD), ("BERT 0.831", _SQUAD)),
    ("scifact", "article_ndcg@10"): (
        ("BM25 0.661 to 0.687", "by implementation; Anserini's flat index has 0.679"),
        ("all-MiniLM-L6-v2 0.645", _MTEB),
        ("bge-small 0.713", _MTEB),
        ("Qwen3-Embedding-8B 0.785", _MTEB),
    ),
    ("xquad-en", "article_ndcg@10"): (
        ("BM25 0.959", _UNRECORDED),
        ("all-MiniLM-L6-v2 0.944", _XQUAD_MTEB),
        ("multilingual-e5-large 0.984", _XQUAD_MTEB),
    ),
    ("xquad-zh", "article_ndcg@10"): (
        ("BM25 on pairs of characters 0.967", _UNRECORDED),
        ("all-MiniLM-L6-v2 0.242", _XQUAD_MTEB),
        ("multilingual-e5-large 0.964", _XQUAD_MTEB),
    ),
    ("chunking_eval", "evidence_recall"): (
        ("chunks of 1,200 characters 0.809", _CHROMA),
        ("best 0.897", _CHROMA),
    ),
    ("chunking_eval", "evidence_iou"): (
        ("chunks of 1,200 characters 0.177", _CHROMA),
        ("best 0.183", _CHROMA),
    ),
}
"""By the names of part and figure."""


def block(part: str, title: str, head: str, figures: Sequence[Mapping[str, Any]]) -> str:
    """Return one part as Markdown. `figures` are those of a scorecard."""
    lines = ["| figure | ours | interval | questions | published | source |", "|---|---|---|---|---|---|"]
    for figure in figures:
        interval = f"{figure['low']:.3f} to {figure['high']:.3f}"
        ours = f"{figure['name']} | {figure['value']:.3f} | {interval} | {figure['rows']:,}"
        for published, source in PUBLISHED.get((part, figure["name"]), (("", ""),)):
            lines.append(f"| {ours} | {published} | {source} |")
            ours = " | | | "
    return f"### {title}\n\n{head}\n\n" + "\n".join(lines) + "\n"


def write_block(
    path: Path, titles: Sequence[str], title: str, text: str, *, replace: bool = True, section: Section = PUBLIC_SETS
) -> None:
    """Put a block into a section of the file, in the order of `titles`, over an earlier one only if `replace`.

    What stands outside of the section stays as it is; where there is none, it is put at the end. Raises UsageError.
    """
    hint = "name another file with --out, or correct this one"
    try:
        whole = path.read_text(encoding="utf-8") if path.exists() else ""
        before, begin, rest = whole.partition(section.begin)
        inside, end, after = rest.partition(section.end)
        if bool(begin) != bool(end) or section.begin in rest or section.end in before or section.end in after:
            raise UsageError(f"{path} has not one line {section.begin!r} and one {section.end!r} after it", hint)
        if not begin:
            before, after = f"{whole.rstrip()}\n\n" if whole.strip() else "", "\n"
        present = _BLOCKS.split(inside)[1:]
        blocks = {block.partition("\n")[0].removeprefix("### "): block.strip() for block in present}
        if replace or title not in blocks:
            blocks[title] = text.strip()
        kept = [blocks[title] for title in titles if title in blocks]
        path.write_text(
            before + "\n\n".join([section.begin, section.head.strip(), *kept, section.end]) + after, encoding="utf-8"
        )
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} cannot be written ({error})", hint) from error
