"""Plain text: the article is the file, word for word."""

from __future__ import annotations

from pathlib import PurePath

from index.article import Article
from index.readers.decode import decode

TITLE_CHARACTERS = 100


def read_text(data: bytes, source: str) -> Article:
    """An article whose title is its first line if that is short and complete, else the file's name."""
    text = decode(data, source)
    return Article(source, _title(text) or PurePath(source).stem, text, "")


def _title(text: str) -> str | None:
    """The first line, if a blank line or the end follows and it does not break off."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    stands_alone = rest[:1] in ("", "\n") or rest.split("\n", 1)[0].isspace()
    complete = not first.endswith((",", ";", ":", "-", "...", "…"))
    return first if stands_alone and complete and len(first) <= TITLE_CHARACTERS else None
