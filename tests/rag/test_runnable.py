"""The chain is a LangChain Runnable for whoever builds on LangChain; the commands do without its import."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from langchain_core.runnables import Runnable, RunnableLambda

from rag.answer import Answer
from rag.chain import Question, build_chain
from rag.events import Event
from rag.runnable import RunnableChain
from settings import HOME, Settings
from tests.fakes import FakeEmbeddings
from tests.rag.test_chain import FILES, WordReader
from tests.stores import small_store


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[RunnableChain]:
    chain = build_chain(Settings(store=small_store(tmp_path, FILES)), FakeEmbeddings(), WordReader())
    yield chain
    chain.close()


def test_async_gives_the_same(chain: RunnableChain) -> None:
    async def collect() -> tuple[list[Event], Answer]:
        events = [event async for event in chain.astream({"question": "in China", "id": "1"})]
        return events, await chain.ainvoke({"question": "in China", "id": "1"})

    events, answer = asyncio.run(collect())
    assert isinstance(events[-1], Answer)
    assert events[-1].citations == answer.citations
    assert [citation.quote for citation in answer.citations] == ["Tea was first drunk in China."]


def test_it_is_part_of_other_chains_and_answers_several(chain: RunnableChain) -> None:
    def as_question(text: str) -> Question:
        return {"question": text}

    asked: Runnable[str, Answer] = RunnableLambda(as_question) | chain
    assert asked.invoke("in China").citations[0].quote == "Tea was first drunk in China."
    several = asked.batch(["in China", "who drinks coffee"])
    assert [answer.abstained for answer in several] == [False, True]


def test_a_command_needs_neither_langchain_nor_pydantic(tmp_path: Path) -> None:
    store = small_store(tmp_path, FILES)
    code = (
        "import sys; from pathlib import Path; import app;"
        "from rag.chain import AnswerChain; from settings import Settings;"
        "from tests.fakes import FakeEmbeddings; from tests.rag.test_chain import WordReader;"
        f"settings = Settings.read({{'store': Path({str(store)!r})}}, {{}});"
        "chain = AnswerChain.open(settings, FakeEmbeddings(), WordReader());"
        "assert not chain.invoke({'question': 'in China'}).abstained;"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}"
        " & {'langchain_core', 'langsmith', 'pydantic', 'chromadb', 'torch'}))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=HOME, capture_output=True, text=True, check=True)
    assert ran.stdout.split() == []
