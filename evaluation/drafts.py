"""Candidate questions from the articles, by templates or a language model, for a person to accept, edit or drop."""

from __future__ import annotations

import hashlib
import json
import re
from collections import deque
from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

from evaluation.templates import DraftCandidate, agents, gaps, questions
from index.article import Article
from index.chunk import sentence_spans
from rag.model import LanguageModel
from rag.snapshot import Index

_SENTENCE_CHARACTERS = (30, 260)
_LIST_MARKER = re.compile(r"\A(?:[-*•]|\d+[.)])\s+")
_MIXTURE = {"question": 4, "gap": 1, "unanswerable": 1}
_DETAILS = {
    "What is the phone number of {}?": ["phone", "telephone", "hotline"],
    "What is the e-mail address of {}?": ["email", "mail", "mailbox"],
    "Who is the lawyer of {}?": ["lawyer", "attorney", "counsel"],
    "How many patents does {} hold?": ["patent", "patented"],
    "What did {} say about nuclear power?": ["nuclear", "reactor"],
    "What did {} say about football?": ["football", "soccer"],
    "What did {} say about vaccines?": ["vaccine", "vaccination"],
    "What did {} say about the Olympic Games?": ["olympic", "olympics"],
}
"""A detail that may be asked of anyone, and the words (stemmed by the search) that an article with it would have."""


def draft(index: Index, n: int, model: LanguageModel | None = None, seed: int = 0) -> Iterator[dict[str, Any]]:
    """Iterate over at most `n` rows marked as drafts, spread over the articles; the same for the same index and seed.

    The second tag is the kind: `when`, `who`, `number`, `where`, `why`, `what`, `cloze`, or `unanswerable`, which asks
    of somebody in an article for a detail whose words no article has. With a model it writes the questions, kind
    `written`; what it says is a draft only if its answer stands in the sentence and not in the question.
    """
    absent = _absent(index)
    identities = sorted(info.id for info in index.articles())
    Random(seed).shuffle(identities)
    draws = [(identity, Random(f"{seed} {identity}")) for identity in identities]
    waiting = deque(
        _of_article(index, identity, absent, random) if model is None else _written(index, identity, model, random)
        for identity, random in draws
    )
    asked = set[str]()
    while waiting and len(asked) < n:
        rows = waiting.popleft()
        if (row := next(rows, None)) is not None:
            waiting.append(rows)
            if row["question"] not in asked:
                asked.add(row["question"])
                yield row


def _absent(index: Index) -> list[str]:
    """Return the details that no article has."""
    with index.snapshot() as snapshot:
        return [question for question, words in _DETAILS.items() if not snapshot.database.search_terms(words, 1)]


def _of_article(index: Index, identity: str, absent: Sequence[str], random: Random) -> Iterator[dict[str, Any]]:
    """Iterate over the drafts from one article, a sentence at most once."""
    article = index.article(identity)
    if article is None:
        return
    sentences = _sentences(article, random)
    made: dict[str, list[dict[str, Any]]] = {kind: [] for kind in _MIXTURE}
    for sentence in sentences:
        for kind, candidates in (("question", list(questions(sentence))), ("gap", list(gaps(sentence)))):
            if candidates:
                made[kind].append(_row(random.choice(candidates), sentence, article.source))
                break
    for name in agents(article.text) if absent else ():
        candidate = DraftCandidate("unanswerable", random.choice(absent).format(name), "")
        made["unanswerable"].append(_row(candidate, "", ""))
    while kinds := [kind for kind, rows in made.items() if rows]:
        [kind] = random.choices(kinds, [_MIXTURE[kind] for kind in kinds])
        yield made[kind].pop()


def _written(index: Index, identity: str, model: LanguageModel, random: Random) -> Iterator[dict[str, Any]]:
    article = index.article(identity)
    if article is None:
        return
    for sentence in _sentences(article, random):
        said = model.reply("draft", f"TITLE: {article.title}\n\nSENTENCE: {sentence}")
        if (candidate := _candidate(said, sentence)) is not None:
            yield _row(candidate, sentence, article.source)


def _candidate(said: str, sentence: str) -> DraftCandidate | None:
    """Return the question in a model's reply, if it is one that the sentence answers."""
    try:
        data = json.loads(said[said.index("{") : said.rindex("}") + 1])
        question, answer = data["question"].strip(), data["answer"].strip()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    fits = (
        question.endswith(("?", "？"))
        and answer
        and answer in sentence
        and answer.casefold() not in question.casefold()
    )
    return DraftCandidate("written", question, answer) if fits else None


def _sentences(article: Article, random: Random) -> list[str]:
    """Return the article's sentences of a length that can be asked about, in random order."""
    sentences = [article.text[span.start : span.end] for span in sentence_spans(article.text, article.language)]
    shortest, longest = _SENTENCE_CHARACTERS
    sentences = [_LIST_MARKER.sub("", sentence, count=1) for sentence in sentences]
    sentences = [sentence for sentence in sentences if shortest <= len(sentence) <= longest]
    random.shuffle(sentences)
    return sentences


def _row(candidate: DraftCandidate, sentence: str, source: str) -> dict[str, Any]:
    """Make the row; its id is a hash of question and article, so re-drafting yields the same id."""
    digest = hashlib.sha256(f"{source}\n{candidate.question}".encode("utf-8", "surrogateescape"))
    return {
        "id": f"draft-{digest.hexdigest()[:10]}",
        "question": " ".join(candidate.question.split()),
        "answerable": bool(sentence),
        "answers": [candidate.answer] if sentence else [],
        "evidence": [sentence] if sentence else [],
        "articles": [source] if sentence else [],
        "tags": ["draft", candidate.kind],
        "draft": True,
    }
