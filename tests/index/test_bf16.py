"""Many passages in bf16: the vectors are those of fp32 to four digits, and whoever has no bf16 notices nothing."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index import bf16
from index.embed import BulkEmbeddings, OnnxEmbeddings, load_embeddings
from index.errors import ModelError
from settings import HOME

SENTENCES = [f"Town {n} is known for its {what} market." for n in range(20) for what in ("cheese", "night and fish")]


def test_vectors_in_bf16_are_those_of_fp32_to_four_digits(models: Path) -> None:
    if not bf16.is_available():
        pytest.skip("no OpenVINO, or no bf16")
    plain = load_embeddings(None, models)
    fast = plain.bulk()
    assert isinstance(fast, BulkEmbeddings)
    assert fast.bulk() is fast
    assert fast.name == plain.name
    texts = [*SENTENCES, " ".join(SENTENCES), ""]
    assert ((plain.encode(texts) * fast.encode(texts)).sum(axis=1) > 0.999).all()


FIRST_PASSES = """
import sys
import threading
from pathlib import Path
import numpy as np
from index.bf16 import Bf16Model
model = Bf16Model(Path(sys.argv[1]), 4)
rows = np.full((2, 8), 102)
begin = threading.Barrier(4)
def run():
    begin.wait()
    model.run(rows, np.ones_like(rows))
threads = [threading.Thread(target=run) for _ in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
"""


@pytest.mark.process
def test_the_first_passes_may_be_at_once(models: Path) -> None:
    if not bf16.is_available():
        pytest.skip("no OpenVINO, or no bf16")
    load_embeddings(None, models).probe()
    for _ in range(5):
        command = [sys.executable, "-c", FIRST_PASSES, str(next(models.glob("*/model.onnx")))]
        subprocess.run(command, check=True, cwd=HOME, timeout=60)


def test_without_bf16_the_model_stays_as_it_is(models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bf16, "is_available", lambda: False)
    plain = load_embeddings(None, models)
    assert plain.bulk() is plain


@pytest.mark.parametrize("flags", ["flags : sse2 avx512_bf16", "flags : sse2", ""])
def test_the_processor_says_whether_it_has_bf16(flags: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bf16.is_available.cache_clear()
    monkeypatch.setattr("importlib.util.find_spec", lambda name: name == "openvino")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: f"processor : 0\n{flags}\n")
    assert bf16.is_available() is ("bf16" in flags)
    bf16.is_available.cache_clear()


def test_a_model_that_cannot_be_used_is_one_clear_line(tmp_path: Path, models: Path) -> None:
    pytest.importorskip("openvino")
    (tmp_path / "model.onnx").write_bytes(b"damaged")
    (tmp_path / "tokenizer.json").write_bytes(next(models.glob("*/tokenizer.json")).read_bytes())
    assert isinstance(OnnxEmbeddings(tmp_path), OnnxEmbeddings)
    with pytest.raises(ModelError, match="cannot be used"):
        BulkEmbeddings(tmp_path).encode(["One."])


def test_a_store_takes_passages_of_both(tmp_path: Path, models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from index.ingest import ingest

    if not bf16.is_available():
        pytest.skip("no OpenVINO, or no bf16")
    model = load_embeddings(None, models)
    (tmp_path / "articles").mkdir()
    for name in ("one", "two"):
        (tmp_path / "articles" / f"{name}.txt").write_text(f"The {name} article. {SENTENCES[0]}")
        monkeypatch.setattr(bf16, "LEAST", 1 if name == "two" else 10)
        report = ingest(tmp_path / "store", [tmp_path / "articles"], model)
        assert (report.errors, report.chunks_embedded) == ([], 1)
