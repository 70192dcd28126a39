"""What the owner's search shows of a passage: its best sentence, with the words that were searched for marked."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from index.chunk import sentence_spans
from index.store.catalogue import CatalogueEntry, TextHit
from index.terms import query_terms, term_spans
from rag.language.stem import stem
from web.permalink import address
from web.render import merged_spans

SENTENCES = 3
"""The most that are shown of one article."""
SENTENCE_CHARACTERS = 400


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence in pieces, each with whether it was searched for; `address` opens the article there."""

    address: str
    pieces: tuple[tuple[str, bool], ...]


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article with the sentences that a search found in it."""

    entry: CatalogueEntry
    sentences: tuple[Sentence, ...]


def found_articles(hits: Sequence[TextHit], words: str, most: int) -> list[FoundArticle]:
    """Return at most `most` articles in the order of their best passages.

    A passage that has the words by its title alone is not shown beside others.
    """
    stems = {_stemmed(term) for term in query_terms(words)}
    entries: dict[str, CatalogueEntry] = {}
    sentences: dict[str, dict[int, Sentence]] = defaultdict(dict)
    for hit in hits:
        entries.setdefault(hit.entry.id, hit.entry)
        shown = sentences[hit.entry.id]
        start, sentence = _best_sentence(hit, stems)
        has_word = any(is_wanted for _, is_wanted in sentence.pieces)
        if len(shown) < SENTENCES and (has_word or not shown):
            shown.setdefault(start, sentence)
    return [FoundArticle(entry, tuple(sentences[key].values())) for key, entry in list(entries.items())[:most]]


def _best_sentence(hit: TextHit, stems: Collection[str]) -> tuple[int, Sentence]:
    """Return the sentence with most of the words, and where it starts in the article."""
    matches = [(start, end, found) for start, end, term in term_spans(hit.text) if (found := _stemmed(term)) in stems]

    def distinct(start: int, end: int) -> int:
        return len({found for first, last, found in matches if start <= first and last <= end})

    spans = [(span.start, span.end) for span in sentence_spans(hit.text, hit.entry.language)]
    start, end = max(spans, key=lambda span: distinct(*span), default=(0, len(hit.text)))
    place, quote = hit.start + start, hit.text[start:end]
    shown_end = min(end, start + SENTENCE_CHARACTERS)
    pieces: list[tuple[str, bool]] = []
    at = start
    for first, last in merged_spans((a, b) for a, b, _ in matches if start <= a and b <= shown_end):
        pieces += [(hit.text[at:first], False), (hit.text[first:last], True)]
        at = last
    rest = hit.text[at:shown_end] + ("…" if shown_end < end else "")
    return place, Sentence(address(hit.entry.id, place, hit.start + end, quote), (*pieces, (rest, False)))


def _stemmed(term: str) -> str:
    decomposed = unicodedata.normalize("NFKD", term.casefold())
    return stem("".join(sign for sign in decomposed if not unicodedata.combining(sign)))
