"""Questions that a passage looks as if it answered: one fact of an answerable question changed."""

from __future__ import annotations

import random
import re

from training.text import words

NAME = re.compile(r"(?<=[a-z,] )[A-Z][\w'-]*(?: (?:of |the |and )?[A-Z][\w'-]*)*")
NUMBER = re.compile(r"\b\d[\d,.]*\d\b|\b\d\b")
OPPOSITES = """
first/last oldest/newest largest/smallest largest/second-largest biggest/smallest highest/lowest
most/least more/less before/after north/south east/west northern/southern eastern/western
increase/decrease increased/decreased won/lost win/lose early/late began/ended begin/end
start/finish best/worst longest/shortest upper/lower major/minor above/below inside/outside
father/mother son/daughter brother/sister king/queen male/female men/women old/new long/short
high/low large/small born/buried founded/dissolved joined/left allowed/forbidden
supported/opposed accepted/rejected minimum/maximum public/private positive/negative
legal/illegal possible/impossible buy/sell bought/sold rise/fall rose/fell gained/lost
created/destroyed
"""
PAIRS = [pair.split("/") for pair in OPPOSITES.split()]
SWAP = {a: b for pair in PAIRS for a, b in (pair, pair[::-1])}
AUXILIARY = re.compile(r"\b(did|does|do|was|were|is|are|can|could|has|have|would)\b")


def changed_question(question: str, passage: str, other: str, rng: random.Random) -> str | None:
    """Return the question with one fact changed, or None where nothing can be.

    A name or number gives way to another of the passage (half the time) or of another text; a word
    to its opposite; rarely, the verb is negated.
    """
    edits = [swap_opposite, swap_number, swap_name]
    rng.shuffle(edits)
    source = passage if rng.random() < 0.5 else other
    for edit in edits:
        changed = edit(question, source, rng)
        if changed is not None:
            return changed
    return negate(question) if rng.random() < 0.15 else None


def swap_opposite(question: str, source: str, rng: random.Random) -> str | None:
    """Exchange one word for its opposite."""
    found = [w for w in re.findall(r"[\w-]+", question) if w in SWAP]
    if not found:
        return None
    word: str = rng.choice(found)
    return re.sub(rf"\b{re.escape(word)}\b", SWAP[word], question, count=1)


def swap_number(question: str, source: str, rng: random.Random) -> str | None:
    """Exchange one number for another one of the same length from the source, or a near one."""
    found = list(NUMBER.finditer(question))
    if not found:
        return None
    match = rng.choice(found)
    old: str = match.group()
    others: list[str] = [n for n in NUMBER.findall(source) if n != old and len(n) == len(old)]
    if others:
        new = rng.choice(others)
    elif old.isdigit() and len(old) < 9:
        new = str(int(old) + rng.choice([-20, -11, -3, 3, 7, 10, 25]) * 10 ** max(0, len(old) - 4))
    else:
        return None
    return question[: match.start()] + new + question[match.end() :]


def swap_name(question: str, source: str, rng: random.Random) -> str | None:
    """Exchange one capitalised name for another from the source that the question lacks."""
    found = list(NAME.finditer(question))
    if not found:
        return None
    match = rng.choice(found)
    asked = set(words(question))
    others = [n for n in NAME.findall(source) if len(n) > 2 and not set(words(n)) & asked]
    if not others:
        return None
    new: str = rng.choice(others)
    return question[: match.start()] + new + question[match.end() :]


def negate(question: str) -> str | None:
    """Negate the first auxiliary verb."""
    match = AUXILIARY.search(question)
    if match is None:
        return None
    word = "can't" if match.group() == "can" else match.group() + "n't"
    return question[: match.start()] + word + question[match.end() :]
