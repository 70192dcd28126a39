"""Memory that a server does not need any more goes back to the system: loading models takes more than it keeps."""

from __future__ import annotations

import ctypes
import gc


def give_back() -> None:
    """Give freed memory back. What is there by now stays, so it is not looked through for garbage any more."""
    gc.collect()
    gc.freeze()
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # another C library than glibc
        return
    trim(0)
