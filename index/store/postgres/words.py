"""Text as PostgreSQL can hold it."""

from __future__ import annotations

import re

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def storable(text: str) -> str:
    """Return `text` as PostgreSQL can hold it: in place of each NUL and lone surrogate, one replacement character."""
    return _UNSTORABLE.sub("\ufffd", text)
