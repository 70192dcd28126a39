"""What the commands write: text and JSON on standard output, progress and problems on standard error."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from index.article import Failure, LeftOut
    from index.publisher import ProgressCallback


class Stream:
    """Standard output or standard error; rich is imported when something is first written to it."""

    def __init__(self, *, stderr: bool = False) -> None:
        self._stderr = stderr

    @cached_property
    def console(self) -> Console:
        """What rich draws tables and progress bars on."""
        from rich.console import Console

        return Console(stderr=self._stderr, highlight=False, soft_wrap=True)

    def print(self, shown: RenderableType, *, markup: bool = True) -> None:
        """Print a text or a table; `markup` says whether the text may hold rich's marks.

        What would steer the terminal, in the words of an article or a file's name, is shown as U+FFFD.
        """
        self.console.print(shown.translate(_STEERING) if isinstance(shown, str) else shown, markup=markup)


_CONTROLS = {*range(0x20), *range(0x7F, 0xA0)} - {ord("\n"), ord("\t")}
_STEERING = dict.fromkeys([*_CONTROLS, *range(0x202A, 0x202F), *range(0x2066, 0x206A)], "\N{REPLACEMENT CHARACTER}")
_MOST_REASONS = 12
out = Stream()
err = Stream(stderr=True)


def print_json(data: Any) -> None:
    """Print one line of JSON on standard output."""
    sys.stdout.write(json.dumps(data) + "\n")  # ASCII: no line separator of any kind inside
    sys.stdout.flush()


def one_line(text: str) -> str:
    """Return a title or a name in one line."""
    return " ".join(text.split())


def print_failures(failures: Sequence[Failure]) -> None:
    """Print the articles that could not be read, a line each, on standard error."""
    for failure in failures:
        err.print(one_line(f"quoth: {failure.error}: {failure.hint}"), markup=False)


def print_left_out(left_out: Sequence[LeftOut], *, verbose: bool) -> None:
    """Print what is left out on standard error: a line a reason, or one each with `verbose`."""
    if verbose:
        for item in left_out:
            name = "".join(sign if sign.isprintable() else "\ufffd" for sign in item.source)
            err.print(f"quoth: {name} left out: {item.error}", markup=False)
        return
    reasons = Counter(item.error for item in left_out)
    for reason, count in reasons.most_common(_MOST_REASONS):
        err.print(f"quoth: {count} left out: {reason}", markup=False)
    if len(reasons) > _MOST_REASONS:
        err.print(f"quoth: others left out for {len(reasons) - _MOST_REASONS} more reasons")
    if left_out:
        err.print("quoth: --verbose names each that is left out")


@contextmanager
def progress() -> Iterator[ProgressCallback]:
    """Show a progress bar on standard error until the block ends."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err.console, transient=True, disable=not err.console.is_terminal) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)
