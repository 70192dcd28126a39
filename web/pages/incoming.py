"""What the owner's articles page sends: files and addresses, and how far they are. See docs/http.md."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urldefrag

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect

from index.errors import UsageError
from index.readers.sniff import HEAD, is_supported
from index.sources.fetch import is_url
from index.store.durable import translate_os_errors
from index.uploads import WaitingFile, is_hidden, upload_name
from settings import Settings
from web.errors import ApiError
from web.locales import Language, say
from web.pages.intake import Intake, IntakeState
from web.pages.owner_view import NOT_KEPT, language_of


class Page(BaseModel):
    """The address of a page to fetch."""

    model_config = ConfigDict(extra="forbid")
    url: Annotated[str, Field(min_length=1, max_length=2_000)]


def incoming_routes(intake: Intake, settings: Settings) -> APIRouter:
    """Return the routes by which articles come in, for `library_routes` to include."""
    router = APIRouter(prefix="/owner/articles")

    @router.get("/intake")
    def work(request: Request, after: int = 0) -> Response:
        return work_response(intake, after, language_of(request))

    @router.post("/intake/stop")
    def stop(request: Request) -> Response:
        intake.stop()
        return work_response(intake, 0, language_of(request), 202)

    @router.post("/files")
    async def file(request: Request, name: str) -> Response:
        name = upload_name(name)
        if is_hidden(name):
            return await refused(name, "it is a hidden file")
        path = await _received(request, intake)
        if not is_supported(name, await run_in_threadpool(_head, path)):
            await run_in_threadpool(path.unlink)
            return await refused(name, f"{Path(name).suffix.lower() or 'it'} is no format that is read")
        await run_in_threadpool(intake.add_file, WaitingFile(name, path))
        return JSONResponse({"name": name, "taken": True}, 202, NOT_KEPT)

    async def refused(name: str, why: str) -> Response:
        await run_in_threadpool(intake.note, name, "left_out", (why, "nothing is to be done"))
        return JSONResponse({"name": name, "taken": False}, headers=NOT_KEPT)

    @router.post("/pages")
    def page(page: Page) -> Response:
        if not settings.allow_network:
            hint = "start the server with --allow-network, or save the page and bring in the file"
            raise ApiError(403, "network_off", "pages on the network are not fetched", hint)
        url = urldefrag(page.url.strip()).url
        if not is_url(url) or not url.isprintable():
            raise UsageError("this is no address of a page", "it begins with http:// or https://")
        intake.add_page(url)
        return JSONResponse({"name": url, "taken": True}, 202, NOT_KEPT)

    return router


def said(state: IntakeState, language: Language) -> str:
    """Return how far a job is, in words."""
    match state:
        case IntakeState(stage="idle", error=(message, hint)):
            return f"{message}: {hint}."
        case IntakeState(stage="idle", finished=0):
            return ""
        case IntakeState(stage="idle"):
            counts = {"added": state.added, "changed": state.changed, "removed": state.removed}
            done = say(language, "library.done", **counts)
            starter = say(language, "library.starter", count=state.starter_articles) if state.starter_articles else ""
            return f"{done} {starter}".strip()
        case IntakeState(stage="reading"):
            return say(language, "library.reading", done=int(state.done), total=state.total)
        case _:
            return say(language, f"library.{state.stage}")


def work_response(intake: Intake, after: int, language: Language, status: int = 200) -> Response:
    """Return how far the job is, and the entries that have changed after the number `after`."""
    state, changed = intake.told(after)
    entries = [asdict(entry) | {"said": say(language, f"library.is_{entry.state}")} for entry in changed]
    told: dict[str, Any] = asdict(state) | {"said": said(state, language), "entries": entries}
    return JSONResponse(told, status, NOT_KEPT)


async def _received(request: Request, intake: Intake) -> Path:
    """Write the body to the disk and return where. Nothing is left of one that is too large, or breaks off."""
    most = intake.most_bytes
    announced = request.headers.get("content-length", "0")
    size = int(announced) if announced.isdecimal() and len(announced) < 16 else most + 1
    if size > most:
        raise _too_large(most)
    path = intake.new_path(size)
    done, size = False, 0
    try:
        with translate_os_errors(f"{path.parent} cannot be written", "make room on the disk"), path.open("xb") as file:
            async for chunk in request.stream():
                size += len(chunk)
                if size > most:
                    raise _too_large(most)
                file.write(chunk)
        done = True
    except ClientDisconnect:
        raise ApiError(400, "broken_off", "the file did not arrive whole", "send it again") from None
    finally:
        if not done:
            path.unlink(missing_ok=True)
    return path


def _too_large(most: int) -> ApiError:
    return ApiError(413, "too_large", f"the file is larger than {most >> 20} MiB", "split it")


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(HEAD)
