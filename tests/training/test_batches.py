"""A run that is taken up again sees the batches that it would have seen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs PyTorch: pip install -r requirements-dev-full.txt")

from training.batches import Rows, Stream, collate, load_rows
from training.groups import Kind

pytestmark = pytest.mark.torch


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    rng = np.random.default_rng(0)
    sizes = rng.integers(1, 6, 400)
    group = np.repeat(np.arange(400), sizes)
    length = rng.integers(12, 60, len(group))
    claims = (group % 4 == 0).astype(np.int32)
    columns = {
        "group": group,
        "kind": np.where(claims, Kind.SUPPORT, Kind.PLAIN),
        "length": length,
        "passage_start": np.full(len(group), 5),
        "start": np.zeros(len(group)),
        "end": np.zeros(len(group)),
        "label": np.zeros(len(group)),
        "support": np.where(claims, 1, -1),
    }
    tokens = rng.integers(0, 30000, int(length.sum())).astype(np.uint16)
    arrays: dict[str, Any] = {name: values.astype(np.int32) for name, values in columns.items()}
    np.savez(tmp_path / "rows.npz", tokens=tokens, **arrays)
    return load_rows(tmp_path / "rows.npz")


def test_groups_stay_whole_and_an_epoch_holds_each_once(rows: Rows) -> None:
    groups = rows.of_kind(claims=False)
    stream = Stream(rows, groups, 600, seed=1)
    seen: list[int] = []
    while stream.epoch == 0 and len(seen) < sum(map(len, groups)):
        batch = stream.next()
        seen += batch
        whole = {n for group in groups if set(group) & set(batch) for n in group}
        assert whole == set(batch)
    assert sorted(seen) == sorted(n for group in groups for n in group)


def test_a_stream_goes_on_where_it_was_left(rows: Rows) -> None:
    groups = rows.of_kind(claims=False)
    first, later = Stream(rows, groups, 600, seed=1), Stream(rows, groups, 600, seed=1)
    for _ in range(120):
        first.next()
    assert first.epoch >= 1
    later.at(first.epoch, first.index)
    assert [later.next() for _ in range(20)] == [first.next() for _ in range(20)]


def test_claims_and_readings_are_kept_apart(rows: Rows) -> None:
    claims = rows.of_kind(claims=True)
    assert len(claims) == 100
    batch = collate(rows, [n for group in claims[:3] for n in group])
    assert (batch.support == 1).all()
    assert batch.types[0, :5].sum() == 0
    assert batch.mask.sum() == sum(int(rows.columns["length"][n]) for group in claims[:3] for n in group)
