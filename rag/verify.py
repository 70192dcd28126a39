"""Whether a text says what a sentence says, judged by the words alone."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from index.chunk import sentence_spans
from index.terms import STOP_WORDS

_CJK = "\u2e80-\u2fdf\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_TOKEN = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+(?:(?:(?<=\d)[.,:](?=\d)|')[^\W{_CJK}]+)*")
_CONTENT = 0.9
"""The share of a sentence's content words that one sentence of the premise has to hold."""
_NEGATIONS = frozenset("no not never none nobody nothing neither nor cannot without 不 没 沒 无 無 未 非 否".split())
_COUNTS = frozenset(
    """
    two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand million
    billion first second third half twice
    january february march april may june july august september october november december
    monday tuesday wednesday thursday friday saturday sunday
    """.split()
)


def supports(premise: str, sentence: str) -> bool:
    """Whether `premise` supports `sentence`.

    It does if the sentence stands in it, whatever the case, blanks and punctuation. Otherwise one sentence of the
    premise has to hold every number, date and name of the sentence and nine in ten of its content words, and both or
    neither have to be negated.

    Words are compared as they are. A paraphrase is not recognised yet: it counts as not supported. Nor is it seen who
    did what to whom: the same words in another order count as supported, and so does a part cut out of a denial.
    """
    claim = _tokens(sentence)
    if not claim:
        return False
    if f" {' '.join(claim)} " in f" {' '.join(_tokens(premise))} ":
        return True
    return any(_holds(text, claim, _names(sentence)) for text in _sentences(premise))


def _holds(text: str, claim: list[str], names: set[str]) -> bool:
    given = set(_tokens(text))
    content = {word for word in claim if word not in STOP_WORDS and not _negates(word)}
    exact = {word for word in content if any(map(str.isdigit, word)) or word in _COUNTS} | names
    return (
        exact <= given
        and len(content & given) >= _CONTENT * len(content) > 0
        and any(map(_negates, claim)) == any(map(_negates, given))
    )


def _tokens(text: str) -> list[str]:
    return [word.casefold() for word in _words(text)]


def _words(text: str) -> list[str]:
    """Words and numbers; a CJK character is a word."""
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).replace("’", "'"))


def _names(sentence: str) -> set[str]:
    """The words with a capital that do not only open the sentence."""
    return {word.casefold() for word in _words(sentence)[1:] if word[0].isupper()} - STOP_WORDS


def _negates(word: str) -> bool:
    return word in _NEGATIONS or word.endswith("n't")


def _sentences(text: str) -> Iterator[str]:
    return (text[span.start : span.end] for span in sentence_spans(text))
