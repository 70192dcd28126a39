"""The address of a quote: it outlives a re-ingest, after which the old text is gone from the store.

`/articles/ID#q=START-END&w=DIGEST&b=START-END,...`: where the quote stands (code points), a digest of
its words to know them again by, and the words in it that answer. Without `w` the place alone counts.
A page may mark several quotes: each further `q` begins the next. Where whole articles are not for everybody the link
has a seal, `/articles/ID?q=...&s=SEAL`, which the server has to see, so that it is no fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encode

import numpy as np
from numpy.typing import NDArray

from rag.answer import Span

QUOTES = 50
"""The most quotes that one address marks."""
_BASE = np.uint64(0x9E3779B97F4A7C15)
_BLOCK = 1 << 20
_SPAN = re.compile(r"([0-9]{1,9})-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Link:
    """What an address says of one quote."""

    start: int
    end: int
    digest: str = ""
    bold: tuple[Span, ...] = ()
    seal: str = ""


@dataclass(frozen=True, slots=True)
class FoundQuote:
    """Where a quote stands now, and whether that is elsewhere than its address says."""

    start: int
    end: int
    moved: bool


def address(
    article_id: str, start: int, end: int, quote: str, bold: Iterable[Span] = (), seal: str | None = None
) -> str:
    """Return the permalink of `quote`, which stands at `start` to `end`; `bold` are spans of the article in it."""
    spans = ",".join(f"{first}-{last}" for first, last in bold)
    marked = f"&b={spans}" if spans else ""
    mark, sealed = ("?", f"&s={seal}") if seal else ("#", "")
    return f"{page_address(article_id)}{mark}q={start}-{end}&w={digest_of(quote)}{marked}{sealed}"


def page_address(article_id: str) -> str:
    """Return the address of an article's page."""
    return f"/articles/{percent_encode(article_id, safe='', errors='replace')}"


def sheet_address(article_id: str, page: int, links: Iterable[Link] = ()) -> str:
    """Return the address of a page of the PDF that an article came from, with the quotes of `links` marked."""
    marks = "&".join(f"q={link.start}-{link.end}" + (f"&w={link.digest}" if link.digest else "") for link in links)
    return f"{page_address(article_id)}/pages/{page}{f'?{marks}' if marks else ''}"


def parse(query: Iterable[tuple[str, str]]) -> list[Link]:
    """Return the quotes that an address names, from its names and values in order; malformed parts are passed over."""
    found: list[Link | None] = []
    for name, value in query:
        last = found[-1] if found else None
        if name == "q":
            spans = _spans(value)
            found.append(Link(*spans[0]) if len(spans) == 1 else None)
        elif last is not None and name == "w":
            found[-1] = replace(last, digest=value)
        elif last is not None and name == "b":
            found[-1] = replace(last, bold=_spans(value))
        elif last is not None and name == "s":
            found[-1] = replace(last, seal=value)
    return [link for link in found if link is not None][:QUOTES]


def find(text: str, start: int, end: int, digest: str) -> FoundQuote | None:
    """Return where the words of a link stand in `text`: at their place, else nearest to it, else None.

    Without a digest the place is taken as it is.
    """
    if not 0 <= start < end or end - start > len(text):
        return None
    if end <= len(text) and digest in ("", digest_of(text[start:end])):
        return FoundQuote(start, end, moved=False)
    if not re.fullmatch(r"[0-9a-f]{16}", digest):
        return None
    places = _places(text, end - start, np.uint64(int(digest, 16)))
    if not places:
        return None
    nearest = min(places, key=lambda at: abs(at - start))
    return FoundQuote(nearest, nearest + end - start, moved=True)


def digest_of(words: str) -> str:
    """Return a polynomial over the code points, modulo 2**64, as 16 hexadecimal digits: it can be rolled over a text.

    It knows words again, it keeps nobody from making up others with the same digest.
    """
    codes = _codes(words)
    return f"{int((codes * _powers(len(codes))).sum(dtype=np.uint64)):016x}"


def _places(text: str, length: int, digest: np.uint64) -> list[int]:
    """Return where each run of `length` code points begins that has this digest (Rabin and Karp 1987)."""
    found: list[int] = []
    for at in range(0, len(text) - length + 1, _BLOCK):
        codes = _codes(text[at : at + _BLOCK + length - 1])
        powers = _powers(len(codes))
        sums = np.concatenate((np.zeros(1, np.uint64), np.cumsum(codes * powers, dtype=np.uint64)))
        runs = sums[length:] - sums[:-length]
        found += [at + int(offset) for offset in np.flatnonzero(runs == powers[: len(runs)] * digest)]
    return found


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.uint64)


def _powers(count: int) -> NDArray[np.uint64]:
    """Return 1, the base, its square, ...; numbers wrap around, as they are meant to."""
    powers = np.full(count, _BASE, np.uint64)
    powers[:1] = 1
    return np.cumprod(powers, dtype=np.uint64)


def _spans(value: str) -> tuple[Span, ...]:
    """Parse `1-5,9-12`; empty for anything else."""
    matches = [_SPAN.fullmatch(part) for part in value.split(",")]
    return tuple((int(match[1]), int(match[2])) for match in matches if match) if all(matches) else ()
