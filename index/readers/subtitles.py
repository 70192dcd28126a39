"""Subtitles and transcripts (WebVTT, SubRip): what is said, in paragraphs, each under the time at which it begins.

The times are headings, so that a citation names its place in the recording.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

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
_SPEAKER = re.compile(r"(\[[^\[\]:]{1,40}\]|[^\W\d_][\w.'()-]*(?: [\w.'()-]+){0,4})(?::[ \t]+|：\s*)")
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


def _cues(text: str) -> list[_Cue]:
    """Return the cues; a line that repeats the one before, as rolling captions do, is left out."""
    cues = []
    before, voice = "", ""
    for times, lines in _timed(text):
        start, end = _seconds(times[1], times[2], times[3]), _seconds(times[5], times[6], times[7])
        said: list[tuple[str, str]] = []
        for line in lines:
            if named := _VOICE.search(line):
                voice = " ".join(named[1].split())
            shown = " ".join(html.unescape(_TAG.sub("", line)).split())
            if shown and shown != before:
                said.append((voice, shown))
                before = shown
        for speaker, group in groupby(said, key=lambda part: part[0]):
            cues.append(_Cue(start, end, speaker, " ".join(words for _, words in group)))
    return _with_voices(cues)


def _timed(text: str) -> Iterator[tuple[re.Match[str], list[str]]]:
    """Return the times of each cue with the lines below; a cue may follow without a blank line, under its number."""
    for part in re.split(r"\n[ \t]*\n", text):
        times, said = None, list[str]()
        for line in part.strip("\n").split("\n"):
            if found := _TIMES.match(line):
                if times is not None:
                    yield times, said[:-1] if said and said[-1].strip().isdecimal() else said
                times, said = found, []
            else:
                said.append(line)
        if times is not None:
            yield times, said


def _with_voices(cues: list[_Cue]) -> list[_Cue]:
    """Return the cues with who speaks, where most of them begin with a name: `Pia Holm: It is lit`."""
    named = [_SPEAKER.match(cue.text) for cue in cues]
    if any(cue.voice for cue in cues) or sum(found is not None for found in named) <= len(cues) / 2:
        return cues
    spoken, voice = [], ""
    for cue, found in zip(cues, named, strict=True):
        voice = found[1].strip("[] ") if found else voice
        spoken.append(replace(cue, voice=voice, text=cue.text[found.end() :] if found else cue.text))
    return [cue for cue in spoken if cue.text]


def _paragraphs(cues: Iterable[_Cue]) -> Iterator[Block]:
    words: list[str] = []
    first: _Cue | None = None
    last: _Cue | None = None
    for cue in cues:
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
