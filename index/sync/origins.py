"""What each kind of source lists, and how one of the files that it lists is had, unless it is the known version."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from index.errors import ArticleError
from index.readers.source_metadata import SourceMetadata
from index.sources.fetch import Validators, Web
from index.sources.walk import File, find_files, read_bytes
from index.sync.addresses import feed_addresses, linked_addresses, sitemap_addresses
from index.sync.source import Item, Source, SourceStatus

LIST_BYTES = 16 << 20
"""A feed, a sitemap or a page of links has no more."""


@dataclass(frozen=True, slots=True)
class Document:
    """The bytes of a file, what its sender says of them, and what it calls this version."""

    data: bytes
    label: SourceMetadata | None
    validators: Validators

    @property
    def sha256(self) -> str:
        """The digest of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


class Origin(Protocol):
    """A source that is open. To be closed."""

    validators: Validators
    """What the server calls this version of the list; known once it is listed."""

    def files(self) -> Sequence[File] | None:
        """Return what the source lists, or None where its list is as before. Raises ArticleError."""

    def get(self, file: File, known: Item | None) -> Document | None:
        """Return a listed file, or None where it is the known version. Raises ArticleError."""

    def close(self) -> None:
        """Let go of the source."""


class FolderOrigin:
    """Files of a folder; a version is a size and a time of change."""

    validators = Validators()

    def __init__(self, source: Source) -> None:
        self._folder = Path(source.place)

    def files(self) -> Sequence[File] | None:
        """See Origin."""
        if not self._folder.is_dir():  # what is not mounted today is not empty
            raise ArticleError(f"the folder {self._folder} is not there", "check that it is mounted, or remove it")
        return find_files([self._folder]).files

    def get(self, file: File, known: Item | None) -> Document | None:
        """See Origin."""
        try:
            found = file.path.stat()
        except OSError as error:
            raise ArticleError(f"{file.name} cannot be read ({error.strerror})", "check its permissions") from error
        version = Validators(etag=f"{found.st_size}-{found.st_mtime_ns}-{found.st_ino}")
        if known is not None and known.etag == version.etag:
            return None
        return Document(read_bytes(file), None, version)

    def close(self) -> None:
        """See Origin."""


class PagesOrigin:
    """Pages that a feed, a sitemap or a page of links lists."""

    def __init__(self, source: Source, status: SourceStatus, web: Web) -> None:
        self.validators = Validators(status.etag, status.modified) if source.kind == "feed" else Validators()
        self._source = source
        self._web = web

    def files(self) -> Sequence[File] | None:
        """See Origin."""
        place = self._source.place
        if self._source.kind == "sitemap":
            addresses = sitemap_addresses(place, lambda url: self._web.fetch(url, max_bytes=LIST_BYTES).data)
        else:
            response = self._web.fetch(place, self.validators, LIST_BYTES)
            if not response.data and response.status == 304:
                return None
            addresses_in = feed_addresses if self._source.kind == "feed" else linked_addresses
            addresses = addresses_in(response.data, response.label.link or place)
            self.validators = response.validators
        if not addresses:
            raise ArticleError(f"{place} lists no pages", f"check that it is the address of a {self._source.kind}")
        return [File(Path(address), address) for address in addresses]

    def get(self, file: File, known: Item | None) -> Document | None:
        """See Origin."""
        version = Validators(known.etag, known.modified) if known else Validators()
        response = self._web.fetch(file.name, version)
        if not response.data and response.status == 304:
            return None
        return Document(response.data, response.label, response.validators)

    def close(self) -> None:
        """See Origin."""
