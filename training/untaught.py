"""Pairs of a true and a false sentence about texts that no reader learns from, to fit the verifier on.

A reader answers what it has learnt from too well: weights that were fitted there would ask too much of other texts.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

from benchmarks.falsehoods import KINDS
from benchmarks.pairs import SQUAD2, UNANSWERABLE, Pair, Source, clapnq_sources, of_article, pairs_of, sources
from benchmarks.sets import sample
from benchmarks.statements import Verbs, declare, verbs_of
from training.own import Split, own_articles
from training.sources import HELD_OUT, Question, read_json
from training.support import tempting

ROLES = "roles"
_NEW_WIKI = "squadshifts/new_wiki_v1.0.json"


def untaught_pairs(data: Path, most: int) -> list[Pair]:
    """Return at most `most` pairs of each kind.

    Of exchanged roles there are too few: pairs of the half of squad2 that readers learn from make up for them. What a
    reader knows by heart makes a sentence likelier there, and the exchanged one as much less likely.
    """
    verbs = verbs_of(p["context"] for article in read_json(data / SQUAD2)["data"] for p in article["paragraphs"])
    found = [*clapnq_sources(data, tuning=True), *_of_held_out(data, verbs), *_of_own(data, verbs)]
    pairs = [pair for kind in (*KINDS, UNANSWERABLE) for pair in sample(_of_kind(pairs_of(found, verbs), kind), most)]
    lacking = most - len(_of_kind(pairs, ROLES))
    return pairs + sample(_of_kind(pairs_of(sources(data, tuning=True), verbs), ROLES), lacking)


def _of_kind(pairs: list[Pair], kind: str) -> list[Pair]:
    return [pair for pair in pairs if pair.kind == kind]


def _of_held_out(data: Path, verbs: Verbs) -> Iterator[Source]:
    """Iterate over the sentences of the public articles that are held out for calibration."""
    for source, path in (("squad2", SQUAD2), ("new_wiki", _NEW_WIKI)):
        for article in read_json(data / path)["data"]:
            if f"{source}/{article['title']}" in HELD_OUT:
                yield from of_article(article, verbs)


def _of_own(data: Path, verbs: Verbs) -> Iterator[Source]:
    """Iterate over the sentences of the own articles for calibration; near misses with a name or number that tempts."""
    rng = random.Random(0)
    articles = [article.paragraph for article in own_articles(data) if article.split is Split.CALIBRATION]
    for article in articles:
        others = tuple(other.text for other in articles if other is not article)[:20]
        for question in article.questions:
            answer = question.answers[0] if question.answerable else _tempting(question, article.text, rng)
            if answer and (said := declare(question.text, answer, verbs)):
                yield Source(said, article.text, article.title, others, supported=question.answerable)


def _tempting(question: Question, text: str, rng: random.Random) -> str | None:
    found = tempting(question, text)
    return rng.choice(found) if found else None
