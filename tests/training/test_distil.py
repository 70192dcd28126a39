"""A teacher reads the reader's tokens, and a reader learns from it."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install -r requirements-dev-full.txt")

import torch
from transformers import BertConfig, BertModel, MPNetConfig, MPNetModel

from rag.reading.windows import load_tokenizer
from training.batches import collate, load_rows
from training.data import save_rows
from training.distil import Teacher, load_teacher, main, save_teacher
from training.groups import Group, Kind, Row
from training.losses import Logits, taught_loss, taught_support_loss
from training.model import SpanReader, load, save

pytestmark = pytest.mark.torch

TOKENIZER = Path(__file__).parents[2] / "models/reader/tokenizer.json"
SMALL = {"hidden_size": 24, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 32}
PASSAGE = "Anna Bauer opened the mill in 1887. Her son sold it in 1921."


def small_teacher() -> Teacher:
    return Teacher(MPNetModel(MPNetConfig(vocab_size=30527, **SMALL), add_pooling_layer=False)).eval()


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    rng = random.Random(0)
    groups: list[Group] = []
    for year in rng.sample(range(1700, 1900), 20):
        passage = PASSAGE.replace("1887", str(year))
        at = passage.index(str(year))
        asked = Row("When did the mill open?", "The mill", passage, 1, at, at + 4)
        groups.append(Group(Kind.PLAIN, [asked, Row("Who burnt the mill down?", "The mill", passage, 0)]))
        groups.append(Group(Kind.SUPPORT, [Row(f"The mill opened in {year}.", "", passage, 0, support=0)]))
    save_rows(groups, load_tokenizer(TOKENIZER), tmp_path / "rows.npz")
    return tmp_path


def test_a_teacher_reads_the_same_words_under_its_own_numbers() -> None:
    vocabulary = load_tokenizer(TOKENIZER).get_vocab()
    teacher = small_teacher()
    ids = torch.tensor([[vocabulary["[CLS]"], vocabulary["mill"], vocabulary["[SEP]"]]])
    mask, types = torch.ones_like(ids), torch.zeros_like(ids)
    with torch.no_grad():
        own = torch.tensor([[0, vocabulary["mill"] + 4, 2]])  # <s>, mill and </s> in MPNet's list of words
        expected = teacher.read(teacher.mpnet(input_ids=own, attention_mask=mask).last_hidden_state)
        found = teacher(ids, mask, types)
    # Positions count from the padding's number on for ids, from two on for vectors: both begin at the same place.
    assert torch.allclose(found[0], expected[0], atol=1e-5)
    assert torch.allclose(found[3], expected[3], atol=1e-5)


def test_a_teacher_that_was_written_is_read_again(tmp_path: Path) -> None:
    teacher = small_teacher()
    save_teacher(teacher, tmp_path)
    read = load_teacher(tmp_path)
    assert all(torch.equal(value, read.state_dict()[name]) for name, value in teacher.state_dict().items())
    assert not any(parameter.requires_grad for parameter in read.parameters())


def test_rows_of_two_folders_are_those_of_both_and_no_group_is_joined(rows: Path) -> None:
    once, twice = load_rows(rows / "rows.npz"), load_rows(rows / "rows.npz", rows / "rows.npz")
    assert len(twice.groups) == 2 * len(once.groups)
    first, again = once.groups[3], twice.groups[len(once.groups) + 3]
    assert torch.equal(collate(once, first).ids, collate(twice, again).ids)
    assert again == [number + len(once.columns["group"]) for number in first]


def test_the_losses_are_least_for_what_the_teacher_says(rows: Path) -> None:
    stored = load_rows(rows / "rows.npz")
    batch = collate(stored, [number for group in stored.groups[:6] for number in group])
    rng = np.random.default_rng(0)

    def drawn() -> Logits:
        shapes = (batch.ids.shape, batch.ids.shape, batch.label.shape, (len(batch.label), 3))
        start, end, relevance, support = (torch.from_numpy(rng.normal(size=shape)).float() for shape in shapes)
        return start, end, relevance, support

    taught = drawn()
    for _ in range(5):
        other = drawn()
        assert taught_loss(taught, taught, batch) < taught_loss(other, taught, batch)
        assert taught_support_loss(taught, taught) < taught_support_loss(other, taught)


def test_a_reader_learns_from_a_teacher_until_the_clock_says_stop(
    rows: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_teacher(small_teacher(), tmp_path / "teacher")
    start = SpanReader(BertModel(BertConfig(**SMALL), add_pooling_layer=False))
    save(start, tmp_path / "start")
    (rows / "held_out.jsonl").write_text("")
    measured: list[int] = []
    monkeypatch.setattr("training.distil.Distiller.measure", lambda self: measured.append(self.rows_seen))
    places = [
        "--rows",
        rows,
        "--taught",
        tmp_path / "teacher",
        "--start",
        tmp_path / "start",
        "--out",
        tmp_path / "run",
    ]
    numbers = ["--minutes", "0.05", "--batch-tokens", "256", "--rate", "1e-3"]
    monkeypatch.setattr(sys, "argv", ["distil", *map(str, places), "--tokenizer", str(TOKENIZER), *numbers])
    main()
    last = load(tmp_path / "run/last")
    assert measured[0] > 0
    assert not torch.equal(last.span.weight, start.span.weight)
    words = "encoder.embeddings.word_embeddings.weight"
    assert torch.equal(last.state_dict()[words], start.state_dict()[words])
