from __future__ import annotations

import pytest

from index.article import Article, Chunk, Heading


def test_an_article_has_the_same_id_wherever_its_source_is_the_same():
    first, second = Article("news/a.md", "A", "one", "0"), Article("news/a.md", "B", "two", "1")
    assert first.id == second.id == "425e2f8abb62b6ad"
    assert Article("news/b.md", "A", "one", "0").id != first.id
    assert Article("x", "A", "one", "0", id="context-1").id == "context-1"


@pytest.mark.parametrize(
    ("offset", "title"), [(0, None), (9, None), (10, "Food"), (19, "Food"), (20, "Sleep"), (99, "Sleep")]
)
def test_a_heading_governs_from_its_start_to_the_next(offset, title):
    article = Article("a.md", "A", "x" * 100, "0", headings=(Heading(10, "Food"), Heading(20, "Sleep")))
    assert article.heading_at(offset) == title


@pytest.mark.parametrize(("start", "end", "text"), [(-1, 2, "abc"), (3, 3, ""), (0, 2, "abc"), (5, 4, "a")])
def test_a_chunk_whose_offsets_do_not_fit_its_text_cannot_be_made(start, end, text):
    with pytest.raises(ValueError, match="does not fit"):
        Chunk("id", start, end, text, "digest")
