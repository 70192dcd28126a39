"""Corpora of any size, the same on every machine: public text as it is, and beyond that its sentences recombined.

SQuAD 2.0's articles come first, since the questions are about them. A recombined article has runs of sentences from all
over, with a word of each exchanged, so that no two are equal.
"""

from __future__ import annotations

import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.chunk import sentence_spans
from index.embed import DEFAULT, EmbeddingModel

PASSAGE_CHARACTERS = 590
"""New characters in a passage of Quoth's beside the one before it, on the average of these texts."""
NEEDS = (
    "squad2/dev-v2.0.json",
    "squadshifts/new_wiki_v1.0.json",
    "scifact/corpus.jsonl",
    "clapnq/clapnq_dev_answerable.jsonl",
)
_PARAGRAPHS = 6
_RUNS, _RUN = 8, 4
_SECOND, _NOISE = 0.7, 0.4


def write_corpus(data: Path, folder: Path, passages: int) -> int:
    """Write articles of about `passages` passages as text files below `folder`; returns the number of characters."""
    written, wanted = 0, passages * PASSAGE_CHARACTERS
    for number, (title, text) in enumerate(articles(data)):
        if written >= wanted:
            break
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        whole = f"{title}\n\n{text}"[: max(200, wanted - written)]
        path.write_text(whole, encoding="utf-8")
        written += len(whole)
    return written


def write_bad(data: Path, folder: Path, passages: int, kind: str) -> None:
    """Write about `passages` passages as "one article", "tiny articles" of a sentence, or "identical articles"."""
    folder.mkdir(parents=True)
    texts = (text for _, text in articles(data))
    if kind == "one article":
        whole: list[str] = []
        left = passages * PASSAGE_CHARACTERS
        while left > 0:
            whole.append(next(texts))
            left -= len(whole[-1])
        (folder / "0.txt").write_text("\n\n".join(whole), encoding="utf-8")
        return
    sentences = (text[span.start : span.end] for text in texts for span in sentence_spans(text))
    same = next(texts)[:PASSAGE_CHARACTERS]
    for number in range(passages):
        path = folder / f"{number // 1000:03}" / f"{number:06}.txt"
        path.parent.mkdir(exist_ok=True)
        path.write_text(same if kind == "identical articles" else next(sentences), encoding="utf-8")


def questions(data: Path, count: int) -> list[str]:
    """Return a seeded sample of SQuAD 2.0's answerable questions."""
    topics = json.loads((data / NEEDS[0]).read_text(encoding="utf-8"))["data"]
    every = [
        asked["question"].strip()
        for topic in topics
        for paragraph in topic["paragraphs"]
        for asked in paragraph["qas"]
        if not asked["is_impossible"]
    ]
    return random.Random(0).sample(sorted(set(every)), count)


def articles(data: Path) -> Iterator[tuple[str, str]]:
    """Yield (title, text) without end: public text as it is, then recombined."""
    asked_about, *others = (list(_read(data / name)) for name in NEEDS)
    rest = [article for source in others for article in source]
    random.Random(0).shuffle(rest)
    real = [*asked_about, *rest]
    yield from real
    yield from _recombined([text for _, text in real])


def _read(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (title, text) of the articles of a file in the layout of SQuAD, BEIR or CLAPnq."""
    if path.suffix == ".json":
        for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
            texts = [paragraph["context"].strip() for paragraph in article["paragraphs"]]
            for at in range(0, len(texts), _PARAGRAPHS):
                title = str(article["title"]).replace("_", " ")
                yield f"{title}, part {at // _PARAGRAPHS + 1}", "\n\n".join(texts[at : at + _PARAGRAPHS])
        return
    with path.open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            for passage in row.get("passages", [row]):
                yield passage["title"], passage["text"]


def _recombined(texts: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield recombined articles without end."""
    sentences = [text[span.start : span.end] for text in texts for span in sentence_spans(text)]
    words = sorted({word for sentence in sentences for word in sentence.split() if len(word) > 3 and word.isalpha()})
    number = 0
    while True:
        choose = random.Random(number)
        title = f"{' '.join(choose.sample(words, 4)).capitalize()} {number}"
        runs = []
        for _ in range(_RUNS):
            at = choose.randrange(len(sentences) - _RUN)
            runs.append(" ".join(_varied(sentence, words, choose) for sentence in sentences[at : at + _RUN]))
        yield title, "\n\n".join(runs)
        number += 1


def _varied(sentence: str, words: Sequence[str], choose: random.Random) -> str:
    own = sentence.split(" ")
    own[choose.randrange(len(own))] = choose.choice(words)
    return " ".join(own)


class Synthesised(EmbeddingModel):
    """Embeddings that stand in for the model where computing vectors would take days; questions have the real model's.

    A passage's vector is that of one real passage, with 0.7 of another's and noise of length 0.4, chosen by its text.
    """

    name = DEFAULT

    def __init__(self, real: EmbeddingModel, vectors: NDArray[np.float32]) -> None:
        self._real = real
        self._vectors = vectors

    @property
    def window(self) -> int:
        """Return the real model's."""
        return self._real.window

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """Return the real model's."""
        return self._real.token_ends(texts)

    def encode(self, texts: Sequence[str], *, query: bool = False) -> NDArray[np.float32]:
        """Return vectors; the same text has the same one."""
        if query:
            return self._real.encode(texts, query=True)
        rows: NDArray[np.float32] = np.empty((len(texts), self._vectors.shape[1]), dtype=np.float32)
        for row, text in zip(rows, texts, strict=True):
            chance = np.random.default_rng(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest()))
            one, other = self._vectors[chance.integers(len(self._vectors), size=2)]
            row[:] = one + _SECOND * other + _NOISE * chance.normal(size=len(row)) / np.sqrt(len(row))
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return rows

    def probe(self) -> NDArray[np.float32]:
        """Return the real model's probe, so that questions are embedded by it."""
        return self._real.probe()
