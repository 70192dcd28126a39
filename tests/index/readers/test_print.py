"""Letters of a PDF: drawn twice for bold, or two that are one sign of the font, they stand there once and in order."""

from __future__ import annotations

import pytest

from index.readers import read_article
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
