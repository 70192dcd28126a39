"""Offsets are exact, sentences stay whole, an edit touches only what holds it."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Chunk
from index.chunk import OVERLAP_TOKENS, OWN_TOKENS, chunk_article, embedding_text, sentence_spans, title_context
from tests.fakes import FakeEmbeddings

MODEL = FakeEmbeddings(window=254)


def article(text: str, title: str = "A title") -> Article:
    return Article("a.txt", title, text, "0" * 64)


def sentences(*lengths: int, first: int = 0) -> list[str]:
    """Sentences of so many words, each word different from all others."""
    numbers = itertools.count(first * 1000)
    return [" ".join(f"Word{next(numbers)}" for _ in range(length)) + "." for length in lengths]


ANY_TEXT = st.text(st.characters(codec="utf-8"), min_size=1, max_size=400)
PROSE = st.lists(
    st.sampled_from(
        ["Dr. Li left. ", "He said: “It is over.” ", "\n\n", "小米发布了汽车。", "🚗 ", "no stop ", "x" * 300]
    ),
    min_size=1,
    max_size=60,
).map("".join)


@given(st.one_of(ANY_TEXT, PROSE))
def test_offsets_are_exact_and_every_word_is_in_a_chunk(text: str) -> None:
    chunks = chunk_article(article(text), MODEL)
    covered = set[int]()
    for chunk in chunks:
        assert text[chunk.start : chunk.end] == chunk.text
        covered.update(range(chunk.start, chunk.end))
    assert all(text[i].isspace() for i in range(len(text)) if i not in covered)


@given(st.one_of(ANY_TEXT, PROSE))
def test_no_chunk_is_longer_than_the_models_window(text: str) -> None:
    one = article(text)
    context = title_context(one.title, MODEL)
    for chunk in chunk_article(one, MODEL):
        assert len(MODEL.token_ends([embedding_text(context, chunk.text)])[0]) <= MODEL.window


@given(PROSE)
def test_chunks_begin_and_end_with_sentences(text: str) -> None:
    spans = list(sentence_spans(text))
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    longest = max((span.end - span.start for span in spans), default=0)
    for chunk in chunk_article(article(text), MODEL) if longest < 2000 else []:
        assert chunk.start in starts
        assert chunk.end in ends


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Smith went to the U.S. in Jan. 2024. He left.", ["Dr. Smith went to the U.S. in Jan. 2024.", "He left."]),
        ('He said: "It is over. We lost." Then he left.', ['He said: "It is over. We lost."', "Then he left."]),
        ("小米发布了汽车。雷军说：“很好。”", ["小米发布了汽车。", "雷军说：“很好。”"]),
        ("A heading\n\nA line\nthat goes on. 🚗 Next.", ["A heading", "A line\nthat goes on.", "🚗 Next."]),
    ],
)
def test_sentences(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentence_spans(text)] == expected


def test_neighbours_overlap_by_whole_sentences() -> None:
    text = " ".join(sentences(*[10] * 60))
    chunks = chunk_article(article(text), MODEL)
    assert len(chunks) > 2
    for before, after in itertools.pairwise(chunks):
        shared = text[after.start : before.end]
        assert shared.endswith(".")
        assert 0 < len(MODEL.token_ends([shared])[0]) <= OVERLAP_TOKENS


def test_a_long_sentence_is_split_within_the_window() -> None:
    [long] = sentences(900)
    chunks = chunk_article(article(long), MODEL)
    assert len(chunks) >= 4
    assert chunks[0].start == 0
    assert chunks[-1].end == len(long)


def test_a_megabyte_without_a_blank_is_not_one_chunk() -> None:
    assert max(len(chunk.text) for chunk in chunk_article(article("x" * 1_000_000), MODEL)) <= 100 * MODEL.window


def test_an_overlong_title_is_left_out() -> None:
    assert title_context("word " * 100, MODEL) == ""
    assert title_context("A title", MODEL) == "A title"


def test_the_digest_covers_title_text_and_model() -> None:
    one = [chunk.digest for chunk in chunk_article(article("Some words."), MODEL)]
    assert one == [chunk.digest for chunk in chunk_article(article("Some words."), MODEL)]
    assert one != [chunk.digest for chunk in chunk_article(article("Some words!"), MODEL)]
    assert one != [chunk.digest for chunk in chunk_article(article("Some words.", "Other"), MODEL)]
    assert one != [chunk.digest for chunk in chunk_article(article("Some words."), FakeEmbeddings("b", 254))]


LENGTHS = [12, 25, 8, 40, 17, 9, 31, 22, 14, 28, 11, 36, 19, 7, 26, 33, 15, 24, 10, 21]
CHANGES = {"shorter": [3], "as long": [18], "longer": [60], "much longer": [OWN_TOKENS], "gone": [], "two": [9, 9]}


@pytest.mark.parametrize("separator", [" ", "\n\n"])
@pytest.mark.parametrize("change", CHANGES)
def test_an_edit_changes_only_the_chunks_that_hold_it(change: str, separator: str) -> None:
    lines = sentences(*LENGTHS)
    before = article(separator.join(lines))
    old = chunk_article(before, MODEL)
    known = {chunk.digest for chunk in old}
    for place, line in enumerate(lines):
        fresh = sentences(*CHANGES[change], first=99)
        after = article(separator.join([*lines[:place], *fresh, *lines[place + 1 :]]))
        new = chunk_article(after, MODEL, before.text, [chunk.end for chunk in old])
        embedded = [chunk for chunk in new if chunk.digest not in known]
        held = [chunk for chunk in old if line in chunk.text]
        seam = fresh or lines[max(0, place - 1) : place]
        assert all(_touches(chunk, seam, held, after.text) for chunk in embedded)


def _touches(chunk: Chunk, fresh: Sequence[str], held: Sequence[Chunk], text: str) -> bool:
    """Whether a chunk holds a new sentence (or the one before the gap), or only what chunks with the old one held."""
    own = [text[span.start : span.end] for span in sentence_spans(text) if chunk.start <= span.start < chunk.end]
    return any(line in own for line in fresh) or all(any(line in each.text for each in held) for line in own)


@given(PROSE, PROSE, PROSE)
def test_chunking_after_an_edit_keeps_every_promise(start: str, old: str, new: str) -> None:
    before, after = article(start + old + start), article(start + new + start)
    cuts = [chunk.end for chunk in chunk_article(before, MODEL)]
    covered = set[int]()
    for chunk in chunk_article(after, MODEL, before.text, cuts):
        assert after.text[chunk.start : chunk.end] == chunk.text
        assert len(MODEL.token_ends([embedding_text("A title", chunk.text)])[0]) <= MODEL.window
        covered.update(range(chunk.start, chunk.end))
    assert all(after.text[i].isspace() for i in range(len(after.text)) if i not in covered)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("She carried copper ore. Eleven men drowned.", 2),
        ("He called me. Karin left.", 2),
        ("She was ill. “Police came,” he said.", 2),
        ("Archives cannot be read by 4.x. Keep a client.", 2),
        ("They said no. A vote follows.", 2),
        ("She paid for part no. A4 in Bangor, Me. Karin paid.", 1),
        ("See fig. A and art. 5 of the law.", 1),
    ],
)
def test_a_word_is_no_short_form(text: str, parts: int) -> None:
    spans = list(sentence_spans(text))
    assert len(spans) == parts
    assert " ".join(text[span.start : span.end] for span in spans) == text
