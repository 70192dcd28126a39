"""A source as its owner describes it, and what became of its latest run."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import unquote, urlsplit

from index.article import collection_name
from index.errors import UsageError
from index.sources.fetch import is_url

Kind = Literal["folder", "feed", "sitemap", "links", "mailbox", "webdav", "bucket"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MINUTES, ARTICLES = 60, 1_000
"""How often a source is looked at and how many articles it may give, unless something else is said."""
WITH_PASSWORD: tuple[Kind, ...] = ("mailbox", "webdav", "bucket")
_NAME = re.compile(r"[\w.@-]{1,60}")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_SCHEMES = {"mailbox": ("imap", "imaps"), "bucket": ("s3",)}
_GIVE = "give --user, and --password-env NAME or --password-file PATH"


@dataclass(frozen=True, slots=True)
class Source:
    """Place from which articles come. `limit` is how many it may give, the first that it lists.

    With `prune`, articles that it brought and does not list any more are removed. `private_hosts` need not be public.
    `password` says where the password (of a bucket: the secret key) is: `env:NAME` or `file:PATH`, never what it is.
    `endpoint` and `region` say where a bucket is that is not Amazon's, or not in its first region.
    """

    name: str
    kind: Kind
    place: str
    minutes: int = MINUTES
    collection: str | None = None
    tags: Sequence[str] = ()
    limit: int = ARTICLES
    prune: bool = False
    private_hosts: Sequence[str] = ()
    user: str | None = None
    password: str | None = None
    endpoint: str | None = None
    region: str | None = None

    @property
    def is_remote(self) -> bool:
        """Whether it is on the network."""
        return self.kind != "folder"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """What became of a source. Times are seconds since 1970; `failures` are the runs that failed one after the other.

    `errors` are the first of the latest run, `articles` how many it has brought that are in the store.
    """

    last_run: float = 0.0
    next_run: float = 0.0
    failures: int = 0
    errors: Sequence[str] = ()
    articles: int = 0
    etag: str | None = None
    modified: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """What is known of one article's file that a source has brought: its version there, and the digest of its bytes.

    `source` is None once that source is removed; whichever lists the file next takes it over. The digest is empty while
    it is being brought in.
    """

    source: str | None
    name: str
    sha256: str
    etag: str | None = None
    modified: str | None = None

    @property
    def is_in(self) -> bool:
        """Whether the file's articles have come into the store."""
        return bool(self.sha256)


def kind_of(place: str) -> Kind:
    """Return the kind that a place is likely of."""
    if place.startswith(("imap://", "imaps://")):
        return "mailbox"
    if place.startswith("s3://"):
        return "bucket"
    return "feed" if is_url(place) else "folder"


def read_password(said: str, environment: Mapping[str, str] = os.environ) -> str:
    """Return the password that is kept there. Raises UsageError, which never holds it."""
    where, _, name = said.partition(":")
    if where == "env":
        if not environment.get(name):
            raise UsageError(f"the variable {name} is not set", "set it to the password where Quoth runs")
        return environment[name]
    path = Path(name)
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError(f"others than you can read {path}", f"run `chmod 600 {path}`")
        return path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"the password in {path} cannot be read", "check the file") from error


def check(source: Source) -> None:
    """Raise UsageError for a source that its owner cannot mean."""
    if not _NAME.fullmatch(source.name):
        raise UsageError(f"{source.name!r} is no name for a source", "use at most 60 letters, digits, and . _ - @")
    if source.minutes < 1 or source.limit < 1:
        raise UsageError("a source is looked at every minute at most, for one article at least", "give 1 or more")
    if source.collection is not None and source.collection != collection_name(source.collection):
        raise UsageError(f"{source.collection!r} is no name of a collection", "use small letters, digits, and . _ -")
    _check_place(source.kind, source.place)
    _check_password(source)
    if source.kind != "bucket" and (source.endpoint or source.region):
        raise UsageError("only a bucket has an endpoint and a region", "leave --endpoint and --region out")
    if source.endpoint is not None:
        _check_place("bucket's endpoint", source.endpoint)
    if source.region is not None and not _REGION.fullmatch(source.region):
        raise UsageError(f"{source.region!r} is no region", "give one like eu-central-1")


def _check_password(source: Source) -> None:
    """Raise UsageError where a user or a password is missing, or there is one too many."""
    if bool(source.user) != bool(source.password):
        raise UsageError("a user and a password belong together", _GIVE)
    if source.kind == "mailbox" and not source.user:
        raise UsageError("a mailbox has a user and a password", _GIVE)
    if source.kind not in WITH_PASSWORD and source.user:
        raise UsageError(f"a {source.kind} has no user and no password", "leave them out")


def _check_place(kind: str, place: str) -> None:
    """Raise UsageError for a place that is none of this kind."""
    if kind == "folder":
        if not Path(place).is_dir():
            raise UsageError(f"{place} is not a folder", "give one that exists")
        return
    site = urlsplit(place)
    schemes = _SCHEMES.get(kind, ("http", "https"))
    if site.scheme not in schemes or not site.hostname:
        raise UsageError(f"a {kind} is at an address like {schemes[-1]}://example.org/", "give its whole address")
    if kind == "bucket" and not _BUCKET.fullmatch(site.netloc):
        raise UsageError(f"{site.netloc!r} is no name of a bucket", "write s3://NAME or s3://NAME/FOLDER")
    if kind == "mailbox" and re.search(r'["\\\x00-\x1f]', unquote(site.path)):
        raise UsageError(
            f"{place!r} is no folder of a mailbox", "give its name without quotation marks and backslashes"
        )
    if site.username is not None or site.password is not None:
        raise UsageError("an address with a name or a password in it is not kept", "give them by their own options")
