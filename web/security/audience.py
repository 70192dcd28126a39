"""Who sees which collections: by the key of a program, by the token in a frame of the widget, or as everybody.

A token chooses an audience among what everybody may see; what is secret needs a key. See docs/security.md.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from urllib.parse import unquote

from starlette.requests import HTTPConnection

from index.article import Audience
from index.store.place import open_store
from rag.snapshot import narrowed
from settings import Settings
from web.errors import ApiError
from web.security.access import is_owner
from web.security.excerpts import KEY, KEY_BYTES, SEAL_DIGITS
from web.security.keys import Keys

HEADER = "quoth-collection"
"""With it the widget's frame sends its token."""


class Audiences:
    """Says of each request what it may see. The one place where the faces decide it; `rag.snapshot` carries it out."""

    def __init__(self, settings: Settings) -> None:
        """Take the collections that are open to everybody."""
        self.open: Audience = open_collections(settings)
        self._settings = settings
        self._keys = Keys(settings.store)

    @property
    def chat(self) -> Audience:
        """What the chat shows: where only the owner has it, everything."""
        return self.open if self._settings.public_chat else None

    def of(self, request: HTTPConnection) -> Audience:
        """Return the collections that whoever sent a request may see. Raises ApiError for a token that is none."""
        audience = self._base(request)
        token = request.headers.get(HEADER)
        return audience if token is None else narrowed(audience, frozenset({self._collection(token)}))

    def token(self, collection: str) -> str:
        """Return what a frame of this collection shows. Raises ApiError where it is not open to everybody."""
        if not collection or (self.open is not None and collection not in self.open):
            raise ApiError(
                404, "no_such_collection", "there is no such collection", "docs/embed.md says how to name it"
            )
        return f"{collection}:{self._signature(collection)}"

    def _base(self, request: HTTPConnection) -> Audience:
        if is_owner(request, self._settings):
            return None
        key = self._keys.find(request.headers)
        if key is None:
            return self.open
        return frozenset(key.collections) if key.collections else None

    def _collection(self, token: str) -> str:
        collection, _, signature = token.rpartition(":")
        collection = unquote(collection)  # a header has no other letters than Latin-1
        if not hmac.compare_digest(signature.encode(), self._signature(collection).encode()):
            raise ApiError(403, "collection", "this token is not of this server", "load the page again")
        return collection

    def _signature(self, collection: str) -> str:
        said = b"collection\0" + collection.encode("utf-8", "surrogatepass")
        return hmac.new(open_store(self._settings.store).secret(KEY, KEY_BYTES), said, sha256).hexdigest()[:SEAL_DIGITS]


def open_collections(settings: Settings) -> Audience:
    """Return what everybody may see: the collections that the settings name, of the widget too; else everything."""
    named = {*settings.public_collections, *settings.embed_collections}
    return frozenset(named) or None
