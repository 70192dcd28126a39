"""Which parts of a mail are its text: those shown one after another, each in the versions that the mail has of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import MessageError
from email.message import MIMEPart

MALFORMED = (MessageError, ValueError, LookupError, AttributeError, TypeError)
"""What headers make the email package raise."""
_NAME_CHARACTERS = 100


@dataclass(frozen=True, slots=True)
class TextPart:
    """A text within a mail, plain and as HTML; pictures may cut it into pieces."""

    plain: tuple[MIMEPart, ...] = ()
    pages: tuple[MIMEPart, ...] = ()


def filename_of(part: MIMEPart) -> str:
    """Return the name that a part has as a file, "" if it has none."""
    try:
        return " ".join((part.get_filename() or "").split())[-_NAME_CHARACTERS:]
    except MALFORMED:
        return ""


def text_parts(message: MIMEPart) -> list[TextPart]:
    """Return the texts that a mail shows, in order, without those that are files, unless there are no others."""
    joined: list[TextPart] = []
    for part in [part for part in _unnamed(message) if part.plain or part.pages] or [_body(message)]:
        before = joined[-1] if joined else None
        if before and not (before.pages or part.pages):
            joined[-1] = TextPart(plain=before.plain + part.plain)
        elif before and not (before.plain or part.plain):
            joined[-1] = TextPart(pages=before.pages + part.pages)
        else:
            joined.append(part)
    return joined


def _body(message: MIMEPart) -> TextPart:
    plain, page = message.get_body(("plain",)), message.get_body(("html",))
    return TextPart((plain,) if plain else (), (page,) if page else ())


def _unnamed(part: MIMEPart) -> Iterator[TextPart]:
    if part.get_content_maintype() == "multipart" and part.get_content_subtype() not in ("alternative", "related"):
        for inner in part.iter_parts():
            yield from _unnamed(inner)
    elif not filename_of(part):
        yield TextPart(tuple(_version(part, "plain")), tuple(_version(part, "html")))


def _version(part: MIMEPart, kind: str) -> Iterator[MIMEPart]:
    """Return the texts of one kind, of alternatives those of the first."""
    match part.get_content_type().split("/"):
        case ["multipart", "alternative"]:
            yield from next(filter(None, (list(_version(inner, kind)) for inner in part.iter_parts())), [])
        case ["multipart", "related"]:
            root = part.get_body((kind,))
            yield from () if root is None else (root,)
        case ["multipart", _]:
            for inner in part.iter_parts():
                yield from _version(inner, kind) if not filename_of(inner) else ()
        case ["text", subtype] if subtype == kind and not part.is_attachment():
            yield part
