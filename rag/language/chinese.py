"""Words of Chinese, and how a follow-up in Chinese leans on the question before it.

Chinese writes no capitals: the subject is what a question begins with.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from rag.language.names import names_in
from rag.language.scripts import HAN

NEGATIONS = frozenset("不没沒无無未非否别")
POINTING = re.compile(
    r"[他她它其该該此这這那本我你您]|前者|后者|後者|同[年月日]|^(?:[而但且也并如]|不[过過]|[后後][来來]|因[为為]|同样|同樣|此外)"
)
"""Words that mean what was said before."""
_DATE = re.compile(r"(?<![\d至到从從和–-])(\d{4}年)(\d{1,2}月)?+(\d{1,2}[日号號])?+(?![至到和以的代、–-])")
_SHARE = re.compile(r"(?<![\d.–-])\d[\d.]*%")
_COUNT = re.compile(r"(?<![\d.,–-])\d[\d.,]*[万亿萬億千百]*(?=[辆輛家个個名人元美公款台座米吨噸篇])")
_SUBJECT = re.compile(
    r"^(?:[^，,？]{2,12}?)(?=的|是|在|有|为|怎|什|哪|谁|何|多|几|于|从|对|把|被|和|与|将|会|能|可|计划|宣布|(?:19|20)[0-9]{2}"
    rf"|[卖买说做写花赚用造投]了|[{HAN}]{{2}}了)"
)
_PRONOUN = re.compile(r"(?<!其)[他她它]们?|其(?![他它中次])")
_DEMONSTRATIVE = re.compile(r"[这那其]|(?<!其)[他她它]")
_OPENING = re.compile(r"^(?:那么?|而且|还有|不是?)[，,]?(?=\S)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?")
_ASKING = re.compile(r"什么|怎|谁|哪|[他她它]")
_MAX_FRAGMENT = 5
"""Characters of a question that cannot stand alone."""
_MAX_SENTENCE = 60


def condense_chinese(question: str, last: str) -> str:
    """Return `question` as it would be asked alone after the question `last`, which may be in either language."""
    text, asked = _OPENING.sub("", question).rstrip("？?。 "), last.rstrip("？?。 ")
    subject = _SUBJECT.match(asked)
    known = subject[0] if subject else next((name.text for name in names_in(last)), "")
    if (part := text.removesuffix("呢")) != text and not _ASKING.search(part):
        year = _YEAR.search(asked)
        old = year[0] if year and _YEAR.fullmatch(part) else known
        return f"{asked.replace(old, part, 1)}？" if old else f"{asked}：{part}？"
    if known and _PRONOUN.search(text):
        return f"{_PRONOUN.sub(lambda _: known, text, count=1)}？"
    if _DEMONSTRATIVE.search(text) or len(text) <= _MAX_FRAGMENT:
        return f"{text}？（{asked}）"
    return question


def questions_in_place(sentence: str) -> Iterator[tuple[Literal["when", "number"], str, str]]:
    """Iterate over kind, question and answer; what is asked for stands where the answer stood: 在2018年 -> 在哪一年."""
    body = sentence.removesuffix("。")
    simple = len(body) <= _MAX_SENTENCE and body.count("，") <= 2 and len(re.findall(r"\d[\d.,]*", body)) <= 3
    if body == sentence or not simple or re.search(r"[\n。（(]", body) or POINTING.search(body):
        return
    for match in _DATE.finditer(body):
        asked = "哪一天" if match[3] else "哪年哪月" if match[2] else "哪一年"
        yield "when", f"{body[: match.start()]}{asked}{body[match.end() :]}？", match[0]
    for pattern, asked in ((_SHARE, "百分之多少"), (_COUNT, "多少")):
        for match in pattern.finditer(body):
            yield "number", f"{body[: match.start()]}{asked}{body[match.end() :]}？", match[0]
