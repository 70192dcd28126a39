"""Whether a text says what a sentence says: the best quote for a sentence, or none.

A sentence is laid over each sentence of a passage, and each two neighbouring ones (rag.verify.align). A copy is
supported unless it is cut out of a denial. Some things rule a quote out whatever else it says: a number, date or name
that is not there, or that nothing but names is. The rest is weighed by a logistic regression, fitted by `python -m
benchmarks.verification --data DIR --fit` on the tuning half of its data. The embedding model knows English: of a
Chinese sentence nearly all characters have to be there.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from index.chunk import sentence_spans
from index.embed import EmbeddingModel
from rag.retrieve import Passage
from rag.verify.align import FEATURES, Alignment, Likeness, align
from rag.verify.facts import Word, words_of

_CHINESE = re.compile("[\u4e00-\u9fff\u3040-\u30ff]")
BAR = 0.5
"""A quote supports a sentence at this probability."""
_LONGEST = 1_000
"""A longer sentence is not verified."""
_LONGEST_QUOTE = 3_000
"""In characters, as is the former; a run of them without a full stop is no sentence."""
_BEFORE = 400
"""What a pronoun means is looked for in so many characters."""
_PRONOUNS = frozenset(
    "he him his she her hers it its they them their this these that those who which such both".split()
)
_LOOKED_AT = 5
"""So many quotes, those with most of the sentence's words for their length, are looked at closely."""
_KEPT = 20_000
_NOT_THE_SAME = 0.1
"""Without vectors, this share of a sentence's words may be others."""
_WEIGHTS = {
    "cosine": 1.402,
    "missing": -0.234,
    "clause": 2.708,
    "rivals": -0.146,
    "opening": -0.146,
    "near": 0.669,
    "apart": -0.816,
    "adrift": -0.494,
    "denial": -1.133,
    "denied": -4.733,
    "swapped": -2.850,
    "turned": -0.501,
    "words": 0.143,
    "bias": -1.366,
}


@dataclass(frozen=True, slots=True)
class Support:
    """The quote that supports a sentence: `passage.article.text[start:end]`, one whole sentence or two neighbours."""

    passage: Passage
    start: int
    end: int
    probability: float

    @property
    def text(self) -> str:
        """The quote."""
        return self.passage.article.text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Quote:
    """A candidate: the number of its text, and offsets into that."""

    of: int
    start: int
    end: int


Text = tuple[str, str, str | None]
"""A text, its title ("" for none) and its language where known."""


class Verifier:
    """Compares sentences with quotes by their words, their facts and the cosine of their vectors. Thread-safe."""

    def __init__(self, embeddings: EmbeddingModel) -> None:
        self._embeddings = embeddings
        self._known: dict[str, NDArray[np.float32]] = {}

    def support(self, sentence: str, passages: Sequence[Passage]) -> Support | None:
        """The best quote for `sentence` among the passages; None where none supports it."""
        texts = [(passage.text, passage.article.title, passage.article.language) for passage in passages]
        best = max(self.judged(sentence, texts), key=lambda found: found[1], default=None)
        if best is None or best[1] < BAR:
            return None
        quote, probability = best
        start = passages[quote.of].start
        return Support(passages[quote.of], start + quote.start, start + quote.end, probability)

    def supports(self, premise: str, sentence: str) -> bool:
        """Whether `premise` supports `sentence`."""
        return supports(premise, sentence) or any(
            probability >= BAR for _, probability in self.judged(sentence, [(premise, "", None)])
        )

    def judged(self, sentence: str, texts: Sequence[Text]) -> list[tuple[Quote, float]]:
        """The likeliest quotes, and the probability of each that it supports the sentence."""
        claim = words_of(sentence) if len(sentence) <= _LONGEST else []
        found = []
        for quote, laid, cosine in self.laid(sentence, texts):
            written = _words(texts[quote.of][0][quote.start : quote.end])
            if _copied(claim, written):
                found.append((quote, 1.0))
            elif _CHINESE.search(sentence):
                found.append((quote, float(_nearly_the_same(laid))))
            else:
                found.append((quote, _probability(laid, cosine)))
        return found

    def laid(self, sentence: str, texts: Sequence[Text]) -> list[tuple[Quote, Alignment, float]]:
        """The quotes that share most with the sentence; for each how it is laid over it, and their cosine."""
        claim = words_of(sentence) if len(sentence) <= _LONGEST else []
        telling = {word.stem for word in claim if word.telling}
        if not telling:
            return []
        quotes = [quote for i, (text, _, language) in enumerate(texts) for quote in _quotes(i, text, language)]
        words = {quote: _words(texts[quote.of][0][quote.start : quote.end]) for quote in quotes}
        shared = {q: len(telling & {word.stem for word in words[q]}) / math.log(9 + len(words[q])) for q in quotes}
        chosen = sorted(quotes, key=lambda quote: (-shared[quote], quote.of, quote.start, quote.end))[:_LOOKED_AT]
        vectors = self._vectors([sentence, *(texts[q.of][0][q.start : q.end] for q in chosen)])
        cosines = (vectors[1:] @ vectors[0]).tolist()
        alike = self._likeness(claim, [words[quote] for quote in chosen])
        return [
            (quote, align(claim, words[quote], _around(quote, words[quote], texts[quote.of]), alike), cosine)
            for quote, cosine in zip(chosen, cosines, strict=True)
        ]

    def _likeness(self, claim: Sequence[Word], quotes: Sequence[Sequence[Word]]) -> Likeness:
        """Likeness of the sentence's words that the quotes lack to those that the sentence lacks."""
        shared = {word.stem for words in quotes for word in words}
        own = {word.stem for word in claim}
        left = sorted({word.low for word in claim if _plain(word) and word.stem not in shared})
        right = sorted({word.low for words in quotes for word in words if _plain(word) and word.stem not in own})
        if not left or not right:
            return _unlike
        vectors = self._vectors([*left, *right])
        table = vectors[: len(left)] @ vectors[len(left) :].T
        rows, columns = ({word: i for i, word in enumerate(words)} for words in (left, right))
        return lambda a, b: float(table[rows[a], columns[b]]) if a in rows and b in columns else 0.0

    def _vectors(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Vectors of texts; the same ones come again and again, so they are kept."""
        known = self._known if len(self._known) < _KEPT else {}
        if missing := [text for text in dict.fromkeys(texts) if text not in known]:
            known = known | dict(zip(missing, self._embeddings.encode(missing), strict=True))
        self._known = known  # exchanged whole, so that other threads see one or the other
        return np.stack([known[text] for text in texts])


def supports(premise: str, sentence: str) -> bool:
    """Whether `premise` supports `sentence`, by the words alone: a copy, or nearly the same words of one sentence.

    The checks of facts, denials and roles are those of Verifier; a paraphrase is not recognised.
    """
    claim, text = words_of(sentence), words_of(premise)
    if _copied(claim, text):
        return True
    if len(sentence) > _LONGEST:
        return False
    quotes = (premise[quote.start : quote.end] for quote in _quotes(0, premise, None))
    return any(_nearly_the_same(align(claim, words_of(quote), (), _unlike)) for quote in quotes)


def _copied(claim: Sequence[Word], quote: Sequence[Word]) -> bool:
    """Whether the words stand in the quote one after the other, and none is denied in only one of the two."""
    own, given = (f" {' '.join(word.low for word in words)} " for words in (claim, quote))
    at = given.find(own)
    if not claim or at < 0:
        return False
    run = quote[given.count(" ", 0, at) :]
    return all(a.denied == b.denied for a, b in zip(claim, run, strict=False))


def _nearly_the_same(laid: Alignment) -> bool:
    speaks_against = laid.ruled_out or laid.denial or laid.denied or laid.swapped or laid.turned
    return laid.words > 0 and not speaks_against and laid.missing <= _NOT_THE_SAME * laid.words


def _probability(laid: Alignment, cosine: float) -> float:
    if laid.ruled_out:
        return 0.0
    z = _WEIGHTS["bias"] + sum(_WEIGHTS[name] * x for name, x in zip(FEATURES, laid.features(cosine), strict=True))
    return 1 / (1 + math.exp(-max(-50.0, min(50.0, z))))


def _unlike(word: str, other: str) -> float:
    return 0.0


def _plain(word: Word) -> bool:
    return word.telling and not word.name and not word.number


def _around(quote: Quote, words: Sequence[Word], text: Text) -> Sequence[Word]:
    """The words a quote may mean without saying them: the title's and, if it has a pronoun, those shortly before it."""
    title = _words(text[1])
    if not any(word.low in _PRONOUNS for word in words):
        return title
    return [*title, *_words(text[0][max(0, quote.start - _BEFORE) : quote.start])]


@lru_cache(maxsize=4096)
def _words(text: str) -> tuple[Word, ...]:
    return tuple(words_of(text))


def _quotes(of: int, text: str, language: str | None) -> Iterator[Quote]:
    """Each sentence, and each two neighbouring ones of a paragraph."""
    spans = list(sentence_spans(text, language))
    for i, span in enumerate(spans):
        ends = [span.end] + [after.end for after in spans[i + 1 : i + 2] if not after.opens_paragraph]
        yield from (Quote(of, span.start, end) for end in ends if end - span.start <= _LONGEST_QUOTE)
