"""True sentences -> false ones, one kind of change each, by rules."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from benchmarks.statements import BE, Verbs, is_participle, is_past
from rag.language.english import DETERMINERS, PREPOSITIONS
from rag.language.time import MONTHS
from rag.language.verbs import AUXILIARIES, past

_CLAUSES = frozenset("when where who which that while because if and or".split())
_COUNTS = "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty sixty".split()
_NAME = re.compile(
    r"(?<![\w'’-])[A-Z][\w-]*\w(?:(?: |(?<=St)\. | [A-Z]\. )(?:of (?:the )?|de |von )?[A-Z][\w-]*\w){0,4}(?!['’-]?\w)"
)
_NUMBER = re.compile(rf"(?<![\w.,/-])\d+(?:[.,]\d+)*(?![\w,./-]*\d)|\b(?:{'|'.join(_COUNTS)})\b")
_YEAR = re.compile(r"(?<![\w.,/-])1\d{3}(?!\w|[.,]\d)|(?<![\w.,/-])20[0-2]\d(?!\w|[.,]\d)")
_MONTH = re.compile(rf"\b(?:{'|'.join(MONTHS)})\b(?= \d|,|\.|$)")
_CENTURY = re.compile(r"\b(\d{1,2})th(?=[ -]centur)")
_SYMMETRIC = frozenset(
    "met married joined became remained meant included equalled bordered followed found contained felt had said".split()
)
_TAIL = re.compile(
    r",? (?P<tail>(?:because|although|while|after|before|which|in order to|and (?:was|were|had|later)|and \w+ed)"
    r" [a-z' -]{15,90})\."
)

Falsify = Callable[[str, str, Sequence[str], Verbs, random.Random], str | None]
"""A true sentence, its evidence, the other paragraphs of its article -> a false one; None where none can be made."""


def change_number(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Put another number of the same form, which the evidence does not hold."""
    dated = [m.span() for pattern in (_YEAR, _CENTURY) for m in pattern.finditer(said)]
    found = [
        m for m in _NUMBER.finditer(said) if not any(a <= m.start() < b for a, b in dated) and not _by_month(m, said)
    ]
    return _replaced(said, found, lambda m: _other_number(m[0], rng), evidence, rng)


def _by_month(match: re.Match[str], said: str) -> bool:
    around = said[max(0, match.start() - 10) : match.end() + 10]
    return any(month in around for month in MONTHS)


def _other_number(number: str, rng: random.Random) -> str:
    if number in _COUNTS:
        return rng.choice([count for count in _COUNTS if count != number])
    digits = [i for i, c in enumerate(number) if c.isdigit()]
    at = rng.choice(digits[: max(1, len(digits) - 1)])
    return number[:at] + rng.choice([d for d in "123456789" if d != number[at]]) + number[at + 1 :]


def change_date(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Put another year, month or century."""
    found = [m for pattern in (_YEAR, _MONTH, _CENTURY) for m in pattern.finditer(said)]

    def other(match: re.Match[str]) -> str:
        if match[0] in MONTHS:
            return rng.choice([month for month in MONTHS if month != match[0]])
        step = rng.choice([-1, 1])
        if match.re is _CENTURY:
            return f"{min(20, max(4, int(match[1]) + step))}th"
        return str(min(2029, int(match[0]) + step * rng.randint(1, 30)))

    return _replaced(said, found, other, evidence, rng)


def change_name(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Put another name of the article: one time in three one that the same paragraph has in another sentence."""
    near = rng.random() < 1 / 3
    known = said if near else evidence
    pool = sorted(name for name in _names_in([evidence] if near else others) if not _akin(name, known))

    def other(match: re.Match[str]) -> str:
        alike = [name for name in pool if len(name.split()) == len(match[0].split())] or pool
        return rng.choice(alike) if alike else match[0]

    return _replaced(said, names_of(said, [evidence, *others]), other, "" if near else evidence, rng)


@lru_cache(maxsize=2_000)
def _names(text: str) -> frozenset[str]:
    """Return runs of capitalised words that stand inside a sentence."""
    found = (m for m in _NAME.finditer(text) if re.search(r"[a-z,] $", text[max(0, m.start() - 2) : m.start()]))
    return frozenset(m[0] for m in found if len(m[0]) > 2 and not set(m[0].split()) & set(MONTHS))


def _akin(name: str, text: str) -> bool:
    """Return whether a word of the name stands in the text in some form."""
    known = {word[:3].lower() for word in text.split()}
    return any(word[:3].lower() in known for word in name.split() if len(word) > 3) or name in text


def _names_in(texts: Iterable[str]) -> set[str]:
    return {name for text in texts for name in _names(text)}


def names_of(said: str, article: Iterable[str]) -> list[re.Match[str]]:
    """Return the names of a sentence: runs of capitalised words that the article has inside a sentence too."""
    known = _names_in(article)
    return [m for m in _NAME.finditer(said) if m[0] in known]


def _replaced(
    said: str, found: Sequence[re.Match[str]], other: Callable[[re.Match[str]], str], evidence: str, rng: random.Random
) -> str | None:
    if not found:
        return None
    match = rng.choice(found)
    for _ in range(5):
        new = other(match)
        if new != match[0] and not re.search(rf"(?<!\w){re.escape(new)}(?!\w)", evidence):
            return said[: match.start()] + new + said[match.end() :]
    return None


def negate(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Deny the main verb (not, never, failed to, did not), or leave a negation out."""
    if re.search(r"\b(?:not|never|no|nor|neither|without|cannot|none|few|only|unless)\b|n't", said, re.IGNORECASE):
        bare = re.sub(r" (?:not|never)\b", "", said, count=1)
        return bare if bare != said and not re.search(r"\bnot only\b|\bdid\b|\bdo(?:es)?\b", said) else None
    if match := re.search(rf"^[^,]*?\b(?P<aux>{BE}|has been|had been|can|could|will|would|must|should)\b", said):
        return f"{said[: match.end()]} {rng.choice(['not', 'not', 'never'])}{said[match.end() :]}"
    bases = _bases(verbs)
    for match in re.finditer(r"(?<= )[a-z]+(?= )", said):
        base = bases.get(match[0])
        if base and said[: match.start()].rsplit(maxsplit=1)[-1].lower() not in AUXILIARIES | DETERMINERS | {
            "who",
            "which",
            "that",
        }:
            new = rng.choice([f"did not {base}", f"never {match[0]}", f"failed to {base}", f"refused to {base}"])
            return said[: match.start()] + new + said[match.end() :]
    return None


@lru_cache(maxsize=4)
def _bases(verbs: Verbs) -> dict[str, str]:
    """Return base forms by their past tense."""
    return {past(verb): verb for verb in sorted(verbs)}


def swap_roles(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Exchange who does it and to whom it is done: the phrases before and after the verb."""
    words = said.rstrip(".").split()
    for i in range(min(8, len(words))):
        if not (after := _after_verb(words, i, verbs)):
            continue
        end = next((j for j in range(after, len(words)) if _ends_phrase(words[j])), len(words))
        subject, done = words[:i], words[after:end]
        if not _phrase(subject) or not _phrase(done) or words[end - 1][-1] in ",;:":
            return None
        done, subject = (_lowered(phrase, article=evidence) for phrase in (done, subject))
        text = " ".join([*done, *words[i:after], *subject, *words[end:]])
        return f"{text[0].upper()}{text[1:]}."
    return None


def _after_verb(words: Sequence[str], i: int, verbs: Verbs) -> int:
    """Return where what follows a verb at `i` begins ("was built by" is one); 0 if there is no verb."""
    if words[i + 2 : i + 3] == ["by"] and words[i] in BE.split("|") and is_participle(words[i + 1], verbs):
        return i + 3
    active = i and is_past(words[i], verbs) and words[i] not in _SYMMETRIC
    return i + 1 if active and words[i - 1].lower() not in AUXILIARIES else 0


def _ends_phrase(word: str) -> bool:
    return word.lower() in PREPOSITIONS - {"of"} or word in _CLAUSES or word[-1] in ",;:"


def _phrase(words: Sequence[str]) -> bool:
    """Return whether it looks like a noun with what belongs to it."""
    low = [word.lower() for word in words]
    if not 1 <= len(words) <= 6 or set(low) & (AUXILIARIES - {"can"}):
        return False
    opens = low[0] in {"the", "a", "an"} or words[0][0].isupper() or low[0][-1] == "s"
    return (
        opens
        and not set(low) & {"and", "or", "it", "they", "he", "she", "to", "who", "which", "that", "not"}
        and low[-1] not in DETERMINERS
    )


def _lowered(words: Sequence[str], article: str) -> list[str]:
    """Return the words without the capital that opens a sentence."""
    known = re.search(rf"[a-z,] {re.escape(words[0])}\b", article)
    return (
        list(words) if known else [words[0].lower() if words[0].lower() in {"the", "a", "an"} else words[0], *words[1:]]
    )


def add_claim(said: str, evidence: str, others: Sequence[str], verbs: Verbs, rng: random.Random) -> str | None:
    """Append a clause without names and numbers from another paragraph of the article."""
    known = set(re.findall(r"\w{5,}", evidence.lower()))
    tails = sorted({tail for text in others for tail in _tails(text)})
    tails = [tail for tail in tails if _is_clause(tail, verbs) and len(set(re.findall(r"\w{5,}", tail)) - known) > 1]
    if not tails or said.count(" ") > 25:
        return None
    tail = rng.choice(tails)
    return f"{said.rstrip('. ')}{'' if tail.startswith(('and', 'in order', 'because')) else ','} {tail}."


@lru_cache(maxsize=2_000)
def _tails(text: str) -> frozenset[str]:
    return frozenset(m["tail"] for m in _TAIL.finditer(text))


def _is_clause(tail: str, verbs: Verbs) -> bool:
    words = tail.split()
    return len(words) > 4 and any(word in BE.split("|") or word in verbs or is_past(word, verbs) for word in words[:6])


KINDS: dict[str, Falsify] = {
    "number": change_number,
    "date": change_date,
    "name": change_name,
    "negation": negate,
    "roles": swap_roles,
    "added claim": add_claim,
}


def kinds(said: str, evidence: str, others: Sequence[str], verbs: Verbs, seed: str) -> Iterator[tuple[str, str]]:
    """Iterate over the kinds of false sentence that can be made of `said`, each with its sentence."""
    for kind, falsify in KINDS.items():
        false = falsify(said, evidence, others, verbs, random.Random(f"{seed} {kind}"))
        if false and false != said:
            yield kind, false
