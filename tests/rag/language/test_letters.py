"""The salutation and the signature of letters and mails."""

from __future__ import annotations

import pytest

from rag.language.letters import frame_of


@pytest.mark.parametrize(
    ("text", "frame"),
    [
        (
            "On tolls\n\nBy Ada Renshaw\n\nSir,\n\nThe toll is wrong.\n\nYours faithfully,\nAda Renshaw\nFerry captain",
            ["Sir,", "Yours faithfully,\nAda Renshaw\nFerry captain"],
        ),
        (
            "Dear friends,\n\nthe hall is shut. We regret it.\n\nPia Sander\nWarden",
            ["Dear friends,", "Pia Sander\nWarden"],
        ),
        (
            "Hi all,\n\nthe pump failed.\n\nThanks,\nBo\n--\nBo Addo | Pumps",
            ["Hi all,", "Thanks,\nBo\n--\nBo Addo | Pumps"],
        ),
        ("Dear Ann,\n\nit rains.", ["Dear Ann,"]),
        ("Prices\n\nDear customers are rare. We sold all the same.\n\nBest wishes", []),
        ("The toll is wrong.\n\nAda Renshaw\nFerry captain", []),
        ("", []),
    ],
)
def test_what_frames_a_letter(text: str, frame: list[str]) -> None:
    assert [text[start:end] for start, end in frame_of(text)] == frame
