"""Compare what was said with accepted answers, word by word."""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter

from rag.language.scripts import CJK

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_CJK = re.compile(f"([{CJK}])")
_DECIMAL_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_JOINT = re.compile(r"(?<=\w)[-\u2010\u2011\u2013\u2014/](?=\w)|['\u2019](?=s\b)")
"""What joins words that are looked for one by one: "iron-phosphate", "Hefei's"."""
_FIRST_UNSPACED = "\u0590"
"""Scripts below this code point (Latin, Greek, Cyrillic, Armenian) set blanks between words."""


def normalise(text: str) -> str:
    """Return `text` in lower case without punctuation and English articles, single blanks, each CJK character alone.

    SQuAD's official normalisation (Rajpurkar et al. 2016, evaluate-v2.0.py), and for texts beyond ASCII MLQA's
    (Lewis et al. 2020, mlqa_evaluation_v1.py): punctuation of all Unicode, CJK characters as tokens.
    """
    kept = "".join(c for c in text.lower() if c not in string.punctuation and unicodedata.category(c)[0] != "P")
    return " ".join(_CJK.sub(r" \1 ", _ARTICLES.sub(" ", kept)).split())


def exact_match(said: str, accepted: str) -> float:
    """Return 1 if both are the same once normalised, else 0 (SQuAD's EM)."""
    return float(normalise(said) == normalise(accepted))


def f1(said: str, accepted: str) -> float:
    """Return the harmonic mean of token precision and recall, as bags of words (SQuAD's F1)."""
    said_words, accepted_words = normalise(said).split(), normalise(accepted).split()
    if not said_words or not accepted_words:
        return float(said_words == accepted_words)
    shared = (Counter(said_words) & Counter(accepted_words)).total()
    return 2 * shared / (len(said_words) + len(accepted_words))


def contains(text: str, accepted: str) -> bool:
    """Whether the normalised words of `accepted` stand in a row in `text` (containment, as SQuAD's words are compared).

    Unlike there, a decimal point counts, so that 10.4 is not 104, and hyphens and a possessive's apostrophe part words.
    """
    words, line = (_compared(written) for written in (accepted, text))
    size = len(words)
    return size > 0 and any(line[at : at + size] == words for at in range(len(line) - size + 1))


def _compared(text: str) -> list[str]:
    return normalise(_JOINT.sub(" ", _DECIMAL_POINT.sub("point", text))).split()


def stands_in(words: str, text: str) -> bool:
    """Return whether `words` stand in `text`, in any case and spacing, not as a part of a longer word or number."""
    words, text = (" ".join(written.casefold().split()) for written in (words, text))
    at = text.find(words) if words else -1
    while at >= 0:
        end = at + len(words)
        if not _one_word(text[at - 1 : at], words[0]) and not _one_word(words[-1], text[end : end + 1]):
            return True
        at = text.find(words, at + 1)
    return False


def _one_word(left: str, right: str) -> bool:
    return left.isalnum() and right.isalnum() and max(left, right) < _FIRST_UNSPACED
