"""Whether a text says what a claim says: the best quote for a sentence, or none.

A claim is aligned with each sentence of a passage, and each two neighbouring ones (rag.verify.align). A copy is
supported unless it is cut out of a denial. Some things rule a quote out whatever else it says: a number, date or name
that is not there, or that nothing but names is. The rest is weighed (rag.verify.weigh), together with what the support
head of the reading model says of the whole passage, where there is one; whatever that says, a denial or an exchange of
who does it to whom rules a quote out then, too. Both models know English: of a Chinese sentence
nearly all characters have to be there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import pairwise
from threading import Lock

import numpy as np
from cachetools import LRUCache
from numpy.typing import NDArray

from index.chunk import sentence_spans
from index.embed import EmbeddingModel
from rag.language.english import PRONOUNS
from rag.language.scripts import has_cjk
from rag.language.tokens import Token, tokens_of
from rag.retrieve import Passage
from rag.verify.align import Alignment, align
from rag.verify.counterparts import Likeness
from rag.verify.weigh import Head, by_both, by_rules, exchanged, refused

BAR = 0.5
"""A quote supports a sentence at this probability."""
_MAX_CLAIM = 1_000
"""Characters of a claim; a longer one is not verified."""
_MAX_QUOTE = 3_000
"""Characters of a quote; a longer run without a full stop is no sentence."""
_CONTEXT_CHARS = 400
"""Characters before a quote in which a pronoun's meaning is looked for."""
_QUOTES_ALIGNED = 5
"""Quotes that are aligned with a claim: those with most of its words for their length."""
_CACHE_SIZE = 20_000
_MAX_MISSING = 0.1
"""Share of a claim's words that may be others where there are no vectors."""


@dataclass(frozen=True, slots=True)
class Support:
    """Quote that supports a claim: `passage.article.text[start:end]`, one whole sentence or two neighbours."""

    passage: Passage
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        """Words of the quote."""
        return self.passage.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class QuoteSpan:
    """Candidate: the number of its text, and offsets into that."""

    of: int
    start: int
    end: int


Text = tuple[str, str, str | None]
"""A text, its title ("" for none) and its language where known."""


class Verifier:
    """Compares claims with quotes by their words, their facts and the cosine of their vectors. Thread-safe.

    With the `head` of a reading model, by what that says of claim and passage too.
    """

    def __init__(self, embeddings: EmbeddingModel, head: Head | None = None) -> None:
        self._embeddings = embeddings
        self._head = head
        self._cache: LRUCache[str, NDArray[np.float32]] = LRUCache(_CACHE_SIZE)
        self._lock = Lock()

    def support(self, claim: str, passages: Sequence[Passage]) -> Support | None:
        """Return the best quote for `claim` among the passages; None if none supports it."""
        texts = [(passage.text, passage.article.title, passage.article.language) for passage in passages]
        best = max(self.judged(claim, texts), key=lambda judged: judged[1], default=None)
        if best is None or best[1] < BAR:
            return None
        quote, probability = best
        start = passages[quote.of].start
        return Support(passages[quote.of], start + quote.start, start + quote.end, probability)

    def supports(self, premise: str, claim: str) -> bool:
        """Return whether `premise` supports `claim`."""
        return supports(premise, claim) or any(
            probability >= BAR for _, probability in self.judged(claim, [(premise, "", None)])
        )

    def decides(self, question: str, quote: str, around: str) -> float:
        """Return P(yes) less P(no) of a yes/no question by a quote, -1 to 1; 0 without a head."""
        return self._head.decides(question, around, quote) if self._head and self._head.weights else 0.0

    def judged(self, claim: str, texts: Sequence[Text]) -> list[tuple[QuoteSpan, float]]:
        """Return the likeliest quotes, each with the probability that it supports the claim."""
        tokens, by_head = _claim_tokens(claim), self._by_head(claim)
        judged = []
        for quote, alignment, cosine in self.aligned(claim, texts):
            text = texts[quote.of]
            if _copied(tokens, _tokens(text[0][quote.start : quote.end])):
                probability = 1.0
            elif has_cjk(claim):
                probability = float(_nearly_the_same(alignment))
            elif by_head:
                probability = by_head(text, alignment, cosine)
            else:
                probability = by_rules(alignment, cosine)
            judged.append((quote, probability))
        return judged

    def _by_head(self, claim: str) -> Callable[[Text, Alignment, float], float] | None:
        """Return how probable rules and head find the claim; None where there is no head that was fitted.

        Each text is read once. Sides are asked for last: that takes four more readings.
        """
        head, weights = self._head, self._head.weights if self._head else None
        if head is None or weights is None:
            return None
        read, turned = cache(partial(head.evidence, claim)), cache(partial(exchanged, head, claim))

        def probability(text: Text, alignment: Alignment, cosine: float) -> float:
            if refused(alignment):
                return 0.0
            evidence = read(text[1], text[0])
            if evidence is None:
                return by_rules(alignment, cosine)
            found = by_both(weights, alignment, cosine, evidence)
            return 0.0 if found >= BAR and turned(text[1], text[0]) else found

        return probability

    def aligned(self, claim: str, texts: Sequence[Text]) -> list[tuple[QuoteSpan, Alignment, float]]:
        """Return the quotes that share most with the claim, each with its alignment and cosine."""
        tokens = _claim_tokens(claim)
        stems = {token.stem for token in tokens if token.is_content}
        if not stems:
            return []
        quotes = [quote for i, (text, _, language) in enumerate(texts) for quote in _quotes(i, text, language)]
        quoted = {quote: _tokens(texts[quote.of][0][quote.start : quote.end]) for quote in quotes}
        shared = {
            quote: len(stems & {token.stem for token in quoted[quote]}) / math.log(9 + len(quoted[quote]))
            for quote in quotes
        }
        chosen = sorted(quotes, key=lambda quote: (-shared[quote], quote.of, quote.start, quote.end))[:_QUOTES_ALIGNED]
        vectors = self._vectors([claim, *(texts[quote.of][0][quote.start : quote.end] for quote in chosen)])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        likeness = self._likeness(tokens, [quoted[quote] for quote in chosen])
        around = {quote: _context(quote, quoted[quote], texts[quote.of]) for quote in chosen}
        neighbours = {quote.of: _neighbours(texts[quote.of]) for quote in chosen}
        return [
            (quote, align(tokens, quoted[quote], around[quote], likeness, neighbours[quote.of]), cosine)
            for quote, cosine in zip(chosen, cosines, strict=True)
        ]

    def _likeness(self, claim: Sequence[Token], quotes: Sequence[Sequence[Token]]) -> Likeness:
        """Return the likeness of the claim's words that the quotes lack to those that the claim lacks."""
        quoted = [token for tokens in quotes for token in tokens]
        left, right = _plain_words(claim, besides=quoted), _plain_words(quoted, besides=claim)
        if not left or not right:
            return _unlike
        vectors = self._vectors([*left, *right])
        table = vectors[: len(left)] @ vectors[len(left) :].T
        rows, columns = ({word: i for i, word in enumerate(words)} for words in (left, right))
        return lambda a, b: float(table[rows[a], columns[b]]) if a in rows and b in columns else 0.0

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Return vectors of texts; those used last are cached."""
        with self._lock:
            known = {text: vector for text in texts if (vector := self._cache.get(text)) is not None}
        if missing := [text for text in dict.fromkeys(texts) if text not in known]:
            fresh = dict(zip(missing, self._embeddings.encode(missing), strict=True))
            known |= fresh
            with self._lock:
                self._cache.update(fresh)
        return np.stack([known[text] for text in texts])


def supports(premise: str, claim: str) -> bool:
    """Return whether `premise` supports `claim` by the words alone: a copy, or nearly the same words of one sentence.

    The checks of facts, denials and roles are those of Verifier; a paraphrase is not recognised.
    """
    tokens, given = tokens_of(claim), tokens_of(premise)
    if _copied(tokens, given):
        return True
    if len(claim) > _MAX_CLAIM:
        return False
    quotes = (premise[quote.start : quote.end] for quote in _quotes(0, premise, None))
    return any(_nearly_the_same(align(tokens, tokens_of(quote), (), _unlike)) for quote in quotes)


def copies(claim: str, quote: str) -> bool:
    """Return whether the claim is a run of the quote's words, cut out of no denial."""
    return _copied(_claim_tokens(claim), _tokens(quote))


def _claim_tokens(claim: str) -> Sequence[Token]:
    return tokens_of(claim) if len(claim) <= _MAX_CLAIM else []


def _copied(claim: Sequence[Token], quote: Sequence[Token]) -> bool:
    """Return whether the words stand in the quote one after the other, and none is denied in only one of the two."""
    own, given = (f" {' '.join(token.lower for token in tokens)} " for tokens in (claim, quote))
    at = given.find(own)
    if not claim or at < 0:
        return False
    run = quote[given.count(" ", 0, at) :]
    return all(a.negated == b.negated for a, b in zip(claim, run, strict=False))


def _nearly_the_same(alignment: Alignment) -> bool:
    speaks_against = (
        alignment.ruled_out
        or alignment.negation_differs
        or alignment.negated_share
        or alignment.roles_reversed
        or alignment.order_reversed
    )
    few_missing = alignment.missing <= _MAX_MISSING * alignment.content_words
    return alignment.content_words > 0 and not speaks_against and few_missing


def _unlike(word: str, other: str) -> float:
    return 0.0


def _plain_words(tokens: Sequence[Token], besides: Sequence[Token]) -> list[str]:
    """Return the words that are neither names nor numbers and whose stems others have not."""
    stems = {token.stem for token in besides}
    plain = (token for token in tokens if token.is_content and not token.is_name and not token.number)
    return sorted({token.lower for token in plain if token.stem not in stems})


def _context(quote: QuoteSpan, quoted: Sequence[Token], text: Text) -> Sequence[Token]:
    """Return the words a quote may refer to: the title's and, if it has a pronoun, those shortly before it."""
    title = _tokens(text[1])
    if not any(token.lower in PRONOUNS for token in quoted):
        return title
    return [*title, *_tokens(text[0][max(0, quote.start - _CONTEXT_CHARS) : quote.start])]


def _neighbours(text: Text) -> frozenset[tuple[str, str]]:
    """Return the stems that stand beside each other in a text or its title."""
    words, title, _ = text
    return frozenset((left.stem, right.stem) for part in (title, words) for left, right in pairwise(_tokens(part)))


@lru_cache(maxsize=4096)
def _tokens(text: str) -> tuple[Token, ...]:
    return tuple(tokens_of(text))


def _quotes(of: int, text: str, language: str | None) -> Iterator[QuoteSpan]:
    """Iterate over each sentence, and each two neighbouring ones of a paragraph."""
    spans = list(sentence_spans(text, language))
    for i, span in enumerate(spans):
        ends = [span.end] + [after.end for after in spans[i + 1 : i + 2] if not after.opens_paragraph]
        yield from (QuoteSpan(of, span.start, end) for end in ends if end - span.start <= _MAX_QUOTE)
