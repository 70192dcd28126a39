"""The one grammar that turns a sentence into questions which it answers, in words that stay the sentence's own.

A sentence that leans on others ("it", "this") gives none; neither does one whose shape is in doubt. It has two users:
questions that are offered (`rag.suggest`), and drafts of questions to test with (`evaluation.templates`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.language.chinese import questions_in_place
from rag.language.clauses import (
    CAPITAL,
    FINITE,
    FULL_NAME,
    NAME,
    NUMBER,
    SUBJECT,
    SUBORDINATE,
    clause_of,
    first_part,
    is_participle,
    stands_alone,
    uncapitalised,
)
from rag.language.numbers import CURRENCIES
from rag.language.scripts import has_han
from rag.language.time import DATE, MONTH, preposition_of
from rag.language.verbs import AGENT_PAST

Kind = Literal["when", "who", "number", "where", "why", "what"]

_ROLE = (
    "(?:founder|co-founder|chief|president|chair|chairman|chairwoman|director|minister|chancellor|professor|author"
    "|engineer|head|manager|analyst|columnist|journalist|lawyer|scientist|economist|physicist|chemist|writer|poet"
    "|painter|composer|inventor|leader|king|queen|emperor|governor|mayor|senator|secretary|spokesman|spokeswoman"
    "|entrepreneur|researcher)"
)
_BODY = r"(?:company|firm|group|start-up|brand|maker|manufacturer|carmaker|supplier|institute|university|bank|agency)"
_MAKING = "founded|co-founded|invented|discovered|designed|composed|painted|wrote"
_TELLING = "announced|presented|launched|introduced|unveiled|proposed|released"
_JUDGING = "criticised|criticized|praised|promised|proposed|invented"
_SUM = r"[$€£¥]?\d[\d.,]*(?<=\d)(?:%| (?:million|billion|trillion))?(?: (?:percent|per cent|[a-z]+s|yuan|yen)\b)?"
_FIGURE = r"(?:(?:net|gross|full-year) )?(?:revenue|profit|loss|share price|market share)"

_DATE_FIRST = re.compile(rf"(?:In|On) (?P<date>{DATE}),? (?P<clause>.+)")
_DATE_LAST = re.compile(rf"(?P<clause>[^,]+?) (?:in|on) (?P<date>{DATE})(?:, (?![0-9]).+)?")
_DONE = re.compile(
    r"(?P<subject>[^,;:]+?) (?P<be>was|were) (?P<done>\w+)(?: (?:in|at|near) [A-Z][\w-]+(?: [A-Z][\w-]+)*)?"
    rf" (?:in|on) (?P<date>{DATE})\b"
)
_MADE_BY = re.compile(rf"(?P<what>[^,;:]+?) was (?P<made>{_MAKING}|written)\b[^.;:]*? by (?P<who>{FULL_NAME})")
_WHO_MADE = re.compile(rf"(?P<who>{FULL_NAME}),? who (?P<made>{_MAKING}) (?P<what>{NAME}(?: {CAPITAL})*)(?![\w'’])")
_APPOSITION = re.compile(
    rf"\b(?P<who>{FULL_NAME}), (?P<role>(?:the|a|an) (?:[\w-]+ ){{0,3}}?{_ROLE}\b[^,.;:]*)(?=[,;]|$)"
)
_TITLED = re.compile(rf"\b[Tt]he (?P<role>(?:[a-z-]+ )?{_ROLE}) (?P<who>{FULL_NAME})(?! [A-Z])")
_BODY_APPOSITION = re.compile(
    rf"(?<!in )(?<!, )(?!\w+ly,)(?P<who>(?:\b[Tt]he )?\b{NAME}(?: {CAPITAL})*),"
    rf" (?P<role>(?:the|an?) (?:[\w-]+ ){{0,4}}{_BODY}"
    r"(?: (?:of|for|in|from|near|behind|which|that)\b[^,;:]*)?)(?=[,;]|$)"
)
_DEFINITION = re.compile(
    rf"(?P<who>(?:The )?{NAME}(?: (?:of )?{CAPITAL})*) (?P<be>is|was) (?P<role>(?:an?|one of the|the) [a-z].+)"
)
_SHARE = re.compile(
    rf"(?:(?:Today|In {DATE}),? )?(?P<share>(?:(?:[Mm]ore than|[Aa]bout|[Nn]early|[Aa]lmost|[Oo]ver|[Ll]ess than) )?"
    r"\d[\d.,]* ?(?:percent|per cent|%)) (?P<of>of .+)"
)
_AMOUNT = re.compile(
    rf"(?P<number>(?:(?:more than|about|around|nearly|almost|over|less than) )?{NUMBER})"
    r" (?P<noun>[a-z-]+(?: [a-z-]+)?)"
    r"(?= (?:in|on|of|from|at|for|by|to|with|during|between|worldwide|that year)\b|$)(?P<tail>.*)"
)
_COST = re.compile(rf"(?P<who>(?:The )?{NAME}(?: [A-Z0-9][\w-]*)*) costs (?P<price>(?:about |around )?{_SUM})")
_RESULT = re.compile(
    rf"(?:In (?P<date>{DATE}),? )?(?P<who>{NAME}(?: {CAPITAL})*)['’]s (?P<figure>{_FIGURE})"
    rf" (?:was|came to|rose to|fell to|reached) (?P<amount>(?:about |around |only )?{_SUM})"
)
_BECAUSE = re.compile(r"(?P<clause>[^,;:]+?),? (?P<reason>because (?:of )?.+)")
_PLACED = re.compile(
    rf"(?P<clause>[^,;:]+? (?:moved|built|opened|established) [^,;:]{{3,60}}?)"
    rf" (?P<place>(?:to|in) (?!{MONTH}\b)[A-Z]\w+)"
)
_TOLD = re.compile(rf"(?P<who>(?:[Tt]he )?{NAME}(?: {CAPITAL})*) (?P<verb>{_TELLING}) (?P<what>.+)")
_JUDGED = re.compile(rf"(?P<who>(?:The )?{NAME}(?: {CAPITAL})*) (?P<verb>{_JUDGING}) (?P<what>(?!by\b|for\b)[^,;:]+)")
_NAMED_TERM = re.compile(
    r"\b(?:so-called|known as|called|the (?:term|phrase|expression)) (?:an? |the )?"
    r"[\"“](?P<term>[a-z-]+(?: [a-z-]+){1,3})[,.]?[\"”]"
)
_MAX_CHARS = 400
_WHOLE = re.compile(r"[^\n]+[\w\"”)%]\.")


@dataclass(frozen=True, slots=True)
class SentenceQuestion:
    """Question that a sentence answers, the words of the sentence that do, and what the question is about."""

    kind: Kind
    question: str
    answer: str
    subject: str = ""


def questions_of(sentence: str) -> Iterator[SentenceQuestion]:
    """Iterate over the questions that a person might type."""
    if has_han(sentence):
        for kind, question, answer in questions_in_place(sentence):
            yield SentenceQuestion(kind, question, answer)
        return
    if len(sentence) > _MAX_CHARS or not _WHOLE.fullmatch(sentence):
        return
    body = sentence[:-1]
    shapes = (
        _when,
        _who,
        _who_made,
        _amount,
        _share,
        _why,
        _where,
        _told,
        _judged,
        _cost,
        _result,
        _identity,
    )
    asked = set[str]()
    for shape in shapes:
        for found in shape(body):
            if found.question not in asked and stands_alone(found.question):
                asked.add(found.question)
                yield found


def _when(body: str) -> Iterator[SentenceQuestion]:
    """Ask when; a participle needs no place: "When was BYD founded?" of "founded in Oslo in 1912"."""
    done = _DONE.match(body)
    if done and is_participle(done["done"]) and SUBJECT.fullmatch(done["subject"]):
        subject = uncapitalised(done["subject"])
        yield SentenceQuestion("when", f"When {done['be']} {subject} {done['done']}?", done["date"], subject)
    elif (match := _DATE_FIRST.fullmatch(body) or _DATE_LAST.fullmatch(body)) and (
        clause := clause_of(match["clause"])
    ):
        yield SentenceQuestion("when", f"When {clause.asked}?", match["date"], clause.subject)


def _who(body: str) -> Iterator[SentenceQuestion]:
    clause = clause_of(body)
    if clause and clause.verb in AGENT_PAST and re.fullmatch(FULL_NAME, clause.subject):
        yield SentenceQuestion("who", f"Who {clause.verb} {clause.rest}?", clause.subject)


def _who_made(body: str) -> Iterator[SentenceQuestion]:
    if match := _MADE_BY.match(body) or _WHO_MADE.search(body):
        made = {"written": "wrote"}.get(match["made"], match["made"])
        what = uncapitalised(match["what"])
        if SUBJECT.fullmatch(what):
            yield SentenceQuestion("who", f"Who {made} {what}?", match["who"], what)


def _amount(body: str) -> Iterator[SentenceQuestion]:
    dated = _DATE_FIRST.fullmatch(body)
    clause = clause_of(dated["clause"] if dated else body)
    if clause and clause.verb in AGENT_PAST and (amount := _AMOUNT.fullmatch(clause.rest)):
        asked = "much" if amount["noun"] in CURRENCIES else f"many {amount['noun']}"
        when = f" {preposition_of(dated['date'])} {dated['date']}" if dated else ""
        question = f"How {asked} did {clause.subject} {AGENT_PAST[clause.verb]}{amount['tail']}{when}?"
        yield SentenceQuestion("number", question, f"{amount['number']} {amount['noun']}", clause.subject)


def _share(body: str) -> Iterator[SentenceQuestion]:
    if match := _SHARE.fullmatch(body):
        yield SentenceQuestion("number", f"What percentage {first_part(match['of'])}?", match["share"])


def _why(body: str) -> Iterator[SentenceQuestion]:
    if (match := _BECAUSE.fullmatch(body)) and (clause := clause_of(match["clause"], names=False)):
        yield SentenceQuestion("why", f"Why {clause.asked}?", match["reason"], clause.subject)


def _where(body: str) -> Iterator[SentenceQuestion]:
    if (match := _PLACED.match(body)) and (clause := clause_of(match["clause"], names=False)):
        yield SentenceQuestion("where", f"Where {clause.asked}?", match["place"], clause.subject)


def _told(body: str) -> Iterator[SentenceQuestion]:
    """Ask what somebody announced or presented on a day, or in a month or year."""
    if (dated := _DATE_FIRST.fullmatch(body)) and (match := _TOLD.fullmatch(dated["clause"])):
        who, when = uncapitalised(match["who"]), f"{preposition_of(dated['date'])} {dated['date']}"
        question = f"What did {who} {AGENT_PAST[match['verb']]} {when}?"
        yield SentenceQuestion("what", question, first_part(match["what"]), who)


def _judged(body: str) -> Iterator[SentenceQuestion]:
    if match := _JUDGED.match(body):
        who = uncapitalised(match["who"])
        yield SentenceQuestion("what", f"What did {who} {AGENT_PAST[match['verb']]}?", match["what"], who)


def _cost(body: str) -> Iterator[SentenceQuestion]:
    if match := _COST.match(body):
        who = uncapitalised(match["who"])
        yield SentenceQuestion("number", f"How much does {who} cost?", match["price"], who)


def _result(body: str) -> Iterator[SentenceQuestion]:
    if match := _RESULT.match(body):
        when = f" {preposition_of(match['date'])} {match['date']}" if match["date"] else ""
        question = f"What was {match['who']}'s {match['figure']}{when}?"
        yield SentenceQuestion("number", question, match["amount"], match["who"])


def _identity(body: str) -> Iterator[SentenceQuestion]:
    """Ask who somebody is, or what a company, a thing or a term is."""
    if match := _APPOSITION.search(body) or _TITLED.search(body):
        yield SentenceQuestion("who", f"Who is {match['who']}?", match["role"], match["who"])
    if match := _BODY_APPOSITION.search(body):
        who = uncapitalised(match["who"])
        yield SentenceQuestion("what", f"What is {who}?", match["role"], who)
    if (match := _DEFINITION.fullmatch(body)) and not FINITE.search(SUBORDINATE.split(match["role"])[0]):
        yield from _defined(uncapitalised(match["who"]), match["be"], first_part(match["role"]))
    if match := _NAMED_TERM.search(body):
        yield SentenceQuestion("what", f'What is meant by "{match["term"]}"?', match["term"], match["term"])


def _defined(who: str, be: str, role: str) -> Iterator[SentenceQuestion]:
    """Ask for a person by what they did for a living; for a thing by one word or with its article, as "the Rhine"."""
    if re.fullmatch(FULL_NAME, who):
        if re.search(rf"\b{_ROLE}\b", role):
            yield SentenceQuestion("who", f"Who {be} {who}?", role, who)
    elif be == "is" and not role.startswith("the "):
        yield SentenceQuestion("what", f"What is {who}?", role, who)
