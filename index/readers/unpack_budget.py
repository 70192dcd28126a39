"""How much one file may hold once it is unpacked: what keeps archive bombs small."""

from __future__ import annotations

from dataclasses import dataclass

from index.errors import ArticleError

RATIO = 200
"""Text shrinks by 3 to 20 times, spreadsheets by 50; bombs by 1000."""
RATIO_FROM = 1 << 20
"""Bytes below which the ratio does not matter."""


@dataclass(slots=True)
class UnpackBudget:
    """What is left for one file and all that is inside it. `depth` is of archives in archives."""

    bytes: int = 1 << 30
    files: int = 10_000
    depth: int = 4
    spent: bool = False

    def take(self, source: str, packed: int, size: int) -> None:
        """Make room for `size` bytes that were `packed` before. Raises ArticleError if it looks like a bomb."""
        if size > max(RATIO_FROM, RATIO * packed):
            raise ArticleError(f"{source} expands more than {RATIO} times, as only traps do", "unpack it yourself")
        self.bytes -= size
        self.files -= 1
        if self.bytes < 0 or self.files < 0:
            self.spent = True
            raise ArticleError(f"{source} holds more than can be unpacked", "unpack it yourself and ingest the folder")
