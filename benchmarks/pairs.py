"""Pairs of a true sentence and a false one for benchmarks.verification, out of public sets.

True sentences are answers people wrote about a passage (CLAPnq, those that are no copies) and questions turned into
statements with their answer (SQuAD). The false ones are made of them by rules, one kind of change each; and questions
that their text does not answer are turned with the answer that looks plausible.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.falsehoods import kinds
from benchmarks.statements import Verbs, declare, verbs_of
from index.chunk import sentence_spans
from rag.language.tokens import tokens_of

UNANSWERABLE = "unanswerable"
SQUAD2, _XQUAD, _CLAPNQ = "squad2/dev-v2.0.json", "xquad/xquad.en.json", "clapnq/clapnq_dev_answerable.jsonl"
_FEWEST_WORDS = 6
Claim = tuple[str, str, str]
"""A sentence, the text that has to tell, and that text's title."""


@dataclass(frozen=True, slots=True)
class Source:
    """A true sentence, or (`supported` false) a question that its text does not answer with a plausible answer."""

    said: str
    evidence: str
    title: str
    others: tuple[str, ...]
    supported: bool = True


@dataclass(frozen=True, slots=True)
class Pair:
    """A true sentence and a false one."""

    kind: str
    true: Claim
    false: Claim


def sources(data: Path, *, tuning: bool) -> list[Source]:
    """Return the sentences of one half. Of SQuAD 2.0's articles by title the 1st, 3rd, ... are for tuning."""
    articles = sorted(read_json(data / SQUAD2)["data"], key=lambda article: str(article["title"]))
    xquad = read_json(data / _XQUAD)["data"] if (data / _XQUAD).exists() else []
    verbs = verbs_of(p["context"] for article in [*articles, *xquad] for p in article["paragraphs"])
    half = slice(0 if tuning else 1, None, 2)
    asked_about = articles[half] if tuning else [*articles[half], *_without_paragraphs_of(articles, xquad)]
    lines = (data / _CLAPNQ).read_text(encoding="utf-8").splitlines()
    squad = [source for article in asked_about for source in _of_article(article, verbs)]
    return squad + [source for line in lines[half] for source in _of_clapnq(json.loads(line))]


def _without_paragraphs_of(known: Sequence[Any], articles: Sequence[Any]) -> list[dict[str, Any]]:
    seen = {paragraph["context"] for article in known for paragraph in article["paragraphs"]}
    return [
        {**article, "paragraphs": [part for part in article["paragraphs"] if part["context"] not in seen]}
        for article in articles
    ]


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def _of_article(article: Mapping[str, Any], verbs: Verbs) -> Iterator[Source]:
    texts = [paragraph["context"] for paragraph in article["paragraphs"]]
    for i, paragraph in enumerate(article["paragraphs"]):
        others = tuple(texts[:i] + texts[i + 1 :])
        for question in paragraph["qas"]:
            answers = question["answers"] or question.get("plausible_answers") or [{"text": ""}]
            if said := declare(question["question"], answers[0]["text"], verbs):
                yield Source(
                    said, texts[i], article["title"].replace("_", " "), others, supported=bool(question["answers"])
                )


def _of_clapnq(row: Mapping[str, Any]) -> Iterator[Source]:
    """Iterate over the sentences of the first annotator's answer that are no copies."""
    evidence = _plain(row["passages"][0]["text"])
    known = f" {' '.join(token.lower for token in tokens_of(evidence))} "
    answer = _plain(next((output["answer"] for output in row["output"] if output["answer"]), ""))
    for span in sentence_spans(answer):
        words = [token.lower for token in tokens_of(answer[span.start : span.end])]
        if len(words) >= _FEWEST_WORDS and f" {' '.join(words)} " not in known:
            yield Source(answer[span.start : span.end], evidence, row["passages"][0]["title"], ())


def _plain(text: str) -> str:
    """Take CLAPnq's blanks around punctuation out."""
    for before, after in (
        (" ,", ","),
        (" .", "."),
        (" ;", ";"),
        (" :", ":"),
        ("`` ", '"'),
        (" ''", '"'),
        (" 's", "'s"),
        ("( ", "("),
        (" )", ")"),
    ):
        text = text.replace(before, after)
    return text.replace(" - ", "-").replace(" n't", "n't")


def pairs_of(found: Sequence[Source], verbs: Verbs) -> list[Pair]:
    """Make all pairs; an unanswerable question is put beside a true sentence drawn from the same half."""
    texts = sorted({source.evidence for source in found})
    random.Random(0).shuffle(texts)
    true = [source for source in found if source.supported]
    pairs = []
    for i, source in enumerate(true):
        others = source.others or tuple(texts[i % len(texts) : i % len(texts) + 20])
        own = (source.said, source.evidence, source.title)
        made = kinds(source.said, source.evidence, [o for o in others if o != source.evidence], verbs, source.said)
        pairs += [Pair(kind, own, (false, source.evidence, source.title)) for kind, false in made]
    unanswered = [source for source in found if not source.supported]
    drawn = random.Random(0).choices(true, k=len(unanswered)) if true else []
    pairs.extend(
        Pair(UNANSWERABLE, (t.said, t.evidence, t.title), (u.said, u.evidence, u.title))
        for t, u in zip(drawn, unanswered, strict=True)
    )
    return pairs
