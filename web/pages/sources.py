"""The owner's sources: what is kept in step, how it fares, adding, running and removing. See docs/http.md."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from index.article import collection_name
from index.sync.catalog import Catalog
from index.sync.source import ARTICLES, KINDS, MINUTES, Kind, Source, SourceStatus, check
from settings import Settings
from web.errors import ApiError
from web.locales import Language
from web.pages.owner_view import NOT_KEPT, language_of, page_response
from web.pages.source_runner import SourceRunner
from web.security.access import is_at_machine
from web.templating import render_template

if TYPE_CHECKING:
    from rag.chain import AnswerChain

ERRORS_SHOWN = 3
Short = Annotated[str, Field(max_length=200)]
Long = Annotated[str, Field(max_length=2_000)]
Few = Annotated[list[Short], Field(max_length=50)]


class NewSource(BaseModel):
    """A source to be added. Where its password is, is said by a variable or a file on the server."""

    model_config = ConfigDict(extra="forbid")
    name: Short
    kind: Kind
    place: Long
    minutes: Annotated[int, Field(ge=1, le=1_000_000)] = MINUTES
    collection: Short = ""
    tags: Few = []
    limit: Annotated[int, Field(ge=1, le=10_000_000)] = ARTICLES
    prune: bool = False
    private_hosts: Few = []
    user: Short = ""
    password_env: Short = ""
    password_file: Long = ""
    endpoint: Long = ""
    region: Short = ""

    @property
    def reaches_in(self) -> bool:
        """Whether it uses what is on the server's machine, or in its network."""
        return self.kind == "folder" or bool(self.private_hosts or self.password_env or self.password_file)

    def to_source(self) -> Source:
        """Return the source. Raises UsageError for one that nobody can mean."""
        password = f"env:{self.password_env}" if self.password_env else None
        if self.password_file:
            password = f"file:{Path(self.password_file).expanduser().resolve()}"
        is_folder = self.kind == "folder"
        source = Source(
            name=self.name.strip(),
            kind=self.kind,
            place=str(Path(self.place.strip()).expanduser().resolve()) if is_folder else self.place.strip(),
            minutes=self.minutes,
            collection=collection_name(self.collection) or None,
            tags=[tag for tag in (tag.strip() for tag in self.tags) if tag],
            limit=self.limit,
            prune=self.prune,
            private_hosts=[host for host in (host.strip() for host in self.private_hosts) if host],
            user=self.user or None,
            password=password,
            endpoint=self.endpoint or None,
            region=self.region or None,
        )
        check(source)
        return source


class Named(BaseModel):
    """A source by its name."""

    model_config = ConfigDict(extra="forbid")
    name: Short


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the page shows it. Times are in UTC, empty for never and for soon."""

    source: Source
    status: SourceStatus
    last_run: str
    next_run: str
    errors: Sequence[str]
    turn: int | None
    """0 while it runs by the page's wish, 1 and so on while it waits."""


def source_routes(chain: AnswerChain, settings: Settings) -> APIRouter:
    """Return the routes of the page, for `owner_routes` to include."""
    catalog = Catalog(settings.store)
    runner = SourceRunner(settings.store, lambda: chain.embeddings, chain.index.refresh)
    router = APIRouter(prefix="/owner/sources", lifespan=_lifespan(runner))

    def changed(name: str, status: int) -> Response:
        return JSONResponse({"name": name, "running": runner.names}, status, NOT_KEPT)

    @router.api_route("", methods=["GET", "HEAD"])
    def sources(request: Request) -> Response:
        page = sources_page(
            catalog.list(),
            runner,
            language_of(request),
            allow_network=settings.allow_network,
            at_machine=is_at_machine(request, settings),
        )
        return page_response(page)

    @router.post("")
    def add(wanted: NewSource, request: Request) -> Response:
        if wanted.reaches_in and not is_at_machine(request, settings):
            raise ApiError(
                403, "at_the_machine", "a folder, a private host or a password is named at the machine alone",
                "write `python app.py sources add` there",
            )  # fmt: skip
        source = wanted.to_source()
        catalog.add(source)
        return changed(source.name, 201)

    @router.post("/runs")
    def run(wanted: Named) -> Response:
        source, _ = catalog.get(wanted.name)
        if source.is_remote and not settings.allow_network:
            raise ApiError(403, "network_off", "it is on the network", "start the server with --allow-network")
        runner.start(source.name)
        return changed(source.name, 202)

    @router.post("/removals")
    def remove(wanted: Named) -> Response:
        """Remove a source; one that another browser has removed meanwhile is gone already."""
        with catalog.running():  # what it has brought must not be written over by a run that ends
            if any(source.name == wanted.name for source, _ in catalog.list()):
                catalog.remove(wanted.name)
        return changed(wanted.name, 200)

    return router


def sources_page(
    sources: Sequence[tuple[Source, SourceStatus]],
    runner: SourceRunner,
    language: Language,
    *,
    allow_network: bool,
    at_machine: bool,
) -> str:
    """Return the page as HTML."""
    running = runner.names
    return render_template(
        "sources.html",
        language,
        rows=[_row(source, status, running) for source, status in sources],
        running=running,
        problem=runner.problem,
        kinds=[kind for kind in KINDS if at_machine or kind not in ("folder", "mailbox")],
        minutes=MINUTES,
        limit=ARTICLES,
        allow_network=allow_network,
        at_machine=at_machine,
    )


def _row(source: Source, status: SourceStatus, running: Sequence[str]) -> SourceRow:
    turn = running.index(source.name) if source.name in running else None
    errors = [*status.errors[:ERRORS_SHOWN], *(["…"] if len(status.errors) > ERRORS_SHOWN else [])]
    next_run = status.next_run if status.next_run > time.time() else 0.0
    return SourceRow(source, status, _time(status.last_run), _time(next_run), errors, turn)


def _time(seconds: float) -> str:
    return dt.datetime.fromtimestamp(seconds, dt.UTC).strftime("%Y-%m-%d %H:%M") if seconds else ""


def _lifespan(runner: SourceRunner) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(runner.close)

    return lifespan
