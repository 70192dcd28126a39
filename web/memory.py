"""Memory that a server does not need goes back to the system: what loading took and freed, arenas of many threads."""

from __future__ import annotations

import ctypes
import gc
from typing import Any

_M_ARENA_MAX = -8
_ARENAS = 2
"""glibc keeps up to eight for each core, and each holds what its threads have freed."""


def keep_few_arenas() -> None:
    """Have threads share their arenas. To be called before there are many threads."""
    if (mallopt := _in_glibc("mallopt")) is not None:
        mallopt(_M_ARENA_MAX, _ARENAS)


def give_back() -> None:
    """Give freed memory back. What is there by now stays, so it is not looked through for garbage any more."""
    gc.collect()
    gc.freeze()
    if (trim := _in_glibc("malloc_trim")) is not None:
        trim(0)


def _in_glibc(name: str) -> Any:
    """Return a function of glibc, or None where there is another C library."""
    try:
        return getattr(ctypes.CDLL(None), name, None)
    except (OSError, TypeError):
        return None
