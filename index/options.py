"""What an ingest can be told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from index.article import collection_name
from index.readers.source_metadata import SourceMetadata
from index.sources.walk import File

ReadFile = Callable[[File], tuple[bytes, SourceMetadata | None]]
"""Returns a file's bytes and what else is known of it. Raises ArticleError."""


@dataclass(frozen=True, slots=True)
class IngestOptions:
    """What to read beside the PATHs, and what becomes of the articles that are gone."""

    prune: bool = False
    """Remove the articles under the PATHs whose files are gone."""
    erase: bool = False
    """Have removed vectors, and copies of the store from before an upgrade, leave the disk at once."""
    fields: Mapping[str, str] = field(default_factory=dict)
    """What the columns of tables of articles are called: `{"text": "Body"}`."""
    urls: tuple[str, ...] = ()
    """Pages to fetch."""
    collection: str | None = None
    """What all of it belongs to. None: as each file says, else as the store has it; "" takes articles out of it."""
    tags: tuple[str, ...] = ()
    """Tags of all of it, beside those that each file has."""
    files: tuple[File, ...] = ()
    """Further files, each under the name that it is given; `read` returns what is in one."""
    read: ReadFile | None = None
    remove: tuple[str, ...] = ()
    """The ids of articles to remove."""
    ocr: str = ""
    """The languages of pictures, as Tesseract calls them: `eng+deu`; pictures are not read where it is empty."""
    origin: str = ""
    """What the store is built from, for its status; the PATHs where it is empty."""

    def __post_init__(self) -> None:
        if self.collection is not None:
            object.__setattr__(self, "collection", collection_name(self.collection))
