"""Questions made of an article's sentences by the grammar of `rag.language.questions`, or standing as its headings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from index.article import Article
from index.chunk import sentence_spans
from index.terms import STOP_WORDS, query_terms
from rag.language.clauses import CAPITAL, NAME, stands_alone
from rag.language.places import is_place
from rag.language.questions import SentenceQuestion, questions_of
from rag.language.scripts import has_han
from rag.language.time import DATE, MONTH, YEAR

_MAX_CHARS = 90
_RANKS = {"why": 6, "what": 5, "number": 5, "who": 5, "when": 4, "where": 4}
"""How well a kind of question reads."""
_HEADING_RANK = 5
_IDENTITY = re.compile(r"(?:Who|What) (?:is|was) ")
_IDENTITY_RANK = 3
_UNEXPLAINED = re.compile(r"\bthe [a-z-]+\b(?!(?: [a-z-]+){0,2} of\b| [A-Z])")
_UNEXPLAINED_COSTS = 3
"""Ranks that a question loses by a noun that only its text explains: "the shares"."""
_TOLD_ON_A_DAY = re.compile(rf"What did .+ (?:in|on) {DATE}\?")
"""Nobody asks so who does not know the answer."""
_SUBJECT = re.compile(rf"(?:the )?{NAME}(?: (?:(?:of|von|van|de|der) )*(?:{CAPITAL}|\d+))*")
_WHEN_OR_WHERE = re.compile(rf"\b(?:{YEAR}|{MONTH})\b| (?:in|at|worldwide|abroad)\b")
_LEAST_WORDS = 2
"""Words that a why has beside its subject and a time."""
_ONE_NAME = re.compile(r"[A-Z][a-z]+")
_SENTENCE_OPENERS = STOP_WORDS | set(
    "after although before both during even like once since though unlike whether while".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Question and where the words stand that should answer it; a higher `rank` reads better.

    `answer` are these words, or their beginning; "" where only the place is known.
    """

    question: str
    article_id: str
    start: int
    end: int
    rank: int
    answer: str = ""

    @property
    def subject(self) -> str | None:
        """Whom or what it wants explained; None where it asks for something else."""
        match = _IDENTITY.match(self.question)
        return self.question[match.end() :].rstrip("?") if match else None


def candidates(article: Article, start: int, end: int) -> Iterator[Candidate]:
    """Iterate over the questions that the sentences of a part of an article answer."""
    for heading in article.headings:
        after = article.text.find("\n", heading.start) + 1
        if start <= heading.start < end and after and heading.title.endswith("?") and _names_something(heading.title):
            yield Candidate(heading.title, article.id, after, after + 400, _HEADING_RANK)
    titles = {article.title, *(heading.title for heading in article.headings)}
    for span in sentence_spans(article.text[start:end], article.language):
        sentence = article.text[start + span.start : start + span.end]
        if sentence in titles or has_han(sentence):
            continue
        for made in questions_of(sentence):
            question = _in_full(made, article.text)
            if question and len(question) <= _MAX_CHARS and not _is_thin(made, question):
                rank = _IDENTITY_RANK if _IDENTITY.match(question) else _RANKS[made.kind]
                rank -= _UNEXPLAINED_COSTS * bool(_UNEXPLAINED.search(question))
                yield Candidate(question, article.id, start + span.start, start + span.end, rank, made.answer)


def _is_thin(made: SentenceQuestion, question: str) -> bool:
    """Return whether a why asks for one word and a time only: "Why did AV refuse in October?" (refuse what?)."""
    if made.kind != "why" or not _WHEN_OR_WHERE.search(question):
        return False
    rest = _WHEN_OR_WHERE.sub(" ", question).replace(made.subject, " ")
    return len(set(query_terms(rest)) - STOP_WORDS) < _LEAST_WORDS


def _in_full(made: SentenceQuestion, text: str) -> str | None:
    """Return a question with its subject's name in full; None if that is no name, or nobody would ask so."""
    if made.question.startswith("What is meant by"):
        return made.question
    if not _SUBJECT.fullmatch(made.subject):
        return None
    if _TOLD_ON_A_DAY.fullmatch(made.question):
        return None
    if made.question.startswith("How many") and not _WHEN_OR_WHERE.search(made.question):
        return None  # when?
    if made.question.startswith("How much does") and _is_only_first_word(made.subject, text):
        return None  # "Entry costs £5": a word, no name
    name = _full_name(made.subject, text)
    if name is None or (made.question.startswith("Who is ") and " " not in name):
        return None
    return made.question.replace(made.subject, name, 1)


def _full_name(name: str, text: str) -> str | None:
    """Return a name, with its other part if the text has it in one way only; None for a word that is written small."""
    first, _, rest = name.removeprefix("the ").partition(" ")
    if _is_written_small(first, text):
        return None
    if rest or first != name or not _ONE_NAME.fullmatch(name) or is_place(name):
        return name
    pairs = re.findall(rf"\b(?:{name} [A-Z][a-z]+|[A-Z][a-z]+ {name})\b(?! \d)", text)
    full = {pair for pair in pairs if not _SENTENCE_OPENERS & set(pair.lower().split())}
    whole = [pair for pair in full if not any(_is_written_small(word, text) for word in pair.split())]
    return whole[0] if len(full) == len(whole) == 1 else name  # "Lei Jun", but not "Tesla Model"


def _is_only_first_word(word: str, text: str) -> bool:
    """Return whether one word with a capital stands at beginnings alone, where the capital is no sign of a name."""
    return bool(_ONE_NAME.fullmatch(word)) and not re.search(rf"(?<=[\w,;] ){re.escape(word)}\b", text)


def _is_written_small(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text) is not None


def _names_something(heading: str) -> bool:
    """Return whether a heading that asks is understood without what precedes it."""
    return bool(re.search(r"(?<!^)\b[A-Z]|\"", heading)) and stands_alone(heading)
