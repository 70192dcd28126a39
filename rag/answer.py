"""What leaves the program: an Answer whose every mark points at exact words of an article.

The shapes are those of the Answer object in docs/answer.md. Offsets are code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal, Self

from rag.intents import Intent

Span = tuple[int, int]
Kind = Literal["short", "quote", "written", "computed"]
Certainty = Literal["high", "low"]


class BrokenAnswerError(ValueError):
    """An answer that breaks its own promises; it must not leave the program."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the same words stand in another article."""

    article_id: str
    start: int
    end: int
    quote: str
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Citation:
    """The words an answer leans on: `article.text[start:end] == quote`.

    `answer_spans` are the words that answer, as offsets into the article, inside the quote.
    `columns` names the columns where the quote is a row of a table. `before` and `after` are the text around the quote,
    so that no client has to slice by offsets. `seal` opens the place to those who may not read whole articles
    (web/security/excerpts.py).
    """

    n: int
    article_id: str
    title: str
    source: str
    start: int
    end: int
    quote: str
    author: str | None = None
    date: str | None = None
    page: int | None = None
    heading: str | None = None
    columns: str | None = None
    answer_spans: tuple[Span, ...] = ()
    before: str = ""
    after: str = ""
    also: tuple[Place, ...] = ()
    seal: str | None = None

    def __post_init__(self) -> None:
        if self.n < 1:
            raise BrokenAnswerError(f"citation number {self.n} is below 1")
        if self.end - self.start != len(self.quote) or not self.quote:
            raise BrokenAnswerError(f"citation {self.n}: offsets {self.start}-{self.end} do not fit its quote")
        for start, end in self.answer_spans:
            if not self.start <= start < end <= self.end:
                raise BrokenAnswerError(f"citation {self.n}: span {start}-{end} is outside of its quote")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of an answer and the numbers of the citations that carry it.

    `support` is how likely the quotes support it, from 0 to 1.
    """

    text: str
    kind: Kind
    citations: tuple[int, ...]
    support: float

    def __str__(self) -> str:
        text = f'"{self.text}"' if self.kind == "quote" else self.text
        return text + "".join(f" [{n}]" for n in self.citations)


@dataclass(frozen=True, slots=True)
class Nearest:
    """A passage to look at when the articles do not answer. Not an answer."""

    article_id: str
    title: str
    source: str
    start: int
    end: int
    text: str
    seal: str | None = None


@dataclass(frozen=True, slots=True)
class Retrieved:
    """One ranked passage, for `--trace`. `score` is before reading, `read_score` after it."""

    article_id: str
    source: str
    start: int
    end: int
    score: float
    read_score: float | None


@dataclass(frozen=True, slots=True)
class Models:
    """Which models took part; None where there was none."""

    embedding: str | None
    reader: str | None = None
    llm: str | None = None


@dataclass(frozen=True, slots=True)
class Timings:
    """Milliseconds spent by stage; `total` is all of the time until the Answer, so at least their sum."""

    condense: int = 0
    retrieve: int = 0
    read: int = 0
    write: int = 0
    verify: int = 0
    suggest: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Sentences with citations, or an abstention. See docs/answer.md for each key.

    `sentences[0].text` is the first line. `certainty` is None for an abstention, whose `reason` says why.
    """

    id: str
    question: str
    standalone_question: str
    abstained: bool
    answer: str
    confidence: float
    engine: str
    models: Models
    generation: str
    timings_ms: Timings = Timings()
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    nearest: tuple[Nearest, ...] = ()
    suggestions: tuple[str, ...] = ()
    withheld: int = 0
    notice: str | None = None
    prompt: str | None = None
    intent: Intent = "fact"
    certainty: Certainty | None = None
    reason: str | None = None
    retrieved: tuple[Retrieved, ...] | None = field(default=None)

    def __post_init__(self) -> None:
        numbers = [citation.n for citation in self.citations]
        if numbers != list(range(1, len(numbers) + 1)):
            raise BrokenAnswerError(f"citations are numbered {numbers}")
        used = {n for sentence in self.sentences for n in sentence.citations}
        if used != set(numbers):
            raise BrokenAnswerError(f"marks {sorted(used)} do not match citations {numbers}")
        if any(not sentence.citations for sentence in self.sentences):
            raise BrokenAnswerError("a sentence without a citation")
        if self.abstained == bool(self.sentences):
            raise BrokenAnswerError("an answer either abstains or has sentences")
        if self.abstained and self.certainty is not None:
            raise BrokenAnswerError("an abstention is not certain")

    def to_dict(self) -> dict[str, Any]:
        """Return the Answer as JSON-ready data; `retrieved` only where a trace was asked for."""
        data = asdict(replace(self, retrieved=None))
        del data["retrieved"]
        if self.retrieved is not None:  # by hand: asdict takes milliseconds for so many
            names = [each.name for each in fields(Retrieved)]
            data["retrieved"] = [{name: getattr(passage, name) for name in names} for passage in self.retrieved]
        return data

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """Return the Answer that `to_dict` gave. Raises ValueError for data that is none."""
        try:
            parts = {
                "models": Models(**data["models"]),
                "timings_ms": Timings(**data["timings_ms"]),
                "sentences": tuple(Sentence(**s | {"citations": tuple(s["citations"])}) for s in data["sentences"]),
                "citations": tuple(_citation(citation) for citation in data["citations"]),
                "nearest": tuple(Nearest(**passage) for passage in data["nearest"]),
                "suggestions": tuple(data["suggestions"]),
                "retrieved": tuple(Retrieved(**p) for p in data["retrieved"]) if "retrieved" in data else None,
            }
            return cls(**{**data, **parts})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not an Answer: {error}") from error


def _citation(data: Mapping[str, Any]) -> Citation:
    spans = tuple((start, end) for start, end in data["answer_spans"])
    return Citation(**{**data, "answer_spans": spans, "also": tuple(Place(**place) for place in data["also"])})
