"""Enumerations in English: where the items of "A, B and C" stand in a sentence, given some of its words."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from index.terms import STOP_WORDS
from rag.language.verbs import AUXILIARIES

Span = tuple[int, int]

_SEPARATOR = re.compile(r",? (?P<last>and|or|as well as) (?!,)(?:also )?|[,;] (?!(?:and|or) )")
_NAME_WORD = r"[A-Z0-9][\w.&'’/-]*"
_NAME = re.compile(rf"(?:[Tt]he |[Aa]n? )?{_NAME_WORD}(?: (?:of |de |van |von |& )?(?:the )?{_NAME_WORD})*")
_AND = re.compile(r" (?:and|or) ")
_DETERMINER = re.compile(
    r"(?:an?|the|its|his|her|their|our|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|[0-9][\d.,]*) ",
    re.IGNORECASE,
)
_LEADS_IN = re.compile(
    r"(?:.*(?::|\b(?:of|for|in|on|with|from|to|by|as|including|like|are|were|is|was|be|has|have|had|at|between)))?\s*"
)
_LEADS_OUT = re.compile(
    r"[.!?]|\b(?:for|in|on|with|from|to|by|at|as|that|which|who|whose|when|while|because|after|before|but"
    rf"|{'|'.join(sorted(AUXILIARIES))})\b"
)
_MOST_WORDS = 8
"""Words of an item that was claimed; more are a clause of their own."""
_MOST_WORDS_BESIDE = 5
"""Words of an item beside those claimed that has no capital."""
_EDGES = " .,;:!?"


def items_around(sentence: str, claimed: Span) -> list[Span]:
    """Return the items of the enumeration that the claimed words are a part of; those words where there is none.

    What is claimed is split where it enumerates by itself. Neighbours join where the list goes on to its "and".
    """
    start, end = claimed
    if sentence[max(0, start - 1) : start] in ('"', "“") and sentence[end : end + 1] in ('"', "”"):
        claimed = start - 1, end + 1
    if not _is_balanced(sentence[slice(*claimed)]):
        return [(start, end)]
    items = [_trimmed(sentence, span) for span in _enumeration(sentence, claimed)]
    texts = [sentence[slice(*span)] for span in items]
    if not _is_list(texts) or (len(items) == 2 and not _is_pair(sentence, items, claimed)):
        return [(start, end)]
    return items


def _is_pair(sentence: str, items: Sequence[Span], claimed: Span) -> bool:
    """Return whether two items are one answer: both were claimed, or both are names with but an "and" between."""
    (_, between), (end, _) = items
    texts = [sentence[slice(*span)] for span in items]
    if all(map(_is_name, texts)) and sentence[between:end] in (" and ", " or "):
        return True
    both = claimed[0] <= between and end < claimed[1]
    return both and any(all(map(kind, texts)) for kind in (_is_name, _has_determiner, _is_plural))


def _enumeration(sentence: str, claimed: Span) -> list[Span]:
    """Return the parts of the run that the claimed words are in, if it goes on to an "and"; else none."""
    parts, lasts = _parts(sentence)
    touched = [i for i, (start, end) in enumerate(parts) if start < claimed[1] and claimed[0] < end]
    if not touched:
        return []
    first, last = touched[0], touched[-1]
    closed = last > 0 and lasts[last - 1]
    if sum(lasts[first:last]) > closed:
        return []  # "frost or rust hits one valley and the chain depends on it": no list of three
    inside = [(max(claimed[0], parts[i][0]), min(claimed[1], parts[i][1])) for i in touched]
    before = _before(sentence, parts, lasts, first, inside[0]) if claimed[0] <= parts[first][0] else []
    goes_on = not closed and not sentence[claimed[1] : parts[last][1]].strip(_EDGES)
    after = _after(sentence, parts, lasts, last, inside[-1]) if goes_on else []
    return [*before, *inside, *after] if closed or after else []


def _parts(sentence: str) -> tuple[list[Span], list[bool]]:
    """Return the parts between separators, and of each separator whether it is the "and" before a last item."""
    cuts = _without_inner(sentence, list(_SEPARATOR.finditer(sentence)))
    starts, ends = [0, *(cut.end() for cut in cuts)], [*(cut.start() for cut in cuts), len(sentence)]
    return list(zip(starts, ends, strict=True)), [bool(cut["last"]) for cut in cuts]


def _without_inner(sentence: str, cuts: Sequence[re.Match[str]]) -> list[re.Match[str]]:
    """Return the cuts without an "and" inside an item: "Debian 12, Ubuntu 22.04 and 24.04, and Rocky Linux 9"."""
    inner = [
        cut
        for before, cut, after in zip(cuts, cuts[1:], cuts[2:], strict=False)
        if cut["last"] and not cut[0].startswith(",") and after["last"] and after[0].startswith(",")
        and not before["last"] and _continues(sentence[before.end() : cut.start()], sentence[cut.end() : after.start()])
    ]  # fmt: skip
    return [cut for cut in cuts if cut not in inner]


def _continues(first: str, second: str) -> bool:
    """Return whether two parts with an "and" between can be one item: names, or a few plain words."""
    return (_is_name(first) and _is_name(second)) or (_is_plain(first) and _is_plain(second))


def _after(sentence: str, parts: Sequence[Span], lasts: Sequence[bool], last: int, like: Span) -> list[Span]:
    """Return the items that follow up to the one after "and"; none where the list breaks off before that."""
    alike = _likeness(sentence[slice(*like)])
    found: list[Span] = []
    for i in range(last + 1, len(parts)):
        start, end = parts[i]
        if lasts[i - 1]:
            length = _leading(sentence[start:end], alike)
            return [*found, (start, start + length)] if length else []
        if not alike(sentence[start:end]):
            return []
        found.append((start, end))
    return []


def _before(sentence: str, parts: Sequence[Span], lasts: Sequence[bool], first: int, like: Span) -> list[Span]:
    """Return the items that come before, up to the one that the list opens with."""
    alike = _likeness(sentence[slice(*like)])
    found: list[Span] = []
    for i in range(first - 1, -1, -1):
        start, end = parts[i]
        if lasts[i] and i != first - 1:
            break
        if alike(sentence[start:end]) if i else _opens_with_item(sentence[start:end]):
            found.insert(0, (start, end))
            continue
        length = _trailing(sentence[start:end], alike)
        return [(end - length, end), *found] if length else found
    return found


def _likeness(item: str) -> Callable[[str], bool]:
    """Return what tells an item like this one: a name beside names, a few plain words beside plain words."""
    return _is_name if _is_name(item) else _is_plain


def _is_name(text: str) -> bool:
    """Return whether a text is a name, or two that are one item: "Ubuntu 22.04 and 24.04"."""
    return all(map(_NAME.fullmatch, _AND.split(text.strip(_EDGES))))


def _is_plain(text: str) -> bool:
    words = text.strip(_EDGES).split()
    plain = 0 < len(words) <= _MOST_WORDS_BESIDE and not AUXILIARIES & {word.lower() for word in words}
    return plain and not text[0].isupper()


def _has_determiner(text: str) -> bool:
    return bool(_DETERMINER.match(text))


def _is_plural(text: str) -> bool:
    return _is_plain(text) and text.endswith("s") and not text.endswith("ss")


def _opens_with_item(text: str) -> bool:
    """Return whether a sentence's first part is an item and not what leads to one: "Banking", "The engine"."""
    return len(_DETERMINER.sub("", text).split()) == 1


def _leading(part: str, alike: Callable[[str], bool]) -> int:
    """Return how much of the part's beginning is the list's last item."""
    if alike is _is_name:
        name = _NAME.match(part)
        return name.end() if name else 0
    out = _LEADS_OUT.search(part)
    head = part[: out.start()].rstrip() if out else part
    return len(head) if head and alike(head) else 0


def _trailing(part: str, alike: Callable[[str], bool]) -> int:
    """Return how much of the part's end is the list's first item."""
    if alike is _is_name:
        name = re.search(rf"{_NAME.pattern}$", part)
        words = name[0].split() if name else []
        while words and words[0].lower() in STOP_WORDS and words[0].lower() != "the":
            words.pop(0)
        return len(" ".join(words))
    lead = _LEADS_IN.match(part)
    tail = part[lead.end() :] if lead and lead.end() else part.rsplit(" ", maxsplit=1)[-1]
    return len(tail) if tail and alike(tail) else 0


def _is_list(items: Sequence[str]) -> bool:
    """Whether these are items: two or more, short and whole."""
    return len(items) > 1 and all(item and len(item.split()) <= _MOST_WORDS and _is_balanced(item) for item in items)


def _is_balanced(text: str) -> bool:
    return text.count('"') % 2 == 0 and text.count("“") == text.count("”") and text.count("(") == text.count(")")


def _trimmed(sentence: str, span: Span) -> Span:
    text = sentence[slice(*span)]
    start = span[0] + len(text) - len(text.lstrip(_EDGES))
    return start, max(start, span[0] + len(text.rstrip(_EDGES)))
