"""What belongs to what was spoken of: "Price?" and "his wife?" as whole questions."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.condense.referents import with_referents
from rag.condense.subjects import Past
from rag.language.english import HE, IT, THEY
from rag.language.followups import ATTRIBUTE
from rag.language.names import names_in
from rag.language.parts import before_preposition, is_plural
from rag.language.pointing import SOMEBODY
from rag.language.time import times_in

_WHOSE = re.compile(r"(?P<whose>its|their|his|her|the) ", re.IGNORECASE)
_LEANS = re.compile(rf"{HE.pattern}|{IT.pattern}|{THEY.pattern}|\(", re.IGNORECASE)


def of_a_thing(part: str) -> str | None:
    """Return the question for what a named thing has: "What is the weight of the H2?" for "the weight of the H2"."""
    what = before_preposition(part)
    return f"What is {part}?" if what != part and ATTRIBUTE.fullmatch(what) and names_in(f"- {part}") else None


def of_what_was_spoken_of(past: Sequence[Past], part: str) -> str | None:
    """Return the question for what the thing or person has that was spoken of, at the time that was asked about."""
    match = _WHOSE.match(part)
    what, said = part[match.end() :] if match else part, match["whose"].lower() if match else "the"
    somebody = SOMEBODY.fullmatch(what)
    if (match is None and " " in what) or (said == "the" and not somebody and not ATTRIBUTE.fullmatch(what)):
        return None  # "flour prices" are a topic
    lead = f"{'Who' if somebody else 'What'} {'are' if is_plural(what.split()[-1]) else 'is'}"
    for whose in ("its", "his", "their") if said == "the" else (said,):
        asked = with_referents(f"{lead} {whose} {what}", past)
        if not _LEANS.search(asked):
            times = [] if somebody else times_in(past[-1].question)
            return " ".join([asked.rstrip(" ?"), *times[-1:]]) + "?"
    return None
