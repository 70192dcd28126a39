"""Which format a file is of: its first bytes say so, its name decides only among kinds of text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

from index.errors import ArticleError
from index.readers.hints import OCR_HINT

TEXTS = {
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    **dict.fromkeys((".mdx", ".qmd", ".rmd", ".mkd", ".mkdn", ".mdown"), "markdown"),
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".json": "json",
    ".ipynb": "notebook",
    ".rst": "rst",
    ".rest": "rst",
    ".org": "org",
    ".vtt": "subtitles",
    ".srt": "subtitles",
    ".eml": "mail",
    ".mbox": "mailbox",
    ".mhtml": "mhtml",
    ".mht": "mhtml",
    ".warc": "warc",
    ".rss": "feed",
    ".atom": "feed",
    ".tex": "latex",
    ".ltx": "latex",
    ".latex": "latex",
    ".bib": "bibtex",
    ".adoc": "asciidoc",
    ".asciidoc": "asciidoc",
    ".enex": "enex",
}
_MEDIA_TYPES = {
    "text/plain": "text",
    "text/markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
    "text/csv": "table",
    "application/x-ndjson": "lines",
    "application/jsonl": "lines",
    "application/feed+json": "json",
    "application/x-ipynb+json": "notebook",
    "text/x-rst": "rst",
    "text/vtt": "subtitles",
    "application/x-subrip": "subtitles",
    "message/rfc822": "mail",
    "multipart/related": "mhtml",
    "application/rss+xml": "feed",
    "application/atom+xml": "feed",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/epub+zip": "zip",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "zip",
    "application/vnd.oasis.opendocument.text": "zip",
    "application/x-tex": "latex",
    "text/x-tex": "latex",
    "application/x-bibtex": "bibtex",
    "text/x-bibtex": "bibtex",
    "application/vnd.citationstyles.csl+json": "csl",
    "text/asciidoc": "asciidoc",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "zip",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "zip",
}
_VAGUE = frozenset(
    {"", "application/octet-stream", "application/xml", "text/xml", "application/zip", "application/gzip"}
)
"""These leave it to the bytes and the name."""
_PACKED = frozenset(".pdf .docx .odt .epub .rtf .zip .tar .tgz .gz .bz2 .xz".split())
_PACKED |= frozenset(".pptx .pptm .ppsx .potx .xlsx .xlsm .xltx .xlsb".split())
HEAD = 1024
"""How many bytes tell a format."""

_START = rb"(?s)[\xef\xbb\xbf\s]{0,64}"
_XML = _START + rb"(?:<\?xml.{0,200}?\?>|<!--.{0,800}?-->|<!DOCTYPE[^>\[]{0,200}(?:\[.{0,800}?\]\s*)?>|\s)*"
_SIGNED = (
    (_XML + rb"<mediawiki[\s>]", "mediawiki"),
    (_XML + rb"<en-export[\s>]", "enex"),
    (_START + rb"(?:%[^\n]{0,200}\n\s*)*\\documentclass\s*[\[{]", "latex"),
    (
        _START + rb"(?:%[^\n]{0,200}\n\s*)*@[a-z]{4,20}\s{0,9}\{\s{0,9}[^\s,={}]{1,100}\s{0,9},\s*[\w-]{2,30}\s*=",
        "bibtex",
    ),
    (_START + rb"\[\s*\{.{0,900}?\"(?:issued|accessed)\"\s*:\s*\{\s*\"date-parts\"", "csl"),
    (
        _START + rb"\[\s*\{.{0,900}?\"type\"\s*:\s*\"(?:article-(?:journal|magazine|newspaper)|paper-conference)\"",
        "csl",
    ),
)
"""Texts that say what they are, whatever they are called."""

_MAGIC = (
    (rb"\s{0,64}%PDF-", "pdf"),
    (rb"\s{0,64}\{\\rtf", "rtf"),
    (rb"PK(\x03\x04|\x05\x06)", "zip"),
    (rb"\x1f\x8b\x08", "gz"),
    (rb"BZh[1-9]", "bz2"),
    (rb"\xfd7zXZ\0", "xz"),
    (rb"(?s).{257}ustar", "tar"),
    (rb"WARC/[01]\.\d+\r?\n", "warc"),
    (rb"(?s)[\xef\xbb\xbf\s]{0,64}(<\?xml.{0,200}?\?>|<!--.{0,800}?-->|\s)*<(rss|feed|rdf:RDF)[\s>]", "feed"),
    *_SIGNED,
)
_PICTURES = ((rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|(?s:RIFF....WEBP)", "picture"),)
_PICTURE_NAMES = frozenset(".png .jpg .jpeg .tif .tiff .webp".split())
_LIKELY = (
    (rb"(?s)[\xef\xbb\xbf\s]{0,64}(<\?xml.{0,200}?\?>\s*)?<(!doctype\s+)?html[\s>]", "html"),
    (rb"From \S+ [^\n]{10,80}\d{4}\r?\n[A-Za-z-]+: ", "mailbox"),
    (rb"From: <Saved by ", "mhtml"),
    (rb"(?:\xef\xbb\xbf)?WEBVTT[ \t\r\n]", "subtitles"),
)
_FOUND_IN_FOLDERS = frozenset({"pdf", "rtf", "feed", *(kind for _, kind in _SIGNED)})
"""With any ending."""
_JSON_ARTICLES = re.compile(
    rb"(?s)(?:\xef\xbb\xbf)?\s*(?:[\[{]\s*.*\"(?:text|body|content|article|html|plaintext|markdown|transcript|"
    rb"(?:body|content|post|full|article)_?(?:html|markdown|text|content))\"\s*:|\{.*jsonfeed\.org/version/)",
    re.IGNORECASE,
)
"""Of other JSON files folders are full."""
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes, source: str, media_type: str = "", *, pictures: bool = False) -> str:
    """Return the format's name; `media_type` is what its sender says. Raises ArticleError for what has no reader."""
    if _match(_PICTURES, data):
        if pictures:
            return "picture"
        raise ArticleError(f"{source} is a picture", OCR_HINT)
    if data.startswith(_OLD_OFFICE):
        raise ArticleError(f"{source} is an old Office file, or a protected one", "save it as .docx or PDF")
    suffix = PurePath(source).suffix.lower()
    found = _match(_MAGIC, data)
    if found and found != "feed":  # which is text too
        return found
    if media_type in _MEDIA_TYPES:
        return _MEDIA_TYPES[media_type]
    if media_type not in _VAGUE and not found:
        raise ArticleError(f"{source} is {media_type}, which holds no article", "give the article itself")
    if suffix in TEXTS and suffix:
        return TEXTS[suffix]
    return found or _match(_LIKELY, data) or "text"


def is_supported(name: str, head: bytes = b"", *, pictures: bool = False) -> bool:
    """Whether a file of this name, which begins with `head`, has a reader; archives need their name."""
    suffix = PurePath(name).suffix.lower()
    if suffix in _PICTURE_NAMES and pictures:
        return True
    if suffix == ".json":
        return _JSON_ARTICLES.match(head[:HEAD]) is not None or _match(_MAGIC, head) == "csl"
    return suffix in TEXTS or suffix in _PACKED or _match(_MAGIC, head) in _FOUND_IN_FOLDERS


def has_reader(media_type: str) -> bool:
    """Whether there is a reader for what its sender calls so."""
    return media_type in _MEDIA_TYPES


def _match(kinds: tuple[tuple[bytes, str], ...], data: bytes) -> str | None:
    head = data[:HEAD]
    return next((name for pattern, name in kinds if _compiled(pattern).match(head)), None)


@cache
def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    """Return a pattern ready to match: re looks one up in ten times as long as these take to fail."""
    return re.compile(pattern, re.IGNORECASE)
