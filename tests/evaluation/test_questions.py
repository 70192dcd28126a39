from __future__ import annotations

import json
import subprocess
import sys
import time
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluation import questions
from evaluation.questions import QuestionSet, Row, Span, read_questions, read_set, to_line, write_rows
from index.errors import UsageError
from settings import HOME


def test_a_row_brings_along_all_that_is_known(tmp_path):
    file = tmp_path / "questions.jsonl"
    rows = [
        {"question": "Why?"},
        {
            "question": "Who\u2028asked?",
            "id": 7,
            "history": ["One?", {"question": "Two?", "answer": "2"}, {"question": "Three?"}],
            "contexts": ["text"],
            "answerable": False,
            "answers": ["me"],
            "evidence": ["words", {"article": "a.md", "start": 3, "end": 8}],
            "articles": ["a.md"],
            "tags": ["why"],
            "intent": "yes_no",
            "not": ["them"],
            "need": 2,
            "items": [["one", "1"], ["two"]],
            "sides": [["left"], ["right", "not left"]],
            "standalone": "Who asked it?",
            "unknown": 1,
        },
    ]
    text = "\ufeff" + "\r\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text(text, encoding="utf-8", newline="")
    history = ("One?", {"question": "Two?", "answer": "2"}, {"question": "Three?", "answer": ""})
    evidence = ("words", Span("a.md", 3, 8))
    assert read_questions(file) == [
        Row("1", "Why?"),
        Row(
            id="7",
            question="Who\u2028asked?",
            history=history,
            contexts=("text",),
            answerable=False,
            answers=("me",),
            evidence=evidence,
            articles=("a.md",),
            tags=("why",),
            intent="yes_no",
            rejected=("them",),
            need=2,
            items=(("one", "1"), ("two",)),
            sides=(("left",), ("right", "not left")),
            standalone="Who asked it?",
        ),
    ]


@pytest.mark.parametrize(
    "row",
    [
        "nonsense",
        "[]",
        "{}",
        '{"question": " "}',
        '{"question": 1}',
        '{"question": "q", "answerable": "yes"}',
        '{"question": "q", "draft": "yes"}',
        '{"question": "q", "draft": null}',
        '{"draft": true',
        '{"question": "q", "id": true}',
        '{"question": "q", "id": "1"}',
        '{"question": "q", "history": "one"}',
        '{"question": "q", "history": [1]}',
        '{"question": "q", "history": [{"answer": "a"}]}',
        '{"question": "q", "contexts": "text"}',
        '{"question": "q", "contexts": null}',
        '{"question": "q", "answers": [1]}',
        '{"question": "q", "evidence": [3]}',
        '{"question": "q", "evidence": [{"article": "a", "start": 1}]}',
        '{"question": "q", "evidence": [{"article": "a", "start": "x", "end": 3}]}',
        '{"question": "q", "evidence": [{"article": "a", "start": null, "end": 3}]}',
        '{"question": "q", "evidence": [{"article": "a", "start": Infinity, "end": 3}]}',
        '{"question": "caf\\ud800"}',
        '{"question": "q", "contexts": ["caf\\ud800"]}',
        "[" * 100_000,
    ],
)
def test_the_line_of_a_row_that_is_wrong_is_named(tmp_path, row):
    file = tmp_path / "questions.jsonl"
    file.write_text(f'{{"question": "good"}}\n\n{row}\n')
    with pytest.raises(UsageError, match=r"questions\.jsonl, line 3: \S"):
        read_questions(file)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no questions"),
        (b"\n \n", "no questions"),
        (b'{"question": "q", "draft": true}\n', "no questions but 1 draft"),
        (b'{"question": "q"}\n{"question": "caf\xe9"}', r"line 2: not UTF-8 text \(byte 0xe9\): save it as UTF-8"),
        ('{"question": "q"}'.encode("utf-16"), r"line 1: not UTF-8 text \(UTF-16\): save it as UTF-8"),
        ('{"question": "q"}'.encode("utf-16-be"), r"line 1: not UTF-8 text \(NUL bytes\): save it as UTF-8"),
    ],
)
def test_a_file_without_questions_is_named(tmp_path, data, says):
    file = tmp_path / "questions.jsonl"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=says):
        read_questions(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path)


def test_all_bad_lines_up_to_five_are_named_at_once(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "q", "id": "a"}\n{}\n{"question": "q", "id": "a"}\n' + "[]\n" * 9)
    with pytest.raises(UsageError) as caught:
        read_questions(file)
    said = caught.value.message
    assert "\n" not in said
    assert "line 2: `question` is missing" in said
    assert "line 3: id 'a' is there twice, first in line 1" in said
    assert [f"line {number}:" in said for number in range(4, 8)] == [True, True, True, False]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ({"intent": "yes/no"}, r"`intent` is none of fact, list, .*, language"),
        ({"intent": ["fact"]}, "`intent` is none of fact"),
        ({"not": "them"}, "`not` is no list of texts"),
        ({"not": ["them", " "]}, "`not` has an empty text"),
        ({"need": 0}, "`need` is no whole number from 1"),
        ({"need": True, "evidence": ["a"]}, "`need` is no whole number from 1"),
        ({"need": 1.5, "evidence": ["a"]}, "`need` is no whole number from 1"),
        ({"need": "1", "evidence": ["a"]}, "`need` is no whole number from 1"),
        ({"need": 2, "evidence": ["a"]}, "`need` is 2, but there is evidence in 1 pieces"),
        ({"items": ["one"]}, "`items` is no list of lists of wordings"),
        ({"items": [[]]}, "`items` is no list of lists of wordings"),
        ({"items": [["one", ""]]}, "`items` is no list of lists of wordings"),
        ({"items": {"one": 1}}, "`items` is no list of lists of wordings"),
        ({"sides": [["left"], "right"]}, "`sides` is no list of lists of wordings"),
        ({"sides": [["left"], ["right"], ["middle"]]}, "`sides` are not two"),
        ({"standalone": ""}, "`standalone` is no text"),
        ({"standalone": 1}, "`standalone` is no text"),
    ],
)
def test_what_is_wrong_with_an_expectation_is_said(tmp_path, value, says):
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"question": "q", **value}))
    with pytest.raises(UsageError, match=f"line 1: {says}"):
        read_questions(file)


def test_an_expectation_that_is_left_out_or_null_is_none(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"question": "q", "intent": null, "need": null, "standalone": null, "not": [], "sides": []}')
    assert read_questions(file) == [Row("1", "q")]


def test_drafts_are_counted_and_left_out_even_if_incomplete(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text('{"draft": true}\n{"question": "a", "draft": false}\n{"question": "b", "draft": true, "id": "2"}\n')
    assert read_set(file) == QuestionSet((Row("2", "a"),), drafts=2)


def test_the_digest_follows_from_what_the_rows_say(tmp_path):
    file = tmp_path / "questions.jsonl"
    digests = []
    for text in ('{"question": "a", "id": 1}', '{"id": "1",  "question": "a"}\n\n', '{"question": "b", "id": 1}'):
        file.write_text(text)
        digests.append(read_set(file).sha256)
    assert digests[0] == digests[1] != digests[2]


def test_a_line_that_never_ends_is_refused_before_it_fills_the_memory(tmp_path, monkeypatch):
    monkeypatch.setattr(questions, "_LINE_BYTES", 1_000)
    file = tmp_path / "questions.jsonl"
    file.write_text(to_line({"question": "q"}) + "\n" + "x" * 5_000)
    with pytest.raises(UsageError, match="line 2: longer"):
        read_questions(file)


def test_reading_needs_no_more_memory_than_the_rows(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(to_line({"question": f"q{n}", "unknown": "x" * 10_000}) + "\n" for n in range(1_000)))
    tracemalloc.start()
    try:
        rows = read_questions(file)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(rows) == 1_000
    assert peak < file.stat().st_size / 5


def test_a_thousand_rows_are_read_in_well_under_a_second(tmp_path):
    file = tmp_path / "questions.jsonl"
    row = {"answers": ["an answer"], "evidence": ["A sentence of evidence. " * 5], "articles": ["a.md"], "tags": ["t"]}
    file.write_text("".join(to_line({"question": f"Question {n}?", **row}) + "\n" for n in range(1_000)))
    start = time.process_time()
    assert len(read_questions(file)) == 1_000
    assert time.process_time() - start < 0.5  # 0.025 s on an idle machine


def test_rows_are_appended_and_what_was_there_stays(tmp_path):
    file = tmp_path / "questions.jsonl"
    write_rows(file, [{"question": "one"}])
    file.write_text(file.read_text().rstrip("\n"))
    file.chmod(0o640)
    link = tmp_path / "link.jsonl"
    link.symlink_to(file)
    write_rows(link, [{"question": "two\u2028\x85\n"}, {"question": "\u4e09"}])
    assert [row.question for row in read_questions(file)] == ["one", "two\u2028\x85\n", "\u4e09"]
    assert len(file.read_text().splitlines()) == 3
    assert "\u4e09" in file.read_text(encoding="utf-8")
    assert link.is_symlink()
    assert file.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link.jsonl", "questions.jsonl"]


@given(st.dictionaries(st.text(), st.text() | st.booleans() | st.lists(st.text())))
def test_a_row_is_one_line_that_says_the_same(row):
    assert json.loads(to_line(row)) == row
    assert len(to_line(row).splitlines()) == 1


def test_a_failed_write_leaves_the_set_as_it_was(tmp_path):
    file = tmp_path / "questions.jsonl"
    write_rows(file, [{"question": "one"}])
    before = file.read_bytes()
    with pytest.raises(UnicodeEncodeError):
        write_rows(file, [{"question": "two"}, {"question": "\ud800"}])
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]
    with pytest.raises(UsageError, match="cannot be written"):
        write_rows(tmp_path / "nowhere" / "questions.jsonl", [{"question": "one"}])


def test_a_crash_while_writing_leaves_no_half_line(tmp_path):
    file = tmp_path / "questions.jsonl"
    write_rows(file, [{"question": "one"}])
    before = file.read_bytes()
    code = """
import os, sys
from pathlib import Path
from evaluation.questions import write_rows

def rows():
    yield {"question": "x" * 100_000}
    os.kill(os.getpid(), 9)

write_rows(Path(sys.argv[1]), rows())
"""
    died = subprocess.run([sys.executable, "-c", code, str(file)], cwd=HOME, check=False)
    assert died.returncode == -9
    assert file.read_bytes() == before
