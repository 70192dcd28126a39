"""The runs that the owner keeps: one JSON file each in the store, named by its time and its question set."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path, PurePath

from evaluation.scorecard import Scorecard, read_scorecard
from index.errors import StoreError, UsageError
from index.store.durable import replacing
from web.errors import ApiError

_ID = re.compile(r"[0-9]{8}T[0-9]{12}Z-[a-z0-9-]{1,40}")
_NAME_CHARACTERS = 80


@dataclass(frozen=True, slots=True)
class Summary:
    """What the list shows of a run. `created` is UTC in ISO 8601, `figures` are values by name.

    A file that holds no run of this version has no questions.
    """

    id: str
    created: str
    name: str
    questions: int = 0
    figures: Mapping[str, float] | None = None


class Runs:
    """The files in a folder, which is made when the first comes in. Others may lie there too."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def summaries(self) -> list[Summary]:
        """Return all runs, newest first."""
        return [_summary(path, path.stat().st_mtime_ns) for path in sorted(self._files(), reverse=True)]

    def path(self, run_id: str) -> Path:
        """Return the file of a run. Raises ApiError where there is none."""
        path = self._folder / f"{run_id}.json"
        if not _ID.fullmatch(run_id) or not path.is_file():
            raise ApiError(404, "no_such_run", "there is no such run", "it may have been deleted")
        return path

    def read(self, run_id: str) -> Scorecard:
        """Return a run as it was scored. Raises ApiError, and UsageError for one of another version."""
        return read_scorecard(self.path(run_id))

    def keep(self, card: Scorecard) -> str:
        """Write a run to the disk: after a crash it is there whole, or not at all. Returns its id."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        run_id = f"{now}Z-{_file_name(card['questions'])}"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with replacing(self._folder / f"{run_id}.json") as file:
                file.write(json.dumps(card).encode())
        except OSError as error:
            raise StoreError(
                f"the run cannot be kept in {self._folder} ({error.strerror})", "check permissions and disk space"
            ) from error
        return run_id

    def delete(self, run_id: str) -> None:
        """Remove a run. Raises ApiError where there is none."""
        self.path(run_id).unlink(missing_ok=True)

    def _files(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*.json") if _ID.fullmatch(path.stem))


def shown_name(name: str) -> str:
    """Return the name of a file that somebody chose, without its folders and without what cannot be printed."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[:_NAME_CHARACTERS].strip() or "questions"


def _file_name(name: str) -> str:
    """Return the name in letters that every file system and address takes as they are."""
    return re.sub(r"[^a-z0-9]+", "-", PurePath(name).stem.lower())[:40].strip("-") or "set"


@lru_cache(maxsize=1_000)
def _summary(path: Path, changed_ns: int) -> Summary:
    """Summarise a run: of a whole one only this is kept in memory; a file that changes is read again."""
    name = path.stem
    created = datetime.strptime(name.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    when = created.isoformat(timespec="seconds")
    try:
        card = read_scorecard(path)
    except UsageError:
        return Summary(name, when, name.partition("-")[2])
    figures = {figure["name"]: figure["value"] for figure in card["figures"]}
    return Summary(name, when, card["questions"], len(card["results"]), figures)
