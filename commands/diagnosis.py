"""The checks of the command `doctor`: whether everything is there that an answer needs."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from index.embed import DEFAULT, load_embeddings
from index.errors import ModelError, QuothError
from index.onnx_export import package_folder
from index.status import read_facts, read_status
from rag.chain import load_reader
from rag.nearby import model_nearby
from rag.write import configured
from settings import Settings

_PACKAGES = ("chromadb", "gradio", "langchain-core", "onnxruntime", "tokenizers")
_ROOM = 1024**3
_BRIEF = 0.01
"""Seconds in which nothing can be timed."""


@dataclass(frozen=True, slots=True)
class Check:
    """Result of one check. `hint` says what to do if it is not ok, or what could be done."""

    name: str
    ok: bool
    text: str
    hint: str = ""


def diagnose(settings: Settings) -> list[Check]:
    """Return all checks, in the order in which a person would mend things."""
    checks = [_python(), *_packages()]
    for name, look in (
        ("embedding weights", lambda: f"official, in {package_folder()}"),
        ("embedding model", lambda: _embedding(settings)),
        ("reading model", lambda: _reading(settings)),
        ("store", lambda: _store(settings)),
        *((("language model", lambda: _language_model(settings)),) if settings.model else ()),
    ):
        checks.append(_guarded(name, look))
    if not settings.model and (nearby := model_nearby()):
        checks.append(Check("language model nearby", True, nearby.text, f"{nearby.options} has it write the answers"))
    free = shutil.disk_usage(settings.folder if settings.folder.exists() else ".").free
    checks.append(
        Check("disk", free > _ROOM, f"{free / _ROOM:.1f} GiB free", "" if free > _ROOM else "make room for the index")
    )
    return checks


def _guarded(name: str, look: Callable[[], str]) -> Check:
    try:
        return Check(name, True, look())
    except QuothError as error:
        return Check(name, False, error.message, error.hint)


def _python() -> Check:
    ok = (3, 11) <= sys.version_info[:2] <= (3, 13)
    text = f"{platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return Check("python", ok, text, "" if ok else "use Python 3.11, 3.12 or 3.13")


def _packages() -> Iterator[Check]:
    for name in _PACKAGES:
        try:
            yield Check(name, True, version(name))
        except PackageNotFoundError:
            yield Check(name, False, "not installed", "run `pip install --no-deps -r requirements-light.lock`")


def _embedding(settings: Settings) -> str:
    name = settings.embedding_model or read_facts(settings.store).embedding_model or DEFAULT
    if name == DEFAULT and not (settings.models / DEFAULT / "model.onnx").is_file():
        return f"{name}, to be exported when it is first used"
    model = load_embeddings(name, settings.models, settings.threads)
    return f"{name}, {len(model.probe())} dimensions, {model.window} tokens"


def _reading(settings: Settings) -> str:
    reader = load_reader(settings, load_embeddings(None, settings.models))
    reader.read("Are you there?", [])
    return reader.name or "none; sentences are compared with the question instead"


def _language_model(settings: Settings) -> str:
    """Ask the model something. Returns how long its texts may be and how fast it is; raises ModelError, UsageError."""
    model = configured(settings)
    asked = [("human", "Count from one to twenty, in words, and write nothing else.")]
    started, first, pieces = time.perf_counter(), 0.0, list[str]()
    for piece in filter(None, model.stream(asked)):
        first = first or time.perf_counter() - started
        pieces.append(piece)
    spent = time.perf_counter() - started - first
    if not pieces:
        raise ModelError(f"{model.name} answers with nothing", "try another model")
    speed = f"{len(pieces) / spent:.0f} pieces a second" if spent > _BRIEF else "all at once"
    window = f"texts of {model.window:,} tokens"
    known = "" if settings.model_tokens or model.known else ", as is assumed (QUOTH_MODEL_TOKENS says it)"
    return f"{model.name} answers after {first:.1f} s, {speed}; {window}{known}"


def _store(settings: Settings) -> str:
    if read_facts(settings.store).generation is None:
        return f"none in {settings.store} yet; the first start builds one"
    found = read_status(settings.store, verify=True)
    if found.problem:
        raise QuothError(found.problem, "run `python app.py ingest PATH`")
    return f"{found.articles} articles, {found.chunks} passages in {settings.store}"
