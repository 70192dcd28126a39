"""How well a quote carries a claim, in numbers: which words have a counterpart, and what speaks against it."""

from __future__ import annotations

import math
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import pairwise

from rag.language.english import OPENS_CLAUSE, STATING_WORDS
from rag.language.tokens import Token
from rag.verify.counterparts import Likeness, Places, acronyms, counterparts, opposites, spelled
from rag.verify.roles import roles

FEATURES = (
    "cosine",
    "missing",
    "worst_clause",
    "unmatched_names",
    "initial_missing",
    "in_context",
    "mean_gap",
    "max_name_gap",
    "negation_differs",
    "negated_share",
    "roles_reversed",
    "order_reversed",
    "content_words",
)
"""What the logistic regression of `rag.verify.support` reads, in the order of `Alignment.features`."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """A claim laid over a quote. Counts are of words that carry meaning, `content_words` in the claim.

    `missing`: words without a counterpart; `in_context`: the share of them that stands around the quote.
    `worst_clause`: the smallest share of a clause that has counterparts. `missing_numbers`: numbers and dates that the
    quote lacks. `missing_names`: names that it lacks, unless they stand around it and it has no others that the claim
    leaves out; those others are `unmatched_names`, counted if a name or the claim's first word is missing.
    `initial_missing`: the first word, which may be a name, is missing. `mean_gap`: distance in the quote of words that
    are neighbours in the claim (1: ten words or more); `max_name_gap`: that of the name farthest from its neighbours.
    `negation_differs`: only one of the two denies something; `negated_share`: counterparts that are denied in only
    one. `opposites`: words whose opposite stands in the quote. `roles_reversed`: who acts and who is acted upon have
    changed places around the same verb; `order_reversed`: around some verb. `names_only`: nothing but names and numbers
    has a counterpart, though the claim says what they do.
    """

    content_words: int
    missing: float
    worst_clause: float
    missing_numbers: int
    missing_names: int
    unmatched_names: int
    initial_missing: bool
    in_context: float
    mean_gap: float
    max_name_gap: float
    negation_differs: bool
    negated_share: float
    opposites: int
    roles_reversed: bool
    order_reversed: bool
    names_only: bool

    @property
    def ruled_out(self) -> bool:
        """Whether a number, date, name, the action or most words are missing, or an opposite is there."""
        contradictions = self.missing_numbers + self.missing_names + self.opposites
        return contradictions > 0 or self.names_only or 2 * self.missing > self.content_words

    def features(self, cosine: float) -> list[float]:
        """Return the values of FEATURES."""
        return [
            cosine,
            min(4.0, self.missing),
            self.worst_clause,
            float(self.unmatched_names > 0),
            float(self.initial_missing),
            self.in_context,
            self.mean_gap,
            self.max_name_gap,
            float(self.negation_differs),
            self.negated_share,
            float(self.roles_reversed),
            float(self.order_reversed),
            math.log1p(self.content_words),
        ]


def align(
    claim: Sequence[Token],
    quote: Sequence[Token],
    context: Sequence[Token],
    likeness: Likeness,
    neighbours: Container[tuple[str, str]] = frozenset(),
) -> Alignment:
    """Align the claim's tokens with the quote's; `context` holds tokens that a pronoun may refer to.

    `neighbours` are stems that stand beside each other in the text that the quote is of: a name in full counts as there
    if the text has it and the quote a part of it, as a name.
    """
    content = [i for i, token in enumerate(claim) if token.is_content]
    places = {i: counterparts(claim[i], quote, likeness) for i in content}
    missing = _missing(claim, quote, places)
    named = _named(claim, content, context)
    in_context = _known(claim, missing, context)
    unmatched = _unmatched_names(claim, quote, places)
    in_full = _in_full(claim, named, {i for i in named if _is_name_in(quote, places[i])}, neighbours)
    missing_names = [i for i in missing if i in named - in_full and not claim[i].number]
    initial_missing = any(claim[i].sentence_initial for i in missing)
    gaps = _gaps(content, places)
    roles_reversed, order_reversed = roles(claim, quote, places)
    return Alignment(
        content_words=len(content),
        missing=float(len(missing)),
        worst_clause=_worst_clause(claim, content, set(missing)),
        missing_numbers=_missing_numbers(claim, quote, missing),
        missing_names=sum(i not in in_context or unmatched > 0 for i in missing_names),
        unmatched_names=unmatched if missing_names or initial_missing else 0,
        initial_missing=initial_missing,
        in_context=len(in_context) / max(1, len(missing)),
        mean_gap=sum(gaps.values()) / max(1, len(gaps)),
        max_name_gap=_max_name_gap(gaps, named),
        negation_differs=_negates(claim) != _negates(quote),
        negated_share=_negated_share(claim, quote, places),
        opposites=_opposites_in(claim, quote, missing),
        roles_reversed=roles_reversed,
        order_reversed=order_reversed,
        names_only=_names_only(claim, content, set(missing)),
    )


def _named(claim: Sequence[Token], content: Sequence[int], context: Sequence[Token]) -> set[int]:
    """Return the words that are names; a sentence's first word is one if the context has it as a name."""
    people = {token.stem for token in context if token.is_name}
    return {i for i in content if claim[i].is_name or (claim[i].sentence_initial and claim[i].stem in people)}


def _missing_numbers(claim: Sequence[Token], quote: Sequence[Token], missing: Sequence[int]) -> int:
    return sum(bool(claim[i].number) and not _merely_first(claim[i], quote) for i in missing)


def _merely_first(word: Token, quote: Sequence[Token]) -> bool:
    """Return whether a word is "first" and the quote counts nothing: "first settled" is hardly more than "settled"."""
    return word.lower == "first" and not any(token.unit == word.unit for token in quote)


def _in_full(
    claim: Sequence[Token], named: set[int], found: set[int], neighbours: Container[tuple[str, str]]
) -> set[int]:
    """Return the words of names that the text has in full, and the quote in part: `found` are names there, too."""
    runs: list[list[int]] = []
    for i in sorted(named):
        if runs and runs[-1][-1] == i - 1 and (claim[i - 1].stem, claim[i].stem) in neighbours:
            runs[-1].append(i)
        else:
            runs.append([i])
    return {i for run in runs if not found.isdisjoint(run) for i in run}


def _is_name_in(quote: Sequence[Token], found: Sequence[tuple[int, float]]) -> bool:
    return any(quote[j].is_name or quote[j].sentence_initial for j, _ in found)


def _known(claim: Sequence[Token], missing: Sequence[int], context: Sequence[Token]) -> list[int]:
    """Return the missing words that stand in the context."""
    known = {token.stem for token in context} | {token.number for token in context if token.number}
    return [i for i in missing if claim[i].stem in known]


def _negates(tokens: Sequence[Token]) -> bool:
    return any(token.negates for token in tokens)


def _missing(claim: Sequence[Token], quote: Sequence[Token], places: Places) -> list[int]:
    """Return the words without a counterpart; a name's may be an acronym, or what an acronym stands for."""
    short = acronyms(quote)
    missing = (i for i, found in places.items() if not found)
    return [i for i in missing if not (claim[i].is_name and (claim[i].lower in short or spelled(claim, i, quote)))]


def _unmatched_names(claim: Sequence[Token], quote: Sequence[Token], places: Places) -> int:
    """Count the names of the quote that no word of the claim is the counterpart of."""
    matched = {j for found in places.values() for j, _ in found}
    short = acronyms(claim)
    return sum(
        token.is_name and not token.number and j not in matched and token.lower not in short
        for j, token in enumerate(quote)
    )


def _negated_share(claim: Sequence[Token], quote: Sequence[Token], places: Places) -> float:
    differs = [claim[i].negated != quote[found[0][0]].negated for i, found in places.items() if found]
    return sum(differs) / max(1, len(differs))


def _names_only(claim: Sequence[Token], content: Sequence[int], missing: set[int]) -> bool:
    """Return whether the words that say what names and numbers do are missing, more than that something was."""
    said = [i for i in content if not (claim[i].is_name or claim[i].number or claim[i].sentence_initial)]
    return bool(said) and set(said) <= missing and any(claim[i].lower not in STATING_WORDS for i in said)


def _worst_clause(claim: Sequence[Token], content: Sequence[int], missing: set[int]) -> float:
    """Return the least recall of a clause of at least two words."""
    carrying = set(content)
    parts: list[list[int]] = [[]]
    for i, token in enumerate(claim):
        starts = i and (token.clause != claim[i - 1].clause or token.lower in OPENS_CLAUSE)
        if starts and len(parts[-1]) > 1:
            parts.append([])
        if i in carrying:
            parts[-1].append(i)
    if len(parts) > 1 and len(parts[-1]) < 2:
        last = parts.pop()
        parts[-1] += last
    return min((1 - sum(i in missing for i in part) / len(part) for part in parts if part), default=0.0)


def _gaps(content: Sequence[int], places: Places) -> dict[tuple[int, int], float]:
    """Return the distance in the quote of words that are neighbours in the claim, at most 1 (ten words)."""
    return {
        (i, j): min(10, *(abs(b - a) for a, _ in places[i] for b, _ in places[j])) / 10
        for i, j in pairwise(content)
        if places[i] and places[j]
    }


def _max_name_gap(gaps: dict[tuple[int, int], float], names: set[int]) -> float:
    """Return the gap of the name that stands farthest from its nearer neighbour."""
    gaps_of = {name: [gap for pair, gap in gaps.items() if name in pair] for name in names}
    return max((min(found) for found in gaps_of.values() if found), default=0.0)


def _opposites_in(claim: Sequence[Token], quote: Sequence[Token], missing: Sequence[int]) -> int:
    """Count the missing words whose opposite stands in the quote, and not in the claim too."""
    known = {token.stem for token in claim}
    spoken = {form for token in quote if token.stem not in known for form in (token.stem, token.lower)}
    table = opposites()
    return sum(
        not spoken.isdisjoint(table.get(claim[i].stem, frozenset()) | table.get(claim[i].lower, frozenset()))
        for i in missing
    )
