"""Retrieval of both chains on the same texts and questions: nDCG@10 by article, and evidence in what is handed on."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from statistics import mean
from typing import Any

from benchmarks.sets import CORPUS, PARTS, sample
from evaluation.metrics import ranking
from evaluation.questions import Row
from index.embed import DEFAULT, load_embeddings
from index.ingest import ingest
from rag.retrieve import HybridRetriever
from rag.snapshot import Index
from settings import HOME

SETS = ("squad2-retrieval", "scifact", "seeds")
HANDED_ON = 4
"""Passages that the usual chain hands on; evidence counts only where one of as many holds all of it."""
_ROWS, _ARTICLES = 100, 600
_WIDE = 50

Found = Callable[[str], list[tuple[str, str]]]
"""Question -> (source, text) of passages, best first."""


def quality(name: str, data: str, work: str) -> dict[str, Any]:
    """Measure both chains over at most `_ARTICLES` articles of a set, those that its questions are about first."""
    [part] = [part for part in PARTS if part.name == name]
    folder = Path(work)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    rows = sample([row for row in part.load(Path(data), folder) if row.answerable], _ROWS)
    if name != "seeds":
        _thin_out(folder / CORPUS, {article for row in rows for article in row.articles})
    model = load_embeddings(DEFAULT, HOME / ".models")
    ingest(folder / "ours", [folder / CORPUS], model)
    with closing(Index(folder / "ours")) as index:
        retriever = HybridRetriever(index=index, embeddings=model)
        articles = [article for info in index.articles() if (article := index.article(info.id))]

        def ours(question: str) -> list[tuple[str, str]]:
            with index.snapshot() as snapshot:
                return [(passage.article.source, passage.text) for passage in retriever.passages([question], snapshot)]

        figures = {"ours": _figure(rows, ours), "usual": _figure(rows, _usual(articles, folder / "usual"))}
    return figures | {"questions": len(rows), "articles": len(articles)}


def _usual(articles: Sequence[Any], store: Path) -> Found:
    from benchmarks.usual import HuggingFaceEmbeddings, build, open_store

    embeddings = HuggingFaceEmbeddings()
    build(((article.source, article.text) for article in articles), store, embeddings)
    opened = open_store(store, embeddings)
    return lambda question: [
        (found.metadata["source"], found.page_content) for found in opened.similarity_search(question, k=_WIDE)
    ]


def _thin_out(corpus: Path, wanted: set[str]) -> None:
    files = sorted(path for path in corpus.rglob("*") if path.is_file())
    others = [path for path in files if path.name not in wanted]
    room = max(0, _ARTICLES - len(files) + len(others))
    for path in random.Random(0).sample(others, max(0, len(others) - room)):
        path.unlink()


def _figure(rows: Sequence[Row], found: Found) -> dict[str, float]:
    figures = list(values(rows, found))
    return {name: mean(value[name] for value in figures if name in value) for name in {*figures[0]}}


def values(rows: Sequence[Row], found: Found) -> Iterator[dict[str, float]]:
    """Yield the figure of each question: nDCG@10, or whether its evidence is in what is handed on."""
    for row in rows:
        passages = found(row.question)
        if row.evidence:
            texts = [" ".join(text.split()) for _, text in passages[:HANDED_ON]]
            pieces = [" ".join(str(piece).split()) for piece in row.evidence]
            yield {f"evidence_hit@{HANDED_ON}": float(any(piece in text for piece in pieces for text in texts))}
            continue
        names = list(dict.fromkeys(Path(source).name for source, _ in passages))
        ranks = [names.index(name) + 1 if name in names else None for name in row.articles]
        yield {"ndcg@10": ranking(ranks, len(row.articles))["ndcg@10"]}
