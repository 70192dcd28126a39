"""Whether who acts and who is acted upon have changed places between a claim and a quote."""

from __future__ import annotations

from collections.abc import Sequence

from rag.language.tokens import Token
from rag.language.verbs import FORMS_OF_BE, IRREGULAR_FORMS
from rag.verify.counterparts import Places

_ROLE_WINDOW = 5
"""Words before and after a verb among which its subject and its object are looked for."""


def roles(claim: Sequence[Token], quote: Sequence[Token], places: Places) -> tuple[bool, bool]:
    """Return whether actor and acted-upon have changed places: around the same verb; around some verb."""
    order_reversed: bool | None = None
    for verb, token in enumerate(claim):
        if not verb or token.is_name or token.number or not _is_verbal(token):
            continue
        left, right = _sides(claim, places, verb)
        if not left or not right:
            continue
        verdicts = {_is_flipped(claim, quote, places, left, verb, at, right) for at, _ in places.get(verb, ())}
        if True in verdicts and False not in verdicts:
            return True, True
        if order_reversed is None and False not in verdicts:
            order_reversed = _is_order_reversed(claim, quote, places, left, verb, right)
    return False, order_reversed is True


def _sides(claim: Sequence[Token], places: Places, verb: int) -> tuple[list[int], list[int]]:
    """Return the words with counterparts before and after a verb of the claim, without those on both sides."""
    left = [i for i in range(max(0, verb - _ROLE_WINDOW), verb) if places.get(i) and not claim[i].number]
    beyond = (i for i in range(verb + 1, len(claim)) if claim[i].clause == claim[verb].clause)
    right = [i for i in beyond if places.get(i) and not claim[i].number][:_ROLE_WINDOW]
    both = {claim[i].stem for i in left} & {claim[i].stem for i in right}
    return [i for i in left if claim[i].stem not in both], [i for i in right if claim[i].stem not in both]


def _is_order_reversed(
    claim: Sequence[Token], quote: Sequence[Token], places: Places, left: Sequence[int], verb: int, right: Sequence[int]
) -> bool:
    """Return whether what precedes the verb follows the rest in the quote, and no "by" explains it."""
    before = [j for i in left for j, _ in places[i]]
    after = [j for i in right for j, _ in places[i]]
    if not max(after) < min(before) <= max(after) + 3 * _ROLE_WINDOW:
        return False
    by = any(token.lower == "by" for token in quote[max(after) : min(before)])
    return by == _is_passive(claim, verb)


def _is_verbal(token: Token) -> bool:
    """Return whether a word has the form of a past tense, or one of the present's that is no common plural."""
    return token.lower.endswith(("ed", "izes", "ises", "ates")) or token.lower in IRREGULAR_FORMS


def _is_flipped(
    claim: Sequence[Token],
    quote: Sequence[Token],
    places: Places,
    left: Sequence[int],
    verb: int,
    at: int,
    right: Sequence[int],
) -> bool | None:
    """Return whether the two sides of a verb are exchanged around place `at` of the quote; None if that is unclear."""
    before, after = (
        [d for i in side if (d := min((j - at for j, _ in places[i]), key=abs)) and abs(d) <= 3 * _ROLE_WINDOW]
        for side in (left, right)
    )
    if not before or not after or min(before) < 0 < max(before):
        return None
    exchanged = before[0] > 0
    if exchanged != any(d < 0 for d in after):
        return None
    return exchanged if _is_passive(claim, verb) == _is_passive(quote, at) else not exchanged


def _is_passive(tokens: Sequence[Token], verb: int) -> bool:
    before = any(token.lower in FORMS_OF_BE for token in tokens[max(0, verb - 3) : verb])
    by = any(token.lower == "by" for token in tokens[verb + 1 : verb + 4])
    return by and (before or tokens[verb].lower.endswith("ed"))
