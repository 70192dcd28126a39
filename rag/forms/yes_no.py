"""Yes or no: said only where the best quote says what the question asks, or the same with one "not".

The question becomes a claim ("Did Tesla sell fewer cars?": "Tesla sell fewer cars"), which the verifier of written
sentences holds against the quote. Where that does not decide, the reading model's support head is asked the question
itself, and what it is sure of is said as uncertain. Else the deciding sentence stands alone.
"""

from __future__ import annotations

import re

from rag.answer import Citation, Sentence
from rag.extract import cite, ranked_quotes
from rag.forms.compare import compare
from rag.forms.findings import Findings
from rag.generate import AnswerBody
from rag.language.comparisons import comparison_of
from rag.language.tokens import tokens_of
from rag.language.verbs import AUX
from rag.quotes import Quote
from rag.reading.constraints import Fit
from rag.unsure import MAYBE, NOT_ASKED
from rag.verify.support import BAR, Verifier

_QUOTES = 3
"""Quotes that are asked whether they decide."""
SURE = 0.7
"""A claim of this probability is supported; of others, people judge the deciding sentence."""
HEAD_DECIDES = 0.6
"""P(yes) less P(no), or the reverse, from which on the head is believed: 11 of 11 were right (docs/quality.md)."""
_CLAIM = re.compile(rf"{AUX} (?P<claim>[^?]+?)\W*", re.IGNORECASE)
_FILLERS = re.compile(r"\b(?:ever|really|actually|already|yet|indeed) ", re.IGNORECASE)
_DENIED = re.compile(r"n['’]t\b|(?<=can)not\b| ?\b(?:not|never|no longer)\b", re.IGNORECASE)
_OTHER_DENIALS = re.compile(
    r"\b(?:no|none|nobody|nothing|neither|nor|without|hardly|barely|den(?:y|ies|ied))\b", re.IGNORECASE
)
_UNSURE = re.compile(
    r"\b(?:may|might|could|would|should|if|unless|perhaps|possibly|probably|likely|reportedly|allegedly|almost|nearly"
    r"|only|except|until|even|plan(?:s|ned)?|expect(?:s|ed)?|hopes?|hoped|wants?|wanted"
    r"|claims?|claimed|believes?|thinks?|said to)\b",
    re.IGNORECASE,
)
"""Words by which a sentence does not say that something is so."""


def yes_or_no(findings: Findings) -> AnswerBody | None:
    """Return "Yes." or "No." and the quote that decides; None where the ordinary answer stands alone.

    "Is tea or coffee cheaper?" is a comparison; "Is tea cheaper than coffee?" is computed where both prices are found.
    """
    comparison = comparison_of(findings.question)
    if comparison is not None and not comparison.claimed:
        return compare(findings) if comparison.larger is not None else None
    computed = compare(findings) if comparison is not None else None
    return computed or _verified(findings)


def _verified(findings: Findings) -> AnswerBody | None:
    """Return what the first quote that decides says: the best one, or one near it that meets the question as well."""
    question, claim = findings.question, claim_of(findings.question)
    if claim is None:
        return None
    quotes = ranked_quotes(question, findings.passages, findings.readings, findings.bars, findings.limits.characters)
    enough = [quote for quote in quotes if quote.fit is Fit.MEETS and quote.support >= findings.bars.form]
    if enough and enough[0].article.row_at(enough[0].start):  # cells are no sentence that says so or not
        return None
    for quote in enough[:_QUOTES]:
        citation = cite(1, quote.article, (quote.start, quote.end), (), findings.limits.context, quote.duplicates)
        if said := verdict(question, claim, citation, findings.verifier):
            sentences = _said(said[0], min(said[1], quote.support), quote)
            return AnswerBody(sentences, (citation,), certainty="high", intent="yes_no")
    return _by_head(findings, enough[0]) if enough else None


def _by_head(findings: Findings, quote: Quote) -> AnswerBody | None:
    """Return what the support head, asked the question itself, is sure of by the best quote."""
    citation = cite(1, quote.article, (quote.start, quote.end), (), findings.limits.context, quote.duplicates)
    decided = findings.verifier.decides(findings.question, quote.text, f"{citation.title}\n{citation.before}")
    if abs(decided) < HEAD_DECIDES or _unsure(findings.question, quote.text):
        return None
    sentences = _said("Yes." if decided > 0 else "No.", quote.support, quote)
    return AnswerBody(sentences, (citation,), MAYBE, certainty="low", reason=NOT_ASKED, intent="yes_no")


def _said(verdict: str, support: float, quote: Quote) -> tuple[Sentence, Sentence]:
    """Return the verdict and the quote that decides."""
    first = Sentence(verdict, "computed", (1,), round(support, 4))
    return first, Sentence(quote.text, "quote", (1,), round(quote.support, 4))


def claim_of(question: str) -> str | None:
    """Return what a yes/no question asks whether it is so; None for one that denies or gives a choice."""
    found = _CLAIM.fullmatch(" ".join(question.split()))
    if found is None or _DENIED.search(question) or _OTHER_DENIALS.search(question):
        return None
    return None if re.search(r"\bor\b", question) else _FILLERS.sub("", found["claim"])


def verdict(question: str, claim: str, citation: Citation, verifier: Verifier) -> tuple[str, float] | None:
    """Return "Yes." or "No." and how probable it is by the quote; None where it does not decide."""
    quote = citation.quote
    denials = _DENIED.findall(quote)
    if _unsure(question, quote) or len(denials) > 1 or _OTHER_DENIALS.search(quote) or not _in_order(claim, quote):
        return None
    supported = _probability(claim, quote, citation, verifier)
    if not denials:
        return ("Yes.", supported) if supported >= SURE else None
    without = _DENIED.sub("", quote)
    contradicted = _probability(claim, without, citation, verifier)
    return ("No.", contradicted) if contradicted >= SURE and supported < BAR else None


def _unsure(question: str, quote: str) -> bool:
    """Return whether the quote has words by which it does not say that something is so, and the question has not."""
    return bool({word.lower() for word in _UNSURE.findall(quote)} - set(question.lower().split()))


def _in_order(claim: str, quote: str) -> bool:
    """Return whether the claim's names stand in the quote in the same order: "A sold more than B" is not "B than A"."""
    names = [token.stem for token in tokens_of(claim) if token.is_name or token.sentence_initial]
    said = [token.stem for token in tokens_of(quote)]
    places = [said.index(name) for name in names if name in said]
    return places == sorted(places)


def _probability(claim: str, quote: str, citation: Citation, verifier: Verifier) -> float:
    """Return how probable the claim is by a quote; its title and what is before it say what its pronouns mean."""
    around = f"{citation.title}\n{citation.before}"
    return max((probability for _, probability in verifier.judged(claim, [(quote, around, None)])), default=0.0)
