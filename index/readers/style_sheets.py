"""What the style sheets of a page or book say of raised and lowered characters: `span.c5 { vertical-align: super }`.

Google's documents, Calibre and InDesign raise figures so, where others have `sup`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

_RULE = re.compile(r"([^{}]{1,2000})\{([^{}]{0,4000})\}")
_STANDING = re.compile(r"(?i)(?:^|[;\s])vertical-align\s*:\s*(super|sub)\b")
_CLASS = re.compile(r"\.([\w-]+)\s*$")
_TAGS = {"super": "sup", "sub": "sub"}
_INLINE = "span a i b em strong small font".split()


def mark_standing(root: _Element, sheets: Iterable[str]) -> None:
    """Make `sup` and `sub` of those elements in a line that a style sheet, or their own style, raises or lowers."""
    classes: dict[str, str] = {}
    for sheet in sheets:
        for selectors, said in _RULE.findall(sheet):
            if standing := _STANDING.search(said):
                named = (_CLASS.search(selector) for selector in selectors.split(","))
                classes |= {found[1]: _TAGS[standing[1].lower()] for found in named if found}
    for element in root.iter(*_INLINE):
        own = _STANDING.search(element.get("style", ""))
        tag = (
            _TAGS[own[1].lower()] if own else next(filter(None, map(classes.get, element.get("class", "").split())), "")
        )
        if tag and not any(element.iterancestors("sup", "sub")):
            element.tag = tag
