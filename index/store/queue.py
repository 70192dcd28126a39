"""The queue of a store that many machines share: what workers bring in, and how far that is."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal, Protocol, get_args

from index.article import Failure
from index.intake_log import IntakeCounts, IntakeEntry
from index.store.base import Database

JobKind = Literal["file", "page", "upload"]
"""A file that lies where every worker reads it, a page on the web, or a file that the database holds meanwhile."""
KINDS: tuple[JobKind, ...] = get_args(JobKind)


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker has taken from the queue. `lease` is what shows that it still has it."""

    id: int
    kind: JobKind
    path: str
    name: str
    origin: str
    lease: str


@dataclass(frozen=True, slots=True)
class QueueState:
    """How far a queue is: what waits, what workers have now, and what could not be read.

    `done` are those that have come in since the queue was last empty. Of what waits or is being read, `uploads` are in
    the database with so many bytes, and `pages` are on the web.
    """

    waiting: int = 0
    being_read: int = 0
    done: int = 0
    set_aside: int = 0
    uploads: int = 0
    upload_bytes: int = 0
    pages: int = 0
    workers: int = 0
    """How many have been heard of lately."""


@dataclass(frozen=True, slots=True)
class IntakeProgress:
    """How far uploads and pages are: what waits and is being read, and what came of those since all were in."""

    waiting: int
    being_read: int
    counts: IntakeCounts
    entries: Sequence[IntakeEntry]


class Queue(Protocol):
    """Work for workers on any machine. Each file comes in exactly once, whoever dies meanwhile."""

    def add(self, files: Mapping[str, str], origin: str) -> None:
        """Add files, names by paths; what is in it already is read once more. `origin` is what they come from."""

    def add_pages(self, urls: Sequence[str], origin: str) -> None:
        """Add pages by their addresses; one that is in it already is fetched once more."""

    def add_upload(self, name: str, body: BinaryIO, size: int, origin: str) -> None:
        """Add a file with its bytes, in place of one of this name. Raises StoreBusyError where too many wait."""

    def content(self, job: Job) -> bytes:
        """Return the bytes of an upload. Raises StoreBusyError as `renew`."""

    def take(self, kinds: Collection[JobKind] = KINDS) -> Job | None:
        """Take the next of these kinds for a while; None where there is nothing to do now. What was sent goes first."""

    def renew(self, job: Job) -> None:
        """Have it for a while from now on. Raises StoreBusyError where another worker has taken it."""

    def give_back(self, job: Job, *, tried: bool = False) -> None:
        """Leave it to the next who takes one, as if it had not been taken, unless it was `tried` and counts as that.

        Nothing is done where another worker has it.
        """

    def claim(self, job: Job, database: Database) -> None:
        """Do what `renew` does on the connection that is about to publish, which is ended if it hangs."""

    def finish(
        self, job: Job, database: Database, entries: Sequence[IntakeEntry] = (), counts: IntakeCounts | None = None
    ) -> None:
        """Take it off the queue, in the database's open transaction. Raises StoreBusyError as `renew`.

        `entries` are what became of an upload or a page, `counts` what came of it.
        """

    def set_aside(self, job: Job, failure: Failure) -> None:
        """Keep it with what went wrong, until it is added once more, uploads and pages for a day; no bytes are kept."""

    def drop_intake(self) -> None:
        """Take all uploads and pages off the queue; who is reading one brings it in no more."""

    def note(self, entries: Sequence[IntakeEntry]) -> None:
        """Note what became of a file that was not taken."""

    def count_removed(self, database: Database, removed: int) -> None:
        """Count articles that the owner's page has removed, in the database's open transaction."""

    def intake(self, after: int) -> IntakeProgress:
        """Return how far uploads and pages are, with the entries after the one with this number."""

    def is_served(self, kind: JobKind) -> bool:
        """Return whether a worker that takes such work has been heard of lately."""

    def register(self, kinds: Collection[JobKind]) -> None:
        """Say that this process is a worker that takes these kinds; to be said again every few seconds."""

    def leave(self) -> None:
        """Say that this process is no worker any more."""

    def names(self) -> dict[str, Path]:
        """Return the paths of all files in it, by their names."""

    def state(self) -> QueueState:
        """Return how far it is."""

    def failures(self, limit: int | None = None) -> list[Failure]:
        """Return what went wrong with those set aside, or with the first so many of them."""
