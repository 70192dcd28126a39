"""The public sets as question sets and, where answers come from an index, as articles.

What is reported of each set, and what is left out, is decided here and nowhere else. docs/quality.md says it in words.
"""

from __future__ import annotations

import csv
import json
import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal, TypeVar

from evaluation.beir import write_corpus
from evaluation.importers import import_set
from evaluation.questions import Row, json_lines, parse_json, write_rows
from settings import HOME, SEEDS

CORPUS = "corpus"
"""The folder of articles that a part may write into its scratch folder, to be indexed."""
_SQUAD2 = "squad2/dev-v2.0.json"
_XQUAD = "xquad/xquad.{}.json"
_CLAPNQ = ("clapnq/clapnq_dev_answerable.jsonl", "clapnq/clapnq_dev_unanswerable.jsonl")
_CHUNKING = "chunking_eval/questions_df.csv"
_CHUNKING_CORPORA = "chunking_eval/corpora"
_RETRIEVAL_QUESTIONS = 500

_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Part:
    """One question set, asked in one way.

    `load` takes the data folder and an empty scratch folder, in which it may make CORPUS. `needs` are the files it
    reads in the former. `threshold` takes the place of the default one; 0 answers everything.
    """

    name: str
    title: str
    needs: tuple[str, ...]
    load: Callable[[Path, Path], Sequence[Row]]
    figures: tuple[str, ...]
    threshold: float | None = None


def sample(items: Sequence[_Item], most: int) -> list[_Item]:
    """Return at most `most` of the items, always the same ones, in their order."""
    if len(items) <= most:
        return list(items)
    return [items[i] for i in sorted(random.Random(0).sample(range(len(items)), most))]


def _squad2(data: Path, scratch: Path, half: Literal["reported", "other"] = "reported") -> Sequence[Row]:
    """Return, of the articles sorted by title, the 2nd, 4th, ...; a reading model may be trained on the other half."""
    articles = json.loads((data / _SQUAD2).read_text(encoding="utf-8"))["data"]
    articles = sorted(articles, key=lambda article: str(article["title"]))
    path = scratch / f"{half}.json"
    path.write_text(json.dumps({"data": articles[half == "reported" :: 2]}), encoding="utf-8")
    return import_set(path, "squad").rows


def _squad2_answerable(data: Path, scratch: Path) -> Sequence[Row]:
    return [row for row in _squad2(data, scratch) if row.answerable]


def _squad2_retrieval(data: Path, scratch: Path) -> Sequence[Row]:
    rows = _paragraphs_as_articles(_squad2(data, scratch), scratch)
    return sample([row for row in rows if row.answerable], _RETRIEVAL_QUESTIONS)


def _paragraphs_as_articles(rows: Sequence[Row], scratch: Path) -> list[Row]:
    """Write each paragraph as a plain-text file; the rows returned name theirs instead of bringing it.

    The files are called by numbers: a title would help retrieval, and the published figures are without.
    """
    (scratch / CORPUS).mkdir()
    names: dict[str, str] = {}
    turned = []
    for row in rows:
        [paragraph] = row.contexts or ()
        if paragraph not in names:
            names[paragraph] = f"{len(names) + 1:04}.txt"
            (scratch / CORPUS / names[paragraph]).write_text(paragraph, encoding="utf-8")
        turned.append(replace(row, contexts=None, answers=(), evidence=(), articles=(names[paragraph],)))
    return turned


def _scifact(data: Path, scratch: Path) -> Sequence[Row]:
    write_corpus(data / "scifact", scratch / CORPUS)
    return import_set(data / "scifact", "beir").rows


def _xquad(language: str, data: Path, scratch: Path) -> Sequence[Row]:
    return _paragraphs_as_articles(import_set(data / _XQUAD.format(language), "squad").rows, scratch)


def _xquad_reading(language: str, data: Path, scratch: Path) -> Sequence[Row]:
    """Leave out paragraphs in the half of squad2 that may be trained on; both languages share ids."""
    trainable = {row.contexts for row in _squad2(data, scratch, "other")}
    english = import_set(data / _XQUAD.format("en"), "squad").rows
    left_out = {row.id for row in english if row.contexts in trainable}
    return [row for row in import_set(data / _XQUAD.format(language), "squad").rows if row.id not in left_out]


def _clapnq(data: Path, scratch: Path) -> Sequence[Row]:
    """Return CLAPnq's rows; the evidence is every selected sentence that stands in the passage word for word."""
    lines = (parse_json(line) for name in _CLAPNQ for _, _, line in json_lines(data / name))
    return _through_a_file(map(_from_clapnq, lines), scratch)


def _from_clapnq(data: dict[str, Any]) -> dict[str, Any]:
    contexts = [passage["text"] for passage in data["passages"]]
    selected = dict.fromkeys(text for output in data["output"] for text in output["selected_sentences"])
    return {
        "id": data["id"],
        "question": data["input"],
        "contexts": contexts,
        "answerable": any(output["answer"] for output in data["output"]),
        "evidence": [text for text in selected if any(text in context for context in contexts)],
    }


def _chunking_eval(data: Path, scratch: Path) -> Sequence[Row]:
    """Write the corpora as plain text, in which the offsets of the set are ours; returns the rows."""
    (scratch / CORPUS).mkdir()
    for path in sorted((data / _CHUNKING_CORPORA).glob("*.md")):
        shutil.copyfile(path, scratch / CORPUS / f"{path.stem}.txt")
    with (data / _CHUNKING).open(encoding="utf-8", newline="") as file:
        return _through_a_file(map(_from_chunking_eval, csv.DictReader(file)), scratch)


def _from_chunking_eval(data: dict[str, str]) -> dict[str, Any]:
    article = f"{data['corpus_id']}.txt"
    spans = ({"article": article, "start": r["start_index"], "end": r["end_index"]} for r in _references(data))
    return {"question": data["question"], "articles": [article], "evidence": list(spans)}


def _references(data: dict[str, str]) -> list[dict[str, Any]]:
    references: list[dict[str, Any]] = json.loads(data["references"])
    return references


def _through_a_file(rows: Iterator[dict[str, Any]], scratch: Path) -> Sequence[Row]:
    """Return the rows as `eval` would read them."""
    path = scratch / "questions.jsonl"
    write_rows(path, rows)
    return import_set(path).rows


def _seeds(data: Path, scratch: Path) -> Sequence[Row]:
    shutil.copytree(SEEDS, scratch / CORPUS)
    return import_set(HOME / "seeds" / "questions.jsonl").rows


_NDCG = ("article_ndcg@10",)
_READING_NEEDS = (_SQUAD2, _XQUAD.format("en"))

PARTS = (
    Part(
        "squad2",
        "SQuAD 2.0, reported half: answering and refusing",
        (_SQUAD2,),
        _squad2,
        ("auroc", "balanced_accuracy", "f1_overall"),
    ),
    Part(
        "squad2-reading",
        "SQuAD 2.0, reported half: reading, nothing refused",
        (_SQUAD2,),
        _squad2_answerable,
        ("f1", "exact_match"),
        threshold=0.0,
    ),
    Part("squad2-retrieval", "SQuAD 2.0, reported half: retrieval", (_SQUAD2,), _squad2_retrieval, _NDCG),
    Part(
        "scifact",
        "SciFact: retrieval",
        ("scifact/corpus.jsonl", "scifact/queries.jsonl", "scifact/qrels/test.tsv"),
        _scifact,
        _NDCG,
    ),
    Part("xquad-en", "XQuAD, English: retrieval", (_XQUAD.format("en"),), partial(_xquad, "en"), _NDCG),
    Part("xquad-zh", "XQuAD, Chinese: retrieval", (_XQUAD.format("zh"),), partial(_xquad, "zh"), _NDCG),
    Part(
        "xquad-en-reading",
        "XQuAD, English: reading, nothing refused",
        _READING_NEEDS,
        partial(_xquad_reading, "en"),
        ("f1",),
        threshold=0.0,
    ),
    Part(
        "xquad-zh-reading",
        "XQuAD, Chinese: reading, nothing refused",
        (*_READING_NEEDS, _XQUAD.format("zh")),
        partial(_xquad_reading, "zh"),
        ("f1",),
        threshold=0.0,
    ),
    Part(
        "clapnq",
        "CLAPnq dev: answering, refusing and quoting",
        _CLAPNQ,
        _clapnq,
        ("auroc", "balanced_accuracy", "evidence_recall", "evidence_precision"),
    ),
    Part(
        "chunking_eval",
        "Chroma's chunking evaluation: passages and quotes",
        (_CHUNKING, _CHUNKING_CORPORA),
        _chunking_eval,
        ("retrieved_recall@5", "evidence_recall", "evidence_iou"),
    ),
    Part(
        "seeds",
        "The starter questions",
        (),
        _seeds,
        ("retrieved_hit@5", "read_hit@1", "right", "f1", "evidence_iou", "balanced_accuracy", "auroc"),
    ),
)
"""All parts, in the order in which they are run and written."""
