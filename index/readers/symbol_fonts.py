"""Characters of the fonts Symbol and Wingdings, which Word stores by their places there, as the ones they show."""

from __future__ import annotations

_FIRST, _SECOND = 0x20, 0xA0
_SYMBOL = (
    " !∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼",
    "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑",
)
_WINGDINGS = {
    0x4A: "☺", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0x9F: "•", 0xA7: "▪", 0xA8: "◻", 0xD8: "➢",
    0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "→", 0xF0: "⇨", 0xFB: "✗", 0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip


def symbol(font: str, code: int) -> str:
    """Return the character at a place of a symbol font; U+FFFD where it is not known, "" for a mere ornament."""
    place = code & 0xFF if 0xF000 <= code <= 0xF0FF else code
    if font.lower().startswith(("wingdings", "webdings")):
        return _WINGDINGS.get(place, "")
    if font.lower() == "symbol":
        row, at = (_SYMBOL[1], place - _SECOND) if place >= _SECOND else (_SYMBOL[0], place - _FIRST)
        return row[at] if 0 <= at < len(row) else "\ufffd"
    return "\ufffd" if 0xE000 <= code <= 0xF8FF or not 0x20 <= code < 0x110000 or 0xD800 <= code < 0xE000 else chr(code)


def shown(font: str, text: str) -> str:
    """Return a run's text as its font shows it: places of symbol fonts become their characters."""
    if not any("\uf020" <= character <= "\uf0ff" for character in text):
        return text
    font = font if font.lower().startswith(("wingdings", "webdings")) else "Symbol"
    return "".join(symbol(font, ord(each)) if "\uf020" <= each <= "\uf0ff" else each for each in text)
