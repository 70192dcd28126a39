"""Whether the program itself would answer a question with certainty, from the place that it was made from."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field

from cachetools import LRUCache

from index.terms import query_terms
from rag.extract import Bars, Extract, Limits, extract_answer
from rag.reading.base import Reader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Snapshot
from rag.suggest.candidates import Candidate

VERDICTS = 2_000


class Verdicts:
    """What came of the latest candidates. Safe to share between threads."""

    def __init__(self, size: int = VERDICTS) -> None:
        self._verdicts: LRUCache[Hashable, bool] = LRUCache(size)
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> bool | None:
        """Return the verdict; None if there is none, or it is forgotten by now."""
        with self._lock:
            return self._verdicts.get(key)

    def put(self, key: Hashable, verdict: bool) -> None:
        """Keep a verdict."""
        with self._lock:
            self._verdicts[key] = verdict


@dataclass(frozen=True, slots=True)
class Proof:
    """Check of candidates by retrieval and the reading model, as a question is answered: `passages_read` are read."""

    retriever: HybridRetriever
    reader: Reader
    snapshot: Snapshot
    bars: Bars
    passages_read: int
    article_ids: frozenset[str] | None = None
    verdicts: Verdicts = field(default_factory=Verdicts)

    def known(self, candidate: Candidate) -> bool | None:
        """Return whether a candidate holds, if that was found before in this state of the store."""
        return self.verdicts.get(self._key(candidate))

    def holds(self, candidate: Candidate) -> bool:
        """Return whether it is answered with high certainty, first by the words that it was made from."""
        verdict = self.known(candidate)
        if verdict is None:
            verdict = self._is_answered(candidate)
            self.verdicts.put(self._key(candidate), verdict)
        return verdict

    def _is_answered(self, candidate: Candidate) -> bool:
        found = self.retriever.passages([candidate.question], self.snapshot, self.article_ids)
        passages = found[: self.passages_read]
        if not any(_covers(passage, candidate) for passage in passages):
            return False
        readings = self.reader.read(candidate.question, passages)
        return _is_in_place(extract_answer(candidate.question, passages, readings, self.bars, Limits()), candidate)

    def _key(self, candidate: Candidate) -> Hashable:
        return self.snapshot.database.fact("revision"), self.article_ids, candidate


def _covers(passage: Passage, candidate: Candidate) -> bool:
    same = passage.article.id == candidate.article_id
    return same and passage.start < candidate.end and candidate.start < passage.end


def _is_in_place(extract: Extract, candidate: Candidate) -> bool:
    """Return whether the first line is certain, and of the words that the candidate was made from."""
    if extract.certainty != "high":
        return False
    first, cited = extract.sentences[0], extract.citations[0]
    if cited.article_id != candidate.article_id or cited.start >= candidate.end or candidate.start >= cited.end:
        return False
    expected = set(query_terms(candidate.answer))
    return first.kind != "short" or not expected or not expected.isdisjoint(query_terms(first.text))
