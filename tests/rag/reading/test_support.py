"""The support head's runtime, with a tiny random model: odd claims and quotes, weights without it."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.reading.onnx import UNKNOWN, NoSupportHeadError, OnnxReader
from tests.rag.reading.test_onnx import passage

QUOTE = "Carers will be given free permits. Delivery firms will not."


@pytest.fixture(scope="module")
def reader(supporting_folder: Path) -> OnnxReader:
    return OnnxReader(supporting_folder)


def test_the_three_probabilities_add_up_and_stay_the_same(reader: OnnxReader) -> None:
    support = reader.support("Carers get free permits.", "Streets close", QUOTE)
    assert support.supported + support.contradicted + support.neither == pytest.approx(1)
    assert support == reader.support("Carers get free permits.", "Streets close", QUOTE)
    assert support != reader.support("Firms get free permits.", "Streets close", QUOTE)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("", QUOTE),
        (" \n ", QUOTE),
        ("why " * 2500, QUOTE),
        ("Carers get free permits.", ""),
        ("Carers get free permits.", "护理人员可以免费获得许可证。"),
        ("护理人员可以免费获得许可证。", QUOTE),
    ],
    ids=["nothing", "blanks", "10,000 characters", "no quote", "a Chinese quote", "a Chinese claim"],
)
def test_of_what_cannot_be_read_nothing_is_said(reader: OnnxReader, claim: str, quote: str) -> None:
    assert reader.support(claim, "", quote) == UNKNOWN


def test_a_long_quote_is_read_to_its_end(reader: OnnxReader) -> None:
    long = "Nothing of the kind was ever said here. " * 300
    alone = reader.support("Carers get free permits.", "", long)
    assert reader.support("Carers get free permits.", "", long + QUOTE).supported >= alone.supported


def test_a_context_of_any_length_leaves_room(reader: OnnxReader) -> None:
    support = reader.support("word " * 100, "title " * 500, QUOTE)
    assert support != UNKNOWN


def test_weights_without_the_head_say_so_and_read_on(model_folder: Path) -> None:
    reader = OnnxReader(model_folder)
    with pytest.raises(NoSupportHeadError, match="cannot tell whether a quote supports a claim: use one of format 2"):
        reader.support("Carers get free permits.", "", QUOTE)
    assert not reader.supports
    assert reader.read("Who gets permits?", [passage(QUOTE)])[0].spans


def test_a_reader_with_the_head_reads_passages_too(reader: OnnxReader) -> None:
    assert reader.supports
    assert reader.read("Who gets permits?", [passage(QUOTE)])[0].spans
