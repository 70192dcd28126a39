"""The one stemmer for comparing words: the same stem for the forms of a verb, and for a people and its country.

Lexical search has its own: SQLite's porter, inside FTS5 (`index.terms`).
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.language.places import country_of
from rag.language.verbs import BASE

_ENDINGS = re.compile(
    r"(?:isations?|izations?|ations?|itions?|ments?|ingly|edly|iveness|ness|ings?|ions?|ities|ity|ers?|ors?|ists?|ally"
    r"|al|ly|ance|ence|ants?|ents?|ive|ism|ied|ies|ed|es|s|e|y)$"
)
_PLURAL = re.compile(r"(?<=[^\Ws]{3})s$")
_RELATED = BASE | {
    form: forms.split()[0]
    for forms in """
    lose loss; sell sale; bear birth; die death dead; live life; sing song; child children; man men; woman women;
    person people; foot feet; good better best well; bad worse worst badly
    """.split(";")
    for form in forms.split()
}
"""Words whose kinship no ending shows, by the one that stands for them."""


@lru_cache(maxsize=20_000)
def stem(lower: str) -> str:
    """Return a lower-case word without its ending."""
    lower = lower.removesuffix("'s").removesuffix("'")
    if related := _RELATED.get(lower) or country_of(lower):
        return related
    for _ in range(2):
        cut = _ENDINGS.sub("", lower)
        if len(cut) < 3 or (len(cut) < 4 and len(lower) - len(cut) > 2) or cut == lower:
            lower = _PLURAL.sub("", lower)  # "editions" and "stations" would lose too much
            break
        lower = _single(cut)
    lower = _single(lower)
    return _RELATED.get(lower, lower)


def _single(word: str) -> str:
    """Return the word without the second of two equal letters at its end: planned, plan; tariffs, tariff."""
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word
