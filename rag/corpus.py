"""What a question is answered from: the index, or texts that were given with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Protocol

from index.article import Article, ArticleInfo
from index.embed import EmbeddingModel
from rag.answer import BrokenAnswerError, Citation, Place
from rag.filters import Filters
from rag.language.detect import language_of
from rag.retrieve import HybridRetriever, Passage, passages_of
from rag.snapshot import Snapshot
from rag.spelling import Spelling

MENTIONING = 2_000
LANGUAGE_CHARACTERS = 2_000


class Corpus(Protocol):
    """Articles that do not change while a question is answered."""

    @property
    def generation(self) -> str:
        """The name of the index's generation; "" where there is none."""

    @property
    def revision(self) -> str | None:
        """A name for exactly these articles, which another state never has; None where answers are not kept."""

    @property
    def article_count(self) -> int | None:
        """How many articles are searched; None where nothing is."""

    @property
    def languages(self) -> frozenset[str]:
        """The languages that the articles are in, as far as they can be told."""

    def article(self, article_id: str) -> Article | None:
        """Return an article as it is stored."""

    def articles(self) -> list[ArticleInfo]:
        """Return what there is to list of the articles that are searched; nothing for texts."""

    def article_ids_with(self, terms: Sequence[str]) -> frozenset[str]:
        """Return the ids of articles that have some of these terms, at most MENTIONING passages looked at."""

    def search(self, wordings: Sequence[str]) -> list[Passage]:
        """Return passages for the wordings of one question, best first; the first wording counts most."""

    def corrected(self, question: str) -> str:
        """Return the question with its misspelt words as the articles have them."""

    def read_limit(self, limit: int) -> int | None:
        """Return how many passages are read at most, where `limit` is what the settings say; None is all."""


class IndexCorpus:
    """The articles of a snapshot that the filters keep."""

    def __init__(
        self,
        snapshot: Snapshot,
        retriever: HybridRetriever,
        filters: Filters,
        languages: frozenset[str],
        spelling: Spelling,
    ) -> None:
        self.snapshot = snapshot
        self.languages = languages
        self._retriever = retriever
        self._filters = filters
        self._spelling = spelling

    @property
    def generation(self) -> str:
        """See Corpus."""
        return self.snapshot.vectors.name

    @property
    def revision(self) -> str | None:
        """See Corpus."""
        return self.snapshot.database.revision()

    @cached_property
    def article_ids(self) -> frozenset[str] | None:
        """The ids of the articles to search; None for all."""
        return self._filters.kept(self.snapshot)

    @cached_property
    def article_count(self) -> int | None:
        """See Corpus."""
        return self.snapshot.database.article_count() if self.article_ids is None else len(self.article_ids)

    def article(self, article_id: str) -> Article | None:
        """See Corpus."""
        return self.snapshot.database.article(article_id)

    def articles(self) -> list[ArticleInfo]:
        """See Corpus."""
        infos = self.snapshot.database.articles()
        return infos if self.article_ids is None else [info for info in infos if info.id in self.article_ids]

    def article_ids_with(self, terms: Sequence[str]) -> frozenset[str]:
        """See Corpus."""
        hits = self.snapshot.database.search_terms(list(terms), MENTIONING, self.article_ids)
        return frozenset(hit.article_id for hit in hits)

    def search(self, wordings: Sequence[str]) -> list[Passage]:
        """See Corpus."""
        return self._retriever.passages(wordings, self.snapshot, self.article_ids)

    def corrected(self, question: str) -> str:
        """See Corpus."""
        return self._spelling.corrected(question, self.snapshot.database)

    def read_limit(self, limit: int) -> int | None:
        """See Corpus."""
        return limit


class TextCorpus:
    """Texts given with the question, all of which are read: this measures reading apart from retrieval."""

    generation = ""
    revision = None
    article_count = None
    languages: frozenset[str] = frozenset()  # all texts are read, whatever they are in

    def __init__(self, texts: Sequence[str], embeddings: EmbeddingModel) -> None:
        self._texts = texts
        self._embeddings = embeddings

    @cached_property
    def _passages(self) -> list[Passage]:
        return passages_of(self._texts, self._embeddings)

    def article(self, article_id: str) -> Article | None:
        """See Corpus."""
        return next((passage.article for passage in self._passages if passage.article.id == article_id), None)

    def articles(self) -> list[ArticleInfo]:
        """See Corpus."""
        return []

    def article_ids_with(self, terms: Sequence[str]) -> frozenset[str]:
        """See Corpus."""
        return frozenset()

    def search(self, wordings: Sequence[str]) -> list[Passage]:
        """See Corpus."""
        return self._passages

    def corrected(self, question: str) -> str:
        """See Corpus."""
        return question

    def read_limit(self, limit: int) -> int | None:
        """See Corpus."""
        return None


def languages_of(texts: Iterable[str]) -> frozenset[str]:
    """Return the languages that the beginnings of the texts are in."""
    return frozenset(code for text in texts if (code := language_of(text[:LANGUAGE_CHARACTERS])))


def check_quotes(citations: Sequence[Citation], corpus: Corpus) -> None:
    """Look up every quote once more in the article as it is stored. Raises BrokenAnswerError."""
    for citation in citations:
        places: tuple[Citation | Place, ...] = (citation, *citation.also)
        for place in places:
            stored = corpus.article(place.article_id)
            if stored is None or stored.text[place.start : place.end] != place.quote:
                raise BrokenAnswerError(f"citation {citation.n} is not what article {place.article_id} says")
