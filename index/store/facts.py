"""Facts about a store, whatever it is in: what readers and writers make of single values."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping

_INCOMPLETE_FILES = "incomplete_files"
"""The fact that lists, as JSON, the files of which a part could not be read."""


class FactReader(ABC):
    """What is read by its name."""

    @abstractmethod
    def blob(self, name: str) -> bytes | None:
        """Return a fact that is not text."""

    def fact(self, name: str) -> str | None:
        """Return a fact about the store: current generation, embedding model, where the articles came from."""
        value = self.blob(name)
        return None if value is None else value.decode()

    def revision(self) -> str | None:
        """Return the name of exactly these articles, which another state never has; None for an empty store."""
        return self.fact("revision")

    def incomplete_files(self) -> frozenset[str]:
        """Return the names of the files of which a part could not be read; the rest of them is in."""
        return frozenset(json.loads(self.fact(_INCOMPLETE_FILES) or "[]"))


class FactWriter(FactReader):
    """What is written by its name, too."""

    @abstractmethod
    def set_fact(self, name: str, value: str | bytes) -> None:
        """Remember a fact."""

    def set_incomplete(self, files: Mapping[str, bool]) -> None:
        """Remember of each of these files, by name, whether a part of it could not be read."""
        before = self.incomplete_files()
        after = (before - files.keys()) | {name for name, incomplete in files.items() if incomplete}
        if after != before:
            self.set_fact(_INCOMPLETE_FILES, json.dumps(sorted(after)))
