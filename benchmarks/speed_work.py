"""What is measured inside a process of its own: `python -m benchmarks.speed_work TASK JSON` prints one line of JSON.

`chain` is "ours" or "usual" in all of them.
"""

from __future__ import annotations

import json
import resource
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.corpus import Synthesised, write_bad, write_corpus
from index.embed import DEFAULT, EmbeddingModel, load_embeddings
from index.store.database import SqliteDatabase
from index.store.durable import folder_bytes
from index.store.layout import DATABASE
from settings import HOME, Settings

if TYPE_CHECKING:
    from langchain_core.embeddings import Embeddings

TOP = 10


def corpus(data: str, folder: str, passages: int, kind: str = "") -> dict[str, Any]:
    """Write a corpus anew, or bad input of a kind."""
    shutil.rmtree(folder, ignore_errors=True)
    if kind:
        write_bad(Path(data), Path(folder), passages, kind)
    else:
        write_corpus(Path(data), Path(folder), passages)
    return {}


def ingest(chain: str, folder: str, store: str, vectors_of: str | None = None) -> dict[str, Any]:
    """Build a store anew. With `vectors_of`, a store of ours, vectors are synthesised from its own.

    Seconds and CPU seconds (of children, too) count from when the models are loaded.
    """
    shutil.rmtree(store, ignore_errors=True)
    place = Path(store)
    if chain == "ours":
        from index.ingest import ingest as run

        model = _synthesised(vectors_of) if vectors_of else load_embeddings(DEFAULT, HOME / ".models")
        model.encode(["Loads the model."], query=True)
        cpu, started = _cpu(), time.perf_counter()
        report = run(place, [Path(folder)], model)
        if report.errors:
            raise RuntimeError(report.errors[0].error)
        with closing(SqliteDatabase(place / DATABASE)) as database:
            passages = database.counts()[1]
    else:
        from benchmarks.usual import HuggingFaceEmbeddings, build
        from index.langchain_embeddings import LangChainEmbeddings

        embeddings: Embeddings = (
            LangChainEmbeddings(_synthesised(vectors_of)) if vectors_of else HuggingFaceEmbeddings()
        )
        embeddings.embed_query("Loads the model.")
        cpu, started = _cpu(), time.perf_counter()
        passages = build(_files(Path(folder)), place, embeddings)
    return {
        "characters": sum(len(text) for _, text in _files(Path(folder))),
        "passages": passages,
        "seconds": time.perf_counter() - started,
        "cpu": _cpu() - cpu,
        "start_cpu": cpu,
        "disk_mib": folder_bytes(place) / 2**20,
    }


def publish(folder: str, store: str, vectors_of: str | None) -> dict[str, Any]:
    """Return seconds and CPU seconds of an ingest of one changed article, of one that is gone, and of all unchanged.

    The store and the articles are as before at the end.
    """
    from index.ingest import ingest as run
    from index.options import IngestOptions

    files = sorted(Path(folder).rglob("*.txt"))
    changed, gone = files[len(files) // 2], files[len(files) // 3]
    kept = {path: path.read_text(encoding="utf-8") for path in (changed, gone)}
    model = _synthesised(vectors_of) if vectors_of else load_embeddings(DEFAULT, HOME / ".models")
    model.encode(["Loads the model."], query=True)

    def timed(path: Path) -> dict[str, float]:
        cpu, started = _cpu(), time.perf_counter()
        run(Path(store), [path], model, IngestOptions(prune=True))
        return {"seconds": time.perf_counter() - started, "cpu": _cpu() - cpu}

    changed.write_text(f"{kept[changed]}\n\nOne more thing is said here at the end.", encoding="utf-8")
    gone.unlink()
    found = {"changed": timed(changed), "gone": timed(gone)}
    for path, text in kept.items():
        path.write_text(text, encoding="utf-8")
    run(Path(store), [*kept], model)
    return found | {"unchanged": timed(Path(folder))}


def ask(chain: str, store: str, questions: Sequence[str]) -> dict[str, Any]:
    """Return milliseconds of each question after the first, which warms up, and of the model passes within.

    Passes that run at the same time count once.
    """
    _ask = _ours(store) if chain == "ours" else _usual(store)
    passes = _timed_passes(chain)
    _ask(questions[0])
    rows = []
    for question in questions[1:]:
        passes.clear()
        cpu, started = _cpu(), time.perf_counter()
        told = _ask(question)
        spent = 1000 * (time.perf_counter() - started)
        rows.append(told | {"ms": spent, "passes_ms": _together(passes), "cpu_ms": 1000 * (_cpu() - cpu)})
    if not all(row["passes_ms"] for row in rows):
        raise RuntimeError("a question without a pass of the model: what is timed is not what runs")
    return {name: [row[name] for row in rows] for name in rows[0]}


def overlap(folder: str, questions: Sequence[str], count: int) -> dict[str, Any]:
    """Return the share of torch's ten nearest passages that are among ours, of `count` passages, both in fp32."""
    from benchmarks.usual import HuggingFaceEmbeddings
    from index.article import Article
    from index.chunk import chunk_article

    ours, torch = load_embeddings(DEFAULT, HOME / ".models"), HuggingFaceEmbeddings()
    texts: list[str] = []
    for source, text in _files(Path(folder)):
        texts += (chunk.text for chunk in chunk_article(Article(source, "", text, ""), ours))
    texts, asked = texts[:count], list(questions)
    nearest = [
        np.argsort(-(encode(asked) @ encode(texts).T), axis=1, kind="stable")[:, :TOP].tolist()
        for encode in (ours.encode, lambda given: np.array(torch.embed_documents(given), dtype=np.float32))
    ]
    shared = [len({*one} & {*other}) / TOP for one, other in zip(*nearest, strict=True)]
    return {"overlap": sum(shared) / len(shared), "passages": len(texts), "questions": len(asked)}


def _ours(store: str) -> Callable[[str], dict[str, Any]]:
    from rag.chain import build_chain

    chain = build_chain(Settings(store=Path(store)))

    def run(question: str) -> dict[str, Any]:
        answer = chain.invoke({"question": question, "trace": True})
        read = sum(passage.read_score is not None for passage in answer.retrieved or ())
        return {"read": read, "answered": not answer.abstained}

    return run


def _usual(store: str) -> Callable[[str], dict[str, Any]]:
    from benchmarks.usual import HuggingFaceEmbeddings, open_chain

    chain = open_chain(Path(store), HuggingFaceEmbeddings())
    return lambda question: {"answered": bool(chain.invoke(question))}


def _timed_passes(chain: str) -> list[tuple[float, float]]:
    """Return a list that grows by each forward pass from now on: when it began and ended, in seconds."""
    spent: list[tuple[float, float]] = []
    if chain == "ours":
        from onnxruntime import InferenceSession as Model

        name = "run"
    else:
        from sentence_transformers import SentenceTransformer as Model

        name = "forward"
    plain = getattr(Model, name)

    def timed(*arguments: Any, **more: Any) -> Any:
        started = time.perf_counter()
        result = plain(*arguments, **more)
        spent.append((started, time.perf_counter()))
        return result

    setattr(Model, name, timed)
    return spent


def _together(passes: Sequence[tuple[float, float]]) -> float:
    """Return the milliseconds in which at least one pass runs."""
    spent, until = 0.0, 0.0
    for started, ended in sorted(passes):
        spent += max(0.0, ended - max(started, until))
        until = max(until, ended)
    return 1000 * spent


def _synthesised(store: str) -> EmbeddingModel:
    with closing(SqliteDatabase(Path(store) / DATABASE)) as database:
        known = [np.frombuffer(vector, dtype="<f4") for _, vector in database.vectors()]
    return Synthesised(load_embeddings(DEFAULT, HOME / ".models"), np.stack(known))


def _files(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*.txt")):
        yield path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8")


def _cpu() -> float:
    every = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(used.ru_utime + used.ru_stime for used in every)


def _main(name: str, arguments: Mapping[str, Any]) -> None:
    from benchmarks.speed_quality import quality

    tasks = {task.__name__: task for task in (corpus, ingest, publish, ask, overlap, quality)}
    sys.stdout.write(json.dumps(tasks[name](**arguments)) + "\n")


if __name__ == "__main__":
    _main(sys.argv[1], json.loads(sys.argv[2]))
