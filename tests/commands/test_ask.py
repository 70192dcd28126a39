"""`app.py ask`: one answer, or those to a file of questions."""

from __future__ import annotations

import json
from typing import Any

import pytest

from commands.ask import _print_answer
from rag.answer import Sentence
from tests.commands.running import QUESTION, keys, run, run_process
from tests.web import standins

pytestmark = [pytest.mark.store, pytest.mark.usefixtures("plain_environment")]

ANSWER_KEYS = (
    "id question standalone_question abstained notice answer sentences citations nearest suggestions withheld"
    " confidence engine models prompt generation timings_ms intent certainty reason"
)
SENTENCE_KEYS = "text kind citations support"
CITATION_KEYS = (
    "n article_id title source author date page heading columns start end quote answer_spans before after also seal"
)
TIMINGS_KEYS = "condense retrieve read write verify suggest total"


def test_an_answer_has_the_keys_of_the_contract_and_quotes_that_stand_in_the_article(built):
    store, _ = built
    answer = run("ask", QUESTION, "--store", store, "--json").data
    assert keys(answer) == set(ANSWER_KEYS.split())
    assert keys(answer["models"]) == {"embedding", "reader", "llm"}
    assert keys(answer["timings_ms"]) == set(TIMINGS_KEYS.split())
    assert not answer["abstained"]
    assert all(keys(sentence) == set(SENTENCE_KEYS.split()) for sentence in answer["sentences"])
    for citation in answer["citations"]:
        assert keys(citation) == set(CITATION_KEYS.split())
        text = run("articles", citation["article_id"], "--store", store).out
        assert text[citation["start"] : citation["end"]] == citation["quote"]
        assert text.startswith(
            citation["before"] + citation["quote"] + citation["after"], citation["start"] - len(citation["before"])
        )
    first = answer["citations"][0]
    assert "copycat culture" in first["quote"]
    assert (first["title"], first["source"]) == ("A post about copying", "news/jia.md")
    assert (first["author"], first["date"]) == ("Ann Lee", "2024-04-02")


def test_an_abstention_says_so_and_names_the_nearest_passages(built):
    answer = run("ask", "How deep is the lake of Geneva?", "--store", built[0], "--json").data
    assert keys(answer) == set(ANSWER_KEYS.split())
    assert (answer["abstained"], answer["citations"], answer["sentences"]) == (True, [], [])
    assert 1 <= len(answer["nearest"]) <= 3


def test_a_trace_adds_the_ranked_passages(built):
    answer = run("ask", QUESTION, "--store", built[0], "--json", "--trace").data
    assert keys(answer) - set(ANSWER_KEYS.split()) == {"retrieved"}
    assert {passage["source"] for passage in answer["retrieved"]} == {"news/jia.md", "news/ships.txt"}


def test_an_answer_from_some_articles_only(built):
    def sources(*options: str) -> set[str]:
        retrieved = run("ask", QUESTION, "--store", built[0], "--json", "--trace", *options).data["retrieved"]
        return {passage["source"] for passage in retrieved}

    assert sources() == {"news/jia.md", "news/ships.txt"}
    assert sources("--source", "SHIPS", "--source", "nothing") == {"news/ships.txt"}
    assert sources("--source", "ships", "--after", "2020", "--before", "2030", "--author", "x") == set()
    assert sources("--tag", "The Industry", "--tag", "x") == {"news/jia.md"}
    out = run("ask", QUESTION, "--store", built[0], "--author", "Nobody at all").out
    assert out == "There are no articles by Nobody at all.\n"


def test_a_person_gets_the_quotes_with_their_marks_and_where_they_are_from(built):
    ran = run("ask", QUESTION, "--store", built[0])
    assert (ran.code, ran.err) == (0, "")
    assert '"Jia Yueting criticized the copycat culture of the industry." [1]\n' in ran.out
    assert "[1] A post about copying, Ann Lee, 2024-04-02  news/jia.md\n" in ran.out


def test_what_leads_to_an_answer_is_printed_before_it(capsys: pytest.CaptureFixture[str]) -> None:
    quoted = (Sentence(standins.QUOTE, "quote", (1,), 0.5),)
    notice = "The articles may answer this: Showing results for “tea”."
    low = {"certainty": "low", "notice": notice, "reason": "It may be coffee."}
    _print_answer(standins.an_answer("tee", sentences=quoted, citations=(standins.citation(),), **low))
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "The articles may answer this:"
    assert standins.QUOTE in said[1]
    assert said[2:4] == ["Showing results for “tea”.", "It may be coffee."]


def test_a_file_of_questions_gives_one_answer_a_line_in_order(built, tmp_path):
    rows: list[dict[str, Any]] = [
        {"question": QUESTION},
        {"question": "And what did he praise?", "history": [QUESTION], "id": "praise"},
        {
            "question": "Who ate\u2028fish?\u0085",
            "id": 7,
            "contexts": ["It rained.", "The cat ate fish.\u2028It slept."],
        },
        {"question": "How deep is the lake of Geneva?"},
    ]
    file = tmp_path / "questions.jsonl"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    ran = run_process("ask", "--questions", file, "--store", built[0])
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.splitlines() == ran.out.removesuffix("\n").split("\n")
    answers = [json.loads(line) for line in ran.out.splitlines()]
    assert [answer["id"] for answer in answers] == ["1", "praise", "7", "4"]
    assert [answer["question"] for answer in answers] == [row["question"].strip() for row in rows]
    assert [answer["abstained"] for answer in answers] == [False, False, False, True]
    assert answers[1]["standalone_question"] == "What did Jia Yueting praise?"
    assert "praised" in answers[1]["answer"]
    assert {citation["article_id"] for citation in answers[2]["citations"]} == {"context-2"}
    assert "The cat ate fish." in answers[2]["citations"][0]["quote"]


def test_questions_about_texts_of_their_own_need_no_index(tmp_path):
    file = tmp_path / "questions.jsonl"
    file.write_text(json.dumps({"question": "Who ate fish?", "contexts": ["The cat ate fish."]}))
    ran = run("ask", "--questions", file, "--store", tmp_path / "store")
    assert ran.code == 0
    assert ran.data["citations"][0]["article_id"] == "context-1"
    assert not (tmp_path / "store").exists()


def test_a_bad_row_is_an_error_of_that_row_and_the_others_go_on(tmp_path):
    rows = [
        json.dumps({"question": "Who ate fish?", "contexts": ["The cat ate fish."]}).encode(),
        b"What?",
        b'{"question": "", "id": "empty"}',
        b"",
        b'{"question": "caf\xe9"}',
        b'{"question": "Who?", "draft": true}',
        json.dumps({"question": "x" * 100_000, "id": 9, "contexts": ["y"]}).encode(),
        json.dumps({"question": "Who?", "id": "1", "contexts": ["y"]}).encode(),
        json.dumps({"question": "Who ate fish?", "id": "last", "contexts": ["The dog ate fish."]}).encode(),
    ]
    file = tmp_path / "questions.jsonl"
    file.write_bytes(b"\n".join(rows))
    ran = run_process("ask", "--questions", file, "--store", tmp_path / "store")
    lines = [json.loads(line) for line in ran.out.splitlines()]
    assert ran.code == 2
    assert "5 of 7 rows got no answer" in ran.err
    assert [line["id"] for line in lines] == ["1", "2", "empty", "5", "9", "1", "last"]
    assert [line["error"] for line in lines if "error" in line] == [
        "line 2: not JSON from character 1 on (Expecting value)",
        "line 3: `question` is missing or empty",
        "line 5: not UTF-8 text (byte 0xe9)",
        lines[4]["error"],
        "line 8: this id is there twice, first in line 1",
    ]
    assert "100,000 characters" in lines[4]["error"]
    assert "The dog ate fish." in lines[-1]["answer"]
