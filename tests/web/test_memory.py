"""A server gives back what it freed, whatever the C library."""

from __future__ import annotations

import gc
from types import SimpleNamespace

import pytest

from web.memory import give_back


@pytest.mark.parametrize("library", ["glibc", "another"])
def test_what_is_there_is_frozen_and_what_is_freed_given_back(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    trimmed: list[int] = []
    functions = {"malloc_trim": trimmed.append} if library == "glibc" else {}
    monkeypatch.setattr("ctypes.CDLL", lambda _: SimpleNamespace(**functions))
    try:
        give_back()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
    assert trimmed == ([0] if library == "glibc" else [])
