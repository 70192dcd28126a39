"""Reading models of other makers: tiny random ones, as Hugging Face libraries save them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from index.article import Article
from index.embed import DEFAULT
from index.errors import ModelError
from index.onnx_export import package_folder
from rag.chain import load_reader
from rag.reading.base import Reading
from rag.reading.transformer import Answering, TransformerReader
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.torch

TEXT = "Cats sleep all day. Lithium costs 20 yuan a gram in Chile. Nobody knows the rest of it."


def saved(folder: Path, kind: str, **settings: object) -> Path:
    import torch
    import transformers
    from transformers import BertConfig, BertTokenizerFast

    torch.manual_seed(1)
    config = BertConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32, vocab_size=30522, **settings
    )
    getattr(transformers, kind)(config).save_pretrained(folder)
    tokenizer = BertTokenizerFast(tokenizer_file=str(package_folder() / "tokenizer.json"), model_max_length=384)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def answering(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("hf") / "answering", "BertForQuestionAnswering")


@pytest.fixture(scope="module")
def scoring(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(tmp_path_factory.mktemp("hf") / "scoring", "BertForSequenceClassification", num_labels=1)


def passage(text: str, lead: str = "") -> Passage:
    return Passage(Article("a.txt", "Batteries", lead + text, "0" * 64), len(lead), len(lead + text), 1.0)


@pytest.mark.parametrize("kind", ["answering", "scoring"])
def test_any_passage_is_read(kind: str, request: pytest.FixtureRequest) -> None:
    reader = TransformerReader(str(request.getfixturevalue(kind)), FakeEmbeddings())
    texts = [TEXT, "", "word " * 2000, "小米汽车发布了新车。雷军说很好。", "🚗 שלום"]
    passages = [passage(text, lead="It was said before. ") for text in texts]
    readings = reader.read("What does lithium cost? " * 200, passages)
    assert readings[1] == Reading(0.0, ())
    for text, reading in zip(texts, readings, strict=True):
        assert 0 <= reading.probability <= 1
        assert bool(reading.spans) == bool(text)
        assert all(0 <= span.start < span.end <= len(text) for span in reading.spans)
    assert len({reading.probability for reading in readings}) > 3
    assert reader.read("What?", []) == []


def test_a_cross_encoder_quotes_the_nearest_sentence(scoring: Path) -> None:
    [reading] = TransformerReader(str(scoring), FakeEmbeddings()).read("What does lithium cost?", [passage(TEXT)])
    assert TEXT[reading.spans[0].start : reading.spans[0].end] == "Lithium costs 20 yuan a gram in Chile."


def test_a_long_passage_is_read_to_its_end(answering: Path) -> None:
    reader = TransformerReader(str(answering), FakeEmbeddings())
    model = reader._model
    assert isinstance(model, Answering)
    text = " ".join(f"w{n}" for n in range(500))
    [windows] = model.scores("What?", [passage(text)])
    assert len(windows) >= 3
    assert max(span.end for span in windows[-1].spans) > 0.8 * len(text)


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda folder: (folder / "config.json").unlink(), "could not be loaded"),
        (lambda folder: (folder / "model.safetensors").write_bytes(b"no"), "could not be loaded"),
        (lambda folder: (folder / "model.safetensors").rename(folder / "pytorch_model.bin"), "could not be loaded"),
        (lambda folder: (folder / "config.json").write_text('{"model_type": "bert"}'), "of no known kind"),
    ],
)
def test_what_cannot_be_used_is_one_clear_error(answering: Path, tmp_path: Path, damage, message: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(answering, copy)
    damage(copy)
    with pytest.raises(ModelError, match=message):
        TransformerReader(str(copy), FakeEmbeddings()).read("What?", [passage(TEXT)])


def test_what_is_no_folder_and_in_no_cache_is_one_clear_error() -> None:
    for name in ("/no/such/folder", "nobody/no-such-model"):
        with pytest.raises(ModelError, match=name):
            TransformerReader(name, FakeEmbeddings()).read("What?", [passage(TEXT)])


def test_a_model_of_several_labels_is_refused(tmp_path: Path) -> None:
    folder = saved(tmp_path / "labels", "BertForSequenceClassification", num_labels=3)
    with pytest.raises(ModelError, match="with 3 labels"):
        TransformerReader(str(folder), FakeEmbeddings()).read("What?", [passage(TEXT)])


def test_the_setting_tells_whose_model_it_is(answering: Path, model_folder: Path) -> None:
    embeddings = FakeEmbeddings(DEFAULT)
    kinds = [
        type(load_reader(Settings(reader_model=name), embeddings)).__name__
        for name in (str(answering), "somebody/cross-encoder", str(model_folder), "none")
    ]
    assert kinds == ["TransformerReader", "TransformerReader", "JointReader", "SimilarityReader"]
