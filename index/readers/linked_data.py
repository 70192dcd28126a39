"""What a web page says of its article in JSON-LD, as schema.org names it: trafilatura finds only some forms of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_KINDS = ("Article", "BlogPosting", "Report", "LiveBlogPosting")
_MOST_OBJECTS = 1_000
"""Looked at on one page: there are some dozens."""


def linked_article(tree: HtmlElement) -> Mapping[str, object]:
    """Return the properties of the article that the page is about; empty where it says none."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        with suppress(ValueError, RecursionError):
            for item in _objects(json.loads(script.text or "")):
                if _is_article(item):
                    return item
    return {}


def _objects(said: object) -> Iterator[Mapping[str, object]]:
    """Yield the objects of a script, those that enclose others first."""
    waiting = [said]
    for _ in range(_MOST_OBJECTS):
        if not waiting:
            return
        item = waiting.pop(0)
        if isinstance(item, dict):
            yield item
            waiting += [part for name, part in item.items() if name in ("@graph", "mainEntity", "itemReviewed")]
        elif isinstance(item, list):
            waiting += item


def _is_article(item: Mapping[str, object]) -> bool:
    kinds = item.get("@type")
    named = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.endswith(_KINDS) for kind in named)
