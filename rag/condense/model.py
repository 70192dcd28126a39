"""A follow-up worded by a language model, taken only if it says nothing but what was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from index.terms import query_terms
from rag.condense.rules import MAX_CHARS, MAX_TURNS, Turn, condense
from rag.language.names import names_in

if TYPE_CHECKING:
    from rag.model import LanguageModel

_MAX_NEW_WORDS = 0.34
"""Share of a model's words that nobody has said so far, at most."""


def condense_with(model: LanguageModel, question: str, history: Sequence[Turn]) -> str:
    """Return `question` as the model words it alone, if that is one line about what was asked; else as the rules do.

    The model gets the questions of the history, never the answers: these are words of articles. Raises NoReplyError.
    """
    by_rule = condense(question, history)
    earlier = [turn if isinstance(turn, str) else turn.get("question", "") for turn in history[-MAX_TURNS:]]
    if not any(earlier):
        return question
    data = json.dumps({"earlier": earlier, "question": question}, ensure_ascii=False)
    reply = model.reply("condense", data).strip().strip('"“”').strip()
    return reply if _is_faithful(reply, question, [*earlier, by_rule]) else by_rule


def _is_faithful(reply: str, question: str, others: Sequence[str]) -> bool:
    """Return whether it is one bounded line with the question's names and figures, in words nearly all asked before."""
    if not reply or not reply.isprintable() or len(reply) > MAX_CHARS or "://" in reply:
        return False
    said, asked = set(query_terms(reply)), " ".join([question, *others])
    known = set(query_terms(asked)) | _figures(asked)
    if not _hard_terms(question) <= said or not _hard_terms(reply) <= known:
        return False
    return len(said - set(query_terms(asked))) <= len(said) * _MAX_NEW_WORDS


def _hard_terms(text: str) -> set[str]:
    """Return the terms of a text's names, and its figures."""
    return {term for name in names_in(text) for term in query_terms(name.text)} | _figures(text)


def _figures(text: str) -> set[str]:
    return set(re.findall(r"[0-9]+", text))
