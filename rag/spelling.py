"""Misspelt words of a question -> the words that the articles have.

A word is misspelt if no article has it, in whatever form, and the embedding model's tokenizer does not know it whole
(it knows the words of its language, so "lawsuit" stays although no article has it). The nearest word with the same
first letter takes its place, if it is few letters away and no other one is as near.
"""

from __future__ import annotations

import re
import threading

from cachetools import LRUCache
from rapidfuzz import process
from rapidfuzz.distance import OSA

from index.embed import EmbeddingModel
from index.store.base import DatabaseReader
from index.terms import STOP_WORDS
from rag.language.scripts import has_han

MAX_WORDS = 3
"""Words of one question that are corrected; with more of them unknown, it is another language or no question."""
_REQUESTS = frozenset("summarize summarise summarizing summarising enumerate gist nutshell tldr".split())
"""Words that ask, of which an article need not know anything."""
_ASKING = {
    **dict.fromkeys(("waht", "wat", "wath", "whta", "whay"), "what"),
    **dict.fromkeys(("wher", "whre", "wehre", "wheer"), "where"),
    **dict.fromkeys(("wen", "wehn", "whne", "whe"), "when"),
    **dict.fromkeys(("wich", "whcih", "wihch", "whihc"), "which"),
    **dict.fromkeys(("whu", "woh", "whoo"), "who"),
}
"""Question words as they are mistyped, of which most have two neighbours; only at the beginning of a question."""
_FIRST = re.compile(r"\W*([a-z]+)(?= )", re.IGNORECASE)
_MIN_LETTERS = 4
_LONG = 8
"""Letters from which on two of them may be wrong."""
_STEMS = 50_000
"""Stems with one first letter that are looked at."""
_NEAR_STEMS = 12
_TEXTS = 3
"""Passages in which the words of one stem are looked for."""
_CACHED_LETTERS = 64
_QUOTED = re.compile(r'"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|(?<!\w)[\'‘][^\'’]*[\'’](?!\w)')
_WORD = re.compile(r"[^\W\d_]+(?![\w@/]|\.\w)(?<![@/.]\w)")
_TOKEN = re.compile(r"\w+")
_SUFFIX = re.compile(r"(?:['’]s|ies|es|ed|ing|ly|s|d|r|rs|er|ers)$")


class Spelling:
    """Corrects questions; keeps the stems of the latest state of the store by their first letter."""

    def __init__(self, embeddings: EmbeddingModel) -> None:
        self._embeddings = embeddings
        self._stems: LRUCache[tuple[str, str], list[str]] = LRUCache(_CACHED_LETTERS)
        self._lock = threading.Lock()

    def corrected(self, question: str, database: DatabaseReader) -> str:
        """Return the question with its misspelt words as the articles have them; those in quotation marks stay."""
        question = _with_question_word(question, database)
        quoted = [match.span() for match in _QUOTED.finditer(question)]
        unknown = [
            word
            for word in _WORD.finditer(question)
            if not any(start <= word.start() < end for start, end in quoted)
            and not _is_part(word, question)
            and self._is_unknown(word[0], database)
        ]
        if len(unknown) > MAX_WORDS:
            return question
        for word in reversed(unknown):
            if nearest := self._nearest(word[0], database):
                question = f"{question[: word.start()]}{nearest}{question[word.end() :]}"
        return question

    def _is_unknown(self, word: str, database: DatabaseReader) -> bool:
        lower = word.lower()
        if len(word) < _MIN_LETTERS or word.isupper() or lower in STOP_WORDS | _REQUESTS or has_han(word):
            return False  # in capitals it is another name rather than a misspelt one
        if database.has_term(lower):
            return False
        stem = _SUFFIX.sub("", lower).removesuffix("e")
        forms = dict.fromkeys((lower, _SUFFIX.sub("", lower), *(stem + ending for ending in ("e", "ed", "ing"))))
        return all(len(ends) > 1 for ends in self._embeddings.token_ends(list(forms)))

    def _nearest(self, word: str, database: DatabaseReader) -> str | None:
        """Return the one word of the articles that is meant, written as there; None where two may be."""
        lower = word.lower()
        allowed = 2 if len(word) >= _LONG else 1
        found: dict[str, tuple[int, str]] = {}
        for stem in self._near_stems(lower, allowed, database):
            for text in database.texts_with_stem(stem, _TEXTS):
                words = {other.lower(): other for other in _TOKEN.findall(text) if other[:1].lower() == lower[0]}
                for other, distance, _ in process.extract(
                    lower, list(words), scorer=OSA.distance, score_cutoff=allowed, limit=None
                ):
                    found[other] = int(distance), words[other]
        ranked = sorted((distance, other, written) for other, (distance, written) in found.items())
        if not ranked or any(
            distance == ranked[0][0] and not _is_same(other, ranked[0][1]) for distance, other, _ in ranked[1:]
        ):
            return None
        _, other, written = ranked[0]
        return written[:1].upper() + written[1:] if word[0].isupper() or written[1:] != written[1:].lower() else other

    def _near_stems(self, word: str, allowed: int, database: DatabaseReader) -> list[str]:
        """Return the stems that a word like it may have: it is longer than its stem by an ending, or differs in one."""
        revision = database.revision() or ""
        with self._lock:
            stems = self._stems.get((revision, word[0]))
        if stems is None:
            stems = database.stems(word[0], _STEMS)
            with self._lock:
                self._stems[revision, word[0]] = stems
        distances: dict[str, int] = {}
        for cut in range(min(5, len(word) - _MIN_LETTERS + 2)):
            beginning = word[: len(word) - cut]
            for stem, distance, _ in process.extract(
                beginning, stems, scorer=OSA.distance, score_cutoff=allowed + (cut == 0), limit=_NEAR_STEMS
            ):
                distances[stem] = min(int(distance), distances.get(stem, allowed + 1))
        return sorted(distances, key=lambda stem: (distances[stem], -len(stem)))[:_NEAR_STEMS]


def _with_question_word(question: str, database: DatabaseReader) -> str:
    """Return a question with the question word that it begins with as it is spelt, unless articles have it so."""
    first = _FIRST.match(question)
    meant = _ASKING.get(first[1].lower()) if first else None
    if first is None or meant is None or database.has_term(first[1].lower()):
        return question
    meant = meant.capitalize() if first[1][0].isupper() else meant
    return f"{question[: first.start(1)]}{meant}{question[first.end(1) :]}"


def _is_part(word: re.Match[str], question: str) -> bool:
    """Return whether a word is part of a longer one: an address, a name with digits, a compound."""
    before, after = question[: word.start()][-1:], question[word.end() :][:1]
    return before in tuple("-@/.#_0123456789") or after in tuple("-@/_0123456789")


def _is_same(word: str, other: str) -> bool:
    """Return whether two words are forms of one."""
    shorter, longer = sorted((word, other), key=len)
    return longer.startswith(shorter[:-1]) and bool(_SUFFIX.sub("", longer) == _SUFFIX.sub("", shorter))
