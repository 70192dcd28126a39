"""What came along with bytes that were sent, fetched or saved: it tells more than a name does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.message import Message

from index.article import Article, Failure
from index.readers.unpack_budget import UnpackBudget


@dataclass(frozen=True, slots=True)
class SourceMetadata:
    """`link` is the address that the bytes came from, `date` the day, `media_type` in small letters."""

    media_type: str = ""
    charset: str | None = None
    link: str | None = None
    date: str | None = None


ReadInner = Callable[[bytes, str, UnpackBudget, SourceMetadata], Iterator[Article | Failure]]
"""How a container has what is inside it read."""


def content_metadata(content_type: str, link: str | None = None, date: str | None = None) -> SourceMetadata:
    """Return the label for a Content-Type line, such as `text/html; charset=utf-8`."""
    message = Message()
    message["content-type"] = content_type
    said = message.get_content_type() if "/" in content_type else ""
    return SourceMetadata(said, message.get_content_charset(), link, date)
