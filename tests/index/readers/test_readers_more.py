"""Columns by name, links, attachments, repaired text and long documents."""

from __future__ import annotations

import hashlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.article import Article, Failure
from index.readers import read_article, read_articles
from index.readers.compose import web_link
from index.readers.decode import clean
from index.readers.source_metadata import SourceMetadata, content_metadata
from index.readers.unpack_budget import UnpackBudget
from tests.data.build import pdf
from tests.data.traps import PAGE, mail, mhtml, warc
from tests.data.zoo import CHINESE, FRENCH, JAPANESE, KOREAN, RUSSIAN, TAIWANESE

FIELDS = {"text": "Content_HTML", "title": "subject", "author": "who", "date": "when", "id": "key", "link": "where"}
ROW = {
    "content_html": "They sailed.", "text": "Not this.", "subject": "Ships", "title": "Not this", "who": "Ann",
    "when": "2024-04-02", "key": "7", "where": "https://example.org/7",
}  # fmt: skip
LANGUAGES = (
    *(FRENCH, RUSSIAN, CHINESE, TAIWANESE, JAPANESE, KOREAN),
    *(
        "Zażółć gęślą jaźń.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy.",
        "Árvíztűrő tükörfúrógép.",
        "Ağaçlar çiçek açtı.",
    ),
    *(
        "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία.",
        "אבחרה הספינה מהנמל.",
        "أبحرت السفن إلى هامبورغ.",
        "जहाज़ हैम्बर्ग गए।",
        "เรือแล่นไปฮัมบูร์ก",
    ),
    *(
        "Tàu đã đi đến Hamburg từ sáng sớm.",
        "Þau sigldu út á sjó í æðisgengnu veðri.",
        "El pingüino ¿voló? ¡Sí, señor!",
    ),
    *("„Größe“ – ‘naïve’ “café”…", "ÀÉÎÕÜ ÂÊÔ Ã© Ã¨", "€ 5,00 · £3 · ½ ± µ § ¶ © ® ™", "🧀🚢 👩‍👩‍👧‍👦", "Ð Þ Ñ ð þ ñ"),
)


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_columns_can_be_named(name: str) -> None:
    header, values = ",".join(ROW), ",".join(ROW.values())
    data = json.dumps(ROW) if name == "a.jsonl" else f"{header}\n{values}\n"
    [article] = read_articles(data.encode(), name, fields=FIELDS)
    assert isinstance(article, Article)
    assert article.text == "Ships\n\nBy Ann, 2 April 2024\n\nThey sailed."
    assert (article.source, article.link) == (f"{name}/7", "https://example.org/7")
    [failure] = read_articles(data.encode(), name, fields={"text": "nowhere"})
    assert isinstance(failure, Failure)
    assert "`nowhere`" in failure.error


@pytest.mark.parametrize(
    ("address", "link"),
    [
        (" https://example.org/a?b=c#d ", "https://example.org/a?b=c#d"),
        ("HTTP://example.org", "HTTP://example.org"),
        ("javascript:alert(1)", None),
        ('https://example.org/"onclick="x', None),
        ("https://example.org/a b", None),
        ("/a", None),
        (7, None),
        (None, None),
    ],
)
def test_only_addresses_on_the_web_become_links(address: object, link: str | None) -> None:
    assert web_link(address) == link


def test_a_page_s_link_is_where_it_came_from_and_its_own_date_counts_before_the_record_s() -> None:
    own = PAGE.replace(b"</head>", b'<meta property="article:published_time" content="2023-01-01"></head>')
    evil = PAGE.replace(b"</head>", b'<link rel="canonical" href="https://bank.example/"></head>')
    html = "200 OK\r\nContent-Type: text/html"
    found = list(read_articles(warc(("https://a.org/1", html, own), ("https://a.org/2", html, evil)), "a.warc"))
    assert [(each.link, each.date) for each in found if isinstance(each, Article)] == [
        ("https://a.org/1", "2023-01-01"),
        ("https://a.org/2", "2024-04-02"),
    ]
    assert read_article(mhtml(PAGE), "a.mhtml").link == "https://example.org/ships"
    assert read_article(evil, "a.html").link == "https://bank.example/"


def test_attachments_have_limits() -> None:
    attached = [("text/csv", f"{n}.csv", b"text\nTea.\n") for n in range(5)]
    found = list(read_articles(mail(*attached), "a.eml", UnpackBudget(files=3)))
    assert [type(each) for each in found] == [Article] * 4 + [Failure]
    inner = mail(*attached[:1])
    for _ in range(5):
        inner = mail(("application/octet-stream", "x.eml", inner))
    found = list(read_articles(inner, "a.eml"))
    assert isinstance(found[-1], Failure)
    assert "too deep" in found[-1].error


@pytest.mark.parametrize(
    ("line", "label"),
    [
        ("text/html; charset=UTF-8", SourceMetadata("text/html", "utf-8")),
        ("TEXT/HTML;charset='x'", SourceMetadata("text/html", "'x'")),
        ("nonsense", SourceMetadata()),
        ("", SourceMetadata()),
    ],
)
def test_a_content_type_is_taken_apart(line: str, label: SourceMetadata) -> None:
    assert content_metadata(line) == label


def test_the_sender_s_word_on_encoding_and_type_counts() -> None:
    label = SourceMetadata("text/plain", "koi8-r")
    [article] = read_articles(RUSSIAN.encode("koi8-r"), "https://example.md", None, label)
    assert isinstance(article, Article)
    assert article.text == RUSSIAN
    [failure] = read_articles(b"x", "a.txt", None, SourceMetadata("image/png"))
    assert isinstance(failure, Failure)
    assert "image/png" in failure.error


@pytest.mark.parametrize("text", [FRENCH, RUSSIAN, CHINESE, "„Größe“ – naïve café"])
@pytest.mark.parametrize("taken_for", ["cp1252", "latin-1"])
def test_scrambled_text_is_repaired_whole(text: str, taken_for: str) -> None:
    try:
        scrambled = text.encode().decode(taken_for)
    except UnicodeError:
        return
    assert read_article(scrambled.encode(), "a.txt").text == text


@pytest.mark.parametrize("text", [f"{FRENCH} cafÃ©", "Ã©", "Some write cafÃ©.", "Ã© and Ã¨ are é and è."])
def test_text_that_shows_scrambled_words_among_others_stays(text: str) -> None:
    assert read_article(text.encode(), "a.txt").text == text


@given(
    st.lists(
        st.sampled_from(
            [word for text in LANGUAGES for word in text.split() if "Ã" not in word]
        ),  # by itself, scrambled
        min_size=1,
        max_size=30,
    )
)
def test_text_that_is_fine_stays_as_it_is(words: list[str]) -> None:
    text = " ".join(words)
    assert read_article(text.encode(), "a.txt").text == clean(text)


@pytest.mark.parametrize("text", LANGUAGES)
def test_text_in_many_languages_stays_as_it_is(text: str) -> None:
    assert read_article(text.encode(), "a.txt").text == clean(text)


def test_two_thousand_pages_are_read_in_time_with_their_numbers() -> None:
    names = ["".join(chr(97 + n // 26**place % 26) for place in range(3)) for n in range(2000)]
    made = pdf(*(f"Ship {name} sailed." for name in names))
    started = time.monotonic()
    article = read_article(made, "a.pdf")
    assert time.monotonic() - started < 30
    assert article.text == "a\n\n" + " ".join(f"Ship {name} sailed." for name in names)
    assert [article.page_at(article.text.index(f" {names[n]} ")) for n in (0, 999, 1999)] == [1, 1000, 2000]


def test_many_articles_in_one_file_take_as_long_as_they_are() -> None:
    """The whole file was hashed for each of them."""
    line = json.dumps({"text": "They sailed. " * 20})
    data = "\n".join([line] * 10_000).encode()
    started = time.process_time()
    found = [each for each in read_articles(data, "a.jsonl") if isinstance(each, Article)]
    assert time.process_time() - started < 8
    assert len(found) == 10_000
    assert {article.sha256 for article in found} == {hashlib.sha256(data).hexdigest()}
