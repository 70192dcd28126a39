"""A text as tokens that can be compared: stems, numbers with their units, dates, names, and what is denied.

Everything is by form: short tables and bounded patterns, no model. A CJK character is a token.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from index.terms import STOP_WORDS
from rag.language import chinese, english
from rag.language.numbers import number_at
from rag.language.scripts import CJK
from rag.language.stem import stem
from rag.language.time import MONTHS
from rag.language.verbs import FORMS_OF_BE, IRREGULAR_FORMS

_PIECE = re.compile(
    rf"[{CJK}]|[$€£¥%]|[^\W_{CJK}]+(?:(?:(?<=\d)[.,:](?=\d)|['’](?=[^\W\d_]))[^\W_{CJK}]+)*|[,;:.!?()，。；：、！？（）]|[–—]"
)
_ISO_DATE = re.compile(r"(?<!\d)(\d{4})-(0[1-9]|1[0-2])-(\d{2})(?!\d)")
_LETTER_FOLDING = str.maketrans("łŁøØđĐ", "lLoOdD")
"""Letters with a stroke, which no Unicode normalisation takes apart."""
_BOUNDS = frozenset(",;:.!?()–—，。；：、！？（）")
_SENTENCE_ENDS = ".!?。！？"
_NEGATIONS = english.NEGATIONS | chinese.NEGATIONS
_ENDS_NEGATION = english.ENDS_NEGATION | frozenset(",;:.!?()，。；、")
_NEGATION_REACH = 8
"""Tokens after a negation that may be denied by it."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word or number as it is compared.

    `number` is a canonical figure or month ("215900", "month 3"), `unit` what it counts if known. `is_name`: it has
    a capital inside a sentence; `sentence_initial`: it has one that the beginning of a sentence may explain.
    `is_content`: it carries meaning. `negates`: it denies what follows; `negated`: it follows a negation. `clause`
    counts the clauses before it.
    """

    lower: str
    stem: str
    number: str = ""
    unit: str = ""
    is_name: bool = False
    sentence_initial: bool = False
    is_content: bool = True
    negates: bool = False
    negated: bool = False
    clause: int = 0


def tokens_of(text: str) -> list[Token]:
    """Return the tokens of a text in order, without punctuation."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    text = unicodedata.normalize("NFKC", bare).translate(_LETTER_FOLDING)
    text = text.replace("’", "'").replace("‑", "-").replace("``", '"')
    pieces = _PIECE.findall(_ISO_DATE.sub(lambda m: f"{m[3]} {MONTHS[int(m[2]) - 1]} {m[1]}", text))
    return list(_with_negated(_tokens(pieces)))


def _tokens(pieces: Sequence[str]) -> Iterator[Token]:
    """Return tokens, punctuation among them as tokens without a stem."""
    clause, initial, at = 0, True, 0
    while at < len(pieces):
        piece = pieces[at]
        if piece in _BOUNDS:
            clause += piece not in "–—"
            initial = initial or piece in _SENTENCE_ENDS
            yield Token(piece, "", is_content=False, clause=clause)
            at += 1
            continue
        if number := number_at(pieces, at):
            lower = piece.casefold()
            yield Token(lower, number.value, number.value, number.unit, is_content=lower != "both", clause=clause)
            at += number.pieces
        else:
            yield _word(pieces, at, clause, initial=initial)
            at += 1
        initial = False


def _word(pieces: Sequence[str], at: int, clause: int, *, initial: bool) -> Token:
    piece, following = pieces[at], pieces[at + 1] if at + 1 < len(pieces) else ""
    lower = piece.casefold()
    capital = piece[0].isupper() and lower not in STOP_WORDS
    is_name = capital and (not initial or _is_name_anywhere(piece) or _makes_name(lower, following))
    return Token(
        lower,
        stem(lower),
        is_name=is_name,
        sentence_initial=capital and initial and not is_name,
        is_content=lower not in STOP_WORDS and not _is_negation(lower) and piece not in "$€£¥%",
        negates=_is_negation(lower) and not (lower == "not" and following == "only"),
        clause=clause,
    )


def _is_name_anywhere(piece: str) -> bool:
    """Return whether a word with a capital has another one, or a digit."""
    return piece[1:] != piece[1:].lower() or any(map(str.isdigit, piece))


def _makes_name(lower: str, following: str) -> bool:
    """Return whether a sentence's first word is a name by what follows: a capital, or (without an article) a verb."""
    if not following:
        return False
    verb = following in FORMS_OF_BE or following in IRREGULAR_FORMS or following.endswith("ed")
    return following[0].isupper() or (verb and not english.COMMON_WORD.search(lower))


def _is_negation(lower: str) -> bool:
    return lower in _NEGATIONS or lower.endswith("n't") or bool(english.NEGATING_VERB.fullmatch(lower))


def _with_negated(tokens: Iterable[Token]) -> Iterator[Token]:
    """Drop punctuation and mark the tokens that a negation reaches."""
    reach = commas = 0
    for token in tokens:
        if token.lower == "," and (commas or reach == _NEGATION_REACH):
            commas = (commas + 1) % 2  # "did not, at first, sell": two commas that end nothing
            continue
        if token.lower in _ENDS_NEGATION and not token.negates:
            reach = commas = 0
        if token.stem:
            yield replace(token, negated=True) if reach > 0 else token
        reach = (_NEGATION_REACH if reach <= 0 else 0) if token.negates else reach - 1
