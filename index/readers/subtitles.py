"""Subtitles and transcripts (WebVTT, SubRip): what is said, in paragraphs, each under the time at which it begins.

The times are headings, so that a citation names its place in the recording.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.article import Article
from index.errors import ArticleError
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode
from index.readers.metadata import name_of, title_of

_TIMES = re.compile(
    r"[ \t]*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})[ \t]*-->[ \t]*(?:(\d{1,4}):)?(\d{1,2}):(\d{2})[.,]\d"
)
_HEADER = re.compile(r"\AWEBVTT[ \t]*(?:-?[ \t]*([^\n]*))?")
_VOICE = re.compile(r"<v(?:\.[^ >]*)?[ \t]+([^>]{1,200})>")
_TAG = re.compile(r"</?[a-zA-Z0-9.:][^>\n]{0,200}>|\{\\[^}\n]{0,200}\}")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"'”’»)\]]*$")
_PAUSE, _LONG = 3, 30
"""Seconds: of silence, after which a paragraph begins; and of a paragraph that ends with the next sentence."""


@dataclass(frozen=True, slots=True)
class _Cue:
    start: int
    end: int
    voice: str
    text: str


def read_subtitles(data: bytes, source: str) -> Article:
    """Return what is said; the numbers of cues, their places and colours are left out."""
    text = decode(data, source)
    header = _HEADER.match(text)
    blocks = list(_paragraphs(_cues(text)))
    if not blocks:
        raise ArticleError(f"{source} has no cues of subtitles", "give the subtitles themselves")
    title = title_of(header[1] if header else "")
    return compose(source, Properties(title or name_of(source)), blocks)


def _cues(text: str) -> Iterator[_Cue]:
    """Return the cues; a line that repeats the one before, as rolling captions do, is left out."""
    before, voice = "", ""
    for part in re.split(r"\n[ \t]*\n", text):
        lines = part.strip("\n").split("\n")
        at = next((n for n, line in enumerate(lines) if _TIMES.match(line)), None)
        if at is None or not (times := _TIMES.match(lines[at])):
            continue
        said = []
        for line in lines[at + 1 :]:
            if named := _VOICE.search(line):
                voice = " ".join(named[1].split())
            shown = " ".join(html.unescape(_TAG.sub("", line)).split())
            if shown and shown != before:
                said.append(shown)
                before = shown
        start = _seconds(times[1], times[2], times[3])
        yield _Cue(start, _seconds(times[5], times[6], times[7]), voice, " ".join(said))


def _paragraphs(cues: Iterator[_Cue]) -> Iterator[Block]:
    words: list[str] = []
    first: _Cue | None = None
    last: _Cue | None = None
    for cue in cues:
        if not cue.text:
            continue
        if first and last and _is_new(first, last, cue):
            yield from _paragraph(first, words)
            first, words = None, []
        first = first or cue
        words.append(cue.text)
        last = cue
    if first:
        yield from _paragraph(first, words)


def _is_new(first: _Cue, last: _Cue, cue: _Cue) -> bool:
    if cue.voice != last.voice or cue.start - last.end > _PAUSE:
        return True
    return cue.start - first.start >= _LONG and _SENTENCE_END.search(last.text) is not None


def _paragraph(first: _Cue, words: list[str]) -> Iterator[Block]:
    minutes, seconds = divmod(first.start, 60)
    yield Block(f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}", is_heading=True)
    yield Block(f"{first.voice}: {' '.join(words)}" if first.voice else " ".join(words))


def _seconds(hours: str | None, minutes: str, seconds: str) -> int:
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
