"""Questions that the articles can answer: to begin with, and to ask next.

They are made from sentences by templates that leave the sentence's own words in place ("On 30 March 2021
Lei announced that ..." gives "When did Lei announce that ...?"), or are questions that stand as a heading.
None is shown before the reading model, over the index's own retrieval, has found the answer in the place
that the question was made from. The same index gives the same questions. The templates know English.
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
from rag.language.names import names_in
from rag.reading.base import Reader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Snapshot

_CHECKED = 6
"""How many candidates are checked at most for an answer, which somebody waits for."""
_CHECKED_FIRST = 15
"""How many for an empty page, once for each state of the index."""
_READ = 3
"""How many passages are read to check one."""
_AROUND = 20
"""How many of the best passages give candidates."""
_LONGEST = 90
_RELATED = 4
"""What a question about something that was asked or quoted has ahead, in ranks."""
_ARTICLES = 12
_SAME = 0.7

_VERBS = dict(
    pair.split("/")
    for pair in """
    acquired/acquire agreed/agree announced/announce applied/apply approved/approve asked/ask banned/ban became/become
    began/begin bought/buy built/build chose/choose closed/close collected/collect criticised/criticise
    criticized/criticize cut/cut decided/decide delivered/deliver discovered/discover earned/earn employed/employ
    established/establish
    entered/enter exported/export founded/found halted/halt introduced/introduce invented/invent invested/invest
    joined/join launched/launch left/leave lost/lose lowered/lower moved/move opened/open ordered/order paid/pay
    planned/plan praised/praise presented/present produced/produce promised/promise proposed/propose published/publish
    put/put raised/raise received/receive recommended/recommend rejected/reject released/release replaced/replace
    reported/report shipped/ship showed/show signed/sign sold/sell started/start stopped/stop suspended/suspend
    took/take unveiled/unveil won/win
    """.split()
)
_MADE = "announced|presented|launched|introduced|unveiled|opened|bought|signed|proposed|showed|released"
_MOVED = "moved|built|opened|established|founded|bought|sold|launched|published|presented"
_VERB = rf"(?P<verb>{'|'.join(_VERBS)})\b"
_WORD = r"[A-Z][\w-]*(?<!ly)"
_NAME = rf"{_WORD}(?: (?:(?:of|von|van|de|der) )*{_WORD})*"
_WHO = rf"(?P<who>{_NAME})"
_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = rf"(?:(?:[0-9]{{1,2}} )?{_MONTH}(?: [0-9]{{1,2}},)?(?: [0-9]{{4}})?|(?:19|20)[0-9]{{2}})"
_PERSON = r"(?:founder|columnist|president|minister|chancellor|journalist|economist|analyst|writer|author|professor"
_PERSON += r"|chairman|chairwoman|chief executive|director|entrepreneur|engineer|scientist|researcher|lawyer)"
_THING = r"(?:company|firm|group|start-up|brand|maker|manufacturer|carmaker|supplier|institute|university|bank|agency)"
_REST = r"(?P<rest>[^0-9,;:()\"“”]*?)"

_SAID = re.compile(
    rf"{_WHO} (?:said|says|wrote|writes|argued|argues|claimed|claims|warned|found|believes|called|noted|admitted)\b"
)
_ABOUT = re.compile(rf"\b{_NAME}(?<!ese)(?<!ish)(?<!can)(?<!ian)(?![\w-])")
_LEAD = r"(?:^|(?<=, )|(?<=; ))"
_WORDS = r"[^0-9,;:()\"“”]"
_FIGURE = r"(?:net |gross |full-year )?(?:revenue|profit|loss|margin|share price|market share|price)"
_TEMPLATES = tuple(
    (re.compile(pattern), wording, rank)
    for rank, wording, pattern in (
        (6, "What did {who} {verb}?", rf"^{_WHO} (?P<verb>criticised|criticized|praised|proposed|promised|invented) "),
        (6, "Why did {who} {verb} {rest}?", rf"^{_WHO} {_VERB} (?P<rest>{_WORDS}+?),? because "),
        (
            6,
            "What did {who} write on {rest}?",
            rf"{_LEAD}{_WHO} (?:wrote|posted|said)\b[^.:]*? on (?P<rest>{_NAME}):?$",
        ),
        (5, "Who founded {what}?", rf"{_LEAD}{_WHO},? (?:who|which) .*?\bfounded (?P<what>{_NAME})"),
        (5, "Who founded {who}?", rf"^{_WHO} was founded\b[^.]*? by [A-Z]"),
        (5, "When did {who} {verb} {rest}?", rf"^(?:On|In) {_DATE},? {_WHO} {_VERB} (?P<rest>{_WORDS}+?)[.,]"),
        (5, "How much does {who} cost?", rf"{_WHO} costs? (?:about |around )?(?:[0-9]|[$€£¥])"),
        (
            5,
            "How many {what} did {who} {verb}{rest}?",
            (
                rf"^{_WHO} {_VERB} [0-9][0-9,.]*(?: million)? (?P<what>[a-z-]+s)\b(?P<rest> "
                rf"(?:in|by|within|during|at|to|for|worldwide|abroad)\b(?:(?! and ){_WORDS})*?(?: ?{_DATE})?)[.,]"
            ),
        ),
        (
            4,
            "When {be} {who} {done}?",
            rf"^{_WHO} (?P<be>was|were) (?P<done>\w+ed|built|sold|bought|won)\b{_REST} (?:in|on) {_DATE}\b",
        ),
        (
            4,
            "What was {who}'s {rest}?",
            rf"{_WHO}['’]s (?P<rest>{_FIGURE}) (?:\w+ )?(?:was|came to|rose|fell|reached)\b",
        ),
        (4, "What did {who} {verb} in {when}?", rf"^(?:On|In) (?P<when>{_DATE}),? {_WHO} (?P<verb>{_MADE}) "),
        (
            4,
            "Where did {who} {verb} {rest}?",
            rf"\b{_WHO} (?P<verb>{_MOVED}) (?P<rest>{_WORDS}{{3,50}}?) (?:to|in) [A-Z]\w+",
        ),
        (3, "Who is {who}?", rf"{_WHO}, (?:the|an?) [^,;.]*?\b{_PERSON}\b|^Author: (?P<author>{_NAME})"),
        (3, "Who is {who}?", rf"\b[Tt]he {_PERSON} {_WHO}"),
        (
            2,
            "What is {who}?",
            (
                rf"(?<!in )(?<!, )\b{_WHO}, (?:the|an?) (?:[\w-]+ ){{0,4}}{_THING}"
                r"(?:[,.]| (?:of|for|in|from|near|behind|which|that)\b)"
            ),
        ),
        (2, 'What is meant by "{what}"?', r"[\"“](?P<what>[a-z][a-z-]+(?: [a-z-]+){1,3})[,.]?[\"”]"),
        (
            1,
            "{be} {who} {rest}?",
            rf"{_LEAD}{_WHO} (?P<be>has|can|is|are) (?P<rest>(?!(?:an?|the|had)\b|no|.* and ){_WORDS}{{20,70}}?)[.,;:]",
        ),
    )
)
"""How well a question reads, its wording, and what a sentence that answers it looks like."""
_POINTS = re.compile(
    r"\b(?:he|him|his|she|her|it|they|them|their|this|these|those|there|then|here|we|our|one|also|again"
    r"|that (?:day|week|month|year|time))\b",
    re.IGNORECASE,
)
_OPENERS = STOP_WORDS | set(
    "after although before both during even like once since though unlike whether while".split()
)
_MONEY = frozenset("dollars euros pounds millions billions hundreds thousands years months weeks days hours".split())


@dataclass(frozen=True, slots=True)
class Candidate:
    """A question and where the words stand that should answer it; a higher `rank` reads better."""

    question: str
    article_id: str
    start: int
    end: int
    rank: int


@dataclass(frozen=True, slots=True)
class Proof:
    """What a candidate is checked with."""

    retriever: HybridRetriever
    reader: Reader
    snapshot: Snapshot
    threshold: float
    kept: frozenset[str] | None = None

    def holds(self, candidate: Candidate) -> bool:
        """Whether the first passages answer it, and their best quote is where it was made from."""
        passages = self.retriever.passages([candidate.question], self.snapshot, self.kept)[:_READ]
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
    """Questions for an empty page: at most `count`, of as many of the first articles as give one."""
    best = [
        sorted(candidates(article, 0, len(article.text)), key=lambda each: (-each.rank, each.start))[:_CHECKED_FIRST]
        for article in islice(articles, _ARTICLES)
        if article is not None
    ]
    made = [each for row in zip_longest(*best) for each in row if each is not None]
    return _proven(proof, made, (), count, _CHECKED_FIRST)


def follow_ups(
    proof: Proof, asked: Sequence[str], citations: Sequence[Citation], passages: Sequence[Passage], count: int
) -> tuple[str, ...]:
    """What may be asked next: about the first `passages` and the articles quoted, but not what is quoted already."""
    quoted = [(citation.article_id, citation.start, citation.end) for citation in citations]
    cited = {
        passage.article.id: passage.article for passage in passages if passage.article.id in {q[0] for q in quoted}
    }
    parts = [(passage.article, passage.start, passage.end) for passage in passages[:_AROUND]]
    parts += [(article, 0, len(article.text)) for article in cited.values()]
    names = {name.text for text in (asked[-1], *(each.quote for each in citations)) for name in names_in(text)}
    made = [
        (candidate, n)
        for n, part in enumerate(parts)
        for candidate in candidates(*part)
        if not any(candidate.article_id == a and candidate.start < e and s < candidate.end for a, s, e in quoted)
    ]

    def merit(each: tuple[Candidate, int]) -> tuple[int, int, int]:
        candidate, n = each
        related = any(name in candidate.question for name in names)
        return (-candidate.rank - _RELATED * related, n, candidate.start)

    ordered = [candidate for candidate, _ in sorted(made, key=merit)]
    return _proven(proof, ordered, asked, count, _CHECKED)


def candidates(article: Article, start: int, end: int) -> Iterator[Candidate]:
    """What the templates make of the sentences of a part of an article."""
    for heading in article.headings:
        after = article.text.find("\n", heading.start) + 1
        if start <= heading.start < end and after and heading.title.endswith("?") and _stands_alone(heading.title):
            yield Candidate(heading.title, article.id, after, after + 400, 3)
    titles = {article.title, *(heading.title for heading in article.headings)}
    for span in sentence_spans(article.text[start:end], article.language):
        sentence = article.text[start + span.start : start + span.end]
        if sentence in titles:
            continue
        for question, rank in _questions(sentence, article.text):
            if len(question) <= _LONGEST and _stands_alone(question):
                yield Candidate(question, article.id, start + span.start, start + span.end, rank)


def _questions(sentence: str, text: str) -> Iterator[tuple[str, int]]:
    """What the templates make of a sentence, with how well each reads. {who} is a name, in full where it is known."""
    for pattern, wording, rank in _TEMPLATES:
        if (match := pattern.search(sentence)) is None:
            continue
        parts = {name: part or "" for name, part in match.groupdict().items()}
        if "who" in parts:
            parts["who"] = _in_full(parts["who"] or parts["author"], text) or ""
            if not parts["who"]:
                continue
        if "verb" in parts:
            parts["verb"] = _VERBS[parts["verb"]]
        if parts.get("what") in _MONEY:
            continue
        question = wording.format(**parts)
        yield question[0].upper() + question[1:], rank
    if (match := _SAID.match(sentence)) and (who := _in_full(match["who"], text)) and who.count(" ") == 1:
        names = _ABOUT.findall(sentence, match.end())
        about = _in_full(names[-1], text) if names else None
        if about and about != who and who[0].isupper():
            yield f"What did {who} say about {about}?", 3


def _in_full(name: str, text: str) -> str | None:
    """A name with its other part where the article has it in one way only; None for what is written small, too."""
    first, _, rest = name.partition(" ")
    if first == "The":
        return f"the {rest}" if rest else None
    if re.search(rf"(?<![\w-]){re.escape(first.lower())}(?![\w-])", text):
        return None
    if rest:
        return name
    pairs = re.findall(rf"\b(?:{re.escape(name)} [A-Z][a-z]+|[A-Z][a-z]+ {re.escape(name)})\b", text)
    full = {pair for pair in pairs if not _OPENERS & set(pair.lower().split())}
    return full.pop() if len(full) == 1 else name


def _stands_alone(question: str) -> bool:
    """Whether it can be understood without what comes before it: it has a name or a quotation and points at nothing."""
    return bool(re.search(r"(?<!^)\b[A-Z]|\"", question)) and not _POINTS.search(question)


def _proven(proof: Proof, made: Iterable[Candidate], asked: Sequence[str], count: int, checked: int) -> tuple[str, ...]:
    shown: list[Candidate] = []
    tried: set[str] = set()
    for candidate in made:
        known = [*asked, *(each.question for each in shown)]
        taken = {(each.article_id, each.start) for each in shown}
        if candidate.question in tried or any(_alike(candidate.question, other) for other in known):
            continue
        if (candidate.article_id, candidate.start) in taken:
            continue
        if len(tried) == checked or len(shown) == count:
            break
        tried.add(candidate.question)
        if proof.holds(candidate):
            shown.append(candidate)
    return tuple(each.question for each in shown)


def _alike(question: str, other: str) -> bool:
    ours, theirs = set(query_terms(question)), set(query_terms(other))
    return len(ours & theirs) >= _SAME * min(len(ours), len(theirs))


def _covers(passage: Passage, candidate: Candidate) -> bool:
    same = passage.article.id == candidate.article_id
    return same and passage.start < candidate.end and candidate.start < passage.end
