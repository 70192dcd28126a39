"""Evernote's exports: each note is an article; its text is HTML that is all content.

Left out: attached files and pictures, encrypted passages.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lxml import etree

from index.article import Article, Failure
from index.errors import ArticleError
from index.readers.archive import Names
from index.readers.compose import Properties, compose, tags_of, web_link
from index.readers.markup import markup_blocks
from index.readers.nesting import cut_short

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAME_CHARACTERS = 100
_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)T")
_HEAD = re.compile(r"\A\s*(?:<\?xml[^>]*\?>|<!DOCTYPE[^>]*>|\s)*")
_ENCRYPTED = re.compile(r"(?s)<en-crypt\b.*?</en-crypt\s*>")


def read_enex(data: bytes, source: str) -> Iterator[Article | Failure]:
    """Return the notes. Their attachments may be large, as lines of letters; those are not kept."""
    names, count = Names(source), 0
    options = {"resolve_entities": False, "no_network": True, "huge_tree": True}
    try:
        for _, note in etree.iterparse(io.BytesIO(data), tag="{*}note", **options):
            count += 1
            yield from _note(note, names, count)
            note.clear()
    except etree.XMLSyntaxError as error:
        if not count:
            raise ArticleError(f"{source} is a damaged export of Evernote ({error.msg})", "export it again") from error
        yield Failure(f"{source}/the rest", f"{source} breaks off ({error.msg})", "export it again")
    if not count:
        raise ArticleError(f"{source} has no notes", "export the notes")


def _note(note: _Element, names: Names, number: int) -> Iterator[Article | Failure]:
    title = " ".join((note.findtext("{*}title") or "").split())
    name = names.of((title or f"note {number}")[:_NAME_CHARACTERS].replace("/", "-"))
    page = _ENCRYPTED.sub(" ", _HEAD.sub("", note.findtext("{*}content") or ""))
    blocks = list(markup_blocks(page))
    if not any(block.tidied for block in blocks):
        yield Failure(name, f"{name} has no text", "ingest what is attached to it by itself")
        return
    day = _DAY.match(note.findtext("{*}updated") or note.findtext("{*}created") or "")
    properties = Properties(
        title=title or name.rsplit("/", 1)[-1],
        author=" ".join((note.findtext("{*}note-attributes/{*}author") or "").split()) or None,
        date="-".join(day.groups()) if day else None,
        link=web_link(note.findtext("{*}note-attributes/{*}source-url")),
        tags=tags_of([tag.text or "" for tag in note.findall("{*}tag")]),
    )
    yield compose(name, properties, blocks)
    yield from cut_short(page, name)
