"""Claims and quotes: does the quote, in its context, support the claim, contradict it, or neither."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from rag.reading.claims import statement
from training.negatives import NAME, NUMBER, changed_question
from training.own import OwnArticle, Split, own_articles, split_of
from training.sources import Paragraph, Question, read_json, read_lines, reported_shingles, shingles
from training.text import disturb, sentences

CERTAIN_OPPOSITES = frozenset({"negation", "opposite", "number", "date"})
OPEN = frozenset({"added", "unrelated"})
MOST_BREAKING = 3000
CONTEXT_CHARACTERS = 400


class Support(IntEnum):
    """What a quote says of a claim; EITHER is known not to be supported, and no more."""

    SUPPORTED = 0
    CONTRADICTED = 1
    NEITHER = 2
    EITHER = 3


@dataclass(frozen=True)
class Claim:
    """A claim under a quote; those of one group are about the same quote."""

    group: str
    claim: str
    context: str
    quote: str
    support: Support
    kind: str = ""


def own_claims(data: Path, split: Split) -> list[Claim]:
    """Return the claims written about the own articles of a split."""
    family = {article.identity: article.family for article in own_articles(data)}
    claims: list[Claim] = []
    for path in sorted((data / "train/own_claims").glob("*.jsonl")):
        for row in read_lines(path):
            if split_of(family.get(row["article"], row["article"])) != split:
                continue
            context = f"{row['title']}\n{row['before']}".strip()
            claims += [
                Claim(
                    row["id"], claim["c"], context, row["quote"], own_label(claim["ok"], claim["kind"]), claim["kind"]
                )
                for claim in row["claims"]
            ]
    return claims


def own_label(supported: bool, kind: str) -> Support:
    """Return the class of an own claim: only some kinds say whether the quote contradicts."""
    if supported:
        return Support.SUPPORTED
    if kind in CERTAIN_OPPOSITES:
        return Support.CONTRADICTED
    return Support.NEITHER if kind in OPEN else Support.EITHER


def public_claims(data: Path, seed: int) -> list[Claim]:
    """Return the public pairs of claim and quote."""
    labels = {
        "entailment": Support.SUPPORTED,
        "contradiction": Support.CONTRADICTED,
        "neutral": Support.NEITHER,
        "supports": Support.SUPPORTED,
        "refutes": Support.CONTRADICTED,
    }
    claims: list[Claim] = []
    breaking: list[Claim] = []
    for path in sorted((data / "train/support").glob("*.jsonl")):
        for row in read_lines(path):
            known = Support.SUPPORTED if row["label"] else Support.EITHER
            label = labels.get(row["kind"], known)
            claim = Claim(f"{path.stem}/{row['quote']}", row["claim"], "", row["quote"], label, row["kind"])
            (breaking if path.stem == "breaking_nli" and not row["label"] else claims).append(claim)
    random.Random(seed).shuffle(breaking)
    return claims + breaking[:MOST_BREAKING]


def condaqa_claims(data: Path, forbidden: set[int]) -> list[Claim]:
    """Return CondaQA's questions as claims: yes is supported, no contradicted, "don't know" neither."""
    labels = {"yes": Support.SUPPORTED, "no": Support.CONTRADICTED, "don't know": Support.NEITHER}
    claims: list[Claim] = []
    for path in sorted((data / "train/condaqa").glob("*.json")):
        for row in read_json(path):
            label = labels.get(row["label"].strip().lower())
            if label is not None and not shingles(row["passage"]) & forbidden:
                group = f"condaqa/{row['passage']}"
                claims.append(Claim(group, row["question"], "", row["passage"], label, "condaqa"))
    return claims


def context_of(paragraph: Paragraph, start: int) -> str:
    """Return the title and the sentence before a place in the paragraph."""
    before = sentences(paragraph.text[:start])
    last = paragraph.text[before[-1].start : before[-1].end][-CONTEXT_CHARACTERS:] if before else ""
    return f"{paragraph.title}\n{last}".strip()


def quote_around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return where the sentences that hold text[start:end] begin and end."""
    inside = [piece for piece in sentences(text) if piece.start < end and start < piece.end]
    return (inside[0].start, inside[-1].end) if inside else (start, end)


def answer_claims(paragraph: Paragraph, question: Question, rng: random.Random) -> Iterator[Claim]:
    """Yield a claim made of a question and its answer over their sentence, and wrong ones beside it."""
    first, last = quote_around(paragraph.text, question.start, question.end)
    quote, context = paragraph.text[first:last], context_of(paragraph, first)
    group = f"{paragraph.article}/{question.text}"
    answer = " and ".join(question.answers) if question.spans else question.answers[0]
    asked = disturb(question.text, rng)
    yield Claim(group, statement(asked, answer), context, quote, Support.SUPPORTED, "answer")
    others = [o.answers[0] for o in paragraph.questions if o.answerable and not set(o.answers) & set(question.answers)]
    if others:
        yield Claim(group, statement(asked, rng.choice(others)), context, quote, Support.EITHER, "other answer")
    changed = changed_question(question.text, paragraph.text, quote, rng)
    if changed is not None:
        yield Claim(group, statement(changed, answer), context, quote, Support.EITHER, "other question")


def near_claims(paragraph: Paragraph, question: Question, rng: random.Random) -> Iterator[Claim]:
    """Yield a claim that answers an unanswerable question with a name or number of the sentence that looks right."""
    for first, last in question.spans[:1]:
        quote = paragraph.text[first:last]
        asked = question.text.lower()
        tempting = [
            m.group() for m in (*NUMBER.finditer(quote), *NAME.finditer(quote)) if m.group().lower() not in asked
        ]
        if tempting:
            claim = statement(disturb(question.text, rng), rng.choice(tempting))
            group = f"{paragraph.article}/{question.text}"
            yield Claim(group, claim, context_of(paragraph, first), quote, Support.EITHER, "near miss")


def made_claims(paragraphs: Sequence[Paragraph], most: int, rng: random.Random) -> list[Claim]:
    """Return claims made of at most `most` questions of the paragraphs."""
    pairs = [(paragraph, question) for paragraph in paragraphs for question in paragraph.questions]
    rng.shuffle(pairs)
    claims: list[Claim] = []
    for paragraph, question in pairs[:most]:
        if question.answerable and question.start >= 0:
            claims += answer_claims(paragraph, question, rng)
        elif question.spans:
            claims += near_claims(paragraph, question, rng)
    return claims


def training_claims(
    data: Path, articles: Sequence[OwnArticle], public: Sequence[Paragraph], seed: int
) -> dict[str, list[Claim]]:
    """Return all claims to train on, by group of the same quote."""
    rng = random.Random(seed)
    forbidden = reported_shingles(data)
    own = [article.paragraph for article in articles if article.split is Split.TRAINING]
    squad = [p for p in public if p.source in ("squad_few", "squad_more", "new_wiki")]
    claims = own_claims(data, Split.TRAINING) * 2 + public_claims(data, seed) + condaqa_claims(data, forbidden)
    claims += made_claims(own, 10**9, rng) + made_claims(squad, 5000, rng)
    groups: dict[str, list[Claim]] = {}
    for claim in claims:
        groups.setdefault(claim.group, []).append(claim)
    return groups
