"""The public sets, read into paragraphs with questions. Reported splits never pass through here."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from training.text import words

HELD_OUT = frozenset({"squad2/1973_oil_crisis", "new_wiki/Acronym", "new_wiki/Baltic_Sea"})
SHINGLE_WORDS = 12
CAUSES = {
    "entity": "entity",
    "antonym": "opposite",
    "negation": "opposite",
    "number": "quantity",
    "no information": "topic",
    "exclusion": "scope",
}
"""What squad2's causes are called in the own articles."""


@dataclass(frozen=True)
class Question:
    """A question about a paragraph.

    start and end are code points of the answer, both -1 where only the paragraph is known to
    answer; answers holds every accepted wording, and none where the paragraph does not answer.
    spans are all places to name where there are several, or what looks like an answer where there is none;
    miss says why that is none.
    """

    text: str
    answers: tuple[str, ...]
    start: int = -1
    end: int = -1
    spans: tuple[tuple[int, int], ...] = ()
    miss: str = ""

    @property
    def answerable(self) -> bool:
        """Whether the paragraph answers."""
        return bool(self.answers)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of an article; title is empty where the set has none."""

    source: str
    article: str
    title: str
    text: str
    questions: tuple[Question, ...] = field(repr=False)


def read_json(path: Path) -> Any:
    """Read a JSON file."""
    return json.loads(path.read_text("utf-8"))


def squad_articles(path: Path) -> list[dict[str, Any]]:
    """Return the articles of a file in SQuAD's layout."""
    articles: list[dict[str, Any]] = read_json(path)["data"]
    return articles


def squad2_half(data: Path, reported: bool) -> list[dict[str, Any]]:
    """Return the reported (2nd, 4th, ...) or the trainable (1st, 3rd, ...) squad2 articles."""
    articles = sorted(squad_articles(data / "squad2/dev-v2.0.json"), key=lambda a: str(a["title"]))
    return articles[1::2] if reported else articles[0::2]


def from_squad(articles: Iterable[dict[str, Any]], source: str, titled: bool) -> list[Paragraph]:
    """Turn SQuAD's layout into paragraphs; articles without a real title get no common article."""
    result: list[Paragraph] = []
    for article in articles:
        name = str(article["title"])
        for number, paragraph in enumerate(article["paragraphs"]):
            text = paragraph["context"]
            real = titled and (source != "squad_more" or name[0].isupper())
            title = name.removeprefix("/wiki/").replace("_", " ").replace("-", " ") if real else ""
            key = f"{source}/{name}" if real else f"{source}/{name}/{number}"
            questions = tuple(squad_question(text, qa) for qa in paragraph["qas"])
            result.append(Paragraph(source, key, title, text, questions))
    return result


def squad_question(text: str, qa: dict[str, Any]) -> Question:
    """Take the most common answer; of several places with one annotation, the likeliest."""
    if not qa["answers"]:
        return Question(qa["question"], (), miss=CAUSES.get(qa.get("cause", ""), ""))
    places = Counter((a["answer_start"], a["text"]) for a in qa["answers"])
    (start, answer), _ = places.most_common(1)[0]
    if len(qa["answers"]) == 1 and text.count(answer) > 1:
        start = likeliest_place(text, answer, qa["question"])
    accepted = tuple(dict.fromkeys(a["text"] for a in qa["answers"]))
    return Question(qa["question"], accepted, start, start + len(answer))


def likeliest_place(text: str, answer: str, question: str) -> int:
    """Return the place of the answer with most of the question's words within 100 characters."""
    wanted = set(words(question))
    places: list[int] = []
    at = text.find(answer)
    while at >= 0:
        places.append(at)
        at = text.find(answer, at + 1)
    return max(
        places,
        key=lambda p: len(wanted & set(words(text[max(0, p - 100) : p + len(answer) + 100]))),
    )


def without_spans(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Keep only that the paragraph answers, where a set marks whole sentences."""
    return [
        Paragraph(
            p.source,
            p.article,
            p.title,
            p.text,
            tuple(Question(q.text, q.answers) for q in p.questions),
        )
        for p in paragraphs
    ]


def joined_by_article(paragraphs: Iterable[Paragraph]) -> list[Paragraph]:
    """Join an article's one-sentence paragraphs into one, moving the answers along."""
    articles: dict[str, list[Paragraph]] = {}
    for paragraph in paragraphs:
        articles.setdefault(paragraph.article, []).append(paragraph)
    result: list[Paragraph] = []
    for key, parts in articles.items():
        text, questions = "", []
        for part in parts:
            at = len(text)
            text += part.text + " "
            questions += [Question(q.text, q.answers, q.start + at, q.end + at) for q in part.questions]
        result.append(Paragraph(parts[0].source, key, "", text.rstrip(), tuple(questions)))
    return result


def relevance_pairs(data: Path) -> Iterator[Paragraph]:
    """Yield the sets that say which passage answers, but not with which words."""
    for row in read_json(data / "train/medquad/relevance.json"):
        question = Question(row["question"], (row["focus"],))
        yield Paragraph("medquad", f"medquad/{row['focus']}", "", row["passage"], (question,))
    for row in read_json(data / "train/boolq_dev/relevance.json"):
        question = Question(row["question"], (str(row["answer"]),))
        yield Paragraph("boolq", f"boolq/{row['title']}", row["title"], row["passage"], (question,))
    for row in read_json(data / "train/pubmedqa/relevance.json"):
        question = Question(row["question"], (row["label"],))
        yield Paragraph("pubmedqa", f"pubmedqa/{row['id']}", "", row["context"], (question,))


def with_unanswerable(paragraphs: Iterable[Paragraph], unanswerable: Iterable[Paragraph]) -> list[Paragraph]:
    """Add unanswerable questions to the paragraph with the same text; what has none stands alone."""
    left = {paragraph.text.strip(): paragraph for paragraph in unanswerable}
    merged: list[Paragraph] = []
    for paragraph in paragraphs:
        other = left.pop(paragraph.text.strip(), None)
        questions = paragraph.questions + other.questions if other else paragraph.questions
        merged.append(replace(paragraph, questions=questions))
    return merged + list(left.values())


def read_lines(path: Path) -> list[dict[str, Any]]:
    """Read a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def scifact(data: Path) -> list[Paragraph]:
    """Return SciFact's abstracts; those that the train judgements name carry their claims."""
    claims = {row["_id"]: row["text"] for row in read_lines(data / "scifact/queries_train.jsonl")}
    asked: dict[str, list[Question]] = {}
    for line in (data / "scifact/qrels/train.tsv").read_text("utf-8").splitlines()[1:]:
        claim, document, score = line.split("\t")
        if int(score) > 0:
            asked.setdefault(document, []).append(Question(claims[claim], ("relevant",)))
    return [
        Paragraph(
            "scifact",
            f"scifact/{row['_id']}",
            row["title"],
            row["text"],
            tuple(asked.get(row["_id"], ())),
        )
        for row in read_lines(data / "scifact/corpus.jsonl")
    ]


def everything(data: Path) -> list[Paragraph]:
    """Return all that may be trained on, the held-out articles included."""
    train = data / "train"
    titled = [
        ("squad_few", train / "squad_train_fewshot/train.json", False),
        ("squad_more", train / "squad_train_more/train.json", True),
        ("new_wiki", data / "squadshifts/new_wiki_v1.0.json", True),
        ("timeqa", train / "timeqa_human/train_easy.json", True),
        ("timeqa_hard", train / "timeqa_human/train_hard.json", True),
        ("covidqa", train / "covidqa/train.json", False),
        ("tatqa", train / "tatqa_text/dev.json", False),
        ("tatqa", train / "tatqa_text/test.json", False),
        ("hotpotqa", train / "hotpotqa_small/train.json", False),
        *(("fairytale", train / f"fairytaleqa/{n}.json", True) for n in ("train", "val", "test")),
    ]
    result = from_squad(squad2_half(data, reported=False), "squad2", titled=True)
    for source, path, has_titles in titled:
        result += from_squad(squad_articles(path), source, has_titles)
    result = with_unanswerable(
        result, from_squad(squad_articles(train / "squad2_unanswerable/train.json"), "squad2_train", titled=False)
    )
    result += joined_by_article(
        Paragraph(p.source, p.article.rsplit("/", 1)[0], "", p.text, p.questions)
        for p in from_squad(squad_articles(train / "qamr/train.json"), "qamr", titled=False)
    )
    for name in ("dev", "test"):
        articles = squad_articles(train / f"selqa/{name}.json")
        result += without_spans(from_squad(articles, "selqa", titled=True))
    return result + list(relevance_pairs(data)) + scifact(data)


def shingles(text: str) -> set[int]:
    """Return hashes of every run of SHINGLE_WORDS words."""
    found = words(text)
    return {hash(tuple(found[i : i + SHINGLE_WORDS])) for i in range(len(found) - SHINGLE_WORDS + 1)}


def reported_shingles(data: Path) -> set[int]:
    """Return the shingles of the reported splits: whatever shares one is not trained on."""
    found: set[int] = set()
    for article in squad2_half(data, reported=True):
        for paragraph in article["paragraphs"]:
            found |= shingles(paragraph["context"])
    for name in ("answerable", "unanswerable"):
        for row in read_lines(data / f"clapnq/clapnq_dev_{name}.jsonl"):
            for passage in row["passages"]:
                found |= shingles(passage["text"])
    for path in sorted((data / "chunking_eval/corpora").iterdir()):
        found |= shingles(path.read_text("utf-8"))
    for article in squad_articles(data / "xquad/xquad.en.json"):
        for paragraph in article["paragraphs"]:
            found |= shingles(paragraph["context"])
    for row in read_json(data / "condaqa/dev.json"):
        found |= shingles(row["passage"])
    for row in read_lines(data / "wice/wice_dev.jsonl"):
        found |= shingles(" ".join(row["evidence"]))
    return found


def trainable(data: Path) -> tuple[list[Paragraph], list[Paragraph]]:
    """Return (for training, held out for calibration), without what the reported splits hold."""
    forbidden = reported_shingles(data)
    clean = [p for p in everything(data) if p.source == "scifact" or not shingles(p.text) & forbidden]
    return (
        [p for p in clean if p.article not in HELD_OUT],
        [p for p in clean if p.article in HELD_OUT],
    )


def held_out(data: Path) -> list[Paragraph]:
    """Return the articles held out for calibration alone, which is faster."""
    forbidden = reported_shingles(data)
    new_wiki = squad_articles(data / "squadshifts/new_wiki_v1.0.json")
    paragraphs = from_squad(squad2_half(data, reported=False), "squad2", titled=True)
    paragraphs += from_squad(new_wiki, "new_wiki", titled=True)
    return [p for p in paragraphs if p.article in HELD_OUT and not shingles(p.text) & forbidden]


def shuffled(paragraphs: Iterable[Paragraph], seed: int) -> list[tuple[Paragraph, Question]]:
    """Return every question with its paragraph in a seeded order."""
    pairs = [(p, q) for p in paragraphs for q in p.questions]
    random.Random(seed).shuffle(pairs)
    return pairs
