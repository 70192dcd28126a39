"""The durable settings: read once at the front door, frozen, handed to whoever needs them."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from ipaddress import ip_network
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_type_hints
from urllib.parse import parse_qs, unquote, urlsplit

if TYPE_CHECKING:
    from pydantic import BaseModel
    from pydantic_core import ErrorDetails

HOME = Path(__file__).resolve().parent
SEEDS = HOME / "seeds" / "articles"
READER = HOME / "models" / "reader"
LOGS: tuple[Literal["lines", "json"], ...] = ("lines", "json")
EXCERPT_CHARACTERS = 240
"""What --excerpts-only means without a number."""
PREFIX = "QUOTH_"
REMOVED = {
    "passages_ranked": "50 passages are ranked",
    "quotes": "an answer has at most 4 quotes, unless a list or a summary is asked for",
    "quote_characters": "an answer has at most 700 characters of quotes, unless a list or a summary is asked for",
    "context_characters": "a citation has 240 characters around its quote, on each side",
}
"""Settings of earlier releases and what holds instead. Accepted with a warning for one release."""
_ORIGIN = re.compile(r"https?://([a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:[0-9]{1,5})?")
_NAME = re.compile(r"[a-z0-9]([a-z0-9._-]*[a-z0-9])?")
_COLLECTION = re.compile(r"[\w.]([\w.-]{0,58}[\w.])?")
SHOWN = 40
"""Maximum number of characters of a wrong value in its error."""
_OPTIONS = {"excerpt_characters": "--excerpts-only"}
"""The options whose name is not that of their setting."""
_DATABASE = ("postgresql://", "postgres://")
_Number = TypeVar("_Number", int, float)


@dataclass(frozen=True, slots=True, repr=False)
class StoreUrl:
    """The address of a store in PostgreSQL. As text it is without its password."""

    secret: str

    def __str__(self) -> str:
        parts = urlsplit(self.secret)
        user, at, host = parts.netloc.rpartition("@")
        host = host or parse_qs(parts.query).get("host", [""])[0]
        return f"postgresql://{user.partition(':')[0]}{at}{host}{parts.path}"

    __repr__ = __str__

    @property
    def password(self) -> str:
        """The password in it, or nothing."""
        parts = urlsplit(self.secret)
        query = parse_qs(parts.query).get("password", [""])[0]
        return unquote(parts.netloc.rpartition("@")[0].partition(":")[2]) or query


StorePlace = Path | StoreUrl
"""Where a store is: a folder, or a database that many machines share."""


def store_place(text: str) -> StorePlace:
    """Return the folder or the database that `text` names."""
    return StoreUrl(text) if text.startswith(_DATABASE) else Path(text)


def origin(text: str) -> str:
    """Return `text` in small letters, as browsers write it. ValueError unless it is scheme, host and any port."""
    text = text.lower()
    if not _ORIGIN.fullmatch(text):
        raise ValueError(f"{text!r} is not an origin like https://example.org or http://localhost:8080")
    return text


def _embedding(text: str) -> str:
    """Return an origin and, behind "=", the one collection that may be shown there."""
    site, mark, collection = text.partition("=")
    return origin(site) + (mark + _collection(collection) if mark else "")


def _collection(text: str) -> str:
    name = unicodedata.normalize("NFKC", text).casefold()
    if not _COLLECTION.fullmatch(name):
        raise ValueError(f"{text!r} is not a collection like news or help-center")
    return name


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


def _number(default: _Number, low: float, high: float) -> _Number:
    return field(default=default, metadata={"ge": low, "le": high})


def _list_of(check: Callable[[str], str]) -> tuple[str, ...]:
    return field(default=(), metadata={"check": check})


@dataclass(frozen=True, slots=True)
class Settings:
    """What can be set by an option, or by `QUOTH_<NAME>` in the environment.

    `embedding_model` None means the one the store was built with, or else the default.
    `articles` None means the starter corpus, and only for a store that is empty.
    `read` checks the values against the types and bounds below; the constructor takes them as they are.
    """

    store: StorePlace = field(default=Path(".store"), metadata={"parse": store_place})
    """A folder, or the address of a PostgreSQL database."""
    store_read: StorePlace | None = field(default=None, metadata={"parse": store_place})
    """The address of a copy of that database that PostgreSQL keeps in step: questions are read there."""
    articles: Path | None = None
    models: Path = HOME / ".models"
    embedding_model: str | None = None
    reader_model: str | None = None
    """The folder of a reading model, or "none"; None means the one in models/reader, if it is there."""
    model: str | None = None
    """The language model that writes answers, provider:model; None means that they are made of quotes."""
    base_url: str | None = None
    """Where its server is, if that is not its provider's usual one."""
    model_seconds: int = _number(45, 1, 3_600)
    """How long it may take; what it has not written by then is left out."""
    model_tokens: int = _number(0, 0, 100_000_000)
    """How many tokens it takes; 0 means as many as it is known to take, else 4,096."""
    host: str = "127.0.0.1"
    port: int = _number(7860, 0, 65_535)
    """0 lets the system choose one."""
    threads: int = _number(0, 0, 1_024)
    """Threads of one model; 0 lets the runtime take one for each core."""
    question_characters: int = _number(2_000, 1, 1_000_000)
    passages_read: int = _number(12, 1, 50)
    """Reading is nearly all of an answer's time; of 24, no more questions are answered right."""
    answer_threshold: float = _number(0.5, 0, 1)
    """An answer needs at least this probability of support; below it the articles do not say."""
    answers_kept: int = _number(500, 0, 1_000_000)
    """Maximum number of answers made of quotes to cache; 0 disables the cache."""
    feedback_days: int = _number(365, 0, 36_500)
    """How long feedback is kept; 0 is for ever."""
    embed_origins: tuple[str, ...] = _list_of(_embedding)
    """The sites on whose pages the widget may stand; with `=collection`, that of this collection alone."""
    public_collections: tuple[str, ...] = _list_of(_collection)
    """What everybody sees, beside the collections of `embed_origins`; where neither names any, everything."""
    contact: str | None = field(default=None, metadata={"pattern": r"^(https?://|mailto:)\S{3,500}$"})
    """Where people may turn when the articles do not say: shown in the chat and the widget."""
    hosts: tuple[str, ...] = _list_of(_host)
    """The names that this server is reached by, but for localhost and addresses."""
    proxies: tuple[str, ...] = _list_of(_network)
    """The networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    owner_token: str | None = field(default=None, repr=False, metadata={"min_length": 16})  # else it could be guessed
    """What shows the owner of the articles; None means whoever sits at the machine, while it serves nobody else."""
    public_chat: bool = False
    """Whether everybody may use the chat, not only the owner."""
    sharing: bool = True
    """Whether answers of the chat can be shared, and those that were are shown."""
    excerpt_characters: int = _number(0, 0, 1_000_000)
    """How much of an article others than the owner read around a quote, on each side; 0 is all of it."""
    asks_per_minute: int = _number(20, 0, 1_000_000)
    """Maximum number of questions of one visitor in a minute; 0 is no limit."""
    deadline_seconds: int = _number(60, 1, 86_400)
    """How long a question may take, waiting for its turn included."""
    keys_required: bool = False
    """Whether programs need a key; browsers and the owner do not."""
    allow_network: bool = False
    """Whether pages and sources on the network may be fetched."""
    api_docs: bool = False
    """Whether the OpenAPI document and its page are served."""
    log: Literal["lines", "json"] = "lines"
    """What `serve` writes to standard error: lines to be read, or json."""
    log_questions: bool = False
    """Whether what is asked is written there too, and shown to the owner where it was not answered."""

    @property
    def folder(self) -> Path:
        """The folder for what this machine has for itself: uploads, what an interrupted evaluation had done."""
        return self.store if isinstance(self.store, Path) else Path(".store")

    @property
    def address(self) -> str:
        """Where `serve` is reached on this machine."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    @property
    def embed_collections(self) -> frozenset[str]:
        """The collections that the widget shows somewhere."""
        return frozenset(collection for _, _, collection in map(_parted, self.embed_origins) if collection)

    def embed_sites(self, collection: str | None = None) -> tuple[str, ...]:
        """Return the sites that may show the widget: of one collection, of everything (""), or any widget (None)."""
        parts = [(site, named) for site, _, named in map(_parted, self.embed_origins)]
        return tuple(dict.fromkeys(site for site, named in parts if collection is None or named in ("", collection)))

    @classmethod
    def read(cls, options: Mapping[str, object], environment: Mapping[str, str] = os.environ) -> Settings:
        """Return the settings from `options` that are not None, else from the environment, else as above.

        Raises ValueError with one line for a value that does not fit and for a variable that is no setting.
        """
        _refuse_unknown(environment)
        values: dict[str, Any] = {}
        places: dict[str, str] = {}
        for setting in fields(cls):
            variable = PREFIX + setting.name.upper()
            if options.get(setting.name) is not None:
                values[setting.name] = options[setting.name]
                places[setting.name] = _OPTIONS.get(setting.name, f"--{setting.name.replace('_', '-')}")
            elif text := environment.get(variable):
                check, parse = setting.metadata.get("check"), setting.metadata.get("parse", str)
                values[setting.name] = _items(variable, text, check) if check else parse(text)
                places[setting.name] = variable
        settings = cls(**_checked(values, places))
        if isinstance(settings.store_read, Path) or (settings.store_read and isinstance(settings.store, Path)):
            raise ValueError(f"{PREFIX}STORE_READ goes with a {PREFIX}STORE in PostgreSQL, and is in PostgreSQL, too")
        return settings


def _parted(embedding: str) -> tuple[str, str, str]:
    return embedding.partition("=")


def removed_settings(environment: Mapping[str, str] = os.environ) -> Iterator[str]:
    """Yield a warning for each variable that was a setting in an earlier release."""
    for name, instead in REMOVED.items():
        if PREFIX + name.upper() in environment:
            yield f"{PREFIX}{name.upper()} is no longer a setting and counts for nothing: {instead}"


def _refuse_unknown(environment: Mapping[str, str]) -> None:
    names = [setting.name.upper() for setting in fields(Settings)]
    for variable in sorted(environment):
        name = variable.removeprefix(PREFIX)
        if variable.startswith(PREFIX) and name not in names and name.lower() not in REMOVED:
            from difflib import get_close_matches

            nearest = get_close_matches(name.upper(), names, n=1)
            raise ValueError(
                f"{variable} is not a setting" + "".join(f"; did you mean {PREFIX}{name}?" for name in nearest)
            )


def _items(variable: str, text: str, check: Callable[[str], str]) -> tuple[str, ...]:
    try:
        return tuple(check(item) for item in text.replace(",", " ").split())
    except ValueError as error:
        raise ValueError(f"{variable}: {error}") from None


def _checked(values: dict[str, Any], places: Mapping[str, str]) -> dict[str, Any]:
    """Return the values in the types of `Settings`. Raises ValueError with the first that does not fit."""
    if not (bounded := {name: value for name, value in values.items() if not isinstance(value, StorePlace)}):
        return values
    from pydantic import ValidationError

    try:
        model = _model().model_validate(bounded)
    except ValidationError as error:
        raise ValueError(_in_words(error.errors(include_url=False)[0], places)) from None
    return values | {name: getattr(model, name) for name in bounded}


@cache
def _model() -> type[BaseModel]:
    """Make pydantic's model of the settings, once one has bounds (places have none): its import takes long."""
    from pydantic import Field, create_model

    types = get_type_hints(Settings)
    definitions: dict[str, Any] = {}
    for setting in fields(Settings):
        bounds = {name: value for name, value in setting.metadata.items() if name not in ("check", "parse")}
        definitions[setting.name] = (types[setting.name], Field(default=None, **bounds))
    return create_model("Values", **definitions)


def _in_words(error: ErrorDetails, places: Mapping[str, str]) -> str:
    name = str(error["loc"][0])
    text = repr(error["input"])
    value = "" if name == "owner_token" else f"={text[:SHOWN]}" + "..." * (len(text) > SHOWN)
    _, should, rule = error["msg"].partition("should ")
    rule = rule.partition(", ")[0]
    return f"{places[name]}{value} {should}{rule}" if should else f"{places[name]}{value}: {error['msg']}"
