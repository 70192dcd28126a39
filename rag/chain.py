"""The chain: question -> Answer, as one LangChain Runnable."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Generator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any, NotRequired, TypedDict

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor

from index.article import Article
from index.embed import EmbeddingModel, check_same, load_embeddings
from index.errors import QuestionError
from index.status import read_facts
from rag.answer import Answer, BrokenAnswerError, Citation, Event, Found, Models, Place, Retrieved, Status
from rag.cache import Kept, Lately, key_of
from rag.condense import Turn, condense, condense_with
from rag.extract import Limits, compose, nearest
from rag.filters import Filters, parse, without_words
from rag.generate import NO_MODEL, instead, quoted, written
from rag.model import NoReplyError
from rag.reading.base import Reader, Reading
from rag.reading.joint import JointReader
from rag.reading.onnx import OnnxReader
from rag.reading.similarity import SimilarityReader
from rag.reading.transformer import TransformerReader
from rag.retrieve import HybridRetriever, Passage, passages_of
from rag.snapshot import Index, Snapshot
from rag.suggest import Proof, follow_ups, starters
from rag.timings import Clock
from rag.write import Writer, load_writer
from settings import READER, Settings

ABSTENTION = "The articles do not say."
SUGGESTIONS = 3


class Question(TypedDict):
    """What the chain takes. `contexts` are texts to answer from instead of the index.

    `filters` hold together with those that stand in the question as words (`after:2024`). With
    `suggest` the Answer says what to ask next. `written` False asks for quotes although a language model is set.
    """

    question: str
    history: NotRequired[Sequence[Turn]]
    contexts: NotRequired[Sequence[str]]
    filters: NotRequired[Filters]
    id: NotRequired[str | None]
    trace: NotRequired[bool]
    suggest: NotRequired[bool]
    written: NotRequired[bool | None]


def build_chain(settings: Settings, embeddings: EmbeddingModel | None = None) -> AnswerChain:
    """The chain over the store in `settings`. Models load with the first question, or by `warm`."""
    index = Index(settings.store)
    if embeddings is None:
        name = settings.embedding_model or read_facts(settings.store).embedding_model
        embeddings = load_embeddings(name, settings.models, settings.threads)
    retriever = HybridRetriever(index=index, embeddings=embeddings)
    return AnswerChain(settings, retriever, load_reader(settings, embeddings), load_writer(settings, embeddings))


def load_reader(settings: Settings, embeddings: EmbeddingModel) -> Reader:
    """The reading model that the settings name, or what stands in for none."""
    name = settings.reader_model or (str(READER) if (READER / "reader.json").is_file() else "none")
    if name == "none":
        return SimilarityReader(embeddings)
    folder = Path(name)
    if (folder / "config.json").is_file() or not folder.is_dir():
        return TransformerReader(name, embeddings)
    return JointReader(OnnxReader(folder, settings.threads), embeddings)


class AnswerChain(Runnable[Question, Any]):
    """`invoke` gives the Answer, `stream` what happens on the way to it (`rag.answer.Event`).

    Raises QuestionError for a question that cannot be asked, StoreError and ModelError.
    """

    def __init__(
        self, settings: Settings, retriever: HybridRetriever, reader: Reader, writer: Writer | None = None
    ) -> None:
        self.index: Index = retriever.index
        self.ready = False
        self._settings = settings
        self._retriever = retriever
        self.embeddings: EmbeddingModel = retriever.embeddings
        self._reader = reader
        self._writer = writer
        self._starters: tuple[str, int, tuple[str, ...]] = ("", 0, ())
        self._answers = Lately[Kept](settings.answers_kept)

    @property
    def models(self) -> Models:
        """The models that may take part in an answer."""
        return Models(self.embeddings.name, self._reader.name, self._writer.model.name if self._writer else None)

    def warm(self) -> None:
        """Load the models and see that they are those of the index."""
        with self.index.snapshot() as snapshot:
            name, probe = snapshot.database.fact("embedding_model"), snapshot.database.blob("embedding_probe")
        check_same(self.embeddings, name or "", probe or b"", self._settings.store)
        self._reader.read("Are you there?", [])
        self.ready = True

    def close(self) -> None:
        """Let go of the index."""
        self.index.close()

    def invoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The Answer."""
        *_, answer = self.stream(input, config, **kwargs)
        if not isinstance(answer, Answer):
            raise BrokenAnswerError("the chain ended without an answer")
        return answer

    async def ainvoke(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Answer:
        """The Answer, from a worker thread."""
        return await run_in_executor(config, self.invoke, input, config, **kwargs)

    async def astream(
        self, input: Question, config: RunnableConfig | None = None, **kwargs: Any
    ) -> AsyncIterator[Event]:
        """As `stream`, each step in a worker thread; leaving the loop ends the work."""
        events = self.stream(input, config, **kwargs)
        while (event := await run_in_executor(config, next, events, None)) is not None:
            yield event

    def stream(self, input: Question, config: RunnableConfig | None = None, **kwargs: Any) -> Generator[Event]:
        """Status, Found and Said events, then the Answer."""
        question = self._checked(input["question"])
        if not self.ready and "contexts" not in input:
            yield Status("warm", "Warming up the models...")
            self.warm()
        clock, answer_id = Clock(), input.get("id") or uuid.uuid4().hex
        asked, filters = (question, Filters()) if "contexts" in input else _without_filters(question)
        filters = input.get("filters", Filters()).merged(filters)
        history, problem = earlier(input.get("history") or ()), None
        writer = self._writer if input.get("written") is not False else None
        with clock.stage("condense"):
            standalone = condense(asked, history)
            if writer and history:
                yield Status("condense", "Reading the conversation...")
                try:
                    standalone = condense_with(writer.model, asked, history)
                except NoReplyError as error:
                    problem = error.brief
        with self.index.snapshot() if "contexts" not in input else nullcontext() as snapshot:
            if snapshot is not None:
                key = key_of(input, snapshot, standalone, asked, filters, history) if writer is None else None
                if before := self._answers.get(key):
                    check_quotes(before.answer.citations, snapshot, {})
                    yield from before.again(answer_id, question, clock)
                    return
                kept = filters.kept(snapshot)
                count = snapshot.database.counts()[0] if kept is None else len(kept)
                yield Status("retrieve", f"Searching {count} article{'' if count == 1 else 's'}...")
            with clock.stage("retrieve"):
                if snapshot is None:
                    passages = passages_of(input["contexts"], self.embeddings)
                else:
                    passages = self._retriever.passages(list(dict.fromkeys([standalone, asked])), snapshot, kept)
            yield Found(len(passages))
            read_count = min(len(passages), self._settings.passages_read) if snapshot is not None else len(passages)
            yield Status("read", f"Reading {read_count} passages...")
            with clock.stage("read"):
                readings = self._reader.read(standalone, passages[:read_count])
                threshold = self._settings.answer_threshold
                extract = compose(standalone, passages[:read_count], readings, threshold, Limits())

            def check(citations: Sequence[Citation]) -> None:
                check_quotes(citations, snapshot, articles)

            articles = {passage.article.id: passage.article for passage in passages}
            with clock.stage("verify"):
                check(extract.citations)
            best_first = _as_read(passages, readings)
            if writer and extract.sentences and not problem:
                body = yield from written(writer, standalone, best_first[:read_count], extract, clock, check)
            else:
                missing = NO_MODEL if input.get("written") and self._writer is None else None
                body = yield from quoted(extract, instead(problem) if problem else missing)
            abstained = not body.sentences
            timings = clock.timings()
            suggestions: tuple[str, ...] = ()
            if input.get("suggest") and snapshot is not None:
                proof = self._proof(snapshot, kept)
                known = [*(turn["question"] for turn in history), asked, standalone]
                suggestions = follow_ups(proof, known, body.citations, best_first, SUGGESTIONS)
            answer = Answer(
                id=answer_id,
                question=question,
                standalone_question=standalone,
                abstained=abstained,
                answer=abstention(filters, passages) if abstained else " ".join(map(str, body.sentences)),
                notice=body.notice,
                confidence=round(max((reading.probability for reading in readings), default=0.0), 4),
                engine=body.engine,
                models=replace(self.models, llm=body.llm),
                prompt=body.prompt,
                generation=snapshot.vectors.name if snapshot is not None else "",
                timings_ms=timings,
                suggestions=suggestions,
                sentences=body.sentences,
                citations=body.citations,
                withheld=body.withheld,
                nearest=nearest(best_first) if abstained else (),
                retrieved=_trace(passages, readings) if input.get("trace") else None,
            )
            if snapshot is not None and key is not None:
                self._answers.keep(key, Kept(answer, len(passages)))
            yield answer

    def starters(self, count: int = SUGGESTIONS) -> tuple[str, ...]:
        """Questions to begin with, which the articles answer; worked out once for each generation."""
        with self.index.snapshot() as snapshot:
            name = snapshot.vectors.name
            if self._starters[:2] != (name, count):
                infos = sorted(self.index.articles(), key=lambda info: (info.date or "", info.source), reverse=True)
                found = starters(self._proof(snapshot), (snapshot.database.article(info.id) for info in infos), count)
                self._starters = (name, count, found)
            return self._starters[2]

    def _proof(self, snapshot: Snapshot, kept: frozenset[str] | None = None) -> Proof:
        return Proof(self._retriever, self._reader, snapshot, self._settings.answer_threshold, kept)

    def _checked(self, question: str) -> str:
        question = question.strip()
        if not question:
            raise QuestionError("the question is empty", "ask something")
        if not question.isprintable() and any("\ud800" <= c <= "\udfff" for c in question):
            raise QuestionError("the question is not UTF-8 text", "type it again")
        if len(question) > self._settings.question_characters:
            raise QuestionError(
                f"the question has {len(question):,} characters",
                f"ask in at most {self._settings.question_characters:,}",
            )
        return question


def earlier(history: Sequence[Turn]) -> list[dict[str, str]]:
    """The turns of a history, oldest first, their questions without filter words."""
    turns = ({"question": turn} if isinstance(turn, str) else turn for turn in history)
    return [{"question": without_words(turn.get("question", "")), "answer": turn.get("answer", "")} for turn in turns]


def abstention(filters: Filters, passages: Sequence[Passage]) -> str:
    """That the articles do not say, and which ones these were."""
    if not filters:
        return ABSTENTION
    if not passages:
        return f"There are no articles {filters.described()}."
    return f"{ABSTENTION[:-1]} (looked only in articles {filters.described()})."


def check_quotes(citations: Sequence[Citation], snapshot: Snapshot | None, articles: Mapping[str, Article]) -> None:
    """Look up every quote once more in the article as it is stored. Raises BrokenAnswerError."""
    for citation in citations:
        places: tuple[Citation | Place, ...] = (citation, *citation.also)
        for place in places:
            stored = snapshot.database.article(place.article_id) if snapshot else articles.get(place.article_id)
            if stored is None or stored.text[place.start : place.end] != place.quote:
                raise BrokenAnswerError(f"citation {citation.n} is not what article {place.article_id} says")


def _without_filters(question: str) -> tuple[str, Filters]:
    asked, filters = parse(question)
    asked = " ".join(asked.split())
    if not asked.strip("?!.,;？！。，； "):
        raise QuestionError(f"there is nothing but filters ({filters})", "add what you want to know")
    return asked, filters


def _as_read(passages: Sequence[Passage], readings: Sequence[Reading]) -> list[Passage]:
    """The passages by what the reader found in them; those it did not read come after."""
    order = sorted(range(len(readings)), key=lambda i: -readings[i].probability)
    return [passages[i] for i in order] + list(passages[len(readings) :])


def _trace(passages: Sequence[Passage], readings: Sequence[Reading]) -> tuple[Retrieved, ...]:
    read = {passage: reading.probability for passage, reading in zip(passages, readings, strict=False)}
    return tuple(
        Retrieved(p.article.id, p.article.source, p.start, p.end, round(p.score, 6), read.get(p))
        for p in _as_read(passages, readings)
    )
