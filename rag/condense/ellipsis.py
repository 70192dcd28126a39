"""Questions without most of their words: a question word alone ("Why?"), one without its verb ("When will it?")."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.condense.persons import told
from rag.condense.subjects import Past, about
from rag.language.followups import ASKED_NOUN, ASKS_FURTHER, ATTRIBUTE, QUESTION, SUBJECT_LEFT_OUT, WHO_DID, YES_NO
from rag.language.names import names_in
from rag.language.parts import is_participle, plural_in, subject_in
from rag.language.time import is_time
from rag.language.verbs import AGENT_PAST, AGENT_VERBS, AUX, BASE, FORMS_OF_BE, IRREGULAR_FORMS, PARTICIPLE, base_of
from rag.language.verbs import past as past_tense

_NO_BASE = FORMS_OF_BE | {"has", "have", "had"}
"""Auxiliaries after which a verb has another form than after "will" and "does"."""
_FULLER = {"what for": "why", "how come": "why", "why so": "why", "how so": "why", "who by": "by whom"}
_LEAVES_NOTHING = frozenset({"join", "leave", "meet", "oppose", "support", "win"})
"""Verbs of which one asks rather when and why somebody did it than when it was done."""


def asked_anew(past: Sequence[Past], words: str) -> str:
    """Return the last question with another question word: "Why?" after "When did X do Y?" is "Why did X do Y?"."""
    asked = past[-1].question.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    words = _FULLER.get(words.lower(), words)
    words = re.sub(r"^(?=(?:what|which) (?:day|month|place|town|year)$)", "in ", words, flags=re.IGNORECASE)
    if words.lower() == "why not":
        return _denied(asked) or f"why not: {asked[:1].lower()}{asked[1:]}?"
    match = QUESTION.match(asked)
    if re.match("who", f"{asked} {words}", re.IGNORECASE):
        return _of_doer(past[-1], asked, words) or f"{asked}: {words.lower()}?"
    if match and not re.match("who(?:se)?\\b", words, re.IGNORECASE):
        return _of_subject(past[-1], match, words) or _with_question_word(asked, words, match["rest"])
    things = plural_in(asked) if words.lower() == "how many" else None
    if YES_NO.match(asked):
        rest = " ".join(f"{asked[:1].lower()}{asked[1:]}".replace(things or "", "", 1).split())
        return f"{words} {things} {rest}?" if things else f"{words} {rest}?"
    return f"{asked}: {words.lower()}?"


def _of_doer(turn: Past, asked: str, words: str) -> str | None:
    """Return what is asked of who did or does something: "Since when does Hanne Rask coach the club?"."""
    asked = re.sub(r"^(who) else\b", r"\1", asked, flags=re.IGNORECASE)
    did, name = WHO_DID.match(asked), told(turn)
    subject = f"the {name.text}" if name and turn.answer[: name.start].lower().endswith("the ") else name and name.text
    if did is None or not ASKS_FURTHER.match(words):
        return None
    verb, rest = did["verb"].lower(), did["rest"]
    if re.fullmatch(AUX, verb):
        return f"{words} {verb} {subject} {rest}?" if subject else _passive(words, verb, rest)
    if base := AGENT_PAST.get(verb) or (BASE.get(verb) if verb in IRREGULAR_FORMS else None):
        active = subject if base in _LEAVES_NOTHING else None
        return f"{words} did {active} {base} {rest}?" if active else f"{words} was {rest} {PARTICIPLE.get(base, verb)}?"
    return f"{words} does {subject} {base_of(verb)} {rest}?" if subject and verb.endswith("s") else None


def _passive(words: str, aux: str, rest: str) -> str | None:
    """Return what is asked of what is done by somebody unknown: "Where will the vaccine be made?"."""
    verb, _, thing = rest.partition(" ")
    if verb not in AGENT_VERBS or aux in _NO_BASE or not thing:
        return None
    return f"{words} {aux} {thing} be {PARTICIPLE.get(verb) or past_tense(verb)}?"


def _of_subject(turn: Past, asked: re.Match[str], words: str) -> str | None:
    """Return what is asked of what a question asks for: "Why was the import removed?" after "What was removed?"."""
    left_out = SUBJECT_LEFT_OUT.match(asked["rest"])
    if left_out is None or not is_participle(left_out["participle"]) or not ASKS_FURTHER.match(words):
        return None
    noun, aux = ASKED_NOUN.match(asked[0]), left_out["aux"]
    opening = re.match(rf"(?P<subject>[^.,;:]{{1,60}}?) {aux} ", turn.answer)
    thing = noun["noun"] if noun else "they" if aux in ("are", "were", "have") else "it"
    thing = opening["subject"] if opening else thing
    thing = thing if any(name.start == 0 for name in names_in(thing)) else f"{thing[:1].lower()}{thing[1:]}"
    return f"{words} {aux} {thing} {left_out['rest']}?"


def with_verb(past: Sequence[Past], left_out: re.Match[str]) -> str | None:
    """Return a question with the verb of the last one: "When will it?" after "Does X run on Windows?"."""
    asked = past[-1].question.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    clause = QUESTION.match(asked)
    rest = clause["rest"] if clause else asked
    aux = re.match(rf"{AUX} ", rest, re.IGNORECASE)
    if aux is None or {aux[0].strip().lower(), left_out["aux"].lower().removesuffix("n't")} & _NO_BASE:
        return None
    words = f"{left_out['wh']} {left_out['aux']}" if left_out["wh"] else left_out["aux"]
    return f"{words} {rest[aux.end() :]}?"


def with_other_verb(past: Sequence[Past], verb: str) -> str | None:
    """Return what somebody else is said to do in the last question: "And praise?" after "What did Jia criticize?"."""
    asked = past[-1].question.rstrip(" ?.!")
    subject = subject_in(asked)
    if verb not in AGENT_VERBS or ATTRIBUTE.fullmatch(verb) or subject is None or not names_in(f"- {subject.text}"):
        return None
    done, _, rest = asked[subject.end :].strip().partition(" ")
    return f"{asked[: subject.end]} {verb} {rest}".strip() + "?" if done in AGENT_VERBS else None


def compared(past: Sequence[Past], than: re.Match[str]) -> str | None:
    """Return whether a figure is more than another: "Did NIO sell more cars in 2023 than in 2022?"."""
    asked = past[-1].question.rstrip(" ?.!")
    noun, subject, clause = ASKED_NOUN.match(asked), subject_in(asked), QUESTION.match(asked)
    if not noun or not subject or not clause or not (is_time(than["other"]) or names_in(f"- {than['other']}")):
        return None
    verb, _, rest = asked[subject.end :].strip().partition(" ")
    aux = clause["rest"].split()[0]
    more = f"{aux} {subject.text} {verb} {than['more']} {noun['noun']} {rest}".strip()
    return f"{more} than {than['other']}?"


def which_ones(past: Sequence[Past]) -> str | None:
    """Return the question for the things that the last one counts: "Which shops have closed?"."""
    counted = re.sub(r"^how many (?=\S+ )", "Which ", past[-1].question, flags=re.IGNORECASE)
    return counted if counted != past[-1].question else None


def _with_question_word(asked: str, words: str, rest: str) -> str:
    """Return a question with other question words before its `rest`, and with what it counts or asks for."""
    noun, subject = ASKED_NOUN.match(asked), subject_in(asked)
    if noun and subject and ASKS_FURTHER.match(words) and re.match("how m(?:any|uch)", asked, re.IGNORECASE):
        verb = re.match(r" ?\S+", asked[subject.end :])
        end = subject.end + (verb.end() if verb else 0)
        start = len(asked) - len(rest)
        return f"{words} {asked[start:end]} {noun['noun']}{asked[end:]}?"
    if words.lower() == "how many" and (things := noun["noun"] if noun else plural_in(asked)):
        return f"{words} {things} {rest if noun else ' '.join(rest.replace(things, '', 1).split())}?"
    return about(f"{words} {rest}", [noun["noun"]] if noun and words.lower() == "why" else [])


def _denied(asked: str) -> str | None:
    """Return why the answer to a yes-or-no question is no: "Why is X not for sale?"."""
    aux = re.match(rf"{AUX} ", asked, re.IGNORECASE)
    subject = subject_in(asked)
    named = next((name for name in names_in(asked) if aux and name.start == aux.end()), None)
    end = subject.end if subject else named.end if named else None
    return None if aux is None or end is None else f"why {asked[:1].lower()}{asked[1:end]} not{asked[end:]}?"
