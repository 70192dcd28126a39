"""The rules of `rag.condense` for Chinese, which writes no capitals: the subject is what a question begins with."""

from __future__ import annotations

import re

from rag.language.names import names_in

_SUBJECT = re.compile(
    r"^(?:[^，,？]{2,12}?)(?=的|是|在|有|为|怎|什|哪|谁|何|多|几|于|从|对|把|被|和|与|将|会|能|可|计划|宣布|(?:19|20)[0-9]{2}"
    r"|[卖买说做写花赚用造投]了|[\u4e00-\u9fff]{2}了)"
)
_PRONOUN = re.compile(r"(?<!其)[他她它]们?|其(?![他它中次])")
_LEANS = re.compile(r"[这那其]|(?<!其)[他她它]")
_OPENING = re.compile(r"^(?:那么?|而且|还有|不是?)[，,]?(?=\S)")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}年?")
_SHORT = 5


def condense_chinese(question: str, last: str) -> str:
    """`question` as it would be asked alone after `last`, in either language."""
    text, asked = _OPENING.sub("", question).rstrip("？?。 "), last.rstrip("？?。 ")
    subject = _SUBJECT.match(asked)
    known = subject[0] if subject else next((name.text for name in names_in(last)), "")
    if (part := text.removesuffix("呢")) != text and not re.search(r"什么|怎|谁|哪|[他她它]", part):
        year = _YEAR.search(asked)
        old = year[0] if year and _YEAR.fullmatch(part) else known
        return f"{asked.replace(old, part, 1)}？" if old else f"{asked}：{part}？"
    if known and _PRONOUN.search(text):
        return f"{_PRONOUN.sub(lambda _: known, text, count=1)}？"
    if _LEANS.search(text) or len(text) <= _SHORT:
        return f"{text}？（{asked}）"
    return question
