"""Numbers as English and Chinese write them: digits, words, ordinals, scales and units -> canonical figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.language.time import AMBIGUOUS_MONTHS, MONTH_NUMBERS

NUMBER_WORDS = {
    word: n
    for n, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
        " seventeen eighteen nineteen".split()
    )
} | {word: 20 + 10 * n for n, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12, "bn": 10**9}
CJK_SCALES = {"百": 100, "千": 10**3, "万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}
ORDINALS = {
    word: n
    for n, word in enumerate(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(), 1
    )
}
ROMAN_NUMERALS = {
    numeral: n for n, numeral in enumerate("II III IV V VI VII VIII IX X XI XII XIII XIV XV XVI XVII XVIII".split(), 2)
}
QUANTIFIERS = {"half": "0.5", "twice": "2", "double": "2", "triple": "3", "dozen": "12", "both": "2"}
UNITS = {
    form: forms.split()[0]
    for forms in (
        "% percent percentage 百",
        "$ dollar dollars usd",
        "€ euro euros eur",
        "£ pound pounds gbp",
        "¥ yuan yen rmb renminbi 元",
        "km kilometre kilometres kilometer kilometers",
        "mi mile miles",
        "metre metres meter meters",
        "ft foot feet",
        "kg kilogram kilograms",
        "ton tons tonne tonnes",
        "year years",
        "month months",
        "week weeks",
        "day days",
        "hour hours",
        "minute minutes",
        "century centuries",
    )
    for form in forms.split()
}
"""Units by each of their forms."""
CURRENCIES = ("yuan", "dollars", "euros", "pounds", "yen", "rupees", "francs")
_DIGITS = re.compile(r"(\d+(?:[.,:]\d+)*)([a-z]{0,4})", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}")
_CENTURY = re.compile(r"[12]\d{3}")
_MAX_DIGITS = 15
_MAX_PIECES = 12
"""Pieces of a number in words."""


@dataclass(frozen=True, slots=True)
class Number:
    """A canonical figure or month ("215900", "month 3"), its unit if known, and how many pieces it takes."""

    value: str
    unit: str = ""
    pieces: int = 1


def number_at(pieces: Sequence[str], at: int) -> Number | None:
    """Return the number or month that begins at a piece of a text (a word, figure or sign)."""
    piece, lower = pieces[at], pieces[at].casefold()
    before = pieces[at - 1] if at else ""
    if _is_month(pieces, at):
        return Number(f"month {MONTH_NUMBERS[lower]}")
    if digits := _DIGITS.fullmatch(piece):
        return _figure(pieces, at, digits)
    if _begins_number_in_words(pieces, at):
        value, taken = _in_words(pieces, at)
        return None if (value, taken) == ("1", 1) else _with_unit(pieces, at, value, "", taken)
    if lower in ORDINALS:
        return _with_unit(pieces, at, str(ORDINALS[lower]), "th", 1)
    if piece in ROMAN_NUMERALS and len(piece) > 1 and before[:1].isupper():
        return Number(str(ROMAN_NUMERALS[piece]))
    return Number(QUANTIFIERS[lower]) if lower in QUANTIFIERS else None


def _is_month(pieces: Sequence[str], at: int) -> bool:
    """Return whether a month stands there; one that is also a word needs a number beside it, or a preposition."""
    piece, lower = pieces[at], pieces[at].casefold()
    if lower not in MONTH_NUMBERS or not piece[0].isupper():
        return False
    neighbours = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    led = at > 0 and pieces[at - 1].lower() in {"in", "since", "until", "by", "of", "from"}
    return lower not in AMBIGUOUS_MONTHS or led or any(neighbour[0].isdigit() for neighbour in neighbours)


def _figure(pieces: Sequence[str], at: int, digits: re.Match[str]) -> Number:
    value, taken = _canonical(digits[1]), 1
    dash = at > 1 and pieces[at - 1] in {"–", "—"}
    if dash and len(value) == 2 and _CENTURY.fullmatch(pieces[at - 2]):
        value = pieces[at - 2][:2] + value  # "1914–18"
    after = _lower(pieces, at + 1)
    scale = SCALES.get(after) or CJK_SCALES.get(after)
    if scale and len(value) <= _MAX_DIGITS and ":" not in value:
        value, taken = _plain(float(value) * scale), 2
        after = _lower(pieces, at + 2)
    if after == "月" and value.isdigit():
        return Number(f"month {value}", pieces=taken + 1)
    return _with_unit(pieces, at, value, digits[2].casefold(), taken)


def _with_unit(pieces: Sequence[str], at: int, value: str, suffix: str, taken: int) -> Number:
    """Return a number with the unit that is its suffix, or stands after or before it."""
    after = _lower(pieces, at + taken)
    if suffix in {"st", "nd", "rd", "th"}:
        unit = "th"
    elif suffix == "s":
        unit = suffix  # "the 1990s"
    else:
        unit = UNITS.get(suffix or after) or UNITS.get(pieces[at - 1] if at else "", "")
    return Number(value, unit, taken + (after in {"%", "percent"}))


def _begins_number_in_words(pieces: Sequence[str], at: int) -> bool:
    lower = pieces[at].casefold()
    scaled = lower in {"a", "an"} and at + 1 < len(pieces) and pieces[at + 1] in SCALES
    return lower in NUMBER_WORDS or lower in SCALES or scaled


def _in_words(pieces: Sequence[str], at: int) -> tuple[str, int]:
    """Return a number in words, as "two hundred and five thousand", and how many pieces it takes."""
    total, part, end = 0, 0, at
    for i in range(at, min(len(pieces), at + _MAX_PIECES)):
        lower = pieces[i].casefold()
        if lower in NUMBER_WORDS:
            part += NUMBER_WORDS[lower]
        elif lower == "hundred":
            part = max(1, part) * 100
        elif lower in SCALES:
            total, part = total + max(1, part) * SCALES[lower], 0
        elif not _joins(pieces, i, at):
            break
        end = i + 1
    return str(total + part), end - at


def _joins(pieces: Sequence[str], i: int, at: int) -> bool:
    """Return whether an "a" opens a number in words, or an "and" goes on with one after a scale."""
    lower = pieces[i].casefold()
    if lower == "and":
        return i > at and pieces[i - 1].casefold() in SCALES and _lower(pieces, i + 1) in NUMBER_WORDS
    return i == at and lower in {"a", "an"}


def _canonical(digits: str) -> str:
    """Return digits without separators of thousands; a time of day, and what is too long for a number, as they are."""
    if len(digits) > _MAX_DIGITS or ":" in digits:
        return digits
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "") if "," in digits else digits.replace(".", "")
    digits = digits.replace(",", ".")
    return _plain(float(digits)) if digits.count(".") <= 1 else digits


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def _lower(pieces: Sequence[str], at: int) -> str:
    return pieces[at].casefold() if at < len(pieces) else ""
