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
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Timer
from typing import IO, Any

from index.article import Article, Failure, Heading, LeftOut, Table
from index.errors import ArticleError
from index.readers import read_articles
from index.readers.sniff import sniff
from index.readers.source_metadata import SourceMetadata

_LENGTH = struct.Struct("<Q")
_PLAIN_FORMATS = frozenset({"text"})
_PLAIN_BYTES = 1 << 16
"""More can take long in a process without limits: composing accents takes the square of their number."""
OCR_SECONDS = 900
_SPLIT_HINT = "split it, or save it anew with another program"


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """Limits for one file: bytes of memory, seconds of computing (twice that by the clock), characters of text."""

    memory: int = 2 << 30
    seconds: int = 120
    characters: int = 1 << 28


class Isolation:
    """Reader of files that uses a child process, which starts with the first file that needs it."""

    def __init__(
        self, limits: ReadLimits | None = None, fields: Mapping[str, str] | None = None, ocr: str = ""
    ) -> None:
        """Take the limits, what columns of tables of articles are called, and the languages of pictures to be read."""
        self._limits = limits or (ReadLimits(seconds=OCR_SECONDS) if ocr else ReadLimits())
        self._ocr = ocr
        self._fields = dict(fields or {})
        self._child: subprocess.Popen[bytes] | None = None

    def close(self) -> None:
        """End the child process."""
        self._end_child()

    def read(self, data: bytes, source: str, label: SourceMetadata | None = None) -> list[Article | Failure]:
        """Return the articles in a file called `source`, and what in it could not be read."""
        label = label or SourceMetadata()
        try:
            if len(data) <= _PLAIN_BYTES:
                kind = sniff(data, source, label.media_type, pictures=bool(self._ocr))
                if kind in _PLAIN_FORMATS:
                    return list(read_articles(data, source, label=label, kind=kind))
        except ArticleError as error:
            return [Failure(source, error.message, error.hint)]
        child = self._running_child()
        timer = Timer(2 * self._limits.seconds, kill, [child])
        timer.start()
        try:
            return self._ask_child(child, data, source, label)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            self._end_child()
            return [self._death(child.returncode, source)]
        finally:
            timer.cancel()

    def _ask_child(
        self, child: subprocess.Popen[bytes], data: bytes, source: str, label: SourceMetadata
    ) -> list[Article | Failure]:
        assert child.stdin is not None
        assert child.stdout is not None
        request = {
            "source": source,
            "size": len(data),
            "label": asdict(label),
            "fields": self._fields,
            "ocr": self._ocr,
        }
        child.stdin.write(json.dumps(request).encode() + b"\n")
        child.stdin.write(data)
        child.stdin.flush()
        (size,) = _LENGTH.unpack(_read_exactly(child.stdout, _LENGTH.size))
        if size > 12 * self._limits.characters + (1 << 20):  # JSON writes a character as up to 12 bytes
            raise ValueError(size)
        return [_from_json(item) for item in json.loads(_read_exactly(child.stdout, size))]

    def _running_child(self) -> subprocess.Popen[bytes]:
        if self._child is None or self._child.poll() is not None:
            self._end_child()
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

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            kill(child)
            child.wait()
            for pipe in (child.stdin, child.stdout):
                try:
                    if pipe is not None:
                        pipe.close()
                except OSError:  # what was not sent yet cannot be sent any more
                    continue

    def _death(self, code: int, source: str) -> Failure:
        if -code in (signal.SIGXCPU, signal.SIGKILL):
            what = f"more than {self._limits.seconds} seconds, or too much memory"
            return Failure(source, f"{source} takes {what}", _SPLIT_HINT)
        return Failure(source, f"{source} crashed its reader (exit code {code})", _SPLIT_HINT)


def kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and what it has started."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def serve(requests: IO[bytes], answers: IO[bytes], limits: ReadLimits) -> None:
    """Answer until the requests end; runs in the child."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # readers write no files
    while line := requests.readline():
        request = json.loads(line)
        used = resource.getrusage(resource.RUSAGE_SELF)
        until = int(used.ru_utime + used.ru_stime) + limits.seconds + 1
        resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
        data, label = requests.read(request["size"]), SourceMetadata(**request["label"])
        contents = read_articles(data, request["source"], label=label, fields=request["fields"], ocr=request["ocr"])
        answer = json.dumps(_as_json(contents, request["source"], limits)).encode()
        answers.write(_LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _as_json(contents: Iterable[Article | Failure], source: str, limits: ReadLimits) -> list[dict[str, Any]]:
    """Return articles and failures as JSON has them, up to the limit of characters."""
    listed: list[dict[str, Any]] = []
    characters = 0
    for item in contents:
        characters += len(item.text) if isinstance(item, Article) else 0
        if characters > limits.characters:
            return [
                *listed,
                asdict(Failure(source, f"{source} has more than {limits.characters} characters", _SPLIT_HINT)),
            ]
        listed.append(asdict(item) | ({"left_out": True} if isinstance(item, LeftOut) else {}))
    return listed


def _from_json(item: dict[str, Any]) -> Article | Failure:
    if "error" in item:
        return LeftOut(**item) if item.pop("left_out", False) else Failure(**item)
    headings = tuple(Heading(**fields) for fields in item.pop("headings"))
    tables = tuple(Table(**fields) for fields in item.pop("tables"))
    pages, tags = tuple(item.pop("pages")), tuple(item.pop("tags"))
    return Article(**item, headings=headings, pages=pages, tags=tags, tables=tables)


def _read_exactly(pipe: IO[bytes], size: int) -> bytes:
    data = pipe.read(size)
    if len(data) < size:
        raise EOFError
    return data


def main() -> None:
    """Serve on the real standard output, which the readers' libraries then cannot disturb."""
    memory, seconds, characters = map(int, sys.argv[1:])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers, ReadLimits(memory, seconds, characters))


if __name__ == "__main__":
    main()
