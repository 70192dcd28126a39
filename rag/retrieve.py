"""Hybrid retrieval: dense and lexical ranks fused. `rag.runnable` makes a LangChain BaseRetriever of it.

Reciprocal rank fusion: Cormack, Clarke and Buettcher, SIGIR 2009; score = sum of 1 / (60 + rank).
Where only some articles are searched, both rankings are of their passages alone, so that an article that
is kept gives its best passages however many better ones others have.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from index.article import Article, Hit
from index.chunk import chunk_article, sentence_spans
from index.embed import EmbeddingModel
from index.terms import query_terms
from rag.answer import Place
from rag.recency import asks_for_latest, day
from rag.snapshot import Index, Snapshot

_RRF = 60
_EXTRA_QUERY_WEIGHT = 0.1
"""What a further wording counts: "When?" as it was typed finds much else. Chosen with the tuned conversations."""
_NEWEST = 0.1
"""So much more the newest article counts where the latest is asked for."""
_LEAD_CHARACTERS = 400
_LEADS_KEPT = 256
"""Reading asks several times for the same; at 400 characters each this is nothing."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A run of an article that may answer: `article.text[start:end] == text`.

    `lead` is the end of what comes before it in the article, whole sentences; `duplicates` are the
    other places where the same words stand.
    """

    article: Article
    start: int
    end: int
    score: float
    duplicates: tuple[Place, ...] = ()

    @property
    def text(self) -> str:
        """The passage's words."""
        return self.article.text[self.start : self.end]

    @property
    def with_lead(self) -> str:
        """Its words and those before it, from anywhere in a sentence."""
        return self.article.text[max(0, self.start - _LEAD_CHARACTERS) : self.end]

    @property
    def context(self) -> str:
        """What a reader needs to understand it: the article's title, the lead and the names of the columns."""
        return "\n".join(filter(None, (self.title, self.lead, self.columns)))

    @property
    def title(self) -> str:
        """The article's title. One that was made of the text's first sentence is none: it says no more than that."""
        title, text = self.article.title, self.article.text
        is_sentence = text.startswith(title) and not text.startswith("\n", len(title))
        return "" if is_sentence else title

    @property
    def columns(self) -> str:
        """The names of the columns, where it begins with a row of a table and the lead has them not."""
        columns = self.article.columns_at(self.start) or ""
        return columns if columns not in self.lead else ""

    @property
    def lead(self) -> str:
        """The sentences before it, as many as fit."""
        offset = max(0, self.start - _LEAD_CHARACTERS)
        return _whole(self.article.text[offset : self.start], self.article.language, is_start=offset == 0)


@lru_cache(_LEADS_KEPT)
def _whole(before: str, language: str | None, *, is_start: bool) -> str:
    """Return the whole sentences before a passage; the first may be cut off unless the article begins there."""
    starts = [span.start for span in sentence_spans(before, language)]
    whole = starts[:1] if is_start else starts[1:2]
    return before[whole[0] :].strip() if whole else ""


@dataclass(frozen=True, slots=True)
class HybridRetriever:
    """Question -> at most `limit` passages."""

    index: Index
    embeddings: EmbeddingModel
    limit: int = 50

    def passages(
        self, questions: Sequence[str], snapshot: Snapshot, kept: Collection[str] | None = None
    ) -> list[Passage]:
        """At most `limit` passages for the questions (wordings of one, the first counts most), best first.

        With `kept`, passages of these articles (ids) only. No two overlap: what two chunks share stays
        with the better one. Equal ones are one.
        """
        rankings = []
        for question, vector in zip(questions, self.embeddings.encode(questions, query=True), strict=True):
            rankings.append(snapshot.vectors.nearest(vector, self.limit, kept))
            rankings.append(snapshot.database.search_terms(query_terms(question), self.limit, kept))
        found = _as_passages(fuse(rankings[:2], rankings[2:]), snapshot, self.limit)
        return _newer_first(found) if asks_for_latest(questions[0]) else found


def fuse(rankings: Iterable[Sequence[Hit]], further: Iterable[Sequence[Hit]] = ()) -> list[Hit]:
    """Reciprocal rank fusion. The score of a hit is the sum over the rankings; `further` ones count a tenth."""
    scores: dict[tuple[str, int, int], float] = {}
    hits: dict[tuple[str, int, int], Hit] = {}
    weighted = [*((1.0, ranking) for ranking in rankings), *((_EXTRA_QUERY_WEIGHT, ranking) for ranking in further)]
    for weight, ranking in weighted:
        for rank, hit in enumerate(ranking, start=1):
            key = (hit.article_id, hit.start, hit.end)
            scores[key] = scores.get(key, 0.0) + weight / (_RRF + rank)
            hits[key] = hit
    ranked = sorted(scores, key=lambda key: (-scores[key], key))
    return [Hit(*key, hits[key].digest, scores[key]) for key in ranked]


def _newer_first(passages: Sequence[Passage]) -> list[Passage]:
    """Each counts more by its article's place among the dates that were found; one without a date does not."""
    days = sorted({"", *(day(passage.article) for passage in passages)})
    share = {each: _NEWEST * n / max(1, len(days) - 1) for n, each in enumerate(days)}
    scored = [replace(each, score=each.score * (1 + share[day(each.article)])) for each in passages]
    return sorted(scored, key=lambda passage: -passage.score)


def passages_of(contexts: Sequence[str], embeddings: EmbeddingModel) -> list[Passage]:
    """Texts that are in no index, as passages: each is an article called `context-1` and so on."""
    passages = []
    for n, text in enumerate(contexts, start=1):
        name = f"context-{n}"
        article = Article(source=name, title="", text=text, sha256="", id=name)
        chunks = chunk_article(article, embeddings)
        covered = 0
        for chunk in chunks:
            passages.append(Passage(article, max(chunk.start, covered), chunk.end, 0.0))
            covered = chunk.end
    return passages


def _as_passages(hits: Sequence[Hit], snapshot: Snapshot, limit: int) -> list[Passage]:
    articles: dict[str, Article | None] = {}
    taken: dict[str, list[tuple[int, int]]] = {}
    by_text: dict[str, int] = {}
    passages: list[Passage] = []
    for hit in hits:
        if len(passages) == limit:
            break
        if hit.article_id not in articles:
            articles[hit.article_id] = snapshot.database.article(hit.article_id)
        article = articles[hit.article_id]
        assert article is not None, "chunks go with their article"
        start, end = _without(hit.start, hit.end, taken.setdefault(article.id, []))
        text = article.text[start:end].strip()
        if not text:
            continue
        start = article.text.index(text, start)
        end = start + len(text)
        taken[article.id].append((start, end))
        passage = Passage(article, start, end, hit.score)
        if (at := by_text.get(text)) is not None:
            passages[at] = _with_place(passages[at], passage)
        else:
            by_text[text] = len(passages)
            passages.append(passage)
    return passages


def _with_place(first: Passage, second: Passage) -> Passage:
    """Two passages of the same words as one: that of the newer article, with the place of the other."""
    newer, older = (second, first) if day(second.article) > day(first.article) else (first, second)
    place = Place(older.article.id, older.start, older.end, older.text)
    return replace(newer, score=first.score, duplicates=(*first.duplicates, place))


def _without(start: int, end: int, taken: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """Return what is left of a run; neighbours overlap at its ends only."""
    for other_start, other_end in taken:
        if other_start <= start < other_end:
            start = min(other_end, end)
        if other_start < end <= other_end:
            end = max(other_start, start)
    return start, end
