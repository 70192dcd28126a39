"""A follow-up and its history -> a question that stands alone, by rules (or by a model, whose words are checked).

Each earlier question is resolved by those before it, so "Why?" after "And Geely?" asks about Geely. A fragment takes
the place of what is of its kind in the last question, a pronoun gives way to the name that it means, and what still
leans gets the names in brackets. A question with names of its own that leans on nothing stays as it is: a new topic.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from index.terms import query_terms
from rag.language.chinese import condense_chinese
from rag.language.names import AUX, HE, IT, THEY, WH, is_time, meant, names_in, phrase, times_in, with_name, with_time

if TYPE_CHECKING:
    from rag.model import LanguageModel

Turn = str | Mapping[str, str]
"""An earlier question, or {"question": ..., "answer": ...}."""

_TURNS = 10
_LONGEST = 300
_READ = 500
"""Characters of a question and of an answer that are looked at."""
_FEW_TERMS = 3
_FEW_WORDS = 2
_NEW_WORDS = 0.34
"""The share of words that nobody has said so far, at most, in a model's question."""
_OPENING = re.compile(
    r"^(?:(?:and|but|so|or|also|then|well|ok|okay|please)\b[,:]?\s+)+(?=\S)",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:what|how) about\s+|^(?:same (?:for|with))\s+", re.IGNORECASE)
_CORRECTION = re.compile(
    r"^(?:(?:no|nope|sorry|wait|actually|oh)\b[,.!]?\s+)*(?:i (?:mean|meant)|rather|not that,?)\s+"
    r"|^(?:no|sorry|wait|actually)[,.]\s+(?=[^?]*$)"
    r"|^(?:(?:no|sorry|wait)\b[,.]?\s+)+(?=.*\bi (?:mean|meant)\b)",
    re.IGNORECASE,
)
_MEANT = re.compile(r",?\s*(?:is what )?\bi (?:mean|meant)\b", re.IGNORECASE)
_BACK = re.compile(r"^(?:(?:going|coming|get(?:ting)?) )?back to (?P<what>[^:,]+)[:,]\s*(?P<rest>.+)$", re.IGNORECASE)
_FRONTED = re.compile(rf"^(?P<what>[^,?:]+), (?P<rest>{WH}\b.+)$", re.IGNORECASE)
_ASKING = re.compile(
    rf"^(?P<wh>(?:\w+ )?{WH}\b(?:(?! {AUX}\b)[^?:])*?) (?P<rest>{AUX}\b.+)$",
    re.IGNORECASE,
)
_OPENS = re.compile(rf"^(?:{AUX}|(?:\w+ )?{WH}|tell|show|explain|list)\b", re.IGNORECASE)
_YES_NO = re.compile(rf"^{AUX}\b", re.IGNORECASE)
_BARE = re.compile(
    rf"^(?:(?:by|for|to|at|in|on|from|with|since|until|of) {WH}(?: (?!many)[a-z]+){{0,2}}"
    r"|(?:who|whom|when|where|why|how|what|which one|how (?:much|many|long|often|old|far|big|fast)|whose [a-z]+)"
    r"(?: so| for| exactly| then)?|how so|how come|since when|until when)$",
    re.IGNORECASE,
)
_NOUN = re.compile(
    rf"^(?:what|which|whose|how (?:many|much)) (?P<noun>(?!{AUX}\b)[\w' -]+?) (?={AUX}\b|[a-z]+ed\b)", re.IGNORECASE
)
_THEN = re.compile(r"\b(?:(?:in |on |at )?th(?:at|is) (?:year|month|day|time|quarter)|(?<!\w )then)\b", re.IGNORECASE)
_THERE = re.compile(r"\bthere\b(?! (?:is|are|was|were|be|any)\b)(?<!are there)(?<!is there)", re.IGNORECASE)
_LEADING = re.compile(r"^(?:in|at|for|on|from|to|with|by|of|about|during|after|before)\b", re.IGNORECASE)
_DEMONSTRATIVE = re.compile(
    rf"\b(?:this|these|those)\b|\b(?:{AUX}|of|after|before|by|for|about|with|to|on|in|from) that\b|\bthat[?.]?$",
    re.IGNORECASE,
)
_SOME_OF = re.compile(r"\bof (?:them|those|these|it)\b", re.IGNORECASE)
_THAT_ONE = re.compile(r"\bth(?:at|is|e same) (?:company|firm|brand|maker|person|man|woman)\b", re.IGNORECASE)
_WHY_X = re.compile(rf"^why (?!{AUX}\b)", re.IGNORECASE)
_WHO = re.compile(r"^(?:[Ww]ho|[Ww]hom)\b(?! (?:is|was) [A-Z])")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier question as it was understood, and its answer."""

    question: str
    answer: str


def condense(question: str, history: Sequence[Turn]) -> str:
    """`question` as it would be asked alone: in at most 300 characters, or as it is."""
    past: list[Past] = []
    for turn in history[-_TURNS:]:
        asked, answer = (turn, "") if isinstance(turn, str) else (turn.get("question", ""), turn.get("answer", ""))
        if asked.strip():
            past.append(Past(_resolved(asked.strip()[:_READ], past), answer[:_READ]))
    return _resolved(question, past) if len(question) <= _READ else question


def _resolved(question: str, past: Sequence[Past]) -> str:
    if not past:
        return question
    words = question.strip()
    resolved = condense_chinese(words, past[-1].question) if _CHINESE.search(words) else _english(words, past)
    resolved = resolved[:1].upper() + resolved[1:] if resolved != words else question
    return resolved if len(resolved) <= max(_LONGEST, len(question)) else question


def _english(question: str, past: Sequence[Past]) -> str:
    last = past[-1].question
    opened = _OPENING.sub("", question)
    if back := _BACK.match(opened) or _FRONTED.match(opened):
        return _come_back(back["what"], back["rest"], past)
    if _CORRECTION.match(question) or _MEANT.search(question):
        rest = _MEANT.sub("", _CORRECTION.sub("", question)).strip(" .!?,")
        return _replaced(past, rest) if rest and not _OPENS.match(rest) else f"{rest}?" if rest else last
    text = opened.rstrip(" ?.!")
    about = _ABOUT.sub("", text)
    if _BARE.match(text):
        return _asked_anew(last, text)
    if not _OPENS.match(about):
        bare = about == question.rstrip(" ?.!")
        if bare and len(query_terms(about)) > _FEW_WORDS:
            return question  # a query in keywords
        return _replaced(past, _uncapitalised(about, past) if bare else about, noun=bare)
    resolved = _with_referents(opened, past)
    if _DEMONSTRATIVE.search(resolved) or _WHY_X.match(resolved):
        return _about(resolved, [_gist(last)])
    left = [match[0] for match in (pronoun.search(resolved) for pronoun in (HE, IT, THEY)) if match]
    if any(not _is_genitive(pronoun) for pronoun in left):
        return _about(resolved, _subjects(past))
    if resolved != opened or names_in(opened) or len(query_terms(opened)) > _FEW_TERMS:
        return resolved
    return _about(opened, _subjects(past))


def _uncapitalised(part: str, past: Sequence[Past]) -> str:
    """A fragment as it would be spelt inside a sentence: a capital that begins it makes no name of it."""
    first = part.split(maxsplit=1)[0] if part.split() else ""
    known = any(name.text.startswith(first) for each in past for name in names_in(f"{each.question} {each.answer}"))
    named = known or first[1:] != first[1:].lower() or any(name.kind == "place" for name in names_in(f"- {first}"))
    return part if named else part[:1].lower() + part[1:]


def _come_back(what: str, rest: str, past: Sequence[Past]) -> str:
    """A question about something that is named first: "Back to X: was it ...?"; "And X, when did he ...?"."""
    what = re.sub(r" (?:from )?(?:before|earlier|above)$", "", what.strip())
    for pronoun in (HE, THEY, IT):
        if pronoun.search(rest):
            rest = pronoun.sub(lambda each: _inflected(each[0], what), rest, count=1)
            break
    words = set(query_terms(what))
    spoken = next(
        (each for each in reversed(past) if words & set(query_terms(f"{each.question} {each.answer}"))), past[-1]
    )
    subjects = [what] if names_in(f"- {what}") else [what, *_subjects_of(spoken.question)]
    return _about(rest, subjects)


def _replaced(past: Sequence[Past], part: str, *, noun: bool = False) -> str:
    """The last question about `part` instead of what is of its kind there, or the `noun` of its subject."""
    asked = past[-1].question.split(": ")[0].rstrip(" ?.!")
    if is_time(part):
        return f"{with_time(asked, part)}?"
    lead, new = _LEADING.match(part), names_in(f"- {part}")
    if new:
        names = [name for name in names_in(asked) if name.text.lower() not in part.lower()]
        of_kind = [name for name in names if (name.kind == "place") == (new[0].kind == "place")]
        if lead:
            of_kind = [n for n in names if re.search(rf"\b{lead[0]} (?:the )?$", asked[: n.start], re.IGNORECASE)]
            part = part[lead.end() :].strip() if of_kind else part
        if of_kind:
            return with_name(asked, of_kind[-1 if lead else 0], part)
    elif lead and (same := re.search(rf"\b{lead[0]}\b", asked, re.IGNORECASE)):
        return _about(f"{asked[: same.start()]}{part}", _subjects_of(asked))
    elif noun or re.match(r"(?:its|their|his|her|the)\b(?!.* ones?$)", part, re.IGNORECASE):
        return _about(re.sub(r"^(?:its|their|his|her)\b", "the", part, flags=re.IGNORECASE), _subjects(past))
    return f"{asked}: {part}?"


def _asked_anew(last: str, words: str) -> str:
    """The last question with another question word: "Why?" after "When did X do Y?" is "Why did X do Y?"."""
    asked = last.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    words = {"what for": "why", "how come": "why", "why so": "why"}.get(words.lower(), words)
    if (match := _ASKING.match(asked)) and not re.match(r"who(?:se)?\b", f"{match['wh']} {words}".lower()):
        return f"{words} {match['rest']}?"
    if _YES_NO.match(asked):
        return f"{words} {asked[:1].lower()}{asked[1:]}?"
    return f"{asked}: {words.lower()}?"


def _with_referents(text: str, past: Sequence[Past]) -> str:
    """What pronouns, "there" and "that year" stand for, in their place."""
    last = past[-1].question
    if _THEN.search(text) and (times := times_in(last) or times_in(past[-1].answer)):
        text = _THEN.sub(times[-1], text, count=1)
    if _THERE.search(text) and (places := [n for p in past for n in names_in(p.question) if n.kind == "place"]):
        text = _THERE.sub(f"in {places[-1].text}", text, count=1)
    if (some := _SOME_OF.search(text)) and (noun := _NOUN.match(last)):
        return _about(f"{text[: some.start()]}of the {noun['noun']}{text[some.end() :]}", _subjects(past))
    if one := _THAT_ONE.search(text):
        said = [name.text for name in names_in(past[-1].answer) if name.text.lower() not in last.lower()]
        if found := said or [name.text for name in names_in(last)]:
            text = f"{text[: one.start()]}{found[0]}{text[one.end() :]}"
    used: set[str] = set()
    for pronoun in (HE, IT, THEY):
        match = pronoun.search(text)
        if not match or (_is_genitive(match[0]) and any(name.end < match.start() for name in names_in(text))):
            continue  # "When did Apple stop its project?"
        if name := _referent(pronoun, past, {name.text for name in names_in(text)} | used):
            used.add(name)
            text = f"{text[: match.start()]}{_inflected(match[0], name)}{text[match.end() :]}"
    return text


def _referent(pronoun: re.Pattern[str], past: Sequence[Past], taken: set[str]) -> str | None:
    """What a pronoun means: a name in the latest question that has one, or in its answer if it asked who."""
    people = {name.text for each in past for name in names_in(each.question) if name.kind == "person"}
    for n, each in reversed(list(enumerate(past))):
        text = each.question
        names = [replace(name, kind="person") if name.text in people else name for name in names_in(text)]
        names = [name for name in names if not any(name.text in other for other in taken)]
        if pronoun is HE and _WHO.match(text):
            said = [name for name in names_in(each.answer) if name.text.lower() not in text.lower()]
            names = [*said, *names]
        topical = [name for name in names if n and name.text in past[n - 1].question]
        if name := meant(pronoun, topical) or meant(pronoun, names):
            several = [each for each in names if each.kind != "place"]
            if pronoun is THEY and len(several) == 2:
                return " and ".join(phrase(each, text) for each in several)
            return phrase(name, text) if name.text in text else name.text
        if (noun := _NOUN.match(text)) and pronoun is (THEY if noun["noun"].endswith("s") else IT):
            return f"the {noun['noun']}"
    return None


def _is_genitive(pronoun: str) -> bool:
    return pronoun.lower() in {"his", "her", "hers", "its", "their", "theirs"}


def _inflected(pronoun: str, name: str) -> str:
    return f"{name}'s" if _is_genitive(pronoun) else name


def _gist(question: str) -> str:
    """What a question is about, as a phrase: "vehicles sold in China in 2023" for "How many vehicles were sold ..."."""
    asked = question.split(": ", maxsplit=1)[0].rstrip(" ?.!")
    if not (match := _ASKING.match(asked)):
        return asked
    noun = re.sub(
        r"^(?:\w+ )?(?:what|which|whose|how (?:many|much)|when|where|why|how|whom?) ?",
        "",
        match["wh"],
        flags=re.IGNORECASE,
    )
    return re.sub(rf"^{AUX} ", "", f"{noun} {re.sub(rf'^{AUX} ', '', match['rest'])}".strip())


def _subjects(past: Sequence[Past]) -> list[str]:
    """What the latest question with a subject is about: its names, else its words."""
    return next((subjects for each in reversed(past) if (subjects := _subjects_of(each.question))), [])


def _subjects_of(question: str) -> list[str]:
    named = [name.text for name in names_in(question)]
    named += re.findall(r"(?<=\()[^()]+(?=\))", question) if not named else []
    return list(dict.fromkeys(named)) or [gist for gist in [_gist(question)] if query_terms(gist)]


def _about(text: str, subjects: Sequence[str]) -> str:
    """`text` with what it is about in brackets, as far as it does not say so itself."""
    asked = text.rstrip(" ?.!")
    missing = [subject for subject in subjects if subject.lower() not in asked.lower()]
    return f"{asked} ({', '.join(missing)})?" if missing else f"{asked}?"


def condense_with(model: LanguageModel, question: str, history: Sequence[Turn]) -> str:
    """`question` as the model words it alone, if that is one line about what was asked; else as the rules do.

    The model gets the questions of the history, never the answers: these are words of articles. Raises NoReplyError.
    """
    by_rule = condense(question, history)
    earlier = [turn if isinstance(turn, str) else turn.get("question", "") for turn in history[-_TURNS:]]
    if not any(earlier):
        return question
    data = json.dumps({"earlier": earlier, "question": question}, ensure_ascii=False)
    reply = model.reply("condense", data).strip().strip('"“”').strip()
    return reply if _is_faithful(reply, question, [*earlier, by_rule]) else by_rule


def _is_faithful(reply: str, question: str, others: Sequence[str]) -> bool:
    """One bounded line that keeps the question's names and figures, and whose words were nearly all asked before."""
    if not reply or not reply.isprintable() or len(reply) > _LONGEST or "://" in reply:
        return False
    said, known = set(query_terms(reply)), set(query_terms(" ".join([question, *others])))
    hard = {term for name in names_in(reply) for term in query_terms(name.text)} | set(re.findall(r"[0-9]+", reply))
    own = {term for name in names_in(question) for term in query_terms(name.text)} | set(
        re.findall(r"[0-9]+", question)
    )
    return (
        own <= said
        and hard <= known | set(re.findall(r"[0-9]+", " ".join([question, *others])))
        and (len(said - known) <= len(said) * _NEW_WORDS)
    )
