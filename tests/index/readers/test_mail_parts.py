"""Whose words the parts of a mail are."""

from __future__ import annotations

import pytest

from index.article import Article
from index.readers import read_articles
from index.readers.mail_parts import own_words

PLAIN, PAGE, PICTURE = "text/plain", "text/html", "image/png"


@pytest.mark.parametrize(
    ("said", "own"),
    [
        ("On Tue, 2 Apr 2024 at 09:00, Ada Renshaw\n<ada@x.example> wrote:", ""),
        ("On Tue, 2 Apr 2024\nat 09:00, Ada Renshaw\n<ada@x.example> wrote:", ""),
        ("On Monday at 9 we left.\nAda wrote:", "On Monday at 9 we left."),
        ("On Monday we left\nAda wrote:", "On Monday we left"),
        ("Ada Renshaw wrote:", ""),
        ("She said:", "She said:"),
    ],
)
def test_the_lines_that_say_whose_the_quoted_words_are_go_with_them(said: str, own: str) -> None:
    assert own_words(f"No, at 20:00.\n\n{said}\n> The boat leaves at 18:00.") == f"No, at 20:00.\n\n{own}".rstrip()


def mail(*parts: str, kind: str = "mixed") -> str:
    """A multipart message; a part is `type[; ...]\\n\\ntext`."""
    inner = "".join(f"--b-{kind}\nContent-Type: {part}\n" for part in parts)
    head = "" if kind != "mixed" else "Subject: Ships\nFrom: Ann <a@x.example>\nMIME-Version: 1.0\nContent-Type: "
    return f'{head}multipart/{kind}; boundary="b-{kind}"\n\n{inner}--b-{kind}--'


def texts(message: str) -> list[str]:
    found = list(read_articles(message.encode(), "a.eml"))
    return [item.text.removeprefix("Ships\n\nBy Ann\n\n") for item in found if isinstance(item, Article)]


FIRST, SECOND = "The ketch sailed to Oslo in June.", "She came home with salt."
ROWS = "<table><tr><th>Port</th><th>Tons</th></tr><tr><td>Oslo</td><td>40</td></tr></table>"
AS_PAGE = f"{PAGE}\n\n<p>{FIRST}</p><p>{SECOND}</p>"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([f"{PLAIN}\n\n{FIRST}\n", f"{PICTURE}\n\nx", f"{PLAIN}\n\n{SECOND}\n"], f"{FIRST}\n\n{SECOND}"),
        ([f"{PAGE}\n\n<p>{FIRST}</p>", f"{PICTURE}\n\nx", f"{PAGE}\n\n<p>{SECOND}</p>"], f"{FIRST}\n\n{SECOND}"),
        ([f"{PLAIN}\n\n{FIRST}\n", f"{PAGE}\n\n{ROWS}"], f"{FIRST}\n\nPort | Tons\n\nOslo | 40"),
        ([f"{PLAIN}\n\n{FIRST}\n\n{SECOND}\n", AS_PAGE], f"{FIRST}\n\n{SECOND}"),
        ([mail(f"{PLAIN}\n\n{FIRST}", f"{PAGE}\n\n<p>{FIRST}</p>", kind="alternative"), f"{PLAIN}\n\n{SECOND}"],
         f"{FIRST}\n\n{SECOND}"),
        ([f"{PLAIN}\n\n{FIRST}\n\nOn 2 April Bo wrote:\n> When?\n", f"{PLAIN}\n\n> Who?\n\n{SECOND}\n"],
         f"{FIRST}\n\n{SECOND}"),
        ([mail(f"{PAGE}\n\n<p>{FIRST}</p>", f"{PLAIN}\n\nof the page", kind="related"), f"{PLAIN}\n\n{SECOND}"],
         f"{FIRST}\n\n{SECOND}"),
    ],
)  # fmt: skip
def test_all_texts_of_a_mail_that_are_shown_are_read_in_order(parts: list[str], expected: str) -> None:
    assert texts(mail(*parts)) == [expected]


def test_pieces_of_an_alternative_are_read_together() -> None:
    pieces = f"{PAGE}\n\n<p>{FIRST}</p>", f"{PICTURE}\n\nx", f"{PAGE}\n\n<p>{SECOND}</p>"
    apart = mail(*pieces).partition("Content-Type: ")[2]
    message = mail(f"{PLAIN}\n\nSee the HTML.", apart, kind="alternative")
    assert texts(f"Subject: Ships\nFrom: Ann <a@x.example>\nContent-Type: {message}") == [f"{FIRST}\n\n{SECOND}"]


def test_a_text_below_a_forwarded_mail_is_part_of_that() -> None:
    above = f"{PLAIN}\n\nSee below.\n\nBegin forwarded message:\n\nFrom: Bo Ek\nSubject: Salt\n\n{FIRST}\n"
    for below in (f"{PLAIN}\n\n{SECOND}", f"{PAGE}\n\n<p>{SECOND}</p>"):
        found = texts(mail(above, f"{PICTURE}\n\nx", below))
        assert found == ["See below.", f"Salt\n\nBy Bo Ek\n\n{FIRST}\n\n{SECOND}"]


@pytest.mark.parametrize("said", ['attachment; filename="b.txt"', 'inline; filename="b.txt"'])
def test_a_text_that_is_a_file_is_an_article_of_its_own(said: str) -> None:
    assert texts(mail(f"{PLAIN}\n\n{FIRST}", f"{PLAIN}\nContent-Disposition: {said}\n\n{SECOND}"))[0] == FIRST
