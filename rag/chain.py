"""The chain: question -> Answer. `rag.pipeline` has its steps, `rag.runnable` makes a LangChain Runnable of it."""

from __future__ import annotations

import threading
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, NotRequired, Self, TypedDict

from cachetools import LRUCache

from index.article import Audience
from index.embed import EmbeddingModel, check_same, load_embeddings
from index.status import read_facts
from index.vector_cache import VectorCache
from rag.answer import Answer, Models
from rag.asked import Asked, Evidence
from rag.cache import AnswerCache, cache_key, kept
from rag.condense import Turn
from rag.corpus import Corpus, IndexCorpus, TextCorpus, check_quotes, languages_of
from rag.events import Event, StatusEvent, answer_of, sentence_events
from rag.filters import Filters
from rag.intents import is_key_words
from rag.pipeline import (
    LIMITS,
    answer_directly,
    answer_in_form,
    bars_of,
    correct,
    finish,
    generate,
    read,
    resolve,
    search,
)
from rag.question import check_question
from rag.reading.base import Reader
from rag.reading.joint import JointReader
from rag.reading.onnx import OnnxReader
from rag.reading.similarity import SimilarityReader
from rag.reading.transformer import TransformerReader
from rag.retrieve import HybridRetriever, Passage
from rag.snapshot import Index, Snapshot, narrowed
from rag.spelling import Spelling
from rag.suggest import Proof, Verdicts, follow_ups, near_questions, starters
from rag.tables.reader import with_tables
from rag.timings import Stopwatch
from rag.verify.support import Verifier
from rag.write import Writer, load_verifier, load_writer
from settings import READER, Settings

if TYPE_CHECKING:
    from rag.runnable import RunnableChain

SUGGESTIONS = 3
_AUDIENCES_KEPT = 64
ARTICLES_ASKED = 3
"""Articles that an answer quotes, of which more may be asked."""
LANGUAGE_SAMPLE = 100
"""Articles whose language is looked at."""


class Question(TypedDict):
    """What the chain takes. `contexts` are texts to answer from instead of the index.

    `filters` hold together with those that stand in the question as words (`after:2024`). With
    `suggest` the Answer says what to ask next. `written` False asks for quotes although a language model is set.
    `as_typed` takes nothing over from the history and corrects no spelling.
    `audience` are the collections that whoever asks may see, which no filter widens; without it those of the chain.
    """

    question: str
    history: NotRequired[Sequence[Turn]]
    contexts: NotRequired[Sequence[str]]
    filters: NotRequired[Filters]
    id: NotRequired[str | None]
    trace: NotRequired[bool]
    suggest: NotRequired[bool]
    written: NotRequired[bool | None]
    as_typed: NotRequired[bool]
    audience: NotRequired[Audience]


def build_chain(
    settings: Settings, embeddings: EmbeddingModel | None = None, reader: Reader | None = None
) -> RunnableChain:
    """Return the chain over the store in `settings`, as a LangChain Runnable; see `AnswerChain.open`."""
    from rag.runnable import RunnableChain  # a command that does not build on LangChain does without its import

    return RunnableChain.open(settings, embeddings, reader)


def load_reader(settings: Settings, embeddings: EmbeddingModel) -> Reader:
    """Return the reading model that the settings name, or what stands in for none."""
    name = settings.reader_model or (str(READER) if (READER / "reader.json").is_file() else "none")
    if name == "none":
        return SimilarityReader(embeddings)
    folder = Path(name)
    if (folder / "config.json").is_file() or not folder.is_dir():
        return TransformerReader(name, embeddings)
    return JointReader(OnnxReader(folder, settings.threads), embeddings)


class AnswerChain:
    """Answers questions: `invoke` gives the Answer, `stream` what happens on the way to it (`rag.events.Event`).

    Raises QuestionError for a question that cannot be asked, StoreError and ModelError.
    """

    def __init__(
        self,
        settings: Settings,
        retriever: HybridRetriever,
        reader: Reader,
        writer: Writer | None = None,
        verifier: Verifier | None = None,
    ) -> None:
        self.index: Index = retriever.index
        self._readiness = threading.Event()
        self.embeddings: EmbeddingModel = retriever.embeddings
        self._settings = settings
        self._retriever = retriever
        self._reader = reader
        self._writer = writer
        self._starters: tuple[str | None, int, tuple[str, ...]] = ("", 0, ())
        self._languages: tuple[str | None, frozenset[str]] | None = None
        self._vectors = VectorCache(self.embeddings)
        self.verifier = verifier or Verifier(self.embeddings)
        self._spelling = Spelling(self.embeddings)
        self._answers, self._verdicts = AnswerCache(settings.answers_kept), Verdicts()
        self._audiences: LRUCache[Audience, AnswerChain] = LRUCache(_AUDIENCES_KEPT)
        self._lock = threading.Lock()

    @classmethod
    def open(cls, settings: Settings, embeddings: EmbeddingModel | None = None, reader: Reader | None = None) -> Self:
        """Return the chain over the store in `settings`; `reader` None means the one that they name.

        Models load with the first question, or by `warm`.
        """
        index = Index(settings.store_read or settings.store)
        if embeddings is None:
            name = settings.embedding_model or read_facts(settings.store).embedding_model
            embeddings = load_embeddings(name, settings.models, settings.threads)
        own = reader or load_reader(settings, embeddings)
        verifier = load_verifier(own, embeddings)
        writer = load_writer(settings, verifier)
        return cls(settings, HybridRetriever(index, embeddings), reader or with_tables(own), writer, verifier)

    def seen_by(self, audience: Audience) -> AnswerChain:
        """Return the chain over what another audience sees: no more than this one does. What is loaded is shared."""
        audience = narrowed(self.index.audience, audience)
        if audience == self.index.audience:
            return self
        with self._lock:
            if audience not in self._audiences:
                self._audiences[audience] = self._copy(audience)
            return self._audiences[audience]

    def _copy(self, audience: Audience) -> AnswerChain:
        retriever = replace(self._retriever, index=self.index.seen_by(audience))
        chain = AnswerChain(self._settings, retriever, self._reader, self._writer, self.verifier)
        chain._readiness, chain._vectors = self._readiness, self._vectors
        chain._spelling, chain._answers = self._spelling, self._answers
        return chain

    @property
    def ready(self) -> bool:
        """Whether the models are loaded and are those of the index."""
        return self._readiness.is_set()

    @property
    def models(self) -> Models:
        """The models that may take part in an answer."""
        return Models(self.embeddings.name, self._reader.name, self._writer.model.name if self._writer else None)

    def warm(self) -> None:
        """Load the models and see that they are those of the index."""
        with self.index.snapshot() as snapshot:
            name, probe = snapshot.database.fact("embedding_model"), snapshot.database.blob("embedding_probe")
        check_same(self.embeddings, name or "", probe or b"", str(self._settings.store))
        self._reader.read("Are you there?", [])
        self._readiness.set()

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def invoke(self, input: Question) -> Answer:
        """Return the Answer."""
        return answer_of(self.stream(input))

    def stream(self, input: Question) -> Generator[Event]:
        """Yield what happens, then the Answer."""
        if (chain := self.seen_by(input.get("audience"))) is not self:
            yield from chain.stream(input)
            return
        question = check_question(input["question"], self._settings.question_characters)
        if not self.ready and "contexts" not in input:
            yield StatusEvent("warm")
            self.warm()
        stopwatch = Stopwatch()
        writer = self._writer if input.get("written") is not False else None
        asked = yield from resolve(question, input, writer, stopwatch)
        with self._corpus(input, asked) as corpus:
            if not input.get("as_typed"):
                asked = correct(asked, corpus, stopwatch)
            events = self._answer(asked, corpus, writer, stopwatch)
            key = None if writer else cache_key(asked, corpus)
            if key is None:
                yield from events
            elif cached := self._answers.get(key):
                check_quotes(cached.answer.citations, corpus)
                yield from cached.replay(asked.id, asked.question, stopwatch.timings())
            else:
                yield from kept(events, key, self._answers)

    def starters(self, count: int = SUGGESTIONS) -> tuple[str, ...]:
        """Return questions to begin with, which the articles answer; worked out once for each state of it."""
        with self.index.snapshot() as snapshot:
            revision = snapshot.database.revision()
            if self._starters[:2] != (revision, count):
                infos = sorted(
                    snapshot.database.articles(), key=lambda info: (info.date or "", info.source), reverse=True
                )
                articles = (snapshot.database.article(info.id) for info in infos)
                self._starters = (revision, count, starters(self._proof(snapshot), articles, count))
            return self._starters[2]

    @contextmanager
    def _corpus(self, request: Question, asked: Asked) -> Iterator[Corpus]:
        if "contexts" in request:
            yield TextCorpus(request["contexts"], self.embeddings)
            return
        with self.index.snapshot() as snapshot:
            languages = self._languages_of(snapshot)
            yield IndexCorpus(snapshot, self._retriever, asked.filters, languages, self._spelling)

    def _languages_of(self, snapshot: Snapshot) -> frozenset[str]:
        """Return the languages of a sample of the articles; looked at once for each state of the store."""
        revision = snapshot.database.revision()
        if self._languages is None or self._languages[0] != revision:
            ids = sorted(article_id for article_id, _ in snapshot.database.places())
            sample = map(snapshot.database.article, ids[:: max(1, len(ids) // LANGUAGE_SAMPLE)])
            self._languages = revision, languages_of(article.text for article in sample if article is not None)
        return self._languages[1]

    def _answer(self, asked: Asked, corpus: Corpus, writer: Writer | None, stopwatch: Stopwatch) -> Generator[Event]:
        if body := answer_directly(asked, corpus, writer):
            yield from sentence_events(body.sentences, body.citations)
            answer = finish(asked, Evidence(()), body, corpus, self.models)
            yield self._with_suggestions(asked, answer, (), corpus, stopwatch)
            return
        passages = yield from search(asked, corpus, stopwatch)
        with stopwatch.stage("read"):
            form = None if writer else answer_in_form(asked, passages, corpus, self._vectors, LIMITS.context)
        evidence = Evidence(tuple(passages))
        if form is None or is_key_words(asked.standalone):
            written = writer is not None
            evidence = yield from read(
                asked, passages, self._reader, self._settings, corpus, stopwatch, written=written
            )
            form = None if evidence.extract.certainty == "high" else form
        if form is not None:
            evidence, body = Evidence(tuple(passages)), form
            yield from sentence_events(body.sentences, body.citations)
        else:
            body = yield from generate(
                asked, evidence, corpus, writer, self._reader, self.verifier, self._settings, stopwatch
            )
        answer = finish(asked, evidence, body, corpus, self.models)
        yield self._with_suggestions(asked, answer, evidence.best_first(), corpus, stopwatch)

    def _with_suggestions(
        self, asked: Asked, answer: Answer, passages: Sequence[Passage], corpus: Corpus, stopwatch: Stopwatch
    ) -> Answer:
        """Return the answer with what may be asked next where that is wanted, and with how long it all took."""
        if asked.suggest and isinstance(corpus, IndexCorpus):
            with stopwatch.stage("suggest"):
                answer = replace(answer, suggestions=self._further(asked, answer, passages, corpus))
        return replace(answer, timings_ms=stopwatch.timings())

    def _further(
        self, asked: Asked, answer: Answer, passages: Sequence[Passage], corpus: IndexCorpus
    ) -> tuple[str, ...]:
        """Return what to ask next, or instead where there is no answer: if nothing is near, what one may begin with."""
        proof = self._proof(corpus.snapshot, corpus.article_ids)
        earlier = [turn["question"] for turn in asked.history]
        if answer.abstained:
            near = near_questions(proof, asked.standalone, earlier, passages, SUGGESTIONS)
            return near or (() if asked.filters else self.starters())
        ids = list(dict.fromkeys(citation.article_id for citation in answer.citations))[:ARTICLES_ASKED]
        cited = [article for id_ in ids if (article := corpus.article(id_)) is not None]
        known = [*earlier, asked.bare, asked.standalone]
        return follow_ups(proof, known, answer.citations, passages, cited, SUGGESTIONS)

    def _proof(self, snapshot: Snapshot, article_ids: frozenset[str] | None = None) -> Proof:
        bars, limit = bars_of(self._reader, self._settings), self._settings.passages_read
        return Proof(self._retriever, self._reader, snapshot, bars, limit, article_ids, self._verdicts)
