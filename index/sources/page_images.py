"""Pages of PDFs are drawn in a child process with limits, one for each page: the files are strangers'.

The child gets a line of JSON and the file on its standard input, and answers with a line of JSON and a picture.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Timer
from typing import IO

from index.errors import ArticleError
from index.readers.pdf_page import PageImage, page_image
from index.sources.isolate import kill

_HEADER_BYTES = 1 << 20
_PICTURE_BYTES = 32 << 20
_UNDRAWN = "the page cannot be drawn"
_ELSEWHERE = "open the PDF with another program"


@dataclass(frozen=True, slots=True)
class DrawLimits:
    """Limits for one page: bytes of memory, seconds of computing (twice that by the clock)."""

    memory: int = 2 << 30
    seconds: int = 15


def draw(
    data: bytes,
    number: int,
    text: str = "",
    spans: Sequence[tuple[int, int]] = (),
    limits: DrawLimits | None = None,
) -> PageImage:
    """Return a page of a PDF as `page_image` does, by a child process. Raises ArticleError."""
    limits = limits or DrawLimits()
    child = subprocess.Popen(
        [sys.executable, "-m", "index.sources.page_images", str(limits.memory), str(limits.seconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
        start_new_session=True,  # so that Ctrl-C reaches the parent alone
    )
    timer = Timer(2 * limits.seconds, kill, [child])
    timer.start()
    try:
        return _asked(child, {"number": number, "text": text, "spans": [*spans], "size": len(data)}, data)
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArticleError(_UNDRAWN, _ELSEWHERE) from error
    finally:
        timer.cancel()
        kill(child)
        child.wait()
        for pipe in (child.stdin, child.stdout):
            _close(pipe)


def _asked(child: subprocess.Popen[bytes], request: dict[str, object], data: bytes) -> PageImage:
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(json.dumps(request).encode() + b"\n")
    child.stdin.write(data)
    child.stdin.close()
    told = json.loads(child.stdout.readline(_HEADER_BYTES))
    if "error" in told:
        raise ArticleError(told["error"], told["hint"])
    png = child.stdout.read(min(int(told["bytes"]), _PICTURE_BYTES))
    if len(png) != told["bytes"]:
        raise ValueError(told["bytes"])
    boxes = tuple((int(left), int(top), int(width), int(height)) for left, top, width, height in told["boxes"])
    return PageImage(png, int(told["width"]), int(told["height"]), int(told["pages"]), boxes)


def _close(pipe: IO[bytes] | None) -> None:
    try:
        if pipe is not None:
            pipe.close()
    except OSError:  # what was not sent yet cannot be sent any more
        return


def serve(requests: IO[bytes], answers: IO[bytes], limits: DrawLimits) -> None:
    """Answer one request; runs in the child."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.seconds, limits.seconds))
    request = json.loads(requests.readline())
    data = requests.read(request["size"])
    try:
        image = page_image(data, request["number"], request["text"], request["spans"])
    except ArticleError as error:
        answers.write(json.dumps({"error": error.message, "hint": error.hint}).encode() + b"\n")
    else:
        told: dict[str, object] = {"bytes": len(image.png), "width": image.width, "height": image.height}
        told |= {"pages": image.pages, "boxes": image.boxes}
        answers.write(json.dumps(told).encode() + b"\n" + image.png)
    answers.flush()


def main() -> None:
    """Serve on the real standard output, which PDFium then cannot disturb."""
    memory, seconds = map(int, sys.argv[1:])
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(sys.stdin.buffer, answers, DrawLimits(memory, seconds))


if __name__ == "__main__":
    main()
