"""Numbers of lists, clauses and headings as documents show them: 3, iii, C, 三."""

from __future__ import annotations

_ROMAN = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
    (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN = 4999
_CHINESE_DIGITS = "〇一二三四五六七八九"
_ALPHABET = 26


def in_format(number: int, style: str) -> str:
    """Return the number in one of the formats of Office Open XML; in digits for those that are not known."""
    match style:
        case "lowerLetter" | "upperLetter" if number > 0:
            letter = chr(ord("a") + (number - 1) % _ALPHABET)
            return _cased(letter * min(1 + (number - 1) // _ALPHABET, 8), style)
        case "lowerRoman" | "upperRoman" if 0 < number <= _MOST_ROMAN:
            return _cased(_roman(number), style)
        case "decimalZero":
            return f"{number:02}"
        case "ordinal" if number > 0:
            ends = {1: "st", 2: "nd", 3: "rd"}
            return f"{number}{'th' if 10 < number % 100 < 14 else ends.get(number % 10, 'th')}"
        case "chineseCounting" | "chineseCountingThousand" | "japaneseCounting" | "ideographDigital" if (
            0 < number < 100
        ):
            return _chinese(number)
        case _:
            return str(number)


def _cased(text: str, style: str) -> str:
    return text.upper() if style.startswith("upper") else text


def _roman(number: int) -> str:
    parts = []
    for value, letters in _ROMAN:
        count, number = divmod(number, value)
        parts.append(letters * count)
    return "".join(parts)


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    ten = "" if tens == 0 else "十" if tens == 1 else f"{_CHINESE_DIGITS[tens]}十"
    return ten + (_CHINESE_DIGITS[ones] if ones or not tens else "")
