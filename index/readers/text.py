"""Plain text: the article is the file, word for word."""

from __future__ import annotations

import re

from index.article import Article
from index.readers.decode import decode

TITLE_CHARACTERS = 100
_LOOK_AT = 4000
_SENTENCE = re.compile(r".*?(?:[.!?…][\"'”’»)]*(?= |$)(?<!\b[A-Z]\.)(?<!Mr\.)(?<!Dr\.)(?<!Mrs\.)(?<!St\.)|[。！？]|$)")


def read_text(data: bytes, source: str) -> Article:
    """Return an article titled by its first line if that is short and complete, else by its first sentence."""
    text = decode(data, source)
    return Article(source, _first_line(text) or first_sentence(text), text, "")


def _first_line(text: str) -> str | None:
    """Return the first line, if a blank line or the end follows and it does not break off."""
    first, _, rest = text.strip().partition("\n")
    first = first.strip()
    stands_alone = rest[:1] in ("", "\n") or rest.split("\n", 1)[0].isspace()
    complete = not first.endswith((",", ";", ":", "-", "...", "…"))
    return first if stands_alone and complete and len(first) <= TITLE_CHARACTERS else None


def first_sentence(text: str) -> str:
    """Return the first sentence on one line, cut after a word where it is long."""
    sentence = _SENTENCE.match(" ".join(text[:_LOOK_AT].split()))
    first = sentence[0] if sentence else ""
    if len(first) <= TITLE_CHARACTERS:
        return first
    cut = first[: TITLE_CHARACTERS - 1]
    return f"{cut.rpartition(' ')[0] or cut}…"
