"""The owner's evaluation page: run a question set, watch it, read the reports, compare two. See docs/http.md.

Only for the owner (web/pages/owner.py): a run takes all of the machine, and a report shows every article's words.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from evaluation.importers import format_of, import_set
from evaluation.questions import Row, read_questions
from index.errors import UsageError
from settings import SEEDS, Settings
from web.errors import ApiError
from web.locales import Language, say
from web.pages.owner_view import NOT_KEPT, language_of, page_response
from web.pages.runner import Progress, Runner
from web.pages.runs import Runs, Summary, shown_name
from web.templating import render_template

if TYPE_CHECKING:
    from evaluation.run import Told
    from evaluation.scorecard import Scorecard
    from rag.chain import AnswerChain

STARTER_SET = SEEDS.parent / "questions.jsonl"
SET_BYTES = 64 * 2**20
FIGURES = ("first_line_right", "high_precision", "refusal_recall")
"""What the list shows of a run."""
_POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def evaluation_routes(chain: AnswerChain, settings: Settings) -> APIRouter:
    """Return the routes of the page, for `owner_routes` to include."""
    runs = Runs(settings.store)
    runner = Runner(runs.keep)

    router = APIRouter(prefix="/owner", lifespan=_closing(runner))

    @router.api_route("/eval", methods=["GET", "HEAD"])
    def evaluation(request: Request) -> Response:
        return page_response(evaluation_page(language_of(request), runs.summaries()))

    @router.get("/runs/current")
    async def current(request: Request) -> Response:
        return _progress_response(runner.progress, request)

    @router.post("/runs")
    async def start(request: Request, name: str | None = None) -> Response:
        runner.check_free()  # before a body of many megabytes is read
        if name is None:
            name, rows = "seeds/questions.jsonl", await run_in_threadpool(read_questions, STARTER_SET)
        else:
            name = shown_name(name)
            rows = await _received(request, name)
        runner.start(name, len(rows), lambda told: _score(chain, settings, rows, name, told))
        return _progress_response(runner.progress, request, 202)

    @router.post("/runs/current/stop")
    async def stop(request: Request) -> Response:
        runner.stop()
        return _progress_response(runner.progress, request, 202)

    @router.get("/runs/{run_id}.json")
    def data(run_id: str) -> Response:
        headers = NOT_KEPT | {"Content-Disposition": f'attachment; filename="{run_id}.json"'}
        return Response(runs.data(run_id), media_type="application/json", headers=headers)

    @router.get("/runs/{run_id}")
    def report(run_id: str, against: str | None = None) -> Response:
        card = runs.read(run_id)
        return _report(card, None if against is None else runs.read(against))

    @router.delete("/runs/{run_id}")
    def delete(run_id: str) -> Response:
        runs.delete(run_id)
        runner.forget(run_id)
        return Response(status_code=204)

    return router


def _closing(runner: Runner) -> Callable[[FastAPI], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        await run_in_threadpool(runner.close)

    return lifespan


def evaluation_page(language: Language, runs: list[Summary]) -> str:
    """Return the page as HTML, with the runs given, newest first."""
    return render_template("evaluation.html", language, runs=runs, figures=FIGURES, max_bytes=SET_BYTES)


def _progress_response(progress: Progress, request: Request, status: int = 200) -> Response:
    state: dict[str, Any] = asdict(progress) | {"said": said(progress, language_of(request))}
    return JSONResponse(state, status, NOT_KEPT)


def said(progress: Progress, language: Language) -> str:
    """Return how far a run is, in words."""
    match progress:
        case Progress(error=(message, hint)):
            return f"{message}: {hint}."
        case Progress(state="running", stage=""):
            return say(language, "owner.checking")
        case Progress(state="running", stage="answering") if progress.done == progress.total:
            return say(language, "owner.scoring")
        case Progress(state="running", stage=stage) if stage != "answering":
            return say(language, "owner.warming")
        case _:
            return say(language, f"owner.{progress.state}", done=progress.done, total=progress.total)


async def _received(request: Request, name: str) -> list[Row]:
    """Return the question set in the body, JSON lines or CSV by its name, by way of the disk.

    Raises UsageError that names its bad lines.
    """
    with NamedTemporaryFile() as file:
        size = 0
        async for chunk in request.stream():
            size += len(chunk)
            if size > SET_BYTES:
                message = f"the question set is larger than {SET_BYTES // 2**20} MB"
                raise ApiError(413, "too_large", message, "score it with `python app.py eval`")
            file.write(chunk)
        file.flush()
        try:
            return list((await run_in_threadpool(import_set, Path(file.name), format_of(name))).rows)
        except UsageError as error:
            raise UsageError(error.message.replace(file.name, name), error.hint) from error


def _score(chain: AnswerChain, settings: Settings, rows: list[Row], name: str, told: Told) -> Scorecard:
    from evaluation.scorecard import score_set

    return score_set(chain, settings, rows, name, told=told)


def _report(card: Scorecard, baseline: Scorecard | None) -> Response:
    """Return the report under its own policy, which names its style and script by their hashes."""
    from evaluation.report import write_report
    from evaluation.scorecard import against

    html = write_report(card if baseline is None else against(card, baseline))
    own = _POLICY.search(html)  # stands before everything that comes from the run
    if own is None:
        raise ValueError("the report has no policy")
    return page_response(html, {"Content-Security-Policy": f"{own[1]}; frame-ancestors 'none'"})
