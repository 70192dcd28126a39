"""What the owner's page brings in and takes out, watched file by file.

`local_intake.py` does so for a store in a folder, `shared_intake.py` for one that several servers share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from index.intake_log import EntryState, IntakeEntry
from index.uploads import WaitingFile

ORIGIN = "what the owner's page brought in"
SPARE_BYTES = 64 << 20
"""What has to stay free on the disk beside a file that comes in."""
Stage = Literal["idle", "waiting", "queued", "reading", "embedding", "publishing", "busy", "stopping"]


@dataclass(frozen=True, slots=True)
class IntakeState:
    """How far the job at hand is: of `total` files `done` are in.

    What came of it is told together with the jobs that it followed without a pause, as is why one failed (`error`).
    """

    stage: Stage = "idle"
    done: float = 0.0
    total: int = 0
    waiting: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    starter_articles: int = 0
    finished: int = 0
    """How many jobs have ended; a page that has seen fewer reads its list anew."""
    error: tuple[str, str] | None = None


class Intake(Protocol):
    """Brings in files and pages, and removes marked articles. For many threads; each call may raise StoreError."""

    @property
    def most_bytes(self) -> int:
        """How large a file may be."""

    def open(self) -> None:
        """Begin: the server does."""

    def close(self) -> None:
        """Stop, and wait for the end: what a job writes with is about to be closed."""

    def new_path(self, size: int) -> Path:
        """Return where a file of about this size may be written until it is whole. Raises StoreError."""

    def note(self, name: str, state: EntryState, why: tuple[str, str]) -> None:
        """Note what became of a file that is not taken."""

    def add_file(self, file: WaitingFile) -> None:
        """Take a file that has arrived whole."""

    def add_page(self, url: str) -> None:
        """Take the address of a page to fetch."""

    def publish_removals(self) -> None:
        """Remove what is marked."""

    def stop(self) -> None:
        """End the job at the next safe point, and drop what waits; what is in stays in."""

    def told(self, after: int) -> tuple[IntakeState, Sequence[IntakeEntry]]:
        """Return how far it is, and the entries that have changed after the one with this number."""
