"""The day on which a page says that it was published: htmldate finds it, in what is no running text and no list.

Without its extensive search, too, htmldate takes any day in the text, and the first of the times in a list of events.
"""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING

from index.readers.metadata import day_of

if TYPE_CHECKING:
    from lxml.etree import _Element
    from lxml.html import HtmlElement

_KEPT = frozenset("time abbr title h1 script".split())
_DATED = re.compile(r"(?i)date|time|publi|posted|byline|meta|author|created|info")
_OTHERS = re.compile(r"(?i)(?:^|[\s_-])(?:comments?|respond|replies|disqus\w*|events?)(?:$|[\s_-])")
"""Whose days are not the page's."""
_LISTS = "ul ol dl table".split()
_FEWEST_ARTICLES = 3
_UPWARDS = 2
"""An element that is called so may have the day in others in it."""


def page_day(tree: HtmlElement) -> str | None:
    """Return the day of publication that a page names in its head, its addresses, or an element of its own."""
    from htmldate import find_date

    tree = deepcopy(tree)
    for element in list(tree.iter("*")):
        is_other = element.tag in ("select", "input") or _OTHERS.search(_called(element)) is not None
        if is_other and element.getparent() is not None:
            element.drop_tree()
    for element in tree.iterfind(".//*[@itemprop='datePublished']"):
        said = element.get("content") or element.get("datetime") or "".join(map(str, element.itertext()))
        if day := day_of(said):
            return day
    _drop_times_of_lists(tree)
    _drop_running_text(tree)
    return day_of(find_date(tree, extensive_search=False, original_date=True))


def _called(element: _Element) -> str:
    return " ".join(element.get(name, "") for name in ("class", "id", "itemprop", "rel"))


def _drop_times_of_lists(tree: HtmlElement) -> None:
    """Take away the times of events and of other articles, which stand in lists."""
    for part in tree.iter(*_LISTS):
        times = [] if _DATED.search(_called(part)) else list(part.iter("time"))
        if len({time.get("datetime") for time in times}) > 1:
            _drop(times)
    articles = [article for article in tree.iter("article") if article.find(".//time") is not None]
    alike = [article for article in articles if article.getparent() is articles[0].getparent()]
    if len(alike) >= _FEWEST_ARTICLES:
        _drop([time for article in alike for time in article.iter("time")])


def _drop(times: list[HtmlElement]) -> None:
    for time in times:
        time.drop_tree()


def _drop_running_text(tree: HtmlElement) -> None:
    """Take away the words of all elements that are not called after a day or an author, nor head the article."""
    near: dict[_Element, int] = {}
    for element in tree.iter("*"):
        parent = element.getparent()
        is_head = element.tag == "header" and element.find(".//h1") is not None
        inherited = near.get(parent, 0) - 1 if parent is not None else 0
        near[element] = _UPWARDS + 1 if is_head or _DATED.search(_called(element)) else max(inherited, 0)
        if not near[element] and element.tag not in _KEPT:
            element.text = None
            for child in element:
                child.tail = None
