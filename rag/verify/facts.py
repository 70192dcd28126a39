"""A text as words that can be compared: stems, numbers with their units, dates, names, and what is denied.

Everything is by form: short tables and bounded patterns, no model. A CJK character is a word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.terms import STOP_WORDS
from rag.language.english import (
    CJK_SCALES,
    IRREGULAR,
    LETTERS,
    MONTH,
    MONTHS,
    ODD,
    ORDINALS,
    PEOPLES,
    ROMAN,
    SCALES,
    SMALL,
    UNITS,
)

_CJK = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(
    rf"[{_CJK}]|[$€£¥%]|[^\W_{_CJK}]+(?:(?:(?<=\d)[.,:](?=\d)|['’](?=[^\W\d_]))[^\W_{_CJK}]+)*|[,;:.!?()，。；：、！？（）]|[–—]"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])-(\d{2})(?!\d)")
_DIGITS = re.compile(r"(\d+(?:[.,:]\d+)*)([a-z]{0,4})", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d{1,3}(?:\.\d{3}){2,}")
_LONGEST_NUMBER = 15
_DENIES = frozenset(
    "no not never none nobody nothing neither nor cannot without barely unable 不 没 沒 无 無 未 非 否 别".split()
)
_DENYING = re.compile(r"(?:fail|refus|den(?:y|ie)|lack|reject|prevent|declin(?=ed$))(?:s|es|ed|d|al|ing|e)?")
_ENDS_DENIAL = frozenset(
    "but because although though which who while whereas and however then ， 。 ； 、".split()
) | set(",;:.!?()")
_REACH = 8
"""So many words after a denying one may be what it denies."""
_BOUNDS = frozenset(",;:.!?()–—，。；：、！？（）")
_COMMON = re.compile(r"(?:s|ing|ion|ment|ness|ity|ism|ly|ers|one|ic|al|first|last|half|most|many|people|men|women)$")
_ENDINGS = re.compile(
    r"(?:isations?|izations?|ations?|itions?|ments?|ingly|edly|iveness|ness|ings?|ions?|ities|ity|ers?|ors?|ists?|ally|al|ly|ance|ence"
    r"|ants?|ents?|ive|ism|ied|ies|ed|es|s|e|y)$"
)
VERB_FORMS = frozenset(form for form, base in IRREGULAR.items() if form != base)
PASSIVE = frozenset("is are was were be been being".split())


@dataclass(frozen=True, slots=True)
class Word:
    """A word as it is compared.

    `number` is a canonical number or month ("215900", "month 3"), `unit` what it counts where known; `name` has a
    capital inside a sentence, `opens` one that may be there only because a sentence begins; `telling` words carry
    meaning, `denied` ones stand after a denial. `clause` counts the clauses before it.
    """

    low: str
    stem: str
    number: str = ""
    unit: str = ""
    name: bool = False
    opens: bool = False
    telling: bool = True
    denies: bool = False
    denied: bool = False
    clause: int = 0


def words_of(text: str) -> list[Word]:
    """The words of a text in order; punctuation is left out."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = unicodedata.normalize("NFKC", bare).translate(LETTERS).replace("’", "'").replace("‑", "-").replace("``", '"')
    pieces = _TOKEN.findall(_ISO_DATE.sub(lambda m: f"{m[3]} {MONTHS[int(m[2]) - 1].capitalize()} {m[1]}", text))
    return list(_with_denials(_words(pieces)))


def stem(low: str) -> str:
    """A word without its ending; the same for the forms of a verb and for a people and its country."""
    low = low.removesuffix("'s").removesuffix("'")
    if low in IRREGULAR or low in PEOPLES:
        return IRREGULAR.get(low) or PEOPLES[low]
    for _ in range(2):
        cut = _ENDINGS.sub("", low)
        if len(cut) < 3 or (len(cut) < 4 and len(low) - len(cut) > 2) or cut == low:
            break
        low = cut[:-1] if len(cut) > 3 and cut[-1] == cut[-2] and cut[-1] not in "sl" else cut
    return IRREGULAR.get(low, low)


def _words(pieces: Sequence[str]) -> Iterator[Word]:
    clause, opening, at = 0, True, 0
    while at < len(pieces):
        piece = pieces[at]
        low = piece.casefold()
        if piece in _BOUNDS:
            clause += piece not in "–—"
            opening = opening or piece in ".!?。！？"
            yield Word(piece, "", telling=False, clause=clause)
            at += 1
            continue
        if found := _number(pieces, at):
            word, taken = found
            yield replace(word, clause=clause)
        else:
            taken = 1
            capital = piece[0].isupper() and low not in STOP_WORDS
            sure = capital and (not opening or piece[1:] != piece[1:].lower() or any(map(str.isdigit, piece)))
            follows = opening and capital and at + 1 < len(pieces) and _makes_a_name(low, pieces[at + 1])
            yield Word(
                low,
                stem(low),
                name=sure or follows,
                opens=capital and opening and not (sure or follows),
                telling=low not in STOP_WORDS and not _denies(low) and piece not in "$€£¥%",
                denies=_denies(low) and not (low == "not" and pieces[at + 1 : at + 2] == ["only"]),
                clause=clause,
            )
        opening = False
        at += taken


def _makes_a_name(low: str, following: str) -> bool:
    """Whether a sentence's first word is a name by what follows: a capital, or (no article before it) a verb."""
    verb = following in PASSIVE or following in VERB_FORMS or following.endswith("ed")
    return following[0].isupper() or (verb and not _COMMON.search(low))


def _denies(low: str) -> bool:
    return low in _DENIES or low.endswith("n't") or bool(_DENYING.fullmatch(low))


def _with_denials(words: Iterable[Word]) -> Iterator[Word]:
    reach = commas = 0
    for word in words:
        if word.low == "," and (commas or reach == _REACH):
            commas = (commas + 1) % 2  # "did not, at first, sell": two commas that end nothing
            continue
        if word.low in _ENDS_DENIAL and not word.denies:
            reach = commas = 0
        if word.stem:
            yield replace(word, denied=reach > 0) if reach > 0 else word
        reach = (_REACH if reach <= 0 else 0) if word.denies else reach - 1


def _number(pieces: Sequence[str], at: int) -> tuple[Word, int] | None:
    """The number or month that begins at a piece, and how many pieces it takes."""
    piece, low = pieces[at], pieces[at].casefold()
    before = pieces[at - 1] if at else ""
    if (
        low in MONTH
        and piece[0].isupper()
        and (low not in {"may", "march", "mar", "sept", "dec"} or _dated(pieces, at))
    ):
        month = f"month {MONTH[low]}"
        return Word(low, month, number=month), 1
    if match := _DIGITS.fullmatch(piece):
        value, suffix, taken = _value(match[1]), match[2].casefold(), 1
        if before in {"–", "—"} and at > 1 and len(value) == 2 and re.fullmatch(r"[12]\d{3}", pieces[at - 2]):
            value = pieces[at - 2][:2] + value
    elif low in SMALL or low in SCALES or (low in {"a", "an"} and pieces[at + 1 : at + 2] and pieces[at + 1] in SCALES):
        value, taken = _written(pieces, at)
        suffix = ""
        if value == "1" and taken == 1:
            return None
    elif low in ORDINALS:
        value, suffix, taken = str(ORDINALS[low]), "th", 1
    elif piece in ROMAN and len(piece) > 1 and before[:1].isupper():
        return Word(low, str(ROMAN[piece]), number=str(ROMAN[piece])), 1
    elif low in ODD:
        return Word(low, ODD[low], number=ODD[low], telling=low != "both"), 1
    else:
        return None
    after = pieces[at + taken].casefold() if at + taken < len(pieces) else ""
    scale = SCALES.get(after) or CJK_SCALES.get(after)
    if scale and match and len(value) <= _LONGEST_NUMBER and ":" not in value:
        value, taken = _plain(float(value) * scale), taken + 1
        after = pieces[at + taken].casefold() if at + taken < len(pieces) else ""
    if after == "月" and value.isdigit():
        return Word(low, f"month {value}", number=f"month {value}"), taken + 1
    unit = (
        "th"
        if suffix in {"st", "nd", "rd", "th"}
        else suffix
        if suffix == "s"
        else UNITS.get(suffix or after) or UNITS.get(before, "")
    )
    return Word(low, value, number=value, unit=unit), taken + (after in {"%", "percent"})


def _dated(pieces: Sequence[str], at: int) -> bool:
    """Whether a month's name that is also a word stands as a month: beside a number, or after a preposition."""
    around = [*pieces[max(0, at - 1) : at], *pieces[at + 1 : at + 2]]
    return any(each[0].isdigit() for each in around) or (
        at > 0 and pieces[at - 1].lower() in {"in", "since", "until", "by", "of", "from"}
    )


def _value(digits: str) -> str:
    if len(digits) > _LONGEST_NUMBER or ":" in digits:
        return digits
    if _THOUSANDS.fullmatch(digits):
        digits = digits.replace(",", "") if "," in digits else digits.replace(".", "")
    digits = digits.replace(",", ".")
    return _plain(float(digits)) if digits.count(".") <= 1 else digits


def _plain(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(round(value, 6))


def _written(pieces: Sequence[str], at: int) -> tuple[str, int]:
    """A number in words, as "two hundred and five thousand"; and how many pieces it takes."""
    total, part, end = 0, 0, at
    for i in range(at, min(len(pieces), at + 12)):
        low = pieces[i].casefold()
        if low in SMALL:
            part += SMALL[low]
        elif low == "hundred":
            part = max(1, part) * 100
        elif low in SCALES:
            total, part = total + max(1, part) * SCALES[low], 0
        elif not (low == "and" and end == i and pieces[i - 1].casefold() in SCALES) and not (
            i == at and low in {"a", "an"}
        ):
            break
        end = i + 1 if low != "and" else end
        if low == "and" and (i + 1 >= len(pieces) or pieces[i + 1].casefold() not in SMALL):
            break
        end = i + 1
    if pieces[end - 1].casefold() == "and":
        end -= 1
    return str(total + part), end - at
