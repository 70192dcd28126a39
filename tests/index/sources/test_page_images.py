"""Pages are drawn in a process of its own, which has limits."""

from __future__ import annotations

import pytest

from index.errors import ArticleError
from index.readers.pdf_page import page_image
from index.sources import page_images
from index.sources.page_images import DrawLimits, draw
from tests.data.build import pdf

TEXT = "Tin is mined in Cornwall."


def test_a_page_comes_as_it_was_drawn() -> None:
    data = pdf(TEXT)
    assert draw(data, 1, TEXT, [(0, 3)]) == page_image(data, 1, TEXT, [(0, 3)])


def test_what_cannot_be_drawn_is_one_clear_error() -> None:
    with pytest.raises(ArticleError, match="has 1 pages"):
        draw(pdf(TEXT), 2)
    with pytest.raises(ArticleError, match="cannot be opened"):
        draw(b"%PDF-rubbish", 1)


def test_limits_end_the_process_and_not_the_program() -> None:
    with pytest.raises(ArticleError, match="cannot be drawn"):
        draw(pdf(TEXT), 1, limits=DrawLimits(memory=64 << 20))


def test_a_picture_that_does_not_come_whole_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page_images, "_PICTURE_BYTES", 100)
    with pytest.raises(ArticleError, match="cannot be drawn"):
        draw(pdf(TEXT), 1)
