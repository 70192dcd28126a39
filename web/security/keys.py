"""The keys of programs: made, kept as hashes, recognised, counted. The command `keys` and the routes use them."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import asdict, dataclass

from fastapi import Request

from index.errors import StoreDamagedError, UsageError
from index.store.place import open_store
from settings import Settings, StorePlace
from web.errors import ApiError
from web.security.access import KEY_PREFIX, caller
from web.security.rates import Rates

FILE = "keys.json"
"""In the store."""
BYTES = 32
WRONG_PER_MINUTE = 10
_BEARER = re.compile(r"Bearer +(\S+) *", re.IGNORECASE)
_NAME = re.compile(r"[\w.@-]{1,60}")


@dataclass(frozen=True, slots=True)
class Key:
    """A program that may ask, `per_minute` times a minute. `created` is UTC in ISO 8601.

    Without `collections` it sees everything.
    """

    name: str
    hash: str
    per_minute: int
    created: str
    collections: Sequence[str] = ()


class Keys:
    """The keys of a store. For many threads and processes; a change counts from the next request on.

    A key is 256 random bits, which nobody finds by trying, so one SHA-256 hides it as well as a slow hash would: those
    are for passwords, of which there are few. Every call may raise StoreError.
    """

    def __init__(self, store: StorePlace) -> None:
        self._records = open_store(store).records(private=True)
        self._read: tuple[Hashable, tuple[Key, ...]] = (None, ())

    def list(self) -> Sequence[Key]:
        """Return the keys in the order in which they were made."""
        version = self._records.version(FILE)
        if version is None:
            return ()
        if self._read[0] != version:
            self._read = (version, self._known(self._records.get(FILE)))
        return self._read[1]

    def add(self, name: str, per_minute: int, collections: Sequence[str] = ()) -> str:
        """Return a new key, which is known only to the caller. Raises UsageError for a name that cannot be had."""
        if not _NAME.fullmatch(name):
            raise UsageError(f"{name!r} is no name for a key", "use at most 60 letters, digits, and . _ - @")
        if per_minute < 1:
            raise UsageError(f"a key cannot be used {per_minute} times a minute", "give --per-minute 1 or more")
        made = KEY_PREFIX + secrets.token_urlsafe(BYTES)
        now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

        def with_it(stored: bytes | None) -> bytes:
            keys = self._known(stored)
            if any(key.name == name for key in keys):
                raise UsageError(f"there is a key {name} already", "give another name, or revoke that one first")
            return _written([*keys, Key(name, _hash(made), per_minute, now, collections)])

        self._records.change(FILE, with_it)
        return made

    def revoke(self, name: str) -> None:
        """Have the key of this name open nothing any more. Raises UsageError if there is none."""

        def without_it(stored: bytes | None) -> bytes:
            keys = self._known(stored)
            left = [key for key in keys if key.name != name]
            if len(left) == len(keys):
                raise UsageError(f"there is no key {name}", "`python app.py keys list` shows them")
            return _written(left)

        self._records.change(FILE, without_it)

    def find(self, headers: Mapping[str, str]) -> Key | None:
        """Return the key that a request shows, if it is one of these."""
        key = _shown_key(headers)
        if not key.startswith(KEY_PREFIX):
            return None
        shown = _hash(key)
        # All are compared, in constant time: how long it takes says nothing about them.
        same = [key for key in self.list() if hmac.compare_digest(key.hash, shown)]
        return same[0] if same else None

    def _known(self, stored: bytes | None) -> tuple[Key, ...]:
        """Return the keys that are stored. Raises StoreDamagedError where that is no list of keys."""
        try:
            return tuple(Key(**fields) for fields in json.loads(stored.decode())) if stored is not None else ()
        except (ValueError, TypeError) as error:
            raise StoreDamagedError(
                f"the keys in {self._records.place(FILE)} are damaged", "move them away and make new ones"
            ) from error


def admission(keys: Keys, settings: Settings) -> Callable[[Request], None]:
    """Return what stands before the routes of programs.

    A key has to be known, and counts by its own rate. Where keys are required, a program needs one; browsers, which
    say from what page a request comes, do not, and neither does the owner.
    """
    rates = Rates(settings.store)

    def admit(request: Request) -> None:  # in a thread: keys may be in a database
        who = caller(request.scope, settings)
        if _shown_key(request.headers).startswith(KEY_PREFIX):
            key = keys.find(request.headers)
            if key is None:
                rates.take(f"wrong key {who.address}", WRONG_PER_MINUTE)
                raise _key_error("this key is not known")
            rates.take(f"key {key.name}", key.per_minute)
        elif settings.keys_required and not who.is_owner and not _is_browser(request.headers):
            raise _key_error("programs need a key here")

    return admit


def _is_browser(headers: Mapping[str, str]) -> bool:
    return "origin" in headers or "sec-fetch-site" in headers


def _key_error(message: str) -> ApiError:
    hint = "send one that the owner gave you, as `Authorization: Bearer KEY`"
    return ApiError(401, "key", message, hint, {"WWW-Authenticate": "Bearer"})


def _shown_key(headers: Mapping[str, str]) -> str:
    match = _BEARER.fullmatch(headers.get("authorization", ""))
    return match[1] if match else ""


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


def _written(keys: Sequence[Key]) -> bytes:
    return json.dumps([asdict(key) for key in keys], indent=1).encode()
