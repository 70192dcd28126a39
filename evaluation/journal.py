"""What an interrupted run has already answered, so that `--resume` can go on from there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Self

from rag.answer import Answer


class Journal:
    """A file with one Answer a line, in the order of the questions; gone once the run is through."""

    def __init__(self, path: Path, *, resume: bool) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.answers: list[Answer] = []
        self._file = path.open("r+b" if resume and path.is_file() else "w+b")
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        """Close the file; it stays if the run was interrupted and there is something to go on from."""
        self._file.close()
        if failure == (None, None, None) or not self.answers:
            self.path.unlink(missing_ok=True)  # another run of the same may have been through

    def add(self, answer: Answer) -> None:
        """Keep one more answer."""
        self.answers.append(answer)
        self._file.write(json.dumps(answer.to_dict()).encode() + b"\n")
        self._file.flush()

    def _read(self) -> None:
        """Take the whole lines; what a crash cut off is overwritten."""
        good = 0
        for line in self._file:
            try:
                answer = Answer.from_dict(json.loads(line))
            except ValueError:
                break
            if not line.endswith(b"\n"):
                break
            self.answers.append(answer)
            good += len(line)
        self._file.seek(good)
        self._file.truncate()
