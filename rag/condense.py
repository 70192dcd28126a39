"""A follow-up and its history -> a question that stands alone, by rules.

"And what did he praise?" after "What did Jia Yueting criticize?" becomes "And what did he praise?
(Jia Yueting)": nothing is reworded, the names that the follow-up leans on are added.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from index.terms import STOP_WORDS, query_terms

Turn = str | Mapping[str, str]
"""An earlier question, or {"question": ..., "answer": ...}."""

_LEANS = re.compile(
    r"\b(?:he|him|his|she|her|hers|it|its|they|them|their|theirs|this|that|these|those|there|then|one|ones|former|latter"
    r"|same|else|another|other|others)\b|^\s*(?:and|but|so|or|also|what about|how about|why|how so|since when)\b"
    r"|[他她它其这那]",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<!^)(?<![.?!] )\b[A-Z][\w'’-]*(?:\s+(?:of\s+)?[A-Z0-9][\w'’-]*)*")
_FEW_TERMS = 2


def condense(question: str, history: Sequence[Turn]) -> str:
    """`question`, with the subject of the last turns in brackets if it leans on them."""
    if not history or not (_LEANS.search(question) or len(query_terms(question)) <= _FEW_TERMS):
        return question
    own = question.lower()
    subjects = [name for name in _subjects(history) if name.lower() not in own]
    return f"{question} ({', '.join(subjects)})" if subjects else question


def _subjects(history: Sequence[Turn]) -> list[str]:
    """What the latest turn with a subject is about: its names, else its words."""
    for turn in reversed(history):
        asked = turn if isinstance(turn, str) else turn.get("question", "")
        names = [re.sub(r"['’]s$", "", match[0]) for match in _NAME.finditer(asked)]
        subjects = names or [term for term in query_terms(asked) if term not in STOP_WORDS]
        if subjects:
            return list(dict.fromkeys(subjects))
    return []
