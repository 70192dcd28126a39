"""Each question of a run as the report shows it: the answer with its quotes in place, and the evidence beside them.

Offsets count code points, so that all slicing is done here. Nothing is escaped yet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from evaluation.summary import STAGES, Json, count, since

OUTCOMES = {name: heading for name, (heading, _) in STAGES.items()} | {
    "right": "Right",
    "rightly refused": "Rightly refused",
    "not judged": "Not judged",
}
"""What is said of a question: the stage that failed, or that none did."""
_CONTEXT_CHARS = 120
"""Characters shown on each side of a quote."""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quote in its place; `pieces` are its words, each with whether they are those that answer."""

    citation: Json
    before: str
    pieces: Sequence[tuple[str, bool]]
    after: str
    from_evidence: bool | None


@dataclass(frozen=True, slots=True)
class ShownSentence:
    """One sentence of an answer, and the quotes that it is the first to cite."""

    sentence: Json
    quotes: Sequence[Quoted]


@dataclass(frozen=True, slots=True)
class Gold:
    """A piece of evidence: in which articles, how high it ranked, whether it was quoted."""

    text: str
    articles: Sequence[str]
    found: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One question. `change` is a key of summary.CHANGES, or empty; `was` is the outcome in the baseline.

    `line` is the first line; `full` that of the same follow-up when it was asked in full. Runs of version 0.1 have
    none of them.
    """

    anchor: str
    result: Json
    outcome: str
    change: str
    was: str
    said: Sequence[ShownSentence]
    gold: Sequence[Gold]
    line: str
    line_right: bool | None
    certainty: str
    intent: str
    expected_intent: str
    full: str


def entries(card: Json) -> list[Entry]:
    """Return the questions in the order of the run."""
    titles = _titles(card)
    return [_entry(number, result, titles) for number, result in enumerate(card["results"], start=1)]


def _entry(number: int, result: Json, titles: Mapping[str, str]) -> Entry:
    before, answer, evidence = result["before"], result["answer"], result["evidence"]
    line_right = result["values"].get("first_line_right")
    return Entry(
        anchor=f"q{number}",
        result=result,
        outcome=_outcome(result, result["failure"]),
        change=since(result),
        was="" if before is None else outcome_label(_outcome(result, before["failure"])),
        said=list(_said(answer, evidence)),
        gold=list(_gold(evidence, answer, titles)),
        line=result.get("first_line", ""),
        line_right=None if line_right is None else bool(line_right),
        certainty=answer.get("certainty") or "",
        intent=answer.get("intent") or "",
        expected_intent=result.get("intent") or "",
        full=(result.get("full") or {}).get("first_line", ""),
    )


def outcome_label(outcome: str) -> str:
    """Return the name of an outcome for people; one of another version keeps its own."""
    return OUTCOMES.get(outcome, outcome)


def _outcome(result: Json, failure: str | None) -> str:
    if failure is not None:
        return failure
    if not result["answerable"]:
        return "rightly refused"
    # A row that knows neither evidence nor accepted answers cannot be judged.
    return "right" if "right" in result["values"] else "not judged"


def _said(answer: Json, evidence: Sequence[Json]) -> Iterator[ShownSentence]:
    cited = {citation["n"]: citation for citation in answer["citations"]}
    for sentence in answer["sentences"]:
        first = [cited.pop(n) for n in sentence["citations"] if n in cited]
        yield ShownSentence(sentence, [_quoted(citation, evidence) for citation in first])


def _quoted(citation: Json, evidence: Sequence[Json]) -> Quoted:
    """Return the quote with what stands around it in its paragraph."""
    before = citation["before"].rpartition("\n\n")[2]
    after = citation["after"].partition("\n\n")[0]
    return Quoted(
        citation=citation,
        before=before if len(before) <= _CONTEXT_CHARS else f"… {before[-_CONTEXT_CHARS:].split(' ', 1)[-1]}",
        pieces=list(_pieces(citation)),
        after=after if len(after) <= _CONTEXT_CHARS else f"{after[:_CONTEXT_CHARS].rsplit(' ', 1)[0]} …",
        from_evidence=_meets(citation, evidence) if evidence else None,
    )


def _pieces(citation: Json) -> Iterator[tuple[str, bool]]:
    """Cut the quote where the words that answer begin and end; overlapping spans count once."""
    quote, base, at = citation["quote"], citation["start"], 0
    for start, end in sorted((start - base, end - base) for start, end in citation["answer_spans"]):
        if end > at:
            yield quote[at : max(start, at)], False
            yield quote[max(start, at) : end], True
            at = end
    yield quote[at:], False


def _gold(evidence: Sequence[Json], answer: Json, titles: Mapping[str, str]) -> Iterator[Gold]:
    """Return the evidence; words that stand in several places are one piece, found in any of them."""
    passages = answer.get("retrieved") or []
    by_score = sorted(passages, key=lambda passage: -passage["score"])
    for text in dict.fromkeys(piece["text"] for piece in evidence):
        places = [piece for piece in evidence if piece["text"] == text]
        read, found = _rank(places, passages), _rank(places, by_score)
        said = [f"rank {found} as retrieved, {read} after reading"] if read else []
        if passages and not read:
            said = [f"not among the {count(len(passages), 'passage')} retrieved"]
        said.append("quoted" if any(_meets(citation, places) for citation in answer["citations"]) else "not quoted")
        articles = dict.fromkeys(titles.get(place["article_id"], place["article_id"]) for place in places)
        yield Gold(text, list(articles), ", ".join(said))


def _rank(places: Sequence[Json], passages: Iterable[Json]) -> int | None:
    return next((rank for rank, passage in enumerate(passages, start=1) if _meets(passage, places)), None)


def _meets(cited: Json, places: Iterable[Json]) -> bool:
    """Whether a quote, in one of the articles that have it, or a passage overlaps one of the places."""
    return any(
        one["article_id"] == place["article_id"] and one["start"] < place["end"] and place["start"] < one["end"]
        for one in (cited, *cited.get("also", ()))
        for place in places
    )


def _titles(card: Json) -> dict[str, str]:
    """Return the articles' names by id: their titles if an answer tells them, else their sources."""
    answers = [result["answer"] for result in card["results"]]
    sources = {
        passage["article_id"]: passage["source"] for answer in answers for passage in answer.get("retrieved") or ()
    }
    cited = (place for answer in answers for place in (*answer["citations"], *answer["nearest"]))
    return sources | {place["article_id"]: place["title"] for place in cited}
