from __future__ import annotations

import io
import os
import resource
import signal
import time
from collections.abc import Iterator
from threading import Timer

import pytest

from index import readers
from index.article import Article, Failure
from index.readers.source_metadata import SourceMetadata
from index.sources import isolate
from index.sources.isolate import Isolation, ReadLimits
from tests.data.build import pdf, tarred

pytestmark = pytest.mark.process

ROW = b'{"title": "Ships", "text": "They sailed."}\n'


@pytest.fixture
def isolation() -> Iterator[Isolation]:
    isolation = Isolation()
    yield isolation
    isolation.close()


def test_one_child_serves_many_files_and_is_replaced_after_a_crash(isolation: Isolation) -> None:
    assert isolation._child is None
    assert isolation.read(b"words", "a.txt")
    assert isolation._child is None
    [first] = isolation.read(ROW, "a.jsonl")
    child = isolation._child
    assert child is not None
    isolation.read(ROW, "b.jsonl")
    assert isolation._child is child
    os.kill(child.pid, signal.SIGSEGV)
    child.wait()
    assert isolation.read(ROW, "a.jsonl") == [first]
    assert isolation._child is not child


@pytest.mark.parametrize(
    ("data", "name"),
    [(b"<!doctype html><p>Words.</p>", "a.html"), (b"<html><p>Words.</p>", "a"), (b"words " * 20_000, "a.txt")],
)
def test_web_pages_and_long_texts_are_read_in_the_child(isolation: Isolation, data: bytes, name: str) -> None:
    assert isinstance(isolation.read(data, name)[0], Article)
    assert isolation._child is not None


def test_what_came_with_the_bytes_and_the_names_of_columns_reach_the_child() -> None:
    isolation = Isolation(fields={"text": "Words"})
    label = SourceMetadata("text/csv", "utf-8", "https://example.org/a", "2024-04-02")
    [article] = isolation.read(b"words\nThey sailed.\n", "a", label)
    isolation.close()
    assert isinstance(article, Article)
    assert (article.source, article.link, article.date) == ("a/row 1", "https://example.org/a", "2024-04-02")


def test_a_child_that_dies_at_a_file_is_one_error(isolation: Isolation) -> None:
    isolation.read(ROW, "a.jsonl")
    child = isolation._child
    assert child is not None
    os.kill(child.pid, signal.SIGSTOP)  # so that it dies with the file in its hands
    timer = Timer(0.3, lambda: (os.kill(child.pid, signal.SIGSEGV), os.kill(child.pid, signal.SIGCONT)))
    timer.start()
    [failure] = isolation.read(ROW, "b.jsonl")
    timer.join()
    assert isinstance(failure, Failure)
    assert failure.source == "b.jsonl"
    assert "crashed" in failure.error
    assert isinstance(isolation.read(ROW, "c.jsonl")[0], Article)


def test_too_much_computing_is_one_error() -> None:
    isolation = Isolation(ReadLimits(seconds=1))
    started = time.monotonic()
    rows = b'{"title": "x", "text": "%s"}\n' % (b"a b\\n" * 20) * 200_000
    [failure] = isolation.read(rows, "slow.jsonl")
    isolation.close()
    assert isinstance(failure, Failure)
    assert "more than 1 seconds" in failure.error
    assert time.monotonic() - started < 30


def test_too_much_memory_is_one_error_and_the_next_file_is_read() -> None:
    isolation = Isolation(ReadLimits(memory=400 << 20))
    big = tarred({"a.txt": os.urandom(1 << 20).hex().encode() * 150})
    found = isolation.read(big, "big.tar")
    after = isolation.read(ROW, "a.jsonl")
    isolation.close()
    [failure] = found
    assert isinstance(failure, Failure)
    assert "memory" in failure.error
    assert isinstance(after[0], Article)


def test_too_much_text_is_one_error_after_what_fitted() -> None:
    isolation = Isolation(ReadLimits(characters=100))
    found = isolation.read(ROW * 10, "a.jsonl")
    isolation.close()
    assert [type(each) for each in found] == [Article] * 5 + [Failure]
    assert isinstance(found[-1], Failure)
    assert "more than 100 characters" in found[-1].error


def test_what_the_child_answers_is_the_same_as_in_one_process(isolation: Isolation) -> None:
    made = pdf("One and", "two.", title="Ships")
    assert isolation.read(made, "a.pdf") == list(readers.read_articles(made, "a.pdf"))


def test_an_answer_that_is_none_is_an_error_and_the_child_goes(isolation: Isolation, monkeypatch) -> None:
    isolation.read(ROW, "a.jsonl")
    child = isolation._child
    monkeypatch.setattr(isolate, "_read_exactly", lambda pipe, size: b"\0" * 7 + b"\x7f")
    [failure] = isolation.read(ROW, "b.jsonl")
    assert isinstance(failure, Failure)
    assert isolation._child is None
    assert child is not None
    assert child.returncode is not None


def test_the_child_writes_no_files(isolation: Isolation, monkeypatch) -> None:
    asked = io.BytesIO(b"")
    limits: list[tuple[int, tuple[int, int]]] = []
    monkeypatch.setattr(resource, "setrlimit", lambda which, pair: limits.append((which, pair)))
    isolate.serve(asked, io.BytesIO(), ReadLimits(memory=5))
    assert (resource.RLIMIT_FSIZE, (0, 0)) in limits
    assert (resource.RLIMIT_AS, (5, 5)) in limits
