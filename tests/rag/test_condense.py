from __future__ import annotations

import pytest

from rag.condense import condense

ASKED = "What did Jia Yueting criticize?"


@pytest.mark.parametrize(
    ("question", "history", "standalone"),
    [
        ("And what did he praise?", [], "And what did he praise?"),
        ("And what did he praise?", [ASKED], "And what did he praise? (Jia Yueting)"),
        (
            "And what did he praise?",
            [{"question": ASKED, "answer": "Nothing."}],
            "And what did he praise? (Jia Yueting)",
        ),
        ("Why?", [ASKED], "Why? (Jia Yueting)"),
        ("他赞扬了什么？", [ASKED], "他赞扬了什么？ (Jia Yueting)"),
        ("How many cars did BYD sell in 2024?", [ASKED], "How many cars did BYD sell in 2024?"),
        ("Did Jia Yueting like it?", [ASKED], "Did Jia Yueting like it?"),
        ("What is its range?", [ASKED, "How fast is the Xiaomi SU7?"], "What is its range? (Xiaomi SU7)"),
        ("And where?", [ASKED, "Why?"], "And where? (Jia Yueting)"),
        ("Where is it?", ["which factory did BYD's rivals build?"], "Where is it? (BYD)"),
        ("Where is it?", ["which factory burned down?"], "Where is it? (factory, burned, down)"),
        ("Where is it?", ["", {"answer": "Nothing."}], "Where is it?"),
    ],
)
def test_a_follow_up_gets_the_names_that_it_leans_on_and_nothing_else_changes(question, history, standalone):
    assert condense(question, history) == standalone
