"""Mails and mailboxes: subject, sender, date, the words of the message and the documents attached to it."""

from __future__ import annotations

import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage, MIMEPart
from email.utils import parsedate_to_datetime

from index.article import Article, Failure, LeftOut
from index.errors import ArticleError
from index.readers.archive import Names, deeper, unread
from index.readers.compose import Block, Properties, compose
from index.readers.decode import decode
from index.readers.mail_parts import Forwarded, forwarded, own_markup, own_words, unflowed
from index.readers.mail_structure import MALFORMED, TextPart, filename_of, text_parts
from index.readers.markup import markup_blocks
from index.readers.metadata import day_of, name_of
from index.readers.nesting import cut_short
from index.readers.sniff import has_reader, is_supported
from index.readers.source_metadata import ReadInner, SourceMetadata
from index.readers.unpack_budget import UnpackBudget

_FROM_LINE = re.compile(rb"(?:\A|\n\r?\n)From (?:[^\n]*\d\d:\d\d[^\n]*\n|[^\n]*\n(?=[A-Za-z][\w-]*: ))")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
_NAME_CHARACTERS = 100
_STUB = 4
"""A plain part with so many times fewer words than the HTML only says to look at that."""
_WORD = re.compile(r"\w+|[\u3040-\u9fff]")
_TELLING = 4
"""Letters of a word that is in few texts."""
_NEARLY_ALL = 0.8
_MAIL = "message/rfc822"


def read_mail(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the sender's own words, a mail forwarded among them, and what is attached, as articles of their own."""
    message = email.message_from_bytes(data, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    attached, others = _attached(message)
    names = Names(source)
    blocks, inner = _body(message, source)
    title = _header(message, "subject") or name_of(source)
    if blocks:
        yield compose(source, Properties(title, _sender(_header(message, "from")), _date(message)), blocks)
    if inner is not None and inner.text.strip():
        said = Properties(inner.subject or title, _sender(inner.author), day_of(inner.date) or _day(inner.date))
        yield compose(
            names.of("forwarded") if blocks else source, said, _paragraphs(own_words(inner.text) or inner.text)
        )
    elif not blocks and not attached:
        raise ArticleError(f"{source} has no text", "save the mail with its text")
    if attached:
        yield from _read_attached(attached, names, source, budget, read)
    yield from _lost(message, source)
    yield from (unread(names.of(name.replace("/", "-"))) for name in others)


def _read_attached(
    attached: list[EmailMessage], names: Names, source: str, budget: UnpackBudget, read: ReadInner
) -> Iterator[Article | Failure]:
    with deeper(source, budget):
        for number, part in enumerate(attached, start=1):
            name = names.of((filename_of(part) or f"attachment {number}").replace("/", "-"))
            content = _content(part)
            try:
                budget.take(name, len(content), len(content))
            except ArticleError as error:
                yield Failure(name, error.message, error.hint)
            else:
                media_type = part.get_content_type()
                label = SourceMetadata(media_type if has_reader(media_type) else "", part.get_content_charset())
                yield from read(content, name, budget, label)
            if budget.spent:
                return


def read_mailbox(data: bytes, source: str, budget: UnpackBudget, read: ReadInner) -> Iterator[Article | Failure]:
    """Return the mails of an mbox file, each called by its subject."""
    starts = list(_FROM_LINE.finditer(data))
    if not starts:
        raise ArticleError(f"{source} is no mailbox", "export it as mbox")
    names = Names(source)
    ends = [match.start() for match in starts[1:]] + [len(data)]
    for number, (match, end) in enumerate(zip(starts, ends, strict=True), start=1):
        mail = _QUOTED_FROM.sub(rb"\1", data[match.end() : end])
        subject = _header(email.message_from_bytes(mail, policy=email.policy.default), "subject")
        name = names.of((subject or f"mail {number}")[:_NAME_CHARACTERS].replace("/", "-"))
        yield from read(mail, name, budget, SourceMetadata(_MAIL))


def _attached(message: EmailMessage) -> tuple[list[EmailMessage], list[str]]:
    """Return the documents and mails attached, not what is attached to those, and the names of other files."""
    attached: list[EmailMessage] = []
    others: list[str] = []
    for part in message.iter_parts():
        assert isinstance(part, EmailMessage)
        if part.get_content_type() == _MAIL:
            attached.append(part)
        elif part.is_multipart():
            inner, further = _attached(part)
            attached, others = attached + inner, others + further
        elif name := filename_of(part):
            is_read = is_supported(name) or has_reader(part.get_content_type())
            attached += [part] if is_read else []
            others += [] if is_read else [name]
    return attached, others


def _content(part: EmailMessage) -> bytes:
    if part.get_content_type() == _MAIL:
        return b"".join(inner.as_bytes() for inner in part.iter_parts())
    content = part.get_payload(decode=True)
    return content if isinstance(content, bytes) else b""


def _header(message: EmailMessage, name: str) -> str:
    try:
        return " ".join(str(message.get(name, "")).split())
    except MALFORMED:
        return ""


def _sender(line: str) -> str | None:
    """Return the name in `Name <address>`, else the address."""
    name = line.split("<", 1)[0].strip().strip('"').strip()
    return name or line.strip("<>") or None


def _date(message: EmailMessage) -> str | None:
    return _day(_header(message, "date"))


def _day(line: str) -> str | None:
    try:
        return parsedate_to_datetime(line).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None


def _body(message: EmailMessage, source: str) -> tuple[list[Block], Forwarded | None]:
    """Return the sender's words and the mail that is forwarded below them, with all that stands after it."""
    shown = _shown(message, source)
    blocks: list[Block] = []
    for n, (text, marked) in enumerate(shown, start=1):
        before, inner = forwarded(text)
        blocks += marked if marked and inner is None else _paragraphs(own_words(before))
        if inner is not None:
            return blocks, replace(inner, text="\n\n".join([inner.text, *(below for below, _ in shown[n:])]))
    if blocks:
        return blocks, None
    quoted = "\n\n".join(text for text, _ in shown)  # of nobody knows whom
    return [], Forwarded("", "", "", re.sub(r"(?m)^[ \t]*(?:>[ \t]?)+", "", quoted))


def _shown(message: EmailMessage, source: str) -> list[tuple[str, list[Block]]]:
    """Return each text of a mail in the version that has more to say, and its blocks if that is the HTML."""
    shown: list[tuple[str, list[Block]]] = []
    before = ""
    for part in text_parts(message):
        plain = "\n\n".join(filter(None, (_text(each, source) for each in part.plain)))
        blocks = list(_marked(part, source))
        marked = "\n\n".join(block.text for block in blocks)
        if before and not plain and _says_same(before, marked):
            plain, shown = before, shown[:-1]
        rows = " ".join(block.text for block in blocks if block.table)
        shown.append((marked, blocks) if _is_stub(plain, marked) or _lacks(plain, rows) else (plain, []))
        before = "" if blocks else plain
    return shown


def _marked(part: TextPart, source: str) -> Iterator[Block]:
    for page in filter(None, (_text(each, source) for each in part.pages)):
        yield from (block for block in markup_blocks(own_markup(page)) if block.tidied)


def _lost(message: EmailMessage, source: str) -> Iterator[LeftOut]:
    for page in (page for part in text_parts(message) for page in part.pages):
        yield from cut_short(_text(page, source), source)


def _says_same(plain: str, marked: str) -> bool:
    """Whether two parts are versions of one text, though the mail does not call them alternatives."""
    words, others = _WORD.findall(own_words(plain).lower()), _WORD.findall(marked.lower())
    common = len(set(words) & set(others))
    return common >= _NEARLY_ALL * max(len(set(words)), len(set(others))) and len(words) <= 2 * len(others)


def _is_stub(plain: str, shown: str) -> bool:
    """Whether the plain text only says to look at the HTML: it is shorter, and has other words or next to none."""
    words, others = _WORD.findall(plain.lower()), _WORD.findall(shown.lower())
    if len(words) >= len(others):
        return False
    distinct = {word for word in words if len(word) >= _TELLING or not word.isascii()}
    return len(words) * _STUB <= len(others) or len(distinct & set(others)) < len(distinct) / 2


def _lacks(plain: str, rows: str) -> bool:
    """Whether most words of the HTML's tables are not in the plain text."""
    words = set(_WORD.findall(rows.lower()))
    return len(words - set(_WORD.findall(plain.lower()))) > len(words) / 2


def _text(part: MIMEPart | None, source: str) -> str:
    """Return the text of a part, a flowed one with its paragraphs whole; "" if there is none."""
    payload = part.get_payload(decode=True) if part is not None else None
    if part is None or not isinstance(payload, bytes) or not payload.strip():
        return ""
    text = decode(payload, source, part.get_content_charset())
    if part.get_content_subtype() == "plain" and str(part.get_param("format", "")).lower() == "flowed":
        return unflowed(text, str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _paragraphs(text: str) -> list[Block]:
    return [block for part in re.split(r"\n[ \t]*\n", text) if (block := Block(part)).tidied]
