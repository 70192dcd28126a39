from __future__ import annotations

import json

import pytest

from evaluation.questions import Row, Span, read_questions
from index.errors import UsageError


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
            "unknown": 1,
        },
    ]
    text = "\ufeff" + "\r\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    file.write_text(text, encoding="utf-8", newline="")
    history = ("One?", {"question": "Two?", "answer": "2"}, {"question": "Three?", "answer": ""})
    evidence = ("words", Span("a.md", 3, 8))
    assert read_questions(file) == [
        Row("1", "Why?"),
        Row("7", "Who\u2028asked?", history, ("text",), False, ("me",), evidence, ("a.md",), ("why",)),
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


@pytest.mark.parametrize(("data", "says"), [(b"", "no questions"), (b"\n \n", "no questions"), (b"\xe9", "not UTF-8")])
def test_a_file_without_questions_is_named(tmp_path, data, says):
    file = tmp_path / "questions.jsonl"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=says):
        read_questions(file)
    with pytest.raises(UsageError, match="cannot be read"):
        read_questions(tmp_path)
