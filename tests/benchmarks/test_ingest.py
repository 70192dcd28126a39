"""The share of an ingest that is not the model's is one, of as much text as was asked for."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import ingest
from tests.fakes import FakeEmbeddings

pytestmark = pytest.mark.store


def test_the_model_s_time_is_part_of_the_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = " ".join(f"Sentence number {n} is here." for n in range(90))
    (tmp_path / "squad2").mkdir()
    data = {"data": [{"paragraphs": [{"context": text}]}]}
    (tmp_path / "squad2" / "dev-v2.0.json").write_text(json.dumps(data))
    model = FakeEmbeddings()
    monkeypatch.setattr(ingest, "load_embeddings", lambda *_: model)
    ingest.main(tmp_path, 2, profile=False)
    said = re.search(r"in 4 articles, (\d+) passages: ([\d.]+) s .*, ([\d.]+) s of it", capsys.readouterr().out)
    assert said is not None
    assert int(said[1]) == len(set(model.encoded[2:]))  # after the first and the probe
    assert float(said[3]) <= float(said[2])
