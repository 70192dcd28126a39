"""Whose words the parts of a mail are."""

from __future__ import annotations

import pytest

from index.readers.mail_parts import own_words


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
