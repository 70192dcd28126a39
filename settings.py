"""The durable settings: read once at the front door, frozen, handed to whoever needs them."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from ipaddress import ip_network
from pathlib import Path

HOME = Path(__file__).resolve().parent
SEEDS = HOME / "seeds" / "articles"
READER = HOME / "models" / "reader"
LOGS = ("lines", "json")
EXCERPT_CHARACTERS = 240
"""What --excerpts-only means without a number."""
TOKEN_CHARACTERS = 16
"""Shorter owner's tokens could be guessed."""
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_YES, _NO = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


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
    model: str | None = None
    """The language model that writes answers, provider:model; None means that they are made of quotes."""
    base_url: str | None = None
    """Where its server is, if that is not its provider's usual one."""
    model_seconds: int = 45
    """How long it may take; what it has not written by then is left out."""
    model_tokens: int = 0
    """How many tokens it takes; 0 means as many as it is known to take, else 4,096."""
    host: str = "127.0.0.1"
    port: int = 7860
    threads: int = 0
    """Threads of one model; 0 lets the runtime take one for each core."""
    question_characters: int = 2_000
    passages_ranked: int = 50
    passages_read: int = 12
    """Reading is nearly all of an answer's time; of 24, no more questions are answered right."""
    answer_threshold: float = 0.5
    """An answer needs at least this probability of support; below it the articles do not say."""
    quotes: int = 4
    quote_characters: int = 700
    context_characters: int = 240
    """How much text around a quote goes with its citation, on each side."""
    answers_kept: int = 500
    """So many answers made of quotes are kept for whoever asks the same again; 0 is none."""
    feedback_days: int = 365
    """How long feedback is kept; 0 is for ever."""
    embed_origins: tuple[str, ...] = ()
    """The sites on whose pages the widget may stand."""
    hosts: tuple[str, ...] = ()
    """The names that this server is reached by, but for localhost and addresses."""
    proxies: tuple[str, ...] = ()
    """The networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    owner_token: str | None = field(default=None, repr=False)
    """What shows the owner of the articles; None means whoever sits at the machine, while it serves nobody else."""
    public_chat: bool = False
    """Whether everybody may use the chat, not only the owner."""
    excerpt_characters: int = 0
    """How much of an article others than the owner read around a quote, on each side; 0 is all of it."""
    asks_per_minute: int = 20
    """The most questions of one visitor in a minute; 0 is no limit."""
    deadline_seconds: int = 60
    """How long a question may take, waiting for its turn included."""
    keys_required: bool = False
    """Whether programs need a key; browsers and the owner do not."""
    api_docs: bool = False
    """Whether the OpenAPI document and its page are served."""
    log: str = "lines"
    """What `serve` writes to standard error: lines to be read, or json."""
    log_questions: bool = False
    """Whether what is asked is written there too."""

    @property
    def address(self) -> str:
        """Where `serve` is reached on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

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


def _host(text: str) -> str:
    text = text.lower()
    if not _NAME.fullmatch(text):
        raise ValueError(f"{text!r} is not a host name like example.org")
    return text


def _network(text: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError:
        raise ValueError(f"{text!r} is not an address or network like 127.0.0.1 or 10.0.0.0/8") from None


_LISTS = {"QUOTH_EMBED_ORIGINS": origin, "QUOTH_HOSTS": _host, "QUOTH_PROXIES": _network}


def _parse(variable: str, text: str, kind: str) -> object:
    if variable in _LISTS:
        try:
            return tuple(_LISTS[variable](each) for each in text.replace(",", " ").split())
        except ValueError as error:
            raise ValueError(f"{variable}: {error}") from None
    if variable == "QUOTH_OWNER_TOKEN" and len(text) < TOKEN_CHARACTERS:
        raise ValueError(f"{variable} has fewer than {TOKEN_CHARACTERS} characters")
    if variable == "QUOTH_LOG" and text not in LOGS:
        raise ValueError(f"{variable}={text!r} is neither {' nor '.join(LOGS)}")
    if kind == "bool":
        if text.lower() not in _YES + _NO:
            raise ValueError(f"{variable}={text!r} is neither true nor false")
        return text.lower() in _YES
    convert = {"int": int, "float": float, "Path": Path, "Path | None": Path}.get(kind, str)
    try:
        return convert(text)
    except ValueError:
        raise ValueError(f"{variable}={text!r} is not a number") from None
