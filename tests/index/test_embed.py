"""The exported default model is the official one, and nothing else passes for it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index import onnx_export
from index.embed import DEFAULT, OnnxEmbeddings, SentenceTransformerEmbeddings, load_embeddings
from index.errors import ModelError
from index.langchain_embeddings import LangChainEmbeddings
from index.onnx_export import export_default, package_folder

pytestmark = pytest.mark.store

TEXTS = [
    "Jia Yueting wrote a post on Weibo.",
    "",
    "小米汽车 SU7 发布了。",
    "🚗 emoji and “quotes”",
    "word " * 400,
    "A sentence of middle length that says something about batteries made of lithium iron phosphate.",
]


@pytest.fixture(scope="module")
def onnx(models: Path) -> OnnxEmbeddings:
    return OnnxEmbeddings(models / DEFAULT)


@pytest.mark.torch
def test_onnx_and_sentence_transformers_give_the_same_vectors(onnx: OnnxEmbeddings) -> None:
    reference = SentenceTransformerEmbeddings(str(package_folder()))
    cosines = (onnx.encode(TEXTS) * reference.encode(TEXTS)).sum(axis=1)
    assert cosines.min() >= 0.9999
    assert onnx.window == reference.window
    assert onnx.token_ends(TEXTS) == reference.token_ends(TEXTS)


def test_vectors_are_unit_and_do_not_depend_on_the_batch(onnx: OnnxEmbeddings) -> None:
    together = onnx.encode(TEXTS)
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-5)
    for text, vector in zip(TEXTS, together, strict=True):
        assert onnx.encode([text])[0] == pytest.approx(vector, abs=1e-5)
    assert onnx.encode(TEXTS[::-1])[::-1] == pytest.approx(together, abs=1e-5)


def test_langchain_sees_the_same_vectors(onnx: OnnxEmbeddings) -> None:
    embeddings = LangChainEmbeddings(onnx)
    assert embeddings.embed_query(TEXTS[0]) == pytest.approx(onnx.encode([TEXTS[0]])[0], abs=1e-5)
    assert embeddings.embed_documents(TEXTS) == pytest.approx(onnx.encode(TEXTS), abs=1e-5)


def test_token_ends_are_offsets_of_code_points(onnx: OnnxEmbeddings) -> None:
    assert onnx.token_ends(["hello wörld 小米 🚗"]) == [[5, 11, 13, 14, 16]]
    onnx.token_ends(["hello"])[0].append(0)  # theirs to change
    assert onnx.token_ends(["hello", "hello", "hi" * 600]) == [[5], [5], onnx.token_ends(["hi" * 600])[0]]


def test_answering_needs_no_torch(models: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from index.embed import load_embeddings;"
        f"load_embeddings(None, Path({str(models)!r})).encode(['hello']);"
        "import rag.chain; sys.exit(any(name in sys.modules for name in ('torch', 'transformers', 'scipy')))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=Path(__file__).parents[2], check=False).returncode == 0


def test_the_exported_model_has_its_weights_beside_it_for_all_who_read_it(onnx: OnnxEmbeddings, tmp_path: Path) -> None:
    folder = export_default(tmp_path)
    files = sorted(folder.iterdir())
    assert [file.name for file in files] == ["model.onnx", "tokenizer.json", "weights.bin"]
    assert len({file.stat().st_mode for file in files if file.name != "tokenizer.json"}) == 1
    assert files[2].stat().st_size > 10 * files[0].stat().st_size
    assert load_embeddings(None, tmp_path).encode(TEXTS) == pytest.approx(onnx.encode(TEXTS), abs=1e-6)
    files[2].unlink()
    with pytest.raises(ModelError, match="cannot be used"):
        load_embeddings(None, tmp_path).encode(["hello"])


def test_a_model_in_one_file_is_made_anew_or_stays(
    onnx: OnnxEmbeddings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / DEFAULT
    folder.mkdir()
    (folder / "model.onnx").write_bytes(b"of an earlier version")
    with monkeypatch.context() as without:
        without.setattr(onnx_export, "PACKAGE", "no_such_package")
        assert export_default(tmp_path) == folder
        assert (folder / "model.onnx").read_bytes() == b"of an earlier version"
    export_default(tmp_path)
    assert sorted(file.name for file in tmp_path.rglob("*") if file.is_file()) == [
        "model.onnx", "tokenizer.json", "weights.bin"
    ]  # fmt: skip
    assert load_embeddings(None, tmp_path).encode(TEXTS) == pytest.approx(onnx.encode(TEXTS), abs=1e-6)


def test_weights_that_are_not_the_official_ones_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_export, "SHA256", "0" * 64)
    with pytest.raises(ModelError, match="not the official ones"):
        export_default(tmp_path)
    monkeypatch.setattr(onnx_export, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError, match="not installed"):
        export_default(tmp_path)
    assert not (tmp_path / DEFAULT).exists()


def test_damaged_model_files_are_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / DEFAULT).mkdir()
    (tmp_path / DEFAULT / "tokenizer.json").write_text("{}")
    (tmp_path / DEFAULT / "model.onnx").write_bytes(b"no model")
    with pytest.raises(ModelError, match="cannot be used"):
        load_embeddings(None, tmp_path).encode(["hello"])
