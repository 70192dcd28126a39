"""What an ingest can be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

OCR_HINT = "have its text recognised: install Tesseract and add --ocr"


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
    ocr: str = ""
    """The languages of pictures, as Tesseract calls them: `eng+deu`; pictures are not read where it is empty."""
    origin: str = ""
    """What the store is built from, for its status; the PATHs where it is empty."""
