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
from itertools import islice

from index.article import Article
from index.chunk import sentence_spans
from index.terms import STOP_WORDS, query_terms
from rag.answer import Citation
from rag.index import Snapshot
from rag.reading import Reader
from rag.retrieve import HybridRetriever, Passage

_CHECKED = 6
"""How many candidates are checked at most for an answer, which somebody waits for."""
_CHECKED_FIRST = 15
"""How many for an empty page, once for each state of the index."""
_READ = 3
"""How many passages are read to check one."""
_AROUND = 5
"""How many of the best passages give candidates."""
_LONGEST = 90
_ARTICLES = 12
_SAME = 0.7

_VERBS = dict(
    pair.split("/")
    for pair in """
    acquired/acquire agreed/agree announced/announce applied/apply approved/approve asked/ask banned/ban became/become
    began/begin bought/buy built/build chose/choose closed/close collected/collect criticised/criticise
    criticized/criticize cut/cut decided/decide delivered/deliver discovered/discover earned/earn employed/employ
    entered/enter exported/export founded/found halted/halt introduced/introduce invented/invent invested/invest
    joined/join launched/launch left/leave lost/lose lowered/lower moved/move opened/open ordered/order paid/pay
    planned/plan praised/praise presented/present produced/produce promised/promise proposed/propose published/publish
    put/put raised/raise received/receive recommended/recommend rejected/reject released/release replaced/replace
    reported/report shipped/ship showed/show signed/sign sold/sell started/start stopped/stop suspended/suspend
    took/take unveiled/unveil won/win
    """.split()
)
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

_OBJECT = re.compile(rf"{_WHO} (?P<verb>criticised|criticized|praised|proposed|promised|recommended|invented) ")
_SAID = re.compile(
    rf"{_WHO} (?:said|says|wrote|writes|argued|argues|claimed|claims|warned|found|believes|called|noted|admitted)\b"
)
_ABOUT = re.compile(rf"\b{_NAME}(?<!ese)(?<!ish)(?<!can)(?<!ian)(?![\w-])")
_DATED = re.compile(rf"(?:On|In) {_DATE},? {_WHO} {_VERB} (?P<rest>[^0-9,;:()\"“”]+?)[.,]")
_PASSIVE = re.compile(rf"{_WHO} (?P<be>was|were) (?P<done>\w+ed|built|sold|bought|won)\b{_REST} (?:in|on) {_DATE}\b")
_COUNTED = re.compile(
    rf"{_WHO} {_VERB} [0-9][0-9,.]*(?: million)? (?P<what>[a-z-]+s)\b"
    rf"(?P<rest> (?:in|by|within|during|at|to|for|worldwide|abroad)\b(?:(?! and )[^0-9,;:()\"“”])*?(?: ?{_DATE})?)[.,]"
)
_BECAUSE = re.compile(rf"{_WHO} {_VERB} (?P<rest>[^0-9,;:()\"“”]+?),? because ")
_IS_PERSON = re.compile(rf"{_WHO}, (?:the|an?) [^,;.]*?\b{_PERSON}\b|\b[Tt]he {_PERSON} (?P<other>{_NAME})")
_IS_THING = re.compile(
    rf"(?<!in )(?<!, )\b{_WHO}, (?:the|an?) (?:[\w-]+ ){{0,4}}{_THING}"
    r"(?:[,.]| (?:of|for|in|from|near|behind|which|that)\b)"
)
_POINTS = re.compile(
    r"\b(?:he|him|his|she|her|it|its|they|them|their|this|these|those|there|then|here|we|our|one|also|again"
    r"|that (?:day|week|month|year|time))\b",
    re.IGNORECASE,
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
    """Questions for an empty page: at most `count`, one of an article, of the first articles that give one."""
    made = [
        candidate
        for article in islice(articles, _ARTICLES)
        if article is not None
        for candidate in sorted(candidates(article, 0, len(article.text)), key=lambda each: (-each.rank, each.start))[
            :2
        ]
    ]
    return _proven(proof, made, (), count, _CHECKED_FIRST, one_each=True)


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
    made = [
        candidate
        for part in parts
        for candidate in sorted(candidates(*part), key=lambda each: (-each.rank, each.start))
        if not any(candidate.article_id == a and candidate.start < e and s < candidate.end for a, s, e in quoted)
    ]
    return _proven(proof, made, asked, count, _CHECKED, one_each=False)


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
    """What the templates make of a sentence, with how well each reads."""
    if (match := _OBJECT.match(sentence)) and (who := _in_full(match["who"], text)):
        yield f"What did {who} {_VERBS[match['verb']]}?", 5
    if (match := _DATED.match(sentence)) and (who := _in_full(match["who"], text)):
        yield f"When did {who} {_VERBS[match['verb']]} {match['rest']}?", 4
    if (match := _BECAUSE.match(sentence)) and (who := _in_full(match["who"], text)):
        yield f"Why did {who} {_VERBS[match['verb']]} {match['rest']}?", 4
    if (
        (match := _COUNTED.match(sentence))
        and match["rest"]
        and match["what"] not in _MONEY
        and (who := _in_full(match["who"], text))
    ):
        yield f"How many {match['what']} did {who} {_VERBS[match['verb']]}{match['rest']}?", 4
    if (match := _PASSIVE.match(sentence)) and (who := _in_full(match["who"], text)):
        yield f"When {match['be']} {who} {match['done']}?", 3
    if (match := _SAID.match(sentence)) and (who := _in_full(match["who"], text)) and who.count(" ") == 1:
        names = _ABOUT.findall(sentence, match.end())
        about = _in_full(names[-1], text) if names else None
        if about and about != who and who[0].isupper():
            yield f"What did {who} say about {about}?", 3
    if (match := _IS_PERSON.search(sentence)) and (who := _in_full(match["who"] or match["other"], text)):
        yield f"Who is {who}?", 2
    elif (match := _IS_THING.search(sentence)) and (who := _in_full(match["who"], text)):
        yield f"What is {who}?", 1


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
    full = {pair for pair in pairs if not STOP_WORDS & set(pair.lower().split())}
    return full.pop() if len(full) == 1 else name


def _stands_alone(question: str) -> bool:
    """Whether it can be understood without what comes before it: it has a name and points at nothing."""
    return bool(re.search(r"(?<!^)\b[A-Z]", question)) and not _POINTS.search(question)


def _proven(
    proof: Proof, made: Iterable[Candidate], asked: Sequence[str], count: int, checked: int, *, one_each: bool
) -> tuple[str, ...]:
    shown: list[Candidate] = []
    tried: set[str] = set()
    for candidate in made:
        known = [*asked, *(each.question for each in shown)]
        taken = {each.article_id if one_each else (each.article_id, each.start) for each in shown}
        if candidate.question in tried or any(_alike(candidate.question, other) for other in known):
            continue
        if (candidate.article_id if one_each else (candidate.article_id, candidate.start)) in taken:
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
