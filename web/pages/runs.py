"""The runs that the owner keeps: one JSON record each in the store, named by its time and its question set."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import PurePath

from evaluation.scorecard import RUNS, Scorecard, parse_scorecard
from index.errors import UsageError
from index.store.place import open_store
from settings import StorePlace
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
    """The runs of a store. Every call may raise StoreError."""

    def __init__(self, store: StorePlace) -> None:
        self._records = open_store(store).records()

    def summaries(self) -> list[Summary]:
        """Return all runs, newest first. Other files may lie among theirs."""
        ids = [name.removesuffix(".json") for name in self._records.names(RUNS) if name.endswith(".json")]
        known = [run_id for run_id in reversed(ids) if _ID.fullmatch(run_id)]
        return [_summary(self, run_id, self._records.version(_name(run_id))) for run_id in known]

    def data(self, run_id: str) -> bytes:
        """Return a run as JSON. Raises ApiError where there is none."""
        data = self._records.get(_name(run_id)) if _ID.fullmatch(run_id) else None
        if data is None:
            raise ApiError(404, "no_such_run", "there is no such run", "it may have been deleted")
        return data

    def read(self, run_id: str) -> Scorecard:
        """Return a run as it was scored. Raises ApiError, and UsageError for one of another version."""
        return parse_scorecard(self.data(run_id), self._records.place(_name(run_id)))

    def keep(self, card: Scorecard) -> str:
        """Keep a run: after a crash it is there whole, or not at all. Returns its id."""
        now = datetime.now(UTC).strftime("%Y%m%dT%H%M%S%f")
        run_id = f"{now}Z-{_file_name(card['questions'])}"
        self._records.put(_name(run_id), json.dumps(card).encode())
        return run_id

    def delete(self, run_id: str) -> None:
        """Remove a run. Raises ApiError where there is none."""
        self.data(run_id)
        self._records.delete(_name(run_id))


def _name(run_id: str) -> str:
    return f"{RUNS}/{run_id}.json"


def shown_name(name: str) -> str:
    """Return the name of a file that somebody chose, without its folders and without what cannot be printed."""
    last = PurePath(name.replace("\\", "/")).name
    return "".join(sign for sign in last if sign.isprintable())[:_NAME_CHARACTERS].strip() or "questions"


def _file_name(name: str) -> str:
    """Return the name in letters that every file system and address takes as they are."""
    return re.sub(r"[^a-z0-9]+", "-", PurePath(name).stem.lower())[:40].strip("-") or "set"


@lru_cache(maxsize=1_000)
def _summary(runs: Runs, run_id: str, version: Hashable) -> Summary:
    """Summarise a run: of a whole one only this is kept in memory; one that changes is read again."""
    created = datetime.strptime(run_id.partition("-")[0], "%Y%m%dT%H%M%S%fZ").replace(tzinfo=UTC)
    when = created.isoformat(timespec="seconds")
    try:
        card = runs.read(run_id)
    except (UsageError, ApiError):  # of another version, or deleted meanwhile
        return Summary(run_id, when, run_id.partition("-")[2])
    figures = {figure["name"]: figure["value"] for figure in card["figures"]}
    return Summary(run_id, when, card["questions"], len(card["results"]), figures)
