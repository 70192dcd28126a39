"""Letters of a PDF: drawn twice for bold, or two that are one sign of the font, they stand there once and in order."""

from __future__ import annotations

import pypdfium2  # type: ignore[import-untyped]
import pytest

from index.readers import read_article
from index.readers.pdf_letters import as_read
from settings import HOME
from tests.data.kinds import mapped_pdf, plain_pdf

WIDTHS = {"T": 611, "h": 556, "e": 556, "k": 500, "t": 278, "c": 500, "o": 556, " ": 278}


@pytest.mark.parametrize("offset", [0.3, 1.0])
def test_letters_that_are_drawn_twice_stand_there_once(offset: float) -> None:
    drawing = "BT /F 11 Tf 60 760 Td "
    for letter in "The ketch too":
        drawing += f"({letter}) Tj {offset} 0 Td ({letter}) Tj {WIDTHS[letter] * 0.011 - offset:.3f} 0 Td "
    assert read_article(plain_pdf(f"{drawing} ET".encode()), "a.pdf").text == "a\n\nThe ketch too"


def test_a_line_that_is_drawn_twice_stands_there_once() -> None:
    drawing = "".join(f"BT /F 11 Tf {60 + n * 0.4} 760 Td (The ketch too) Tj ET\n" for n in range(2))
    assert read_article(plain_pdf(drawing.encode()), "a.pdf").text == "a\n\nThe ketch too"


@pytest.mark.parametrize(
    ("codes", "pairs", "word"),
    [
        ("ABC", "<41> <0645> <42> <06440627> <43> <0633>", "سلام"),  # lam and alef are one sign
        ("ABC", "<41> <FEE1> <42> <FEFC> <43> <FEB3>", "سلام"),  # and are called by the sign
        ("CBA", "<41> <0627> <42> <0644> <43> <0645>", "ال\u0645"),  # alef and lam are two signs
    ],
)
def test_lam_and_alef_that_are_one_sign_stand_in_their_order(codes: str, pairs: str, word: str) -> None:
    drawing = f"BT /G 11 Tf 60 760 Td ({codes}) Tj ET".encode()
    assert read_article(mapped_pdf(drawing, pairs, 3), "a.pdf").text.removeprefix("a\n\n") == word


@pytest.mark.parametrize(
    ("drawing", "text"),
    [
        ("(held 10) Tj /F 7 Tf 4 Ts (6) Tj /F 11 Tf 0 Ts ( cells) Tj", "held 10⁶ cells"),
        ("(held 10) Tj /F 7 Tf 4 Ts (-12) Tj /F 11 Tf 0 Ts ( mol) Tj", "held 10⁻¹² mol"),
        ("(ended in 1999) Tj /F 6 Tf 8 Ts (3) Tj /F 11 Tf 0 Ts ( and 25 crowns.) Tj", "ended in 1999³ and 25 crowns."),
        ("(H) Tj /F 7 Tf -2 Ts (2) Tj /F 11 Tf 0 Ts (O in 1931) Tj", "H2O in 1931"),
        ("(room 12) Tj /F 8 Tf ( 34 small) Tj", "room 12 34 small"),
        ("(4) Tj /F 7 Tf 4 Ts (th) Tj /F 11 Tf 0 Ts ( of May) Tj", "4th of May"),
    ],
)
def test_raised_figures_are_not_part_of_a_number(drawing: str, text: str) -> None:
    page = plain_pdf(f"BT /F 11 Tf 60 700 Td {drawing} ET".encode())
    assert read_article(page, "harbour.pdf").text == f"harbour\n\n{text}"


def test_small_print_further_along_a_line_is_another_line() -> None:
    # Without its place it would be joined: it is smaller, and its letters overlap those before in height.
    drawing = "BT /F 11 Tf 60 700 Td (It held ten) Tj ET BT /F 7 Tf 130 708 Td (12 May) Tj ET"
    page = plain_pdf(drawing.encode())
    raw = pypdfium2.PdfDocument(page)[0].get_textpage()
    assert "\r\n" in raw.get_text_range()
    assert "\r\n" in as_read(raw, raw.get_text_range())


def test_words_that_run_leftward_are_in_the_order_they_are_read_in() -> None:
    # Printed by a browser: PDFium turns some of the words round, and others not.
    article = read_article((HOME / "tests/data/right-to-left.pdf").read_bytes(), "harbour.pdf")
    arabic, hebrew, latin = article.text.split("\n\n")[2:]
    assert arabic.startswith("مجلس الميناء عن الرصيف ١٩٣١ و") and arabic.endswith(" لا إله.")
    assert (hebrew, latin) == ("המועצה נפגשה ביום שני.", "Held 10⁶ cells.")
