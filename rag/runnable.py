"""The chain and its retriever as LangChain has them: Runnable and BaseRetriever.

Whoever builds on LangChain imports this. The commands and the server do not: langchain-core takes long to import.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator
from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.runnables.config import run_in_executor
from pydantic import InstanceOf

from rag.answer import Answer
from rag.chain import AnswerChain, Question
from rag.events import Event
from rag.retrieve import HybridRetriever, Passage


class RunnableChain(AnswerChain, Runnable[Question, Any]):
    """AnswerChain as a LangChain Runnable: `invoke` gives the Answer, `stream` the events before it, then itself."""

    def invoke(self, input: Question, config: RunnableConfig | None = None, **_: Any) -> Answer:
        """Return the Answer."""
        return super().invoke(input)

    async def ainvoke(self, input: Question, config: RunnableConfig | None = None, **_: Any) -> Answer:
        """Return the Answer, from a worker thread."""
        return await run_in_executor(config, self.invoke, input)

    def stream(self, input: Question, config: RunnableConfig | None = None, **_: Any) -> Generator[Event]:
        """Yield what happens, then the Answer."""
        return super().stream(input)

    async def astream(self, input: Question, config: RunnableConfig | None = None, **_: Any) -> AsyncIterator[Event]:
        """Yield what `stream` does, each step in a worker thread; leaving the loop ends the work."""
        events = self.stream(input)
        while (event := await run_in_executor(config, next, events, None)) is not None:
            yield event


class DocumentRetriever(BaseRetriever):
    """Question -> LangChain Documents, by the retriever of the chain."""

    retriever: InstanceOf[HybridRetriever]

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:
        with self.retriever.index.snapshot() as snapshot:
            return [as_document(passage) for passage in self.retriever.passages([query], snapshot)]


def as_document(passage: Passage) -> Document:
    """Return a passage as LangChain has it."""
    article = passage.article
    return Document(
        page_content=passage.text,
        metadata={
            "article_id": article.id,
            "source": article.source,
            "title": article.title,
            "start": passage.start,
            "end": passage.end,
            "score": passage.score,
        },
    )
