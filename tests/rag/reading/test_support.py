"""The support head's runtime, with a tiny random model: odd claims and quotes, weights without it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import pytest

from index.errors import ModelError
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


def with_head(folder: Path, copy: Path, operation: str, *, width: int) -> Path:
    """A copy of a reading model whose support head is joined with (or multiplied by) what is no number."""
    shutil.copytree(folder, copy)
    model = onnx.load(copy / "reader.onnx")
    [head] = (node for node in model.graph.node if "support" in node.output)
    head.output[0] = "undamaged"
    nothing = onnx.numpy_helper.from_array(np.full((1, 3), np.nan, dtype=np.float32), "nothing")
    model.graph.initializer.append(nothing)
    axis = {"axis": 1} if operation == "Concat" else {}
    model.graph.node.append(onnx.helper.make_node(operation, ["undamaged", "nothing"], ["support"], **axis))
    [output] = (output for output in model.graph.output if output.name == "support")
    output.type.tensor_type.shape.dim[1].dim_value = width
    onnx.save(model, copy / "reader.onnx")
    manifest = json.loads((copy / "reader.json").read_text())
    manifest["sha256"]["reader.onnx"] = hashlib.sha256((copy / "reader.onnx").read_bytes()).hexdigest()
    (copy / "reader.json").write_text(json.dumps(manifest))
    return copy


@pytest.mark.parametrize(("operation", "width"), [("Mul", 3), ("Concat", 6)], ids=["no numbers", "too wide"])
def test_a_damaged_head_is_one_clear_error(supporting_folder: Path, tmp_path: Path, operation: str, width: int) -> None:
    reader = OnnxReader(with_head(supporting_folder, tmp_path / "copy", operation, width=width))
    with pytest.raises(ModelError, match="has a damaged head 'support': give the folder of another"):
        reader.support("Carers get free permits.", "Streets close", QUOTE)
