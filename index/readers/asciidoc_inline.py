"""AsciiDoc inside a line: the words without their marks, links as their words, footnotes apart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

_RAISED = str.maketrans("0123456789+-n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿ")
_LOWERED = str.maketrans("0123456789+-", "₀₁₂₃₄₅₆₇₈₉₊₋")
_MACROS = (
    (re.compile(r"(?:anchor|indexterm2?|pass):\S*?\[([^\]]{0,200})\]"), ""),
    (re.compile(r"\(\(\(([^()]{0,200})\)\)\)|\[\[[^\]]{0,200}\]\]|\[#[\w-]{1,100}\](?![#*_`])"), ""),
    (re.compile(r"\(\(([^()]{1,200})\)\)"), r"\1"),
    (re.compile(r"<<[^,<>]{1,200},\s*([^<>]{1,400})>>"), r"\1"),
    (re.compile(r"<<#?([^,<>]{1,200})>>"), r"\1"),
    (re.compile(r"(?:link:|xref:|mailto:)[^\s\[\]]{1,2000}\[([^\]]{1,2000})\]"), r"\1"),
    (re.compile(r"(?:link:|xref:|mailto:)([^\s\[\]]{1,2000})\[\]"), r"\1"),
    (re.compile(r"\bhttps?://[^\s\[\]<>]{1,2000}\[([^\]]{1,2000})\]"), r"\1"),
    (re.compile(r"(\bhttps?://[^\s\[\]<>]{1,2000})\[\]"), r"\1"),
    (re.compile(r"image:[^:\s\[][^\s\[]{0,2000}\[(?:\"([^\"]{0,400})\"|([^,\]]{0,400}))[^\]]{0,400}\]"), r"\1\2"),
    (re.compile(r"(?:kbd|btn|stem|latexmath|asciimath):\[([^\]]{1,2000})\]"), r"\1"),
    (re.compile(r"menu:([^\[]{1,100})\[([^\]]{0,200})\]"), r"\1 > \2"),
    (re.compile(r"\[[.%\w\s-]{1,100}\](?=[#*_`])"), ""),
)
_FOOTNOTE = re.compile(r"footnote(?:ref)?:[\w-]{0,100}\[((?:[^\[\]]|\[[^\]]{0,500}\]){0,4000})\]")
_LINK_OPTIONS = re.compile(r"(?:,\s*(?:window|role|opts|rel)=[^\]]*|\^)$")
_TWICE = tuple(re.compile(rf"{mark}(\S(?:.*?\S)?){mark}") for mark in (r"\*\*", "__", "``", "##"))
_ONCE = tuple(
    re.compile(rf"(?<![\w\\{mark}]){mark}(\S(?:[^{mark}]*?[^\s{mark}])?){mark}(?![\w{mark}])")
    for mark in (r"\+", r"\*", "_", "`", "#")
)
_UP = re.compile(r"\^([^\s^]{1,100})\^")
_DOWN = re.compile(r"~([^\s~]{1,100})~")
_ATTRIBUTE = re.compile(r"(?<!\\)\{([\w-]{1,100})\}")
_SIGNS = {
    "nbsp": " ", "amp": "&", "lt": "<", "gt": ">", "empty": "", "sp": " ", "apos": "'", "quot": '"', "zwsp": "",
    "plus": "+", "asterisk": "*", "caret": "^", "tilde": "~", "backtick": "`", "vbar": "|", "deg": "°", "cpp": "C++",
}  # fmt: skip


def inline_text(text: str, attributes: Mapping[str, str], notes: list[str] | None = None) -> str:
    """Return the words of a paragraph; the text of footnotes goes to `notes`."""
    text = _ATTRIBUTE.sub(lambda found: _value(found, attributes), text)
    found_notes = [inline_text(each, attributes) for each in _FOOTNOTE.findall(text) if each]
    if notes is not None:
        notes += found_notes
    text = _FOOTNOTE.sub("", text)
    for pattern, words in _MACROS:
        text = pattern.sub(partial(_shown, words), text)
    for pattern in (*_TWICE, *_ONCE):
        text = pattern.sub(r"\1", text)
    text = _UP.sub(lambda found: found[1].translate(_RAISED) if found[1].isalnum() else found[1], text)
    text = _DOWN.sub(lambda found: found[1].translate(_LOWERED) if found[1].isalnum() else found[1], text)
    return re.sub(r"\\(?=[*_`#{<\[^~])", "", text)


def _shown(words: str, found: re.Match[str]) -> str:
    return _LINK_OPTIONS.sub("", found.expand(words))


def _value(found: re.Match[str], attributes: Mapping[str, str]) -> str:
    """Return what the document says an attribute is; one that it does not know stays as it is written."""
    name = found[1].lower()
    return attributes.get(name, _SIGNS.get(name, found[0]))
