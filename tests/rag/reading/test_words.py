"""Vectors of words: alike ones are found for each other, in the passage that is read and in the order of sentences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tokenizers.pre_tokenizers import ByteLevel

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


@given(st.lists(st.text(), max_size=4))
@example(["It’s a naïve [SEP] U.S.-made e-mail\u00a0café, is it?", "", "the \t\n 中文 ｡x\x00y"])
def test_words_are_those_of_the_whole_text_whatever_is_asked_with_it(texts: list[str]) -> None:
    for text, words in zip(texts, VECTORS.of_all(texts), strict=True):
        encoded = TOKENIZER.encode(text, add_special_tokens=False)
        first = [n for n, word in enumerate(encoded.word_ids) if n == 0 or encoded.word_ids[n - 1] != word]
        starts = [encoded.offsets[n][0] for n in first]
        ends = [encoded.offsets[n - 1][1] for n in [*first[1:], len(encoded.ids)]] if first else []
        kept = list(zip(words.starts.tolist(), words.ends.tolist(), strict=True))
        assert [place for place in zip(starts, ends, strict=True) if place in kept] == kept
        assert bool(kept) == bool(starts)
        assert np.array_equal(words.vectors, VECTORS.of(text).vectors)
        norms = np.linalg.norm(words.vectors, axis=1)
        assert np.allclose(norms[norms > 0.5], 1.0, atol=1e-4)


def test_a_word_is_the_mean_of_its_tokens() -> None:
    table = np.load(READER / "words.npy").astype(np.float32)
    word = "unbelievably-named"
    encoded = TOKENIZER.encode(word, add_special_tokens=False)
    tokens = [token for token, number in zip(encoded.ids, encoded.word_ids, strict=True) if number == 0]
    mean = table[tokens].mean(axis=0)
    assert len(tokens) > 1
    assert np.allclose(VECTORS.of(word).vectors[0], mean / np.linalg.norm(mean), atol=1e-6)


def test_a_tokenizer_that_does_not_part_at_blanks_is_refused(tmp_path: Path) -> None:
    whole = load_tokenizer(READER / "tokenizer.json")
    whole.pre_tokenizer = ByteLevel()
    np.save(tmp_path / "words.npy", np.zeros((whole.get_vocab_size(), 64), dtype=np.int8))
    with pytest.raises(ValueError, match=r"words.npy needs a tokenizer that parts texts"):
        WordVectors(tmp_path / "words.npy", whole)


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
