"""First lines by kind of question, over articles that no reading model has learnt from.

    python -m benchmarks.kinds --data DIR [--half HALF] [--kinds KIND ...] [--reader-model DIR] [--json FILE]

Indexes the development split of the articles written for this project (those with int(sha256(id or family), 16) % 10
== 0) as one corpus and asks every question of it through the product, or of one half of its families. Rules and bars
of the forms are set while looking at the rows of the first half; the other half is reported. Prints a Markdown table.
`--json` keeps every answer. A "yes or no" is judged by the verdicts in benchmarks/kinds_verdicts.json.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np

from evaluation.estimate import interval, resamples
from evaluation.places import Piece, meets, pieces_of
from evaluation.questions import Row
from evaluation.run import WORKERS, answer_all, articles_for, locate_evidence
from evaluation.shown import shown_values
from index.embed import DEFAULT, load_embeddings
from index.errors import UsageError
from index.ingest import ingest
from rag.answer import Answer, Citation
from rag.chain import build_chain
from settings import Settings

Half = Literal["looked-at", "reported"]
HALVES: tuple[Half, ...] = ("looked-at", "reported")
KINDS = {
    "date": "fact", "definition": "fact", "fact": "fact", "number": "fact", "place": "fact", "who-said": "fact",
    "view": "view", "list": "list", "compare": "compare", "yesno": "yes or no", "why": "why", "how": "how",
    "summary": "summary",
}  # fmt: skip
"""What the files call a question, and the line of the table that it goes into."""
VERDICTS = Path(__file__).with_name("kinds_verdicts.json")
_PARTS = 10
_CHINESE = "zh"
_NEEDED = 3
"""Sentences of the evidence that a summary is to quote, where it has as many."""
_FRONT_MATTER = ("title", "author", "date")
_SEED = 7


@dataclass(frozen=True, slots=True)
class Told:
    """What was said to a question: the values of evaluation.shown, and whether a quote overlaps the evidence.

    `first` is whether the first quote does.
    """

    row: Row
    kind: str
    answer: Answer
    values: dict[str, float]
    quoted: bool
    first: bool

    @property
    def right(self) -> bool:
        """Whether the first line is right."""
        return self.values.get("first_line_right") == 1.0


def half_of(family: str) -> Half | None:
    """Return the half that a family of the development split is in, None for all other articles."""
    digits = int(hashlib.sha256(family.encode()).hexdigest(), 16)
    return HALVES[digits // _PARTS % 2] if digits % _PARTS == 0 else None


def development(data: Path) -> list[dict[str, Any]]:
    """Return the articles of the development split as they stand in the files. Raises UsageError for none."""
    folder = data / "train" / "own"
    paths = [path for path in sorted(folder.glob("*.jsonl")) if path.stem != _CHINESE]
    lines = [line for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    articles = [article for article in map(json.loads, lines) if half_of(_family(article)) is not None]
    if not articles:
        raise UsageError(f"there are no articles in {folder}", "give the folder of sets as --data")
    return articles


def rows_of(article: dict[str, Any], verdicts: dict[str, str]) -> Iterator[Row]:
    """Yield an article's questions as rows of a question set; the tag is the line of the table."""
    for number, question in enumerate(article["questions"]):
        kind, name = question["kind"], f"{article['id']}/{number}"
        carriers = [_unmarked(part) for part in _listed(question.get("s", []))]
        answers = tuple(_unmarked(answer) for answer in question["a"])
        yield Row(
            id=name,
            question=question["q"],
            answerable=bool(answers),
            answers=(*answers, verdicts[name]) if name in verdicts else answers,
            evidence=tuple(carriers),
            articles=(file_name(article),) if answers else (),
            tags=(KINDS[kind],),
            items=tuple((answer,) for answer in answers) if kind == "list" and len(answers) > 1 else (),
            sides=tuple((answer,) for answer in answers) if kind == "compare" and len(answers) == len(HALVES) else (),
            need=min(_NEEDED, len(carriers)) if kind == "summary" and carriers else None,
        )


def file_name(article: dict[str, Any]) -> str:
    """Return the name of an article's file."""
    return f"{article['id']}.md"


def write(articles: Sequence[dict[str, Any]], folder: Path) -> None:
    """Write the articles as Markdown with front matter, as the files have them."""
    for article in articles:
        known = [f"{key}: {json.dumps(article[key], ensure_ascii=False)}" for key in _FRONT_MATTER if article[key]]
        whole = "\n".join(["---", *known, "---", "", article["text"], ""])
        (folder / file_name(article)).write_text(whole, encoding="utf-8")


def ask(settings: Settings, rows: Sequence[Row]) -> Iterator[Told]:
    """Yield what the product says to every row."""
    with closing(build_chain(settings)) as chain:
        articles = articles_for(rows, chain.index)
        texts = {article.id: article.text for article in articles.values()}
        for row, answer in zip(rows, answer_all(chain, rows, workers=WORKERS), strict=True):
            pieces = pieces_of(locate_evidence(row, articles))
            values = shown_values(row, answer, pieces, texts.get)
            quoted, first = (_is_quoted(citations, pieces) for citations in (answer.citations, answer.citations[:1]))
            yield Told(row, row.tags[0], answer, values, quoted, first)


def table(told: Sequence[Told]) -> Iterator[str]:
    """Yield the lines of a Markdown table: shares, with the 95 % interval of the first."""
    heads = (
        "right", "wrong", "refused", "quoted", "quoted first", "certain, right of these", "items: recall, precision",
        "both sides", "evidence: share, enough",
    )  # fmt: skip
    yield f"| kind | answerable | {' | '.join(heads)} | unanswerable | refused |"
    yield f"|---|{'---|' * (len(heads) + 3)}"
    present = {each.kind for each in told}
    for kind in (*(kind for kind in dict.fromkeys(KINDS.values()) if kind in present), "all"):
        own = [each for each in told if kind in ("all", each.kind)]
        known = [each for each in own if each.row.answerable]
        others = [each for each in own if not each.row.answerable]
        certain = [each for each in known if each.answer.certainty == "high"]
        cells = (
            _with_interval([each.right for each in known]),
            _share([not each.right and not each.answer.abstained for each in known]),
            _share([each.answer.abstained for each in known]),
            _share([each.quoted for each in known]),
            _share([each.first for each in known]),
            f"{len(certain)}, {_share([each.right for each in certain])}",
            f"{_mean(known, 'item_recall')}, {_mean(known, 'item_precision')}",
            _mean(known, "both_sides"),
            f"{_mean(known, 'need_share')}, {_mean(known, 'need_met')}",
            str(len(others)),
            _share([each.answer.abstained for each in others]),
        )
        yield f"| {kind} | {len(known)} | {' | '.join(cells)} |"


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, help="the folder of sets")
    parser.add_argument("--half", choices=HALVES, help="the questions of one half of the families alone")
    parser.add_argument("--kinds", nargs="+", choices=sorted(set(KINDS.values())), help="these kinds alone")
    parser.add_argument("--reader-model", help="a folder that training.export wrote")
    parser.add_argument("--json", type=Path, help="every answer, into this file")
    options = parser.parse_args(arguments)
    articles = development(options.data)
    verdicts = json.loads(VERDICTS.read_text(encoding="utf-8"))
    asked = [article for article in articles if options.half in (None, half_of(_family(article)))]
    rows = [row for article in asked for row in rows_of(article, verdicts)]
    rows = [row for row in rows if not options.kinds or row.tags[0] in options.kinds]
    with tempfile.TemporaryDirectory() as scratch:
        folder, store = Path(scratch) / "articles", Path(scratch) / "store"
        folder.mkdir()
        write(articles, folder)
        settings = Settings(store=store, reader_model=options.reader_model)
        ingest(store, [folder], load_embeddings(DEFAULT, settings.models, settings.threads))
        told = list(ask(settings, rows))
    if options.json:
        kept = [
            {"id": each.row.id, "kind": each.kind, "answers": each.row.answers, "answer": each.answer.to_dict()}
            | each.values
            for each in told
        ]
        options.json.write_text(json.dumps(kept, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(table(told)) + "\n")


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def _unmarked(text: str) -> str:
    """Return a text without Markdown's stars."""
    return text.replace("*", "")


def _family(article: dict[str, Any]) -> str:
    return str(article.get("family", article["id"]))


def _is_quoted(citations: Sequence[Citation], pieces: Sequence[Piece]) -> bool:
    quoted = [(citation.article_id, citation.start, citation.end) for citation in citations]
    return any(meets(place, quoted) for piece in pieces for place in piece)


def _share(values: Sequence[bool]) -> str:
    return f"{sum(values) / len(values):.2f}" if values else "-"


def _mean(told: Sequence[Told], name: str) -> str:
    values = [each.values[name] for each in told if name in each.values]
    return f"{sum(values) / len(values):.2f}" if values else "-"


def _with_interval(values: Sequence[bool]) -> str:
    if not values:
        return "-"
    drawn = [(weights @ np.array(values)) / weights.sum(axis=1) for weights in resamples(len(values), _SEED)]
    low, high = interval(np.concatenate(drawn[1:]))
    return f"{drawn[0][0]:.2f} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
