"""Questions that the articles can answer: to begin with, and to ask next.

They are made from sentences by the grammar of `rag.language.questions`, or are questions that stand as a heading. None
is shown before the reading model, over the index's own retrieval, has found the answer in the place that the question
was made from. The same index gives the same questions. Of Chinese sentences none are made.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, zip_longest

from index.article import Article
from index.chunk import sentence_spans
from index.terms import STOP_WORDS, query_terms
from rag.answer import Citation
from rag.language.clauses import CAPITAL, NAME, stands_alone
from rag.language.names import names_in
from rag.language.places import is_place
from rag.language.questions import SentenceQuestion, questions_of
from rag.language.scripts import has_han
from rag.language.time import MONTH, YEAR
from rag.reading.base import Reader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Snapshot

_MAX_CHECKED = 6
"""Candidates that are checked for an answer, which somebody waits for."""
_MAX_CHECKED_FIRST = 15
"""Candidates that are checked for an empty page, once for each state of the index."""
_PASSAGES_READ = 3
"""Passages that are read to check one candidate."""
_PASSAGES_ASKED = 20
"""Best passages of an answer that give candidates."""
_MAX_CHARS = 90
_RELATED_BONUS = 4
"""Ranks by which a question about something that was asked or quoted is ahead."""
_MAX_ARTICLES = 12
_MAX_OVERLAP = 0.7
"""Share of terms from which on two questions ask the same."""
_RANKS = {"why": 6, "what": 5, "when": 5, "number": 5, "who": 5, "where": 4}
"""How well a kind of question reads."""
_IDENTITY = re.compile(r"(?:Who|What) (?:is|was) ")
_IDENTITY_RANK = 3
_SUBJECT = re.compile(rf"(?:the )?{NAME}(?: (?:(?:of|von|van|de|der) )*(?:{CAPITAL}|\d+))*")
_WHEN_OR_WHERE = re.compile(rf"\b(?:{YEAR}|{MONTH})\b| (?:in|at|worldwide|abroad)\b")
_ONE_NAME = re.compile(r"[A-Z][a-z]+")
_SENTENCE_OPENERS = STOP_WORDS | set(
    "after although before both during even like once since though unlike whether while".split()
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Question and where the words stand that should answer it; a higher `rank` reads better."""

    question: str
    article_id: str
    start: int
    end: int
    rank: int


@dataclass(frozen=True, slots=True)
class Proof:
    """Check of a candidate by retrieval and the reading model."""

    retriever: HybridRetriever
    reader: Reader
    snapshot: Snapshot
    threshold: float
    article_ids: frozenset[str] | None = None

    def holds(self, candidate: Candidate) -> bool:
        """Return whether the first passages answer it, and their best quote is where it was made from."""
        passages = self.retriever.passages([candidate.question], self.snapshot, self.article_ids)[:_PASSAGES_READ]
        if not any(_covers(passage, candidate) for passage in passages):
            return False
        readings = self.reader.read(candidate.question, passages)
        best = max(range(len(passages)), key=lambda i: readings[i].probability)
        if readings[best].probability < self.threshold or not readings[best].spans:
            return False
        passage, span = passages[best], readings[best].spans[0]
        start, end = passage.start + span.start, passage.start + span.end
        return passage.article.id == candidate.article_id and start < candidate.end and candidate.start < end


def starters(proof: Proof, articles: Iterable[Article | None], count: int) -> tuple[str, ...]:
    """Return questions for an empty page: at most `count`, of as many of the first articles as give one."""
    best = [
        sorted(candidates(article, 0, len(article.text)), key=lambda made: (-made.rank, made.start))[
            :_MAX_CHECKED_FIRST
        ]
        for article in islice(articles, _MAX_ARTICLES)
        if article is not None
    ]
    made = [candidate for row in zip_longest(*best) for candidate in row if candidate is not None]
    return _proven(proof, made, (), count, _MAX_CHECKED_FIRST)


def follow_ups(
    proof: Proof, asked: Sequence[str], citations: Sequence[Citation], passages: Sequence[Passage], count: int
) -> tuple[str, ...]:
    """Return what may be asked next about the first `passages` and the articles quoted, but not what is quoted."""
    quoted = {citation.article_id for citation in citations}
    cited = {passage.article.id: passage.article for passage in passages if passage.article.id in quoted}
    parts = [(passage.article, passage.start, passage.end) for passage in passages[:_PASSAGES_ASKED]]
    parts += [(article, 0, len(article.text)) for article in cited.values()]
    texts = (asked[-1], *(citation.quote for citation in citations))
    names = {name.text for text in texts for name in names_in(text)}
    made = [
        (candidate, n)
        for n, part in enumerate(parts)
        for candidate in candidates(*part)
        if not any(_is_quoted(candidate, citation) for citation in citations)
    ]

    def merit(placed: tuple[Candidate, int]) -> tuple[int, int, int]:
        candidate, n = placed
        related = any(name in candidate.question for name in names)
        return (-candidate.rank - _RELATED_BONUS * related, n, candidate.start)

    ordered = [candidate for candidate, _ in sorted(made, key=merit)]
    return _proven(proof, ordered, asked, count, _MAX_CHECKED)


def near_questions(
    proof: Proof, asked: str, earlier: Sequence[str], passages: Sequence[Passage], count: int
) -> tuple[str, ...]:
    """Return what may be asked instead of a question without an answer: the nearest to it of the first `passages`."""
    terms = set(query_terms(asked))
    parts = [(passage.article, passage.start, passage.end) for passage in passages[:_PASSAGES_ASKED]]
    near = {passage.article.id: passage.article for passage in passages[:_PASSAGES_READ]}
    parts += [(article, 0, len(article.text)) for article in near.values()]
    made = [
        (candidate, n)
        for n, part in enumerate(parts)
        for candidate in candidates(*part)
        if set(query_terms(candidate.question)) != terms
    ]

    def merit(placed: tuple[Candidate, int]) -> tuple[int, int, int, int]:
        candidate, n = placed
        return -len(terms & set(query_terms(candidate.question))), -candidate.rank, n, candidate.start

    ordered = [candidate for candidate, _ in sorted(made, key=merit)]
    return _proven(proof, ordered, earlier, count, _MAX_CHECKED)


def candidates(article: Article, start: int, end: int) -> Iterator[Candidate]:
    """Iterate over the questions that the sentences of a part of an article answer."""
    for heading in article.headings:
        after = article.text.find("\n", heading.start) + 1
        if start <= heading.start < end and after and heading.title.endswith("?") and _names_something(heading.title):
            yield Candidate(heading.title, article.id, after, after + 400, _IDENTITY_RANK)
    titles = {article.title, *(heading.title for heading in article.headings)}
    for span in sentence_spans(article.text[start:end], article.language):
        sentence = article.text[start + span.start : start + span.end]
        if sentence in titles or has_han(sentence):
            continue
        for made in questions_of(sentence):
            question = _in_full(made, article.text)
            if question and len(question) <= _MAX_CHARS:
                rank = _IDENTITY_RANK if _IDENTITY.match(question) else _RANKS[made.kind]
                yield Candidate(question, article.id, start + span.start, start + span.end, rank)


def _in_full(made: SentenceQuestion, text: str) -> str | None:
    """Return a question with its subject's name in full; None if that is no name, or nobody would ask so."""
    if made.question.startswith("What is meant by"):
        return made.question
    if not _SUBJECT.fullmatch(made.subject):
        return None
    if made.question.startswith("How many") and not _WHEN_OR_WHERE.search(made.question):
        return None  # when?
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


def _is_written_small(word: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(word.lower())}(?![\w-])", text) is not None


def _names_something(heading: str) -> bool:
    """Return whether a heading that asks is understood without what precedes it."""
    return bool(re.search(r"(?<!^)\b[A-Z]|\"", heading)) and stands_alone(heading)


def _proven(proof: Proof, made: Iterable[Candidate], asked: Sequence[str], count: int, checked: int) -> tuple[str, ...]:
    shown: list[Candidate] = []
    tried: set[str] = set()
    for candidate in made:
        known = [*asked, *(other.question for other in shown)]
        taken = {(other.article_id, other.start) for other in shown}
        if candidate.question in tried or any(_alike(candidate.question, other) for other in known):
            continue
        if (candidate.article_id, candidate.start) in taken:
            continue
        if len(tried) == checked or len(shown) == count:
            break
        tried.add(candidate.question)
        if proof.holds(candidate):
            shown.append(candidate)
    return tuple(candidate.question for candidate in shown)


def _alike(question: str, other: str) -> bool:
    ours, theirs = set(query_terms(question)), set(query_terms(other))
    return len(ours & theirs) >= _MAX_OVERLAP * min(len(ours), len(theirs))


def _is_quoted(candidate: Candidate, citation: Citation) -> bool:
    same = citation.article_id == candidate.article_id
    return same and candidate.start < citation.end and citation.start < candidate.end


def _covers(passage: Passage, candidate: Candidate) -> bool:
    same = passage.article.id == candidate.article_id
    return same and passage.start < candidate.end and candidate.start < passage.end
