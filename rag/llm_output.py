"""A language model's output -> its sentences one by one, as plain text, each with the passage that it names.

Tolerant of what models make of the format: marks in the text (`[2]`, then perhaps `| words`), or none, or sentences
without lines of their own, or an object that keeps to SCHEMA.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from index.chunk import sentence_spans

SCHEMA: dict[str, Any] = {
    "title": "answer",
    "description": "The sentences of the answer; none if the passages do not answer.",
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "text": {"type": "string", "description": "One sentence, without the number of its passage"},
                    "passage": {"type": "integer", "description": "The number of the passage that says so"},
                    "words": {"type": "string", "description": "The words it leans on, copied from the passage"},
                },
                "required": ["text", "passage", "words"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}
_LOOKAHEAD_CHARS = 8
"""Characters that follow a sentence once it has certainly ended: before, "U.S." may still go on."""
_MAX_LINE = 2_000
"""Characters of a line that is looked at before it is over."""
_MARK = re.compile(r"\s*\[\d{1,4}(?:\s*[,;]\s*\d{1,4})*\]")
_NUMBER = re.compile(r"\d+")
_THINK_START, _THINK_END = "<think>", "</think>"
_LIST = re.compile(r"^(?:[-*•#>]+|\d{1,2}[.)])\s+")
_EMPHASIS = re.compile(r"(\*{1,3}|_{2,3}|`+)(?=\S)(.+?)(?<=\S)\1")
_ENDED = re.compile(r"[.!?。！？…][\"'”’」』)）\]]*$")
_ACTIVE_MARKUP = re.compile(
    r"[a-z][a-z0-9+.-]*://|\bwww\.|\b(?:mailto|javascript|data|vbscript|file):\S|\]\s*\(|\]\s*\[|!\[|^\[[^\]]*\]:"
    r"|</?[a-z!?]|&#?\w+;|\b[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/|[\w.+-]+@[\w-]+\.",
    re.IGNORECASE,
)
_REFUSAL = "none"


@dataclass(frozen=True, slots=True)
class Draft:
    """Sentence as the model wrote it, unverified, with the numbers of its passages and the words if it gave them."""

    text: str
    passages: tuple[int, ...] = ()
    words: str = ""

    @property
    def complete(self) -> bool:
        """Whether it was not cut off: it has a full stop, or a mark."""
        return bool(self.passages or _ENDED.search(self.text))

    @property
    def asks(self) -> bool:
        """Whether it is a question, which says nothing that a quote could support."""
        return self.text.endswith(("?", "？"))

    @property
    def live(self) -> bool:
        """Whether anything in it could become a link, an image or markup somewhere."""
        return _ACTIVE_MARKUP.search(self.text) is not None

    @property
    def refuses(self) -> bool:
        """Whether it says that the passages do not answer."""
        return self.text.strip(" .!\"'").casefold() == _REFUSAL


def of_text(pieces: Iterable[str | None]) -> Generator[Draft | None]:
    """Iterate over the sentences of a text that comes in pieces, each once complete; yields None for each None."""
    line, taken = "", 0
    for piece in _spoken(pieces):
        if piece is None:
            yield None
            continue
        line += piece
        while "\n" in line:
            whole, _, line = line.partition("\n")
            yield from _of_line(whole, final=True)[taken:]
            taken = 0
        drafts = _of_line(line, final=False)
        yield from drafts[taken:]
        taken = max(taken, len(drafts))
    yield from _of_line(line, final=True)[taken:]


def _spoken(pieces: Iterable[str | None]) -> Iterator[str | None]:
    """Iterate over the pieces without what a model thinks aloud before it answers."""
    start: str | None = ""
    for piece in pieces:
        if piece is None or start is None:
            yield piece
            continue
        start = (start + piece).lstrip()
        if not start.startswith(_THINK_START) and not _THINK_START.startswith(start):
            yield start
            start = None
        elif _THINK_END in start:
            yield start.partition(_THINK_END)[2]
            start = None
    if start and not start.startswith(_THINK_START):
        yield start


def of_objects(pieces: Iterable[Any]) -> Generator[Draft | None]:
    """Iterate over the sentences of a growing object; one is complete when the next has begun, or at the end."""
    taken, rows = 0, list[Any]()
    for piece in pieces:
        if piece is None:
            yield None
            continue
        rows = (piece.get("sentences") or []) if isinstance(piece, dict) else []
        for row in rows[taken:-1]:
            taken += 1
            yield from _of_row(row)
    for row in rows[taken:]:
        yield from _of_row(row)


def _of_row(row: Any) -> Iterator[Draft]:
    if isinstance(row, dict) and (text := plain(str(row.get("text") or ""))):
        number = row.get("passage")
        yield Draft(text, (number,) if isinstance(number, int) else (), str(row.get("words") or ""))


def _of_line(line: str, *, final: bool) -> list[Draft]:
    """Return the sentences of a line; while it may go on, only those that cannot change any more."""
    said, bar, words = line.partition("|")
    if not final and (bar or len(line) > _MAX_LINE):
        return []
    said = _LIST.sub("", said.lstrip())
    texts = [said[span.start : span.end] for span in sentence_spans(said)]
    if not final:
        texts = texts[:-1] if texts and len(texts[-1]) >= _LOOKAHEAD_CHARS else texts[:-2]
    drafts = []
    for n, text in enumerate(texts, start=1):
        numbers = tuple(int(number) for mark in _MARK.findall(text) for number in _NUMBER.findall(mark))
        if bare := plain(_MARK.sub("", text)):
            drafts.append(Draft(bare, numbers, words.strip() if n == len(texts) else ""))
    return drafts


def plain(text: str) -> str:
    """Return `text` on one line, without list marks, emphasis, and characters that do not show."""
    shown = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    kept = _LIST.sub("", " ".join(shown.split()))
    return _EMPHASIS.sub(r"\2", kept).strip()
