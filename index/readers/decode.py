"""Bytes -> text, strictly: a wrong guess would silently change the words that are quoted."""

from __future__ import annotations

import codecs
import re

from index.errors import ArticleError

_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16-le", codecs.BOM_UTF16_BE: "utf-16-be"}

# Pages say these and mean those: https://encoding.spec.whatwg.org/#names-and-labels
_MISDECLARED = {"iso-8859-1": "windows-1252", "latin1": "windows-1252", "ascii": "windows-1252"} | dict.fromkeys(
    ("utf-16", "utf-16le", "utf-16be"), "utf-8"
)
_IMPOSSIBLE = dict.fromkeys([0, *range(0xD800, 0xE000)], "\ufffd")


def decode(data: bytes, source: str, declared: str | None = None) -> str:
    """The text of a file; each line ends with a line feed.

    Its byte order mark decides, else the encoding it declares, else UTF-8. Raises ArticleError
    if the bytes do not fit, or hold NULs or nothing but blanks.
    """
    if declared and (declared := declared.lower()) in _MISDECLARED:
        declared = _MISDECLARED[declared]
    mark = next((mark for mark in _MARKS if data.startswith(mark)), b"")
    encoding = _MARKS.get(mark) or declared or "utf-8"
    try:
        text = data[len(mark) :].decode(encoding)
    except (UnicodeError, LookupError) as error:
        raise ArticleError(
            f"{source} is not {encoding} text ({error})", "save it as UTF-8 and ingest it again"
        ) from error
    if "\0" in text:
        raise ArticleError(f"{source} holds NUL bytes, so it is not text", "give the text it was made from")
    if not text.strip():
        raise ArticleError(f"{source} is empty", "remove it or give it some text")
    return clean(re.sub(r"\r\n?", "\n", text))


def clean(text: str) -> str:
    """Without what no file or database can hold: half characters and NULs become U+FFFD."""
    return text.translate(_IMPOSSIBLE)
