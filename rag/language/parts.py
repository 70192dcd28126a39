"""Parts of an English question: its subject and verb, its plural things. By a table of verbs, without a model."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.terms import STOP_WORDS
from rag.language.english import DETERMINERS, PREPOSITIONS, WH
from rag.language.verbs import AGENT_VERBS, AUX, BASE, FORMS_OF_BE, PARTICIPLE

_OTHER_VERBS = frozenset(
    """
    accept account affect appeal arrive attract believe belong benefit blame carry change charge compare complain
    consist contain continue control cover deal deserve devote differ die do drop earn employ expect fear fit follow
    gain happen hope include keep kill last like live love measure move need oppose own play prefer prevent promise
    protect rely remain rent save stay store stretch suffer travel trust try use wait want weigh work
    """.split()
)
_VERBS = AGENT_VERBS | _OTHER_VERBS | frozenset(BASE.values())
_PARTICIPLES = frozenset(PARTICIPLE.values())
_STATES = frozenset({"open", "free", "available"})
"""What something is, where it stands as a verb does: "When is the museum open?"."""
_CLAUSE = re.compile(
    rf"^(?P<lead>(?:(?:\w+ )?{WH}\b(?:(?! {AUX}\b)[^?:])*? )?)(?P<aux>{AUX}) (?P<rest>[^?:]+)", re.IGNORECASE
)
_WORD = re.compile(r"[^\s,;()\"“”]+")
_NO_VERB_AFTER = re.compile(
    r"the|an?|his|her|its|their|this|that|these|those|each|every|\S+['’]s|\S+s['’]", re.IGNORECASE
)
_PLURAL = re.compile(
    r"(?!(?:second|minute|hour|day|week|month|quarter|year|time)s)(?:[a-z][a-z-]*[^\Wsui]s|[a-z][a-z-]*sses|people|children|women|men)"
)
_NO_MODIFIERS = DETERMINERS | {"many", "much", "among", "besides"}
_MOST_MODIFIERS = 2


@dataclass(frozen=True, slots=True)
class Subject:
    """Subject of a question as it stands there, and the offset of its start."""

    text: str
    start: int

    @property
    def end(self) -> int:
        """Offset of its end."""
        return self.start + len(self.text)

    @property
    def is_plural(self) -> bool:
        """Whether its head, which stands before the first preposition, is a plural."""
        head = before_preposition(self.text).split()
        return bool(head) and is_plural(head[-1])


def subject_in(question: str) -> Subject | None:
    """Return the subject between an auxiliary and a verb: "a battery bus" in "What does a battery bus cost?"."""
    clause = _CLAUSE.match(question)
    if clause is None:
        return None
    words = list(_WORD.finditer(clause["rest"]))
    verb = next((n for n in range(1, len(words)) if _is_verb(words, n, clause["aux"].lower())), None)
    if verb is None:
        return None
    start = clause.start("rest")
    return Subject(clause["rest"][: words[verb].start()].strip(), start)


def possessed_in(question: str, owner_end: int) -> str | None:
    """Return what belongs to the name that ends there: "third hall" in "When was Warmfjell's third hall finished?"."""
    genitive = re.match(r"(?:['’]s|(?<=s)['’]) ", question[owner_end:])
    if genitive is None:
        return None
    words: list[str] = []
    for match in _WORD.finditer(question[owner_end + genitive.end() :].rstrip(" ?.!")):
        word = match[0]
        if words and not _is_modifier(word) and not word[:1].isupper():
            break
        words.append(word)
    return " ".join(words) or None


def plural_in(question: str) -> str | None:
    """Return what a question speaks of last in the plural: "fast chargers" in "Who builds fast chargers?"."""
    words = [match[0] for match in _WORD.finditer(question.rstrip(" ?.!"))]
    for n in range(len(words) - 1, 0, -1):
        if is_plural(words[n]) and words[n] not in STOP_WORDS | _NO_MODIFIERS and not _may_be_third_person(words, n):
            first = n
            while n - first < _MOST_MODIFIERS and first > 0 and _is_modifier(words[first - 1]):
                first -= 1
            return " ".join(words[first : n + 1])
    return None


def phrase_with_head(question: str, phrase: str) -> tuple[int, int] | None:
    """Return where a question has a thing of the same kind as a phrase: "a battery bus" for "a hydrogen bus"."""
    head = before_preposition(phrase).split()[-1:]
    words = list(_WORD.finditer(question))
    at = next((n for n, word in enumerate(words) if [word[0]] == head and n), None)
    if at is None or len(phrase.split()) == 1:
        return None
    first = at
    while at - first < _MOST_MODIFIERS and first > 0 and _is_modifier(words[first - 1][0]):
        first -= 1
    if first > 0 and re.fullmatch("the|an?", words[first - 1][0], re.IGNORECASE):
        first -= 1
    return words[first].start(), words[at].end()


def is_participle(word: str) -> bool:
    """Return whether a word in small letters is the past participle of a verb, as far as its form tells."""
    return word in _PARTICIPLES or (word.endswith("ed") and len(word) > len("red"))


def is_plural(word: str) -> bool:
    """Return whether a word in small letters looks like a plural."""
    return bool(_PLURAL.fullmatch(word))


def _is_verb(words: list[re.Match[str]], n: int, aux: str) -> bool:
    """Return whether the word no. `n` after an auxiliary is the verb rather than a noun that is spelt the same."""
    word = words[n][0].lower()
    if _NO_VERB_AFTER.fullmatch(words[n - 1][0]) or (n + 1 < len(words) and _fits(words[n + 1][0].lower(), aux)):
        return False
    return _fits(word, aux)


def _fits(word: str, aux: str) -> bool:
    if aux in FORMS_OF_BE:
        return word in _PARTICIPLES | _STATES or (word.endswith(("ed", "ing")) and len(word) > len("ring"))
    if aux in ("has", "have", "had"):
        return is_participle(word)
    return word in _VERBS


def before_preposition(text: str) -> str:
    """Return a phrase without what a preposition leads to: "share" of "share of the market"."""
    return re.split(rf" (?:{'|'.join(sorted(PREPOSITIONS))}) ", text, maxsplit=1)[0]


def _may_be_third_person(words: list[str], n: int) -> bool:
    """Return whether "makes" follows who or what does so."""
    named = words[n - 1][:1].isupper() and not words[n - 1].endswith(("'s", "’s", "s'", "s’"))
    return named or bool(re.fullmatch(WH, words[n - 1], re.IGNORECASE))


def _is_modifier(word: str) -> bool:
    """Return whether a word can belong to the noun after it, and is neither a verb nor what counts."""
    other = word in _NO_MODIFIERS or word in STOP_WORDS or word in _VERBS
    return word.islower() and not other and not word.endswith(("ed", "ing")) and not re.fullmatch(AUX, word)
