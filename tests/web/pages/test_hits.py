"""What the owner's search shows of the passages that it finds."""

from __future__ import annotations

from index.store.catalogue import CatalogueEntry, TextHit
from web.pages.hits import found_articles


def hit(text: str, start: int) -> TextHit:
    entry = CatalogueEntry(1, "tea", "Tea", "tea.md", None, None, "en", None, ())
    return TextHit(entry, start, start + len(text), text)


def test_a_passage_that_only_its_title_matches_is_not_shown_beside_others() -> None:
    found = found_articles([hit("Tea is mined. It is cold.", 0), hit("It rains.", 40)], "tea mined", 10)
    [article] = found
    assert ["".join(words for words, _ in sentence.pieces) for sentence in article.sentences] == ["Tea is mined."]


def test_where_nothing_else_is_found_it_is() -> None:
    [article] = found_articles([hit("It rains.", 40)], "tea", 10)
    assert ["".join(words for words, _ in sentence.pieces) for sentence in article.sentences] == ["It rains."]
