"""Which questions are offered: few, of several kinds, that fit what was asked."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice, zip_longest

from index.article import Article
from index.terms import STOP_WORDS, query_terms
from rag.answer import Citation
from rag.forms.summary import LEAST, prose
from rag.language.names import names_in
from rag.language.places import is_place
from rag.language.scripts import has_han
from rag.language.time import WEEKDAY
from rag.retrieve import Passage
from rag.suggest.candidates import Candidate, candidates
from rag.suggest.proof import Proof

_MAX_CHECKED = 3
"""Candidates that are read for, which somebody waits for."""
_MAX_CHECKED_FIRST = 12
"""Candidates that are read for on an empty page, once for each state of the index."""
_PASSAGES_ASKED = 20
"""Best passages of an answer that give candidates."""
_NEAREST_ARTICLES = 3
_MAX_ARTICLES = 12
_MAX_OVERLAP = 0.7
"""Share of terms from which on two questions ask the same."""
_RELATED_BONUS = 4
"""Ranks by which a question about something that was asked or quoted is ahead."""
_MAX_NAME, _MAX_TITLE = 40, 100
_THE = re.compile(r"\b[Tt]he $")
_ENDS = re.compile(rf"['’]s\b|[^\w\s]|\s*$|\s+(?:[^a-z\s]|(?:{'|'.join(sorted(STOP_WORDS))}|[a-z]+ed)\b)")
"""After a name that is no part of a longer one: in "the Team plan" the plan has the article."""
_COUNTED = re.compile(r"\d ?$")
"""Before what is a unit: "500 GB"."""
_COMPANY_FORMS = frozenset("AG BV GmbH Inc KG Limited LLC Ltd NV Oy PLC SA SE SpA".split())
_LONG = 20_000
"""Characters of an article that can certainly be summarized."""


def starters(proof: Proof, articles: Iterable[Article | None], count: int) -> tuple[str, ...]:
    """Return questions for an empty page: facts of as many of the first articles as give one, and one of a form."""
    first = [article for article in islice(articles, _MAX_ARTICLES) if article is not None]
    best = [
        sorted(
            (candidate for candidate in candidates(article, 0, len(article.text)) if candidate.subject is None),
            key=lambda made: (-made.rank, made.start),
        )[:_MAX_CHECKED_FIRST]
        for article in first
    ]
    made = [candidate for row in zip_longest(*best) for candidate in row if candidate is not None]
    titled = dict.fromkeys(name for article in first for name in _names(article.title) if not is_place(name))
    in_articles = Counter({name: _articles_naming(name, first) for name in titled})
    forms = _forms([name for name, _ in in_articles.most_common(1)], first, first)
    return _filled(_proven(proof, _varied(made), (), count, _MAX_CHECKED_FIRST), forms, (), count)


def follow_ups(
    proof: Proof,
    asked: Sequence[str],
    citations: Sequence[Citation],
    passages: Sequence[Passage],
    cited: Sequence[Article],
    count: int,
) -> tuple[str, ...]:
    """Return what may be asked next: about what was asked or quoted, or of the articles `cited`, but not the quotes."""
    quoted = list(dict.fromkeys(name for citation in citations for name in _names(citation.quote)))
    named = list(dict.fromkeys([*_names(asked[-1]), *quoted]))
    ids = {article.id for article in cited}
    parts = [(passage.article, passage.start, passage.end) for passage in passages[:_PASSAGES_ASKED]]
    parts += [(article, 0, len(article.text)) for article in cited]
    made = []
    for n, part in enumerate(parts):
        for candidate in candidates(*part):
            is_related = any(name in candidate.question for name in named)
            is_wanted = is_related or candidate.article_id in ids
            if candidate.subject is not None:  # who or what is that? asks who has just read the name
                is_wanted = candidate.subject in quoted
            if is_wanted and not _is_quoted(candidate, citations):
                made.append((-candidate.rank - _RELATED_BONUS * is_related, n, candidate.start, candidate))
    ordered = [candidate for *_, candidate in sorted(made, key=lambda each: each[:3])]
    forms = _forms(named, list({p.article.id: p.article for p in passages}.values()), cited)
    return _filled(_proven(proof, ordered, asked, count, _MAX_CHECKED), forms, asked, count)


def near_questions(
    proof: Proof, asked: str, earlier: Sequence[str], passages: Sequence[Passage], count: int
) -> tuple[str, ...]:
    """Return what may be asked instead of a question without an answer: near it, of the first `passages`."""
    terms = set(query_terms(asked))
    parts = [(passage.article, passage.start, passage.end) for passage in passages[:_PASSAGES_ASKED]]
    near = {passage.article.id: passage.article for passage in passages[:_NEAREST_ARTICLES]}
    parts += [(article, 0, len(article.text)) for article in near.values()]
    made = []
    for n, part in enumerate(parts):
        for candidate in candidates(*part):
            own = set(query_terms(candidate.question))
            if own != terms and not own.isdisjoint(terms):
                made.append((-len(own & terms), -candidate.rank, n, candidate.start, candidate))
    ordered = [candidate for *_, candidate in sorted(made, key=lambda each: each[:4])]
    like = [passage.article for passage in passages[:_NEAREST_ARTICLES] if _shares_a_term(passage, terms)]
    forms = _forms(_names(asked), list({p.article.id: p.article for p in passages}.values()), like)
    return _filled(_proven(proof, ordered, earlier, count, _MAX_CHECKED), forms, earlier, count)


def _shares_a_term(passage: Passage, terms: Collection[str]) -> bool:
    return not set(terms).isdisjoint(query_terms(f"{passage.article.title} {passage.text}"))


def _names(text: str) -> list[str]:
    """Return the names of a text that a topic can be, each once, with "the" where the text has it."""
    found = [
        f"the {name.text}" if _THE.search(text[: name.start]) and _ENDS.match(text, name.end) else name.text
        for name in names_in(text)
        if 1 < len(name.text) <= _MAX_NAME
        and not WEEKDAY.match(name.text)
        and not has_han(name.text)
        and not _COUNTED.search(text[: name.start])
        and name.text not in _COMPANY_FORMS
    ]
    return list(dict.fromkeys(found))


def _articles_naming(name: str, articles: Iterable[Article]) -> int:
    """Return how many articles have a name inside a sentence, where a capital is no accident."""
    pattern = re.compile(rf"(?<=[\w,;] ){re.escape(name.removeprefix('the '))}(?!\w)")
    return sum(pattern.search(article.text) is not None for article in articles)


def _forms(names: Iterable[str], articles: Sequence[Article], cited: Iterable[Article]) -> list[str]:
    """Return questions that need no reading: by turns what several articles say about a name, and summaries.

    Where there is one article, its own names will do.
    """
    least = 2 if len(articles) > 1 else 1
    topics = (name for name in _apart(names) if _articles_naming(name, articles) >= least)
    overviews = [f"What do the articles say about {name}?" for name in islice(topics, 2)]
    titles = dict.fromkeys(article.title for article in cited if _can_be_summarized(article))
    summaries = [f"Summarize “{title}”" for title in islice(titles, 2)]
    return [form for pair in zip_longest(overviews, summaries) for form in pair if form is not None]


def _apart(names: Iterable[str]) -> Iterator[str]:
    """Yield the names that are no part of an earlier one: "Jia" is part of "Jia Yueting"."""
    earlier: list[str] = []
    for name in names:
        if not any(name in other or other in name for other in earlier):
            yield name
        earlier.append(name)


def _can_be_summarized(article: Article) -> bool:
    if len(article.title) > _MAX_TITLE or has_han(article.title) or "“" in article.title:
        return False
    return len(article.text) >= _LONG or len(prose(article)) >= LEAST


def _filled(facts: Sequence[str], forms: Sequence[str], asked: Sequence[str], count: int) -> tuple[str, ...]:
    """Return the facts, one less if they would leave no room for a form, then forms; `count` at most."""
    new = [form for form in forms if not any(_is_same(form, other) for other in asked)]
    shown = [*facts[: count - bool(new)], *new]
    return tuple(shown[:count])


def _proven(proof: Proof, made: Iterable[Candidate], asked: Sequence[str], count: int, checked: int) -> tuple[str, ...]:
    """Return the first `count` that hold; `checked` are read for, beside those of which it is known."""
    shown: list[Candidate] = []
    read = 0
    for candidate in _distinct(made):
        known = [*asked, *(other.question for other in shown)]
        taken = {(other.article_id, other.start) for other in shown}
        if (candidate.article_id, candidate.start) in taken or any(_alike(candidate.question, q) for q in known):
            continue
        if len(shown) == count:
            break
        if proof.known(candidate) is None:
            if read == checked:
                continue
            read += 1
        if proof.holds(candidate):
            shown.append(candidate)
    return tuple(candidate.question for candidate in shown)


def _varied(made: Sequence[Candidate]) -> list[Candidate]:
    """Return the candidates so that those with another question word than those before come first."""
    seen = Counter[str]()
    turns = []
    for candidate in made:
        word = candidate.question.partition(" ")[0]
        turns.append(seen[word])
        seen[word] += 1
    return [candidate for _, candidate in sorted(zip(turns, made, strict=True), key=lambda pair: pair[0])]


def _distinct(made: Iterable[Candidate]) -> Iterator[Candidate]:
    """Yield the candidates, of those with one question the first."""
    seen: set[str] = set()
    for candidate in made:
        if candidate.question not in seen:
            seen.add(candidate.question)
            yield candidate


def _alike(question: str, other: str) -> bool:
    ours, theirs = set(query_terms(question)), set(query_terms(other))
    return len(ours & theirs) >= _MAX_OVERLAP * min(len(ours), len(theirs))


def _is_same(form: str, asked: str) -> bool:
    """Return whether a question asks for a form already: it has all of its words."""
    return set(query_terms(form)) <= set(query_terms(asked))


def _is_quoted(candidate: Candidate, citations: Iterable[Citation]) -> bool:
    return any(
        cited.article_id == candidate.article_id and candidate.start < cited.end and cited.start < candidate.end
        for cited in citations
    )
