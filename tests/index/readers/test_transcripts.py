"""Subtitles and transcripts as meeting programs and players write them."""

from __future__ import annotations

from index.readers import read_article

ZOOM = """WEBVTT

1
00:00:01.000 --> 00:00:03.000
Pia Holm: The light was built in 1931.

2
00:00:03.100 --> 00:00:05.000
Pia Holm: By Oda Brandt.

3
00:00:05.100 --> 00:00:07.000
Ada Renshaw: At what cost?

4
00:00:07.100 --> 00:00:08.000
And when?
"""
DENSE = "1\n00:00:01,000 --> 00:00:02,000\nThe light.\n2\n00:00:02,500 --> 00:00:03,000\nIt burned\nin 1931\n"


def test_who_speaks_is_said_once_for_all_that_is_said() -> None:
    text = read_article(ZOOM.encode(), "meeting.vtt").text
    assert "Pia Holm: The light was built in 1931. By Oda Brandt.\n\n" in text
    assert text.endswith("Ada Renshaw: At what cost? And when?")


def test_a_colon_in_some_lines_names_nobody() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\nNote: it burns.\n\n00:02.000 --> 00:03.000\nIt is lit.\n"
    assert read_article(text.encode(), "a.vtt").text.endswith("Note: it burns. It is lit.")


def test_cues_without_a_blank_line_between_are_apart() -> None:
    assert read_article(DENSE.encode(), "a.srt").text == "a\n\n00:00:01\n\nThe light. It burned in 1931"


def test_two_who_speak_in_one_cue_are_two() -> None:
    text = "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Pia>It is lit.\n<v Ada>When?\n"
    assert (
        read_article(text.encode(), "talk.vtt").text == "talk\n\n00:00:01\n\nPia: It is lit.\n\n00:00:01\n\nAda: When?"
    )


def test_names_before_a_wide_colon_speak() -> None:
    cues = "".join(f"00:0{n}.000 --> 00:0{n}.900\n王芳：灯塔。\n\n" for n in (1, 2)).replace("。", "一。", 1)
    assert read_article(f"WEBVTT\n\n{cues}".encode(), "talk.vtt").text == "talk\n\n00:00:01\n\n王芳: 灯塔一。 灯塔。"


def test_a_recording_without_a_name_is_called_by_what_is_said_first() -> None:
    found = read_article(b"WEBVTT FILE\n\n00:01.000 --> 00:02.000\nBuilt in 1931.\n", "file.vtt")
    assert (found.title, found.text) == ("Built in 1931.", "00:00:01\n\nBuilt in 1931.")
