"""Article -> Chunks: whole sentences, overlapping, within the embedding model's window.

A sentence is split only if it alone is longer than the window. Every offset points into
`article.text`, which is never normalised or trimmed here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from sentencex import get_sentence_boundaries

from index.article import Article, Chunk

OWN_TOKENS = 160
"""Most tokens that a chunk has of its own."""
OVERLAP_TOKENS = 40
"""Most tokens that a chunk repeats of the text before."""

_NO_SHORT_FORM = re.compile(
    r"(?:(?<![\w.'’-])(?:ark|art|id|ill|me|miss|no|ok|ore)|(?<=\d)\.x)\. +(?=[\"“‘(]?(?:[A-Z][a-z]|[AI] ))"
)
"""Words and versions ("4.x.") at the end of a sentence, which are no Arkansas, Illinois, Maine, number or Oregon."""
TOKEN_CHARACTERS = 100
"""Characters of which a longer token counts as several."""
_TEXTS_KEPT, _KEPT_CHARACTERS = 512, 2_000
"""Of so many short texts the sentences are kept: an answer parts its passages some six times."""


class Tokenizing(Protocol):
    """What chunking needs to know of an embedding model."""

    name: str

    @property
    def window(self) -> int:
        """The most tokens that the model reads of one text, its own marks not counted."""

    def token_ends(self, texts: Sequence[str]) -> list[list[int]]:
        """For each text the offsets (code points) at which its tokens end."""


@dataclass(frozen=True, slots=True)
class SentenceSpan:
    """A sentence without the blanks around it."""

    start: int
    end: int
    opens_paragraph: bool


@dataclass(frozen=True, slots=True)
class _Piece(SentenceSpan):
    """A sentence, or a part of one that is longer than the window."""

    tokens: int


@dataclass(frozen=True, slots=True)
class _EarlierSentences:
    """The sentences of an earlier version, and those that were a chunk's first or last of its own."""

    known: Collection[str]
    firsts: Collection[str]
    lasts: Collection[str]


def sentence_spans(text: str, language: str | None = None) -> Iterator[SentenceSpan]:
    """Iterate over the sentences of `text` in order; none crosses a blank line."""
    return iter(_kept_spans(text, language) if len(text) <= _KEPT_CHARACTERS else _spans(text, language))


@lru_cache(_TEXTS_KEPT)
def _kept_spans(text: str, language: str | None) -> tuple[SentenceSpan, ...]:
    return tuple(_spans(text, language))


def _spans(text: str, language: str | None) -> Iterator[SentenceSpan]:
    opens = True
    for boundary in get_sentence_boundaries(language or "en", text):
        start, end = boundary["start_index"], boundary["end_index"]
        for cut in [*_word_ends(text, start, end, language), end]:
            piece = text[start:cut]
            if stripped := piece.strip():
                blanks = piece.index(stripped[0])
                yield SentenceSpan(start + blanks, start + blanks + len(stripped), opens or "\n\n" in piece[:blanks])
                opens = False
            start = cut
        opens = opens or boundary["is_paragraph_break"]


def _word_ends(text: str, start: int, end: int, language: str | None) -> Iterator[int]:
    """Yield where sentences begin that sentencex joins to the one before, whose last word it takes for a short form."""
    last = text.rfind(". ", start, end - 2)
    if last >= 0 and (not language or language.startswith("en")):
        yield from (match.end() for match in _NO_SHORT_FORM.finditer(text, start, end))


def title_context(title: str, model: Tokenizing) -> str:
    """Return the title as it goes before each chunk; empty where it would fill a quarter of the window."""
    return _context(title, _title_tokens(title, model), model)


def _context(title: str, tokens: int, model: Tokenizing) -> str:
    return title if tokens <= model.window // 4 else ""


def _title_tokens(title: str, model: Tokenizing) -> int:
    [ends] = model.token_ends([title])
    return len(ends)


def embedding_text(context: str, text: str) -> str:
    """Return what the embedding model reads for a chunk."""
    return f"{context}\n{text}" if context else text


def chunk_article(article: Article, model: Tokenizing, before: str = "", cuts: Sequence[int] = ()) -> list[Chunk]:
    """Cut `article` into chunks of at most `model.window` tokens, the title included.

    `before` and `cuts` are an earlier version's text and the offsets at which its chunks ended.
    Sentences that were there keep the cuts between them, so an edit changes the chunks that hold
    it and no others.
    """
    tokens = _title_tokens(article.title, model)
    context, limit = _context(article.title, tokens, model), model.window
    if context:
        limit -= tokens
    pieces = list(_pieces(article, model, limit))
    earlier = _earlier_sentences(before, cuts, article.language)
    chunks = []
    for first, last in _runs(article.text, pieces, earlier, limit):
        start, end = pieces[_first_with_overlap(pieces, first, last, limit)].start, pieces[last].end
        embedded = embedding_text(context, article.text[start:end])
        digest = hashlib.sha256(f"{model.name}\0{embedded}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
        chunks.append(Chunk(article.id, start, end, article.text[start:end], digest))
    return chunks


def _pieces(article: Article, model: Tokenizing, limit: int) -> Iterator[_Piece]:
    spans = list(sentence_spans(article.text, article.language))
    counted = model.token_ends([article.text[span.start : span.end] for span in spans])
    for span, token_ends in zip(spans, counted, strict=True):
        ends = _dense(token_ends, span.end - span.start)
        starts = [0] + [ends[at - 1] for at in range(limit, len(ends), limit)]
        for part, start in enumerate(starts):
            last = part == len(starts) - 1
            end = span.end if last else span.start + starts[part + 1]
            tokens = len(ends) - part * limit if last else limit
            yield _Piece(span.start + start, end, span.opens_paragraph and part == 0, tokens)


def _dense(ends: Sequence[int], length: int) -> list[int]:
    """Return token ends with more between them, so that a long run of characters counts as several tokens.

    A tokenizer may read a megabyte without a blank as one unknown token.
    """
    points, at = list[int](), 0
    for end in ends:
        points += [*range(at + TOKEN_CHARACTERS, end, TOKEN_CHARACTERS), end]
        at = end
    return points + list(range(at + TOKEN_CHARACTERS, length, TOKEN_CHARACTERS))


def _earlier_sentences(text: str, cuts: Sequence[int], language: str | None) -> _EarlierSentences:
    known, firsts, lasts = set[str](), set[str](), set[str]()
    remaining = iter(sorted(cuts))
    cut = 0
    for span in sentence_spans(text, language):
        sentence = text[span.start : span.end]
        known.add(sentence)
        if span.start >= cut:
            firsts.add(sentence)
            cut = next((offset for offset in remaining if offset > span.start), len(text))
        if span.end >= cut:
            lasts.add(sentence)
    return _EarlierSentences(known, firsts, lasts)


def _runs(text: str, pieces: Sequence[_Piece], earlier: _EarlierSentences, limit: int) -> Iterator[tuple[int, int]]:
    """Iterate over runs of pieces (first, last): cut where full, where a cut was before, at a paragraph if half full.

    A chunk that has grown by an edit may take all of the window rather than be cut anew.
    """
    own = min(OWN_TOKENS, limit)
    first, tokens, former = 0, 0, ""
    for i, piece in enumerate(pieces):
        sentence = text[piece.start : piece.end]
        cut_before = sentence in earlier.firsts or former in earlier.lasts
        paragraph = piece.opens_paragraph and sentence not in earlier.known and tokens >= own // 2
        full = tokens + piece.tokens > (limit if sentence in earlier.known else own)
        if i > first and (full or cut_before or paragraph):
            yield first, i - 1
            first, tokens = i, 0
        tokens += piece.tokens
        former = sentence
    if pieces:
        yield first, len(pieces) - 1


def _first_with_overlap(pieces: Sequence[_Piece], first: int, last: int, limit: int) -> int:
    """Return the piece that a chunk starts at: its own first one, or one before, as far as the overlap allows."""
    room = min(OVERLAP_TOKENS, limit - sum(piece.tokens for piece in pieces[first : last + 1]))
    while first > 0 and pieces[first - 1].tokens <= room:
        first -= 1
        room -= pieces[first].tokens
    return first
