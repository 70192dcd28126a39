"""Forms in which the same words are met: Excel's and databases' tables, HTML in fields, units of siunitx."""

from __future__ import annotations

import json

import pytest

from index.readers import read_article


@pytest.mark.parametrize(
    "table",
    [
        "sep=;\r\ntitle;text;date\r\nQuay;Bread, salt; tar;17.03.2024\r\n".replace(
            "Bread, salt; tar", '"Bread, salt; tar"'
        ),
        'title|text|date\nQuay|"Bread, salt; tar"|17.03.2024\n',
        'title\ttext\tdate\nQuay\t"Bread, salt; tar"\t17.03.2024\n',
    ],
)
def test_a_table_is_read_as_it_is_parted(table: str) -> None:
    article = read_article(table.encode("utf-8-sig"), "quays.csv")
    assert (article.title, article.date) == ("Quay", "2024-03-17")
    assert article.text.endswith("Bread, salt; tar")


def test_html_in_a_field_is_read_as_html() -> None:
    post = {
        "title": {"rendered": "Bread &amp; salt"},
        "content": {"rendered": "<p>The <b>quay</b> &amp; the mole</p>\n<ul><li>one</li></ul>"},
        "date": "2024-03-17T10:00:00",
    }
    article = read_article(json.dumps([post]).encode(), "posts.json")
    assert article.text == "Bread & salt\n\n17 March 2024\n\nThe quay & the mole\n\n- one"


def test_marks_in_a_text_stay_as_they_are_written() -> None:
    words = "Where a < b, write <p> before it and </p> after it."
    article = read_article(json.dumps([{"title": "Marks", "text": words}]).encode(), "marks.json")
    assert article.text == f"Marks\n\n{words}"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        (r"\SI{12}{\metre}", "12 m"),
        (r"\qty[mode=text]{5}{\kilo\metre\per\hour}", "5 km/h"),
        (r"\qty{3}{\square\metre}", "3 m²"),
        (r"\unit{\newton\per\square\metre}", "N/m²"),
        (r"\SI{-2}{\degreeCelsius}", "-2 °C"),
        (r"\qty{7}{\fathom}", "7 fathom"),
        (r"\SI{4}{m/s}", "4 m/s"),
    ],
)
def test_a_measure_keeps_its_unit(said: str, shown: str) -> None:
    source = rf"\documentclass{{article}}\begin{{document}}It is {said} there.\end{{document}}"
    assert read_article(source.encode(), "a.tex").text.endswith(f"It is {shown} there.")
