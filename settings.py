"""The durable settings: read once at the front door, frozen, handed to whoever needs them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path

HOME = Path(__file__).resolve().parent
SEEDS = HOME / "seeds" / "articles"
READER = HOME / "models" / "reader"
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set by an option, or by `QUOTH_<NAME>` in the environment.

    `embedding_model` None means the one the store was built with, or else the default.
    `articles` None means the starter corpus, and only for a store that is empty.
    """

    store: Path = Path(".store")
    articles: Path | None = None
    models: Path = HOME / ".models"
    embedding_model: str | None = None
    reader_model: str | None = None
    """The folder of a reading model, or "none"; None means the one in models/reader, if it is there."""
    host: str = "127.0.0.1"
    port: int = 7860
    threads: int = 0
    """Threads of one model; 0 lets the runtime take one for each core."""
    question_characters: int = 2_000
    passages_ranked: int = 50
    passages_read: int = 24
    answer_threshold: float = 0.5
    """An answer needs at least this probability of support; below it the articles do not say."""
    quotes: int = 4
    quote_characters: int = 700
    context_characters: int = 240
    """How much text around a quote goes with its citation, on each side."""
    feedback_days: int = 365
    """How long feedback is kept; 0 is for ever."""
    embed_origins: tuple[str, ...] = ()
    """The sites on whose pages the widget may stand."""

    @classmethod
    def read(cls, options: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> Settings:
        """Settings from `options` that are not None, else from the environment, else as above.

        Raises ValueError with one line when a variable does not fit.
        """
        values: dict[str, object] = {}
        for each in fields(cls):
            variable = f"QUOTH_{each.name.upper()}"
            if options.get(each.name) is not None:
                values[each.name] = options[each.name]
            elif environment.get(variable):
                values[each.name] = _parse(variable, environment[variable], str(each.type))
        return cls(**values)  # type: ignore[arg-type]


def origin(text: str) -> str:
    """`text` in small letters, as browsers write an origin. ValueError unless it is scheme, host and any port."""
    text = text.lower()
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is not an origin like https://example.org or http://localhost:8080")
    return text


def _parse(variable: str, text: str, kind: str) -> object:
    if kind.startswith("tuple"):
        try:
            return tuple(origin(each) for each in text.replace(",", " ").split())
        except ValueError as error:
            raise ValueError(f"{variable}: {error}") from None
    convert = {"int": int, "float": float, "Path": Path, "Path | None": Path}.get(kind, str)
    try:
        return convert(text)
    except ValueError:
        raise ValueError(f"{variable}={text!r} is not a number") from None
