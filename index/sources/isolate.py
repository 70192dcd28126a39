"""Readers of all but short plain text run in a child process, since damaged or hostile files can crash or bloat it.

The child gets a line of JSON and a file's bytes on its standard input and answers with a length and JSON: nothing
that it sends is executed. It serves many files and is replaced when it has died.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any

from index.article import Article, Failure, Heading
from index.errors import ArticleError
from index.readers import read_articles
from index.readers.sniff import sniff
from index.readers.source_metadata import SourceMetadata

_LENGTH = struct.Struct("<Q")
_PLAIN = frozenset({"text", "markdown"})
_PLAIN_BYTES = 1 << 16
"""More can take long in a process without limits: composing accents takes the square of their number."""
_SPLIT = "split it, or save it anew with another program"


@dataclass(frozen=True, slots=True)
class Limits:
    """For one file: bytes of address space, seconds of computing (twice that by the clock), characters of text."""

    memory: int = 2 << 30
    seconds: int = 120
    characters: int = 1 << 28


class Isolation:
    """Reads files, those that need it in a child process, which starts with the first of them."""

    def __init__(self, limits: Limits | None = None, fields: Mapping[str, str] | None = None) -> None:
        """`fields` says what the columns of tables of articles are called."""
        self._limits = limits or Limits()
        self._fields = dict(fields or {})
        self._child: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the child process."""
        self._stop()

    def read(self, data: bytes, source: str, label: SourceMetadata | None = None) -> list[Article | Failure]:
        """The articles in a file called `source`, and what in it could not be read."""
        label = label or SourceMetadata()
        try:
            if len(data) <= _PLAIN_BYTES and sniff(data, source, label.media_type) in _PLAIN:
                return list(read_articles(data, source, label=label))
        except ArticleError as error:
            return [Failure(source, error.message, error.hint)]
        child = self._running()
        timer = Timer(2 * self._limits.seconds, child.kill)
        timer.start()
        try:
            return self._asked(child, data, source, label)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self._stop()
            return [self._died(child.returncode, source)]
        finally:
            timer.cancel()

    def _asked(
        self, child: subprocess.Popen[bytes], data: bytes, source: str, label: SourceMetadata
    ) -> list[Article | Failure]:
        assert child.stdin is not None
        assert child.stdout is not None
        asked = {"source": source, "size": len(data), "label": asdict(label), "fields": self._fields}
        child.stdin.write(json.dumps(asked).encode() + b"\n")
        child.stdin.write(data)
        child.stdin.flush()
        (size,) = _LENGTH.unpack(_exactly(child.stdout, _LENGTH.size))
        if size > 12 * self._limits.characters + (1 << 20):  # JSON writes a character as up to 12 bytes
            raise ValueError(size)
        return [_made(each) for each in json.loads(_exactly(child.stdout, size))]

    def _running(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._stop()
            limits = (str(n) for n in (self._limits.memory, self._limits.seconds, self._limits.characters))
            self._child = subprocess.Popen(
                [sys.executable, "-m", "index.sources.isolate", *limits],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=Path(__file__).parents[2],
                start_new_session=True,  # so that Ctrl-C reaches the parent alone
            )
        return self._child

    def _stop(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.kill()
            child.wait()
            for pipe in (child.stdin, child.stdout):
                try:
                    if pipe is not None:
                        pipe.close()
                except OSError:  # what was not sent yet cannot be sent any more
                    continue

    def _died(self, code: int, source: str) -> Failure:
        if -code in (signal.SIGXCPU, signal.SIGKILL):
            what = f"more than {self._limits.seconds} seconds, or too much memory"
            return Failure(source, f"{source} takes {what}", _SPLIT)
        return Failure(source, f"{source} crashed its reader (exit code {code})", _SPLIT)


def serve(requests: IO[bytes], answers: IO[bytes], limits: Limits) -> None:
    """The child: answer until the requests end."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # readers write no files
    while line := requests.readline():
        asked = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + limits.seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        data, label = requests.read(asked["size"]), SourceMetadata(**asked["label"])
        found = read_articles(data, asked["source"], label=label, fields=asked["fields"])
        answer = json.dumps(_within(found, asked["source"], limits)).encode()
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _within(found: Iterable[Article | Failure], source: str, limits: Limits) -> list[dict[str, Any]]:
    """As JSON has it, up to the limit of characters."""
    listed: list[dict[str, Any]] = []
    characters = 0
    for each in found:
        characters += len(each.text) if isinstance(each, Article) else 0
        if characters > limits.characters:
            return [*listed, asdict(Failure(source, f"{source} has more than {limits.characters} characters", _SPLIT))]
        listed.append(asdict(each))
    return listed


def _made(said: dict[str, Any]) -> Article | Failure:
    if "error" in said:
        return Failure(**said)
    headings = tuple(Heading(**each) for each in said.pop("headings"))
    return Article(**{**said, "headings": headings, "pages": tuple(said["pages"]), "tags": tuple(said["tags"])})


def _exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def main() -> None:
    """Speak on the real standard output, which the readers' libraries then cannot disturb."""
    memory, seconds, characters = map(int, sys.argv[1:])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers, Limits(memory, seconds, characters))


if __name__ == "__main__":
    main()
