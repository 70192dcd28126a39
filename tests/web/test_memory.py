"""A server gives back what it freed, whatever the C library."""

from __future__ import annotations

import gc

import pytest

from web import memory


def test_what_is_there_is_frozen_and_nothing_fails() -> None:
    memory.keep_few_arenas()
    try:
        memory.give_back()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()


def test_without_glibc_nothing_is_given_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Other:
        pass

    monkeypatch.setattr("ctypes.CDLL", lambda _: Other())
    memory.keep_few_arenas()
    try:
        memory.give_back()
    finally:
        gc.unfreeze()
    assert memory._in_glibc("malloc_trim") is None
