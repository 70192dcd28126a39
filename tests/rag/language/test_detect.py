"""Which language a text is in."""

from __future__ import annotations

import pytest

from rag.language.detect import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("How many cars did XPeng deliver in 2023?", "en"),
        ("Who is Charles de Gaulle?", "en"),
        ("what does El Niño do to the wheat of La Pampa", "en"),
        ("比亚迪2024年卖了多少辆车？", "zh"),
        ("BYD は何台売りましたか", "ja"),
        ("누가 회사를 세웠습니까?", "ko"),
        ("¿Quién fundó la empresa y cuándo?", "es"),
        ("Wer hat die Firma gegründet?", "de"),
        ("qui a fondé la société et pourquoi", "fr"),
        ("Chi ha fondato la società e quando?", "it"),
        ("Quem fundou a empresa e por quê?", "pt"),
        ("wie heeft het bedrijf opgericht", "nl"),
        ("Кто основал компанию?", "ru"),
        ("من أسس الشركة؟", "ar"),
        ("batteries", None),
        ("BYD 2024", None),
        ("", None),
    ],
)
def test_the_language(text: str, language: str | None) -> None:
    assert language_of(text) == language
