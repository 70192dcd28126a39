"""Mails and mailboxes: subject, sender, date, the words of the message and the documents attached to it."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import PurePath

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names, deeper
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode
from index.readers.markup import markup_blocks
from index.readers.sniff import has_reader, is_supported
from index.readers.source_metadata import Label, ReadInner
from index.readers.unpack_budget import Room

_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_NAME_CHARACTERS = 100
_MAIL = "message/rfc822"
_MALFORMED = (MessageError, ValueError, LookupError, AttributeError, TypeError)
"""What headers make the email package raise."""


def read_mail(data: bytes, source: str, room: Room, read: ReadInner) -> Iterator[Article | Failure]:
    """The plain text of a mail, or its HTML if it has no other; then what is attached, as articles of their own."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    attached = list(_attached(message))
    payload = body.get_payload(decode=True) if body is not None else None
    if body is not None and isinstance(payload, bytes) and payload.strip():
        text = decode(payload, source, body.get_content_charset())
        is_html = body.get_content_subtype() == "html"
        blocks = list(markup_blocks(text)) if is_html else [Block(block) for block in re.split(r"\n[ \t]*\n", text)]
        properties = Properties(_header(message, "subject") or PurePath(source).stem, _sender(message), _date(message))
        yield compose(source, properties, blocks)
    elif not attached:
        raise ArticleError(f"{source} has no text", "save the mail with its text")
    if not attached:
        return
    names = Names(source)
    with deeper(source, room):
        for number, part in enumerate(attached, start=1):
            name = names.of((_filename(part) or f"attachment {number}").replace("/", "-"))
            content = _content(part)
            try:
                room.take(name, len(content), len(content))
            except ArticleError as error:
                yield Failure(name, error.message, error.hint)
            else:
                media_type = part.get_content_type()
                label = Label(media_type if has_reader(media_type) else "", part.get_content_charset())
                yield from read(content, name, room, label)
            if room.spent:
                return


def read_mailbox(data: bytes, source: str, room: Room, read: ReadInner) -> Iterator[Article | Failure]:
    """The mails of an mbox file, each called by its subject."""
    starts = list(_FROM_LINE.finditer(data))
    if not starts:
        raise ArticleError(f"{source} is no mailbox", "export it as mbox")
    names = Names(source)
    ends = [match.start() for match in starts[1:]] + [len(data)]
    for number, (match, end) in enumerate(zip(starts, ends, strict=True), start=1):
        mail = _QUOTED_FROM.sub(rb"\1", data[match.end() : end])
        subject = _header(email.message_from_bytes(mail, policy=email.policy.default), "subject")
        name = names.of((subject or f"mail {number}")[:_NAME_CHARACTERS].replace("/", "-"))
        yield from read(mail, name, room, Label(_MAIL))


def _attached(message: EmailMessage) -> Iterator[EmailMessage]:
    """The documents and mails attached, not what is attached to those."""
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        if part.get_content_type() == _MAIL:
            yield part
        elif part.is_multipart():
            yield from _attached(part)
        elif (name := _filename(part)) and (is_supported(name) or has_reader(part.get_content_type())):
            yield part


def _content(part: EmailMessage) -> bytes:
    if part.get_content_type() == _MAIL:
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _filename(part: EmailMessage) -> str:
    try:
        return " ".join((part.get_filename() or "").split())[-_NAME_CHARACTERS:]
    except _MALFORMED:
        return ""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except _MALFORMED:
        return ""


def _sender(message: EmailMessage) -> str | None:
    """The name in `Name <address>`, else the address."""
    line = _header(message, "from")
    name = line.split("<", 1)[0].strip().strip('"').strip()
    return name or line.strip("<>") or None


def _date(message: EmailMessage) -> str | None:
    try:
        return parsedate_to_datetime(_header(message, "date")).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
