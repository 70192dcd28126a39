"""Elements nested so deep that the parser gives up: tags that nothing closes are dropped, other losses named."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from contextlib import suppress

from lxml import etree, html

from index.article import LeftOut

DECLARATION = re.compile(r"\A\s*<\?xml[^>]*\?>")
"""Not taken by lxml where it names an encoding."""
_DEPTH = 255
_FEW_TAGS = 200
_FORMATTING = re.compile(
    r"(?i)<(/?)(abbr|acronym|b|bdi|big|cite|code|data|dfn|em|font|i|ins|kbd|label|mark|q|s|samp|small|span|strike|strong"
    r"|time|tt|u|var)(?=[\s>])[^<>]*(?<!/)>"
)
"""These only say how words look, or what they are."""


def unnested(page: str) -> str:
    """Return a page that the parser reads whole, if only tags of formatting that nothing closes are in its way."""
    return _without_unclosed(page) if _is_cut(page) else page


def cut_short(page: str, source: str) -> Iterator[LeftOut]:
    """Name what of a page is not read for its depth."""
    if _is_cut(page) and _is_cut(_without_unclosed(page)):
        yield LeftOut(source, f"what follows elements nested more than {_DEPTH} deep is not read")


def _is_cut(page: str) -> bool:
    if page.count("<") < _FEW_TAGS:
        return False
    parser = html.HTMLParser()
    with suppress(etree.ParserError, ValueError):
        html.document_fromstring(DECLARATION.sub("", page), parser=parser)
    return any(entry.type == etree.ErrorTypes.ERR_RESOURCE_LIMIT for entry in parser.error_log)


def _without_unclosed(page: str) -> str:
    opened: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for tag in _FORMATTING.finditer(page):
        same = opened[tag[2].lower()]
        if not tag[1]:
            same.append(tag.span())
        elif same:
            same.pop()
    kept, at = [], 0
    for start, end in sorted(span for spans in opened.values() for span in spans):
        kept.append(page[at:start])
        at = end
    return "".join([*kept, page[at:]])
