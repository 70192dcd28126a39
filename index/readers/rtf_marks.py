"""RTF as it is shown, before striprtf makes text of it, which knows no hidden, deleted or raised characters.

Hidden and deleted text and comments go; footnotes and text boxes, which striprtf leaves out, become paragraphs of
their own; raised digits become raised characters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from index.readers.notation import raised

_TOKEN = re.compile(
    r"\\bin(?P<bytes>\d{1,9}) ?|\\(?P<word>[a-zA-Z]{1,32})(?P<number>-?\d{1,10})? ?|\\'[0-9a-fA-F]{2}|\\[^a-zA-Z]|"
    r"(?P<brace>[{}])|(?P<text>[^\\{}\r\n]+)|[\r\n]+|\\"
)
_OWN_PARAGRAPH = frozenset({"footnote", "shptxt", "dptxbxtext"})
_AROUND = frozenset("shp shpinst do".split())
"""Destinations that striprtf leaves out with the text box in them."""
_RESET = frozenset({"plain", "pard"})


@dataclass(frozen=True, slots=True)
class _State:
    hidden: bool = False
    is_raised: bool = False
    drawing: bool = False
    """Inside a shape, of which only its text box is text."""


def as_shown(code: str) -> str:
    """Return the RTF without what is not shown; where nothing of the kind is in it, as it is."""
    if not re.search(r"\\(?:v|deleted|super|footnote|shptxt|dptxbxtext)(?![a-zA-Z])", code):
        return code
    return "".join(_Rewriter(code).parts())


class _Rewriter:
    def __init__(self, code: str) -> None:
        self._code = code
        self._state = _State()
        self._stack: list[_State] = []
        self._later: list[list[str]] = []
        """Paragraphs that stand after the one that is being read."""
        self._outer: list[tuple[int, list[str]]] = []
        """What a footnote or text box interrupts, by the depth at which that ends."""
        self._out: list[str] = []

    def parts(self) -> list[str]:
        """Return the pieces of the new code."""
        at = 0
        while match := _TOKEN.match(self._code, at):
            at = match.end() + int(match["bytes"] or 0)
            if match["brace"]:
                self._brace(match[0])
            elif match["word"]:
                self._word(match["word"], match["number"], match[0])
            elif match["bytes"] is None:
                self._text(match[0], match["text"])
        return [*self._out, *(part for paragraph in self._later for part in paragraph)]

    def _brace(self, brace: str) -> None:
        if brace == "{":
            self._stack.append(self._state)
            self._out.append(brace)
            return
        if self._outer and self._outer[-1][0] == len(self._stack):
            inside, (_, self._out) = self._out, self._outer.pop()
            self._later.append(["{", *inside, "\\par}"])
        if len(self._stack) == 1:
            self._flush()
        self._out.append(brace)
        self._state = self._stack.pop() if self._stack else _State()

    def _word(self, word: str, number: str | None, code: str) -> None:
        state = self._state
        if word in ("v", "deleted"):
            self._state = replace(state, hidden=number != "0")
        elif word in ("super", "sub", "nosupersub"):
            self._state = replace(state, is_raised=word == "super" and number != "0")
        elif word in _AROUND:
            self._state = replace(state, drawing=True)
        elif word in _OWN_PARAGRAPH:
            self._outer.append((len(self._stack), self._out))
            self._out = []
            self._state = _State(hidden=state.hidden)
        elif word == "chftn":
            pass  # the number of a note
        else:
            if word in _RESET and not state.drawing:
                self._state = _State()
            if not (state.hidden or state.drawing) or word not in ("u", "tab", "line", "emdash", "endash", "bullet"):
                self._out.append(code)
            if word in ("par", "sect", "page") and not self._outer:
                self._flush()

    def _text(self, code: str, text: str | None) -> None:
        state = self._state
        if state.hidden or state.drawing:
            return
        if text and state.is_raised:
            shown = raised(text)
            code = "".join(letter if letter.isascii() else f"\\u{ord(letter)}?" for letter in shown)
        self._out.append(code)

    def _flush(self) -> None:
        """Put the footnotes and text boxes of a paragraph after it."""
        later, self._later = self._later, []
        for paragraph in later:
            self._out += paragraph
