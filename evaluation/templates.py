"""One sentence -> questions that it answers: by its shape in English, in place in Chinese, with a gap in any language.

A sentence that leans on others ("it", "this") gives none; neither does one whose shape is in doubt.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Verbs whose base form is known. Only those that an agent does, so that "who" and "when did" fit.
_REGULAR = """
    abandon accuse acquire add adopt agree allow announce appoint approve ask attack award ban block call cancel
    claim close collect complete confirm consider create criticise criticize decide declare defeat defend
    deliver demand describe design develop discover dismiss double earn elect employ end enter establish
    estimate exceed expand explain export finish fire form found halve hire import impose improve increase
    inform install introduce invent invest invite issue join kill launch leave lift limit list manufacture
    mention merge move name note notice obtain offer open operate order organise organize overtake pass plan
    praise predict present present produce promise propose publish purchase raise reach receive recommend record
    reduce refuse release remove replace report request require resign respond restore resume retire return
    reveal reject secure select serve settle show sign start state stop study succeed suggest support suspend
    test threaten transfer unveil urge use visit vote warn welcome
"""
_IRREGULAR = """
    became:become began:begin bought:buy broke:break brought:bring built:build chose:choose cut:cut drew:draw
    fell:fall fought:fight gave:give held:hold laid:lay led:lead left:leave lent:lend lost:lose made:make
    met:meet overtook:overtake paid:pay put:put rose:rise said:say saw:see sent:send set:set shut:shut sold:sell
    spent:spend spoke:speak took:take taught:teach told:tell went:go withdrew:withdraw won:win wrote:write
"""
_ROLES = (
    "founder|co-founder|chief|president|chair|chairman|chairwoman|director|minister|professor|author|engineer|head|"
    "manager|analyst|columnist|journalist|lawyer|scientist|economist|physicist|chemist|writer|poet|painter|composer|"
    "inventor|leader|king|queen|emperor|governor|mayor|senator|secretary|spokesman|spokeswoman|entrepreneur|researcher"
)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = rf"(?:(?:\d{{1,2}} )?(?:{_MONTHS})(?: \d{{1,2}},)? \d{{4}}|\d{{4}})"
_NUMBER = r"(?<![\w.,])\d[\d.,]*\d(?: (?:million|billion|trillion))?(?![\w-])"
_CAPITAL = r"[A-Z][\w'’&-]*\w"
_NO_NAMES = (
    "The|In|On|At|By|As|When|After|Before|While|But|And|For|Since|With|From|If|Only|Some|Many|Several|Most|All|No|Both|"
    f"Each|Every|{_MONTHS}"
)
_NAME = rf"(?!(?:{_NO_NAMES})\b){_CAPITAL}"
_SEVERAL = rf"{_NAME}(?: (?:{_CAPITAL}|\d+\b(?![.,]\d)))+"

_DATE_FIRST = re.compile(rf"(?:In|On) ({_DATE}),? (.+)")
_DATE_LAST = re.compile(rf"(.+?),? (?:in|on) ({_DATE})")
_APPOSITION = re.compile(rf"({_CAPITAL} {_CAPITAL}), ((?:the|a|an) (?:[\w-]+ ){{0,3}}?(?:{_ROLES})\b[^,.;:]*),")
_SHARE = re.compile(
    rf"(?:(?:Today|In {_DATE}),? )?((?:(?:[Mm]ore than|[Aa]bout|[Nn]early|[Aa]lmost|[Oo]ver|[Ll]ess than) )?"
    r"\d[\d.,]* ?(?:percent|per cent|%)) (of .+)"
)
_AMOUNT = re.compile(
    rf"((?:(?:more than|about|around|nearly|almost|over|less than) )?{_NUMBER}) ([a-z-]+(?: [a-z-]+)?)"
    r"(?= (?:in|on|of|from|at|for|by|to|with|during|between|worldwide|that year)\b|$)(.*)"
)
_MONEY = ("yuan", "dollars", "euros", "pounds", "yen", "rupees", "francs")
_QUOTED = re.compile(r"[\"“「《]([^\"“”「」《》]{3,60})[\"”」》]")
_DAY = re.compile(rf"\b(?:{_DATE}|\d{{1,2}} (?:{_MONTHS})\b|(?:{_MONTHS})(?: \d{{1,2}})?\b)")
_GOES_ON = r" (?:in|on|at|and|or|for|from|by|to|as|is|was|were|has|had|have|with|who|which|that)\b"
"""After a noun, rather than after an adjective like "Chinese"."""
_GAPS = (
    _QUOTED,
    re.compile(rf"\b(?:{_DATE}|\d{{1,2}} (?:{_MONTHS})\b)"),
    re.compile(_NUMBER),
    re.compile(rf"(?:^|[ ,])[a-z]+ ({_SEVERAL}(?<!['’]s)|{_NAME}(?<! .)(?<! ..)(?=[.,;:]|{_GOES_ON}))\b(?! [A-Z])"),
)
_SUBJECT = re.compile(
    r"(?!(?:[Tt]he|[Aa]n?)(?: [a-z-]+)?$|\w+['’]s$)"  # "the government": which one?
    r"(?!(?!(?:The|A|An) )[A-Z]\S* [a-z])"  # "Tension with": a name, or any word that opens a sentence?
    r"(?!.*\b(?:who|which|that|when|by)\b)[\w'’&-]+(?: [\w'’&-]+){0,5}"
)
_LOOSE_END = re.compile(r"\b(?:that|and|or|of|to|in|with|as|for|by|the|a|an|at|from|on)$|\band \w+ed\b")
_LEANS = re.compile(
    r"\b(?:he|she|it|they|him|them|this|these|those|here|i|we|us|our|my|me|you|your|such|same|former|latter|yesterday"
    r"|the (?:company|firm|group|phrase|season|count|site|post|plan|deal|reason))\b",
    re.IGNORECASE,
)
_LEANS_A_LITTLE = re.compile(
    r"\b(?:his|her|its|their|there|then|one|ones|others?|another|also|too|however|today|now|so|but)\b", re.IGNORECASE
)
_LEANS_ZH = re.compile(
    r"[他她它其该該此这這那本我你您]|前者|后者|後者|同[年月日]|^(?:[而但且也并如]|不[过過]|[后後][来來]|因[为為]|同样|同樣|此外)"
)
_DATE_ZH = re.compile(r"(?<![\d至到从從和–-])(\d{4}年)(\d{1,2}月)?+(\d{1,2}[日号號])?+(?![至到和以的代、–-])")
_SHARE_ZH = re.compile(r"(?<![\d.–-])\d[\d.]*%")
_COUNT_ZH = re.compile(r"(?<![\d.,–-])\d[\d.,]*[万亿萬億千百]*(?=[辆輛家个個名人元美公款台座米吨噸篇])")
_LONGEST_ZH = 60
_WHOLE = re.compile(r"[^\Wa-z_].*[.!?。！？][\"”」)]?")
_HAN = re.compile(r"[\u4e00-\u9fff]")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question, its kind, and the words of the sentence that answer it."""

    kind: str
    question: str
    answer: str


def questions(sentence: str) -> Iterator[Candidate]:
    """Questions that a person might type."""
    if _HAN.search(sentence):
        yield from _in_place(sentence)
        return
    if not re.fullmatch(r"[^\n]+[\w\"”)%]\.", sentence):
        return
    body = sentence[:-1]
    if match := _APPOSITION.search(body):
        yield Candidate("who", f"Who is {match[1]}?", match[2])
    for candidate in (*_when(body), *_who(body), *_amount(body), *_share(body)):
        if _stands_alone(candidate.question):
            yield candidate


def gaps(sentence: str) -> Iterator[Candidate]:
    """The sentence with a gap in it, which may be in any language."""
    chinese = bool(_HAN.search(sentence))
    leans = (_LEANS_ZH if chinese else _LEANS).search(sentence)
    if leans or not _WHOLE.fullmatch(sentence) or sentence.count('"') % 2 or "____" in sentence:
        return
    dates = [match.span() for match in _DAY.finditer(sentence)]
    few = len(re.findall(r"\d[\d.,]*", sentence)) <= 2
    for pattern in _GAPS[:1] if chinese else _GAPS:
        for match in pattern.finditer(sentence):
            start, end = match.span(match.lastindex or 0)
            before, words, after = sentence[:start], sentence[start:end], sentence[end:]
            partial = any(first < end and start < last and (first, last) != (start, end) for first, last in dates)
            known = words in before + after or (re.search(r"\d", words) and not few)
            if before and not partial and not known and (chinese or re.search(rf"\w.*{_NAME}", before + after)):
                yield Candidate("cloze", f"{before}____{after}", words)


def agents(text: str) -> list[str]:
    """Who or what does something in `text`: names of two or more words, each once, in order."""
    return list(dict.fromkeys(match[1] for match in _AGENT.finditer(text)))


def _past_forms() -> dict[str, str]:
    """Past tense -> base form."""
    regular = {_past(verb): verb for verb in _REGULAR.split()}
    return regular | dict(pair.split(":") for pair in _IRREGULAR.split())


def _past(verb: str) -> str:
    if verb.endswith("e"):
        return f"{verb}d"
    if verb.endswith("y") and verb[-2] not in "aeiou":
        return f"{verb[:-1]}ied"
    return verb + verb[-1] * (verb in ("ban", "plan", "stop", "transfer", "cancel")) + "ed"


_PAST = _past_forms()
_PAST_WORD = re.compile(rf"\b(?:{'|'.join(_PAST)}|was|were|had|has|have|is|are)\b")

_AGENT = re.compile(rf"(?:^|[.,;!?] )({_NAME}(?: {_CAPITAL}){{1,2}}) (?:{'|'.join(_PAST)})\b", re.MULTILINE)


def _when(body: str) -> Iterator[Candidate]:
    if match := _DATE_FIRST.fullmatch(body):
        date, clause = match[1], match[2]
    elif match := _DATE_LAST.fullmatch(body):
        date, clause = match[2], match[1]
    else:
        return
    if found := _clause(clause):
        subject, verb, rest = found
        if verb in ("was", "were"):
            yield Candidate("when", f"When {verb} {subject} {rest}?", date)
        else:
            yield Candidate("when", f"When did {subject} {_PAST[verb]} {rest}?", date)


def _who(body: str) -> Iterator[Candidate]:
    found = _clause(body)
    if found and found[1] in _PAST and re.fullmatch(_SEVERAL, found[0]):
        yield Candidate("who", f"Who {found[1]} {found[2]}?", found[0])


def _amount(body: str) -> Iterator[Candidate]:
    match = _DATE_FIRST.fullmatch(body)
    found = _clause(match[2] if match else body)
    if found and found[1] in _PAST and (amount := _AMOUNT.fullmatch(found[2])):
        subject, verb, _ = found
        asked = "much" if amount[2] in _MONEY else f"many {amount[2]}"
        when = f" {body[: body.index(' ')].lower()} {match[1]}" if match else ""
        yield Candidate(
            "number", f"How {asked} did {subject} {_PAST[verb]}{amount[3]}{when}?", f"{amount[1]} {amount[2]}"
        )


def _share(body: str) -> Iterator[Candidate]:
    if match := _SHARE.fullmatch(body):
        yield Candidate("number", f"What percentage {_first_part(match[2])}?", match[1])


def _clause(text: str) -> tuple[str, str, str] | None:
    """Subject, verb and rest, up to the first comma, of a clause with one verb in the past."""
    match = _PAST_WORD.search(text)
    if match is None or match[0] in ("had", "has", "have", "is", "are"):
        return None
    subject, rest = text[: match.start()].strip(), _first_part(text[match.end() :].strip())
    main = re.split(r"\b(?:that|who|which|because|when|while|if|whether)\b", rest)[0]
    if match[0] in ("was", "were"):
        main = re.sub(r"^(?:\w+ly )?\w+", "", main)  # the participle, which may look like a verb in the past
    if (
        not _SUBJECT.fullmatch(subject)
        or not rest
        or _LOOSE_END.search(rest)
        or _PAST_WORD.search(main)
        or not re.search(r"[A-Z]", subject[1:] + rest)
    ):
        return None
    return re.sub(r"^(The|A|An)\b", lambda article: article[0].lower(), subject), match[0], rest


def _first_part(text: str) -> str:
    return re.split(r"[,;:]\s|[(–—]| - ", text)[0].strip()


def _stands_alone(question: str) -> bool:
    return (
        not (_LEANS.search(question) or _LEANS_A_LITTLE.search(question))
        and question.count('"') % 2 == 0
        and "“" not in question
    )


def _in_place(sentence: str) -> Iterator[Candidate]:
    """In Chinese what is asked for stands where the answer stood: 在2018年 -> 在哪一年."""
    body = sentence.removesuffix("。")
    simple = len(body) <= _LONGEST_ZH and body.count("，") <= 2 and len(re.findall(r"\d[\d.,]*", body)) <= 3
    if body == sentence or not simple or re.search(r"[\n。（(]", body) or _LEANS_ZH.search(body):
        return
    for match in _DATE_ZH.finditer(body):
        asked = "哪一天" if match[3] else "哪年哪月" if match[2] else "哪一年"
        yield Candidate("when", f"{body[: match.start()]}{asked}{body[match.end() :]}？", match[0])
    for pattern, asked in ((_SHARE_ZH, "百分之多少"), (_COUNT_ZH, "多少")):
        for match in pattern.finditer(body):
            yield Candidate("number", f"{body[: match.start()]}{asked}{body[match.end() :]}？", match[0])
