"""Build rows of what the product shows its reading model: the passages that it retrieves, cut as it cuts them.

    python -m training.retrieved --data DIR --reader models/reader --out DIR [--public N]

asks the questions of the own articles for training, or of N public ones, of a store with all these articles. rows.npz
is what training.data writes.
"""

from __future__ import annotations

import argparse
import logging
import random
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from index.embed import DEFAULT, load_embeddings
from rag.reading.excerpt import Shown
from rag.reading.joint import JointReader
from rag.reading.onnx import OnnxReader
from rag.reading.windows import load_tokenizer
from rag.retrieve import HybridRetriever, Passage
from settings import Settings
from training.asked import places, stored
from training.data import save_rows
from training.groups import Group, Kind, Row
from training.own import Split, own_articles
from training.sources import Paragraph, Question, shuffled, trainable
from training.text import disturb

TITLED = ("squad2", "squad_more", "new_wiki")
READ = 5
"""Passages of a question: the early judges are sure after two or four of six."""


def row_of(question: str, passage: Passage, shown: Shown, paragraph: Paragraph, asked: Question) -> Row | None:
    """Return a passage as a row; None where it holds an answer's words in a place that nobody marked."""
    for start, end in places(passage, paragraph, asked):
        if shown.text[start:end] == passage.text[start:end]:
            return Row(question, shown.context, shown.text, 1, start, end)
    if any(answer.lower() in shown.text.lower() for answer in asked.answers):
        return None
    return Row(question, shown.context, shown.text, 0)


def groups(
    reader: JointReader, retriever: HybridRetriever, questions: Sequence[tuple[Paragraph, Question]], rng: random.Random
) -> Iterator[Group]:
    """Yield a group for each question: at most one passage that answers, the nearest, and those that do not."""
    with retriever.index.snapshot() as snapshot:
        for paragraph, asked in tqdm(questions, desc="questions", mininterval=10):
            question = disturb(asked.text, rng)
            passages = retriever.passages([question], snapshot)[: Settings().passages_read]
            found = [
                row_of(question, passages[n], shown, paragraph, asked) for n, shown in reader.shown(question, passages)
            ]
            rows = [row for row in found if row]
            answering = [row for row in rows if row.label][:1]
            others = [row for row in rows if not row.label][: READ - len(answering)]
            if answering or others:
                kind = Kind.PLAIN if asked.answerable else Kind.UNANSWERABLE
                yield Group(kind, [*answering, *others])


def main() -> None:
    """Build the rows."""
    parser = argparse.ArgumentParser(description="Build rows of what the product retrieves.")
    parser.add_argument("--data", type=Path, required=True, help="the folder of public sets")
    parser.add_argument("--reader", type=Path, required=True, help="published weights, for their tokens and words")
    parser.add_argument("--out", type=Path, required=True, help="folder to write to")
    parser.add_argument("--public", type=int, default=0, help="ask so many public questions in place of the own ones")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    if not (options.data / "squad2/dev-v2.0.json").is_file():
        parser.error(f"--data {options.data}: no squad2/dev-v2.0.json there")
    options.out.mkdir(parents=True, exist_ok=True)
    if options.public:
        learned, _ = trainable(options.data)
        paragraphs = [paragraph for paragraph in learned if paragraph.source in TITLED and paragraph.title]
    else:
        paragraphs = [a.paragraph for a in own_articles(options.data) if a.split is Split.TRAINING]
    questions = shuffled(paragraphs, options.seed)[: options.public or None]
    wanted = {paragraph.article for paragraph, _ in questions}
    paragraphs = [paragraph for paragraph in paragraphs if paragraph.article in wanted]
    embeddings = load_embeddings(DEFAULT, Settings().models)
    reader = JointReader(OnnxReader(options.reader), embeddings)
    with stored(paragraphs, embeddings) as retriever:
        made = list(groups(reader, retriever, questions, random.Random(options.seed)))
    save_rows(made, load_tokenizer(options.reader / "tokenizer.json"), options.out / "rows.npz")


if __name__ == "__main__":
    main()
