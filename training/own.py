"""The articles written for this project: paragraphs with near misses, and which of them nothing learns from.

Some came with the public sets, others stand in `training/articles`. Of the latter none are reported, so that figures
stay comparable with those from before they were written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

from training.sources import Paragraph, Question, read_lines

CHINESE = "zh"
ARTICLES = Path(__file__).parent / "articles"


class Split(IntEnum):
    """The tenth of the articles that is reported, the tenth to calibrate on, and all others."""

    DEVELOPMENT = 0
    CALIBRATION = 1
    TRAINING = 2


@dataclass(frozen=True)
class OwnArticle:
    """An article as it stands in the files; `family` is that of look-alikes, else its own id.

    `here` says that it stands in this repository.
    """

    set: str
    identity: str
    family: str
    author: str
    date: str
    paragraph: Paragraph
    here: bool

    @property
    def split(self) -> Split:
        """Which part of the articles this belongs to."""
        split = split_of(self.family)
        return Split.TRAINING if self.here and split is Split.DEVELOPMENT else split


def split_of(family: str) -> Split:
    """Return the split of a family: the last decimal digit of its hash decides."""
    digit = int(hashlib.sha256(family.encode()).hexdigest(), 16) % 10
    return Split(min(digit, Split.TRAINING))


def own_articles(data: Path) -> list[OwnArticle]:
    """Return every English article, those of the development split included."""
    articles: list[OwnArticle] = []
    for path in (*sorted((data / "train/own").glob("*.jsonl")), *sorted(ARTICLES.glob("*.jsonl"))):
        if path.stem == CHINESE:
            continue
        for row in read_lines(path):
            family = row.get("family", row["id"])
            questions = tuple(own_question(row["text"], question) for question in row["questions"])
            paragraph = Paragraph("own", f"own/{row['id']}", row["title"], row["text"], questions)
            told = (row["author"], row["date"])
            articles.append(OwnArticle(path.stem, row["id"], family, *told, paragraph, path.parent == ARTICLES))
    return articles


def own_question(text: str, question: dict[str, Any]) -> Question:
    """Return a question with the place of each answer inside the sentences that carry it, or of the near miss."""
    if not question["a"]:
        places = tuple(spans_of(text, listed(question.get("near", []))))
        return Question(question["q"], (), spans=places, miss=question["miss"])
    carriers = spans_of(text, listed(question["s"]))
    spans = tuple(place for answer in question["a"] if (place := place_in(text, answer, carriers)))
    start, end = spans[0]
    return Question(question["q"], tuple(question["a"]), start, end, spans)


def listed(value: str | list[str]) -> list[str]:
    """Return a value that the files give alone or in a list."""
    return [value] if isinstance(value, str) else value


def spans_of(text: str, parts: Iterable[str]) -> list[tuple[int, int]]:
    """Return where each part stands in the text."""
    found = [(text.find(part), len(part)) for part in parts if part]
    return [(at, at + length) for at, length in found if at >= 0]


def place_in(text: str, answer: str, carriers: Iterable[tuple[int, int]]) -> tuple[int, int] | None:
    """Return the first place of the answer inside a carrying sentence."""
    for first, last in carriers:
        at = text.find(answer, first, last)
        if at >= 0:
            return at, at + len(answer)
    return None


def families(articles: Iterable[OwnArticle]) -> dict[str, list[str]]:
    """Return for each article of a family of several the articles (keys of Paragraph.article) beside it."""
    members: dict[str, list[str]] = {}
    for article in articles:
        members.setdefault(article.family, []).append(article.paragraph.article)
    return {name: [other for other in group if other != name] for group in members.values() for name in group}
