"""Vectors of words: alike ones are found for each other, in the passage that is read and in the order of sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article
from rag.reading.excerpt import excerpt
from rag.reading.nearness import found_in
from rag.reading.onnx import OnnxReader
from rag.reading.windows import load_tokenizer
from rag.reading.words import WordVectors, likeness
from rag.retrieve import Passage
from settings import READER

TOKENIZER = load_tokenizer(READER / "tokenizer.json")
VECTORS = WordVectors(READER / "words.npy", TOKENIZER)


def a_passage(text: str, title: str = "") -> Passage:
    return Passage(Article("a.txt", title, text, "0" * 64), 0, len(text), 1.0)


def alike(one: str, other: str) -> float:
    return float(likeness(VECTORS.of(one), VECTORS.of(other)).max())


def test_words_of_one_meaning_are_more_alike_than_others() -> None:
    assert alike("price", "cost") > 2 * alike("price", "harbour")
    assert alike("start", "began") > 2 * alike("start", "bread")
    assert alike("price", "price") == pytest.approx(1.0, abs=1e-3)


def test_stop_words_and_marks_are_no_words_unless_alone() -> None:
    assert len(VECTORS.of("What is the price of it?").vectors) == 1
    assert len(VECTORS.of("Who is it").vectors) == 3
    assert VECTORS.of("").vectors.shape == (0, 64)


@given(st.text())
def test_words_begin_where_they_stand(text: str) -> None:
    words = VECTORS.of(text)
    assert len(words.vectors) == len(words.starts)
    assert all(0 <= start < len(text) for start in words.starts.tolist())
    assert words.starts.tolist() == sorted(words.starts.tolist())


def test_the_sentence_in_other_words_is_the_nearest_and_is_read() -> None:
    noise = " ".join(f"The dogs of house number {n} bark all night." for n in range(20, 30))
    passage = a_passage(f"{noise} Tickets are sold for nine crowns each. {noise}", "The dogs")
    question = "What does admission to the dogs cost?"
    [found] = found_in(question, [passage], VECTORS)
    shown = excerpt(question, passage, found).text
    assert "Tickets are sold" in shown and len(" ".join(shown.split())) < 600
    [exact] = found_in(question, [passage], None)
    assert "Tickets are sold" not in excerpt(question, passage, exact).text, "no word of the question is in it"


def test_a_table_of_another_vocabulary_is_refused(tmp_path: Path) -> None:
    np.save(tmp_path / "words.npy", np.zeros((7, 64), dtype=np.int8))
    with pytest.raises(ValueError, match=r"words.npy is no table of int8 for \d+ tokens"):
        WordVectors(tmp_path / "words.npy", TOKENIZER)


def test_the_published_reader_has_them() -> None:
    assert OnnxReader(READER).words is not None
