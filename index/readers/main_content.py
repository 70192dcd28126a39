"""Which part of a web page is the article: trafilatura finds its words, and all that stands among them is kept.

trafilatura gives a tree of its own, in which loose text, parts of tables and second containers can be missing. So its
words are only looked up in the page: the smallest element that holds nearly all of them is the article, or what
encloses it, and is walked whole, but for what is called boilerplate and holds none of them. What trafilatura found
outside of it is kept, too.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

from index.readers.compose import Block
from index.readers.markup import BLOCKS, placed_blocks
from index.readers.page_marks import is_mark

if TYPE_CHECKING:
    from lxml.etree import _Element

_RUN = 3
"""Words in a row that are looked up."""
_NEARLY_ALL, _HALF = 0.9, 0.5
_LINKS = 0.5
"""Of a part's characters, in links: then it leads elsewhere."""
_RICH_WORDS, _FEW_WORDS = 25, 3
_UPWARDS = 4
_NEVER_TEXT = frozenset(
    "toc catlinks navbox printfooter ad ads advert advertisement adbox ad-slot ad-container".split()
)
"""What wikis call their lists of links, and others advertising: none of the article, whatever trafilatura finds."""
_WHOLE = frozenset("html body".split())
_CONTAINERS = frozenset("div section main article header center form".split())
_BESIDES = frozenset("nav footer form button input textarea label dialog".split())
_CONTROLS = ("input", "select", "textarea", "button")
_CALLED = re.compile(
    r"(?i)(?:^|[\s_-])(?:ad|ads|advert\w*|adbox|sponsor\w*|promo\w*|banner|share|sharing|sharedaddy|social|follow|related|"
    r"recommend\w*|read-?more|more-?(?:stories|news|from)|most-?read|trending|popular|sidebar|side-?bar|widget|newsletter|"
    r"subscri\w*|sign-?up|comments?|respond|disqus\w*|breadcrumbs?|pagination|pager|cookie\w*|consent|gdpr|paywall|toolbar|"
    r"menu|navbar|navigation|nav|skip-?link|outbrain|taboola|print-?only|noprint|footer|masthead|catlinks|navbox|"
    r"toc|jump-?to|screen-?reader-text|sr-only|visually-?hidden|a11y-\w+)(?:$|[\s_-])"
)


def main_blocks(root: _Element, extracted: str) -> list[Block]:
    """Return the blocks of the page's article; `extracted` has those of its words that are known."""
    words = _words(extracted)
    runs, alone = _runs(words), {" ".join(_words(line)) for line in extracted.split("\n")}
    known: dict[_Element, int] = Counter()
    size: dict[_Element, int] = Counter()
    for element, block in placed_blocks(root):
        own = _words(block.text)
        size[element] += len(own)
        if _is_known(own, runs, alone):
            known[element] += len(own)
    known, size = _summed(known), _summed(size)
    part = _article(root, known, size)
    if part is None:
        return []
    notes = _notes(root, part)
    inside = {*part.iter(), *(element for note in notes for element in note.iter())}
    around = {ancestor for element in (part, *notes) for ancestor in element.iterancestors()}

    controls = list(root.iter(*_CONTROLS))
    beside = {control.getparent() for control in controls}
    holders = {holder for control in controls for holder in control.iterancestors()}

    def is_skipped(element: _Element) -> bool:
        if element in inside:
            is_word = element.tag == "label" and _is_word(element, beside, holders)
            return not is_word and _is_besides(element, part, known, size)
        is_known = known.get(element) and not _is_never_text(element, part, size)
        return element.tag in BLOCKS and element not in around and not is_known

    placed = placed_blocks(root, is_skipped)
    return [block for element, block in placed if element in inside or _is_known(_words(block.text), runs, alone)]


def _words(text: str) -> list[str]:
    return re.findall(r"[\u3040-\u9fff]|[^\W\u3040-\u9fff]+", text)


def _runs(words: list[str]) -> set[tuple[str, ...]]:
    return {tuple(words[at : at + _RUN]) for at in range(len(words) - _RUN + 1)}


def _is_known(own: list[str], runs: set[tuple[str, ...]], alone: set[str]) -> bool:
    if len(own) < _RUN:
        return bool(own) and " ".join(own) in alone
    own_runs = _runs(own)
    return len(own_runs & runs) >= _HALF * len(own_runs)


def _summed(counts: dict[_Element, int]) -> dict[_Element, int]:
    """Return the counts of elements with all that is in them."""
    sums: dict[_Element, int] = Counter()
    for element, count in counts.items():
        ancestor: _Element | None = element
        while ancestor is not None:
            sums[ancestor] += count
            ancestor = ancestor.getparent()
    return sums


def _article(root: _Element, known: dict[_Element, int], size: dict[_Element, int]) -> _Element | None:
    """Return the element that is the article: the smallest with the known words, or a wider one around it."""
    if not known.get(root):
        return None
    part = root
    while (inner := max(part, key=lambda child: known.get(child, 0), default=None)) is not None:
        if known.get(inner, 0) < _NEARLY_ALL * known[root]:
            break
        part = inner
    while part.tag not in BLOCKS and (parent := part.getparent()) is not None:
        part = parent  # `font` around a page has no text of its own
    enclosing = [part, *part.iterancestors()]
    for element in enclosing:
        if element.tag == "article" or element.get("itemprop") == "articleBody":
            return element
    wider = [element for element in enclosing[1 : 1 + _UPWARDS] if element.tag not in _WHOLE]
    for below, element in reversed(list(zip(enclosing, wider, strict=False))):
        if any(_continues(below, sibling, size) for sibling in element if sibling is not below):
            return element
    return part


def _notes(root: _Element, part: _Element) -> list[_Element]:
    """Return the blocks outside of the article with the notes that numbers in it lead to, as Word puts them."""
    marks = (element for element in part.iter("a", "sup") if is_mark(element))
    links = (link for mark in marks for link in mark.iter("a"))
    names = {link.get("href", "").removeprefix("#") for link in links} - {""}
    inside = set(part.iter())
    found = []
    for element in root.iter() if names else ():
        if {element.get("id"), element.get("name")} & names and element not in inside:
            blocks = (each for each in (element, *element.iterancestors()) if each.tag in BLOCKS)
            note = next(blocks, None)
            if note is not None and part not in set(note.iter()):
                found.append(note)
    return found


def _continues(part: _Element, sibling: _Element, size: dict[_Element, int]) -> bool:
    """Whether a sibling is a further container of the same body."""
    alike = sibling.tag == part.tag and sibling.get("class") == part.get("class") and bool(part.get("class"))
    return alike and size.get(sibling, 0) >= _RICH_WORDS and sibling.tag == "div" and _link_share(sibling) < _LINKS / 2


def _is_besides(element: _Element, part: _Element, known: dict[_Element, int], size: dict[_Element, int]) -> bool:
    """Whether an element of the article is boilerplate: called so, or full of links, and without known words."""
    if _is_never_text(element, part, size):
        return True
    if known.get(element, 0) > _HALF * size.get(element, 0) or element is part:
        return False
    parent = element.getparent()
    if element.tag not in BLOCKS and element.tag not in _BESIDES and (parent is None or parent.tag not in _CONTAINERS):
        return False  # a part of a sentence or of code, whatever it is called
    if _is_boilerplate(element, part, size):
        return True
    if known.get(element, 0):
        return False
    if element.tag in ("ul", "ol", "div", "section", "table", "p", "aside") and size.get(element, 0):
        return _link_share(element) > _LINKS
    return part.tag in _WHOLE and not _is_among_known(element, part, known)


def _is_never_text(element: _Element, part: _Element, size: dict[_Element, int]) -> bool:
    called = {element.get("id"), *element.get("class", "").split()}
    return bool(_NEVER_TEXT & called) and size.get(element, 0) < _HALF * size.get(part, 0)


def _is_boilerplate(element: _Element, part: _Element, size: dict[_Element, int]) -> bool:
    """Whether an element is no text of the article by its kind or by what it is called."""
    called = f"{element.get('class', '')} {element.get('id', '')}"
    if element.tag in _BESIDES or _CALLED.search(called) or element.get("role") == "navigation":
        return True
    return element.tag == "aside" and (part.tag in _WHOLE or size.get(element, 0) < _FEW_WORDS)


def _is_word(label: _Element, beside: set[_Element | None], holders: set[_Element]) -> bool:
    """Whether a label is part of a sentence or names a value: no control of a form is in it or beside it."""
    parent, before = label.getparent(), label.getprevious()
    if parent is None or label in holders or parent in beside:
        return False
    said = parent.text if before is None else before.tail
    if (said or "").strip() or (label.tail or "").strip():
        return True
    return not label.get("for") and parent.getparent() not in holders


def _is_among_known(element: _Element, part: _Element, known: dict[_Element, int]) -> bool:
    """Whether known paragraphs stand directly beside the element, or beside what it is in."""
    while element is not part and (parent := element.getparent()) is not None:
        if any(known.get(sibling, 0) and sibling.tag not in _CONTAINERS for sibling in parent):
            return True
        element = parent
    return False


def _link_share(element: _Element) -> float:
    total = len("".join(_texts(element)))
    return sum(len("".join(_texts(link))) for link in element.iter("a")) / total if total else 0.0


def _texts(element: _Element) -> Iterator[str]:
    return (re.sub(r"\s", "", str(text)) for text in element.itertext())
