"""Mails and mailboxes: subject, sender, date and the words of the message; attachments are left out."""

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
from index.readers.archive import Names
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode
from index.readers.markup import markup_blocks

_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\n")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_NAME_CHARACTERS = 100


def read_mail(data: bytes, source: str) -> Article:
    """The plain text of a mail, or its HTML if it has no other."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    part = message.get_body(("plain", "html"))
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes) or not payload.strip():
        raise ArticleError(f"{source} has no text", "save the mail with its text")
    text = decode(payload, source, part.get_content_charset())
    is_html = part.get_content_subtype() == "html"
    blocks = list(markup_blocks(text)) if is_html else [Block(block) for block in re.split(r"\n[ \t]*\n", text)]
    properties = Properties(_header(message, "subject") or PurePath(source).stem, _sender(message), _date(message))
    return compose(data, source, properties, blocks)


def read_mailbox(data: bytes, source: str) -> Iterator[Article | Failure]:
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
        try:
            yield read_mail(mail, name)
        except ArticleError as error:
            yield Failure(name, error.message, error.hint)


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except (MessageError, ValueError, LookupError, AttributeError, IndexError, TypeError):  # on malformed headers
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
