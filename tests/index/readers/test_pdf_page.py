"""A page of a PDF as a picture, and where in it the words of an article stand."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from PIL import Image

from index.article import Article
from index.errors import ArticleError
from index.readers.pdf import read_pdf
from index.readers.pdf_page import HEIGHT, WIDTH, PageImage, page_image
from tests.data.build import pdf

FIRST = "Tin is mined in Cornwall since\nthe Bronze Age. It melts early."
SECOND = "Salt was taxed in Cheshire. Salt\nis white."
INK = 128


def article_of(data: bytes) -> Article:
    [article] = [found for found in read_pdf(data, "a.pdf") if isinstance(found, Article)]
    return article


def drawn(data: bytes, number: int, *quotes: str) -> PageImage:
    """The page, with boxes for the quotes, as the article has them."""
    article = article_of(data)
    starts = (*article.pages, len(article.text))
    text = article.text[starts[number - 1] : starts[number]]
    spans = [(text.index(quote), text.index(quote) + len(quote)) for quote in quotes]
    return page_image(data, number, text, spans)


def ink(image: PageImage, box: Sequence[int]) -> int:
    """How many dark pixels a box has."""
    left, top, width, height = box
    grey = Image.open(io.BytesIO(image.png)).convert("L").crop((left, top, left + width, top + height))
    return sum(value < INK for value in grey.tobytes())


def test_the_picture_is_a_png_of_the_page() -> None:
    image = page_image(pdf(FIRST, SECOND), 2)
    opened = Image.open(io.BytesIO(image.png))
    opened.verify()
    assert opened.format == "PNG" and opened.size == (image.width, image.height) and image.pages == 2
    assert image.boxes == () and 1_300 < image.width <= WIDTH and 1_900 < image.height <= HEIGHT
    assert ink(image, (0, 0, image.width, image.height)) > 100


def test_a_quote_over_two_lines_has_two_boxes_around_all_of_its_ink() -> None:
    image = drawn(pdf(FIRST, SECOND), 1, "mined in Cornwall since the Bronze Age.")
    assert len(image.boxes) == 2
    (_, above, wide, height), (left, below, _, _) = image.boxes
    assert below > above and wide > 4 * height and left < 200
    assert all(ink(image, box) > 50 for box in image.boxes)


def test_of_words_that_stand_twice_the_right_ones_are_marked() -> None:
    lines = "Ada said yes.\n\nThen rain fell over the town for a week.\n\nAda said yes."
    data = pdf(lines)
    text = article_of(data).text
    last = text.rindex("Ada said yes.")
    first_box, last_box = (page_image(data, 1, text, [(at, at + 13)]).boxes[0] for at in (text.index("Ada"), last))
    assert last_box[1] > first_box[1]


def test_columns_that_were_written_line_by_line() -> None:
    left = "The old mill\nstands by the\nriver and grinds\nbarley for all\nof the valley."
    right = "The new mill\nstands on a hill\nabove the town\nand makes power\nfrom the wind."
    data = pdf(f"{left}|{right}", columns=True)
    image = drawn(data, 1, "and grinds barley for all of the valley.")
    assert len(image.boxes) >= 3 and all(box[0] < image.width / 2 for box in image.boxes)


def test_words_that_are_not_there_are_not_marked() -> None:
    data, text = pdf(FIRST), "Copper is mined elsewhere, say others."
    assert page_image(data, 1, text, [(0, len(text))]).boxes == ()


def test_runs_that_a_page_has_in_another_place_are_marked_all_the_same() -> None:
    data, text = pdf(FIRST), "Tin is mined in Cornwall (a note) since the Bronze Age."
    first, second, third = page_image(data, 1, text, [(0, len(text))]).boxes
    assert first[1] == pytest.approx(second[1], abs=3) and third[1] > second[1]


@pytest.mark.parametrize("number", [0, 3])
def test_a_page_that_is_not_there(number: int) -> None:
    with pytest.raises(ArticleError, match="has 2 pages"):
        page_image(pdf(FIRST, SECOND), number)


def test_what_is_no_pdf() -> None:
    with pytest.raises(ArticleError, match="cannot be opened"):
        page_image(b"%PDF-1.4 rubbish", 1)


def test_the_full_stop_is_marked_with_its_sentence() -> None:
    data = pdf("Tin melts early.")
    [box] = drawn(data, 1, "Tin melts early.").boxes
    picture = page_image(data, 1)
    whole, stop = ink(picture, (0, 0, picture.width, picture.height)), 9
    assert whole - ink(picture, box) < stop / 2  # letters are smooth, so some of their edge is faint
