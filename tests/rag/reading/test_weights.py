"""The weights in models/reader: whole, quick to load, and no worse than a floor that a regression would fall below."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from evaluation.questions import read_questions
from evaluation.wording import exact_match, f1
from index.article import Article
from index.embed import DEFAULT, load_embeddings
from rag.chain import build_chain, load_reader
from rag.condense import condense
from rag.extract import Limits
from rag.quotes import find_quotes
from rag.reading.joint import JointReader
from rag.reading.onnx import OnnxReader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index
from settings import HOME, READER, SEEDS, Settings
from tests.fakes import FakeEmbeddings

LOADING = """
import resource, sys, time
from pathlib import Path
import numpy, onnxruntime, tokenizers
from rag.reading.onnx import OnnxReader
from rag.retrieve import Passage
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
start = time.process_time()
OnnxReader(Path(sys.argv[1])).read("Are you there?", [])
print(time.process_time() - start, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)
"""


def test_the_weights_are_small_and_the_default() -> None:
    assert sum(path.stat().st_size for path in READER.iterdir()) < 50e6
    reader = load_reader(Settings(), FakeEmbeddings(DEFAULT))
    assert isinstance(reader, JointReader)
    assert reader.model.joint is not None
    assert reader.model.joint.embedding == DEFAULT


@pytest.mark.process
def test_they_load_in_little_time_and_memory() -> None:
    command = [sys.executable, "-c", LOADING, str(READER)]
    run = subprocess.run(command, check=True, capture_output=True, text=True, cwd=HOME)
    seconds, megabytes = map(float, run.stdout.split())
    assert seconds < 2  # of processor time; the target of 0.5 is for a machine that does nothing else
    assert megabytes < 150


def test_the_starter_questions_are_answered_in_words_above_a_floor(seed_store: Path, models: Path) -> None:
    rows = [row for row in read_questions(SEEDS.parent / "questions.jsonl")[::6] if row.answerable]
    embeddings = load_embeddings(None, models)
    reader = load_reader(Settings(), embeddings)
    short = []
    with closing(Index(seed_store)) as index, index.snapshot() as snapshot:
        retriever = HybridRetriever(index=index, embeddings=embeddings)
        for row in rows:
            question = condense(row.question, row.history)
            passages = retriever.passages([question], snapshot)[: Settings().passages_read]
            best = find_quotes(passages, reader.read(question, passages), Limits().characters)[0]
            start, end = best.spans[0]
            short.append(best.article.text[start:end])
    fit = [max(f1(text, accepted) for accepted in row.answers) for text, row in zip(short, rows, strict=True)]
    same = [max(exact_match(text, accepted) for accepted in row.answers) for text, row in zip(short, rows, strict=True)]
    assert sum(fit) / len(rows) > 0.4
    assert sum(same) / len(rows) > 0.25


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("When did the bridge open?", "in 1932"),
        ("Who designed the bridge?", "Ida Lund"),
        ("How long is the bridge?", "412 metres"),
    ],
)
def test_the_words_of_a_plain_answer(question: str, answer: str) -> None:
    text = "The harbour bridge is 412 metres long. It was designed by Ida Lund and opened in 1932 after a long dispute."
    passage = Passage(Article("a.txt", "The harbour bridge", text, "0" * 64), 0, len(text), 1.0)
    [reading] = OnnxReader(READER).read(question, [passage])
    said = text[reading.spans[0].start : reading.spans[0].end]
    assert answer.removeprefix("in ") in said
    assert len(said) <= len(answer) + 5
    assert reading.probability > 0.5


def test_the_chain_asks_the_support_head_what_is_yes_and_what_no(seed_store: Path, models: Path) -> None:
    with closing(build_chain(Settings(store=seed_store, models=models))) as chain:
        said = chain.verifier.decides("Is the captain accused of theft?", "The captain is not accused of theft.", "")
    assert said < -0.5


def test_the_headline_question_gets_its_words_first(seed_store: Path, models: Path) -> None:
    with closing(build_chain(Settings(store=seed_store, models=models))) as chain:
        short, quote, *_ = chain.invoke({"question": "what did Jia Yueting criticize?"}).sentences
    assert (short.kind, quote.kind) == ("short", "quote")
    assert 'the "copycat culture", the "shortcut model" and the "follower mentality"' in short.text
    assert short.text in quote.text


def test_another_companys_figure_gives_way_to_the_one_asked_for(seed_store: Path, models: Path) -> None:
    with closing(build_chain(Settings(store=seed_store, models=models))) as chain:
        first, *_ = chain.invoke({"question": "How many cars did XPeng deliver in 2023?"}).sentences
    assert "141,601" in first.text


@pytest.mark.parametrize(
    "byline", ["By Ada Renshaw, 2 April 2024", "Ada Renshaw | 2024-04-02", "Published 2 April 2024"]
)
def test_the_date_over_an_article_answers_no_other_when(byline: str) -> None:
    title = "The harbour bridge"
    text = f"{title}\n\n{byline}\n\nThe bridge is 412 metres long. It was designed by Ida Lund after a long dispute."
    passage = Passage(Article("a.txt", title, text, "0" * 64), 0, len(text), 1.0)
    [reading] = OnnxReader(READER).read("When did Ida Lund die?", [passage])
    assert reading.probability < 0.25


SOLD = "The harbour council sold the old ferry to Ida Lund in 1932 for 12,000 crowns."


@pytest.mark.parametrize(
    "claim",
    [
        "The harbour council sold the old ferry to Ida Lund in 1935.",
        "The harbour council sold the old ferry to Olaf Berg in 1932.",
        "The harbour council did not sell the old ferry.",
        "The old ferry was sold for 15,000 crowns.",
        "The old ferry was painted red by Ida Lund.",
    ],
)
def test_a_claim_with_one_thing_changed_is_less_supported(claim: str) -> None:
    reader = OnnxReader(READER)
    said = reader.support("Ida Lund bought the old ferry from the harbour council in 1932.", "The harbour", SOLD)
    changed = reader.support(claim, "The harbour", SOLD)
    assert said.supported > said.contradicted
    assert changed.supported < said.supported - 0.1


@pytest.mark.parametrize(
    ("question", "answered"),
    [
        ("How many vehicles did BYD deliver in 2023?", True),
        ("Where is NIO based?", True),
        ("How much did NIO lose?", True),
        ("Where is Geely based?", False),
        ("Who founded NIO?", False),
        ("Who leads Tesla?", False),
    ],
)
def test_what_a_passage_nearly_says_is_no_answer(question: str, answered: bool) -> None:
    text = (
        "BYD delivered 3.02 million vehicles in 2023, up from 1.86 million the year before. Tesla delivered 1.81"
        " million cars in 2023. NIO, which is based in Hefei, lost 20.7 billion yuan."
    )
    passage = Passage(Article("a.txt", "Deliveries of 2023", text, "0" * 64), 0, len(text), 1.0)
    [reading] = OnnxReader(READER).read(question, [passage])
    assert (reading.probability > 0.85) if answered else (reading.probability < 0.5)
