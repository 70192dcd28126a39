"""Which format a file is of: its first bytes say so, its name decides only among kinds of text."""

from __future__ import annotations

import re
from pathlib import PurePath

from index.errors import ArticleError

TEXTS = {
    ".txt": "text",
    ".text": "text",
    "": "text",
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".csv": "table",
    ".tsv": "table",
    ".jsonl": "lines",
    ".ndjson": "lines",
    ".eml": "mail",
    ".mbox": "mailbox",
    ".rss": "feed",
    ".atom": "feed",
}
_PACKED = frozenset(".pdf .docx .odt .epub .rtf .zip .tar .tgz .gz .bz2 .xz".split())
HEAD = 1024
"""How many bytes tell a format."""

_MAGIC = (
    (rb"\s{0,64}%PDF-", "pdf"),
    (rb"\s{0,64}\{\\rtf", "rtf"),
    (rb"PK(\x03\x04|\x05\x06)", "zip"),
    (rb"\x1f\x8b\x08", "gz"),
    (rb"BZh[1-9]", "bz2"),
    (rb"\xfd7zXZ\0", "xz"),
    (rb"(?s).{257}ustar", "tar"),
    (rb"(?s)[\xef\xbb\xbf\s]{0,64}(<\?xml.{0,200}?\?>|<!--.{0,800}?-->|\s)*<(rss|feed|rdf:RDF)[\s>]", "feed"),
)
_LIKELY = (
    (rb"(?s)[\xef\xbb\xbf\s]{0,64}(<\?xml.{0,200}?\?>\s*)?<(!doctype\s+)?html[\s>]", "html"),
    (rb"From \S+ [^\n]{10,80}\d{4}\r?\n[A-Za-z-]+: ", "mailbox"),
)
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def sniff(data: bytes, source: str) -> str:
    """The name of the format. Raises ArticleError for what is known and has no reader."""
    if data.startswith(_OLD_OFFICE):
        raise ArticleError(f"{source} is an old Office file, or a protected one", "save it as .docx or PDF")
    suffix = PurePath(source).suffix.lower()
    if found := _match(_MAGIC, data):
        return found if found != "feed" or suffix not in TEXTS else TEXTS[suffix]
    if suffix in TEXTS and suffix:
        return TEXTS[suffix]
    return _match(_LIKELY, data) or "text"


def is_supported(name: str, head: bytes = b"") -> bool:
    """Whether a file of this name, which begins with `head`, has a reader; archives need their name."""
    suffix = PurePath(name).suffix.lower()
    return suffix in TEXTS or suffix in _PACKED or _match(_MAGIC, head) in ("pdf", "rtf", "feed")


def _match(kinds: tuple[tuple[bytes, str], ...], data: bytes) -> str | None:
    head = data[:HEAD]
    return next((name for pattern, name in kinds if re.match(pattern, head, re.IGNORECASE)), None)
