"""What the commands write."""

from __future__ import annotations

import pytest

from commands.console import Stream, one_line, print_failures
from index.article import Failure


def test_what_would_steer_the_terminal_is_shown_and_not_done(capsys: pytest.CaptureFixture[str]) -> None:
    Stream().print("A\x1b[2J\x9b31m title\x07 \u202egpj.txt and\nmore, caf\xe9 \u200d", markup=False)
    assert capsys.readouterr().out == "A\ufffd[2J\ufffd31m title\ufffd \ufffdgpj.txt and\nmore, caf\xe9 \u200d\n"


def test_a_name_of_several_lines_is_one() -> None:
    assert one_line("a\r\n b\u2028c") == "a b c"


def test_a_failure_is_one_line_whatever_the_file_is_called(capsys: pytest.CaptureFixture[str]) -> None:
    print_failures(
        [Failure("in/a\nquoth: all is well\x1b[8m.txt", "in/a\nquoth: all is well\x1b[8m.txt is empty", "b")]
    )
    assert capsys.readouterr().err == "quoth: in/a quoth: all is well\ufffd[8m.txt is empty: b\n"
