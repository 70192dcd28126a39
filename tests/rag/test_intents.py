"""What a question asks for, by its words."""

from __future__ import annotations

import pytest

from rag.intents import intent_of, is_key_words


@pytest.mark.parametrize(
    ("question", "intent"),
    [
        ("Who founded BYD?", "fact"),
        ("When did HiPhi stop its production line?", "fact"),
        ("how many cars did XPeng deliver in 2023", "fact"),
        ("How much does the Xiaomi SU7 Max cost?", "fact"),
        ("What did Jia Yueting criticize?", "fact"),
        ("Which company sold the most cars?", "fact"),
        ("Which countries voted against the duties?", "list"),
        ("List the reasons for the delay.", "list"),
        ("in what cities does it have factories", "list"),
        ("what was cut in the 2024 budget", "list"),
        ("What's new in 7.2?", "list"),
        ("What is not backed up?", "list"),
        ("What cannot be rented?", "list"),
        ("Which languages is the page available in?", "list"),
        ("Which series is on at nine?", "fact"),
        ("What was cut by the council?", "fact"),
        ("What is the difference between tea and coffee?", "compare"),
        ("In which year were there more visitors, 2023 or 2024?", "compare"),
        ("NIO or XPeng, who lost more?", "compare"),
        ("Which is cheaper, the Seagull or the Qin Plus?", "compare"),
        ("Compare the net profit of Li Auto and BYD", "compare"),
        ("Why was he worried?", "why"),
        ("How did the company survive?", "why"),
        ("What are the reasons for the duties?", "why"),
        ("Did Tesla ever sell fewer cars than BYD?", "yes_no"),
        ("Is the pool closed?", "yes_no"),
        ("Summarize the article about HiPhi", "summary"),
        ("What is this article about?", "summary"),
        ("What is the article about?", "summary"),
        ("tea tax summary", "summary"),
        ("overview of the tea tax", "summary"),
        ("What are the main findings of the study?", "summary"),
        ("tea tax: what is it about?", "summary"),
        ("The tea tax: what's the story?", "summary"),
        ("Can you sumarize the tea test?", "summary"),
        ("Short overveiw of the tea tax?", "summary"),
        ("What was the main finding of the study?", "fact"),
        ("Which key facts did the court rely on?", "list"),
        ("Can you tell me why he left?", "why"),
        ("Could you list the countries that voted?", "list"),
        ("Please tell me who founded BYD", "fact"),
        ("batteries", "overview"),
        ("What do the articles say about tariffs?", "overview"),
        ("tell me about the price war", "overview"),
        ("How many articles mention BYD?", "collection"),
        ("Which of NIO and XPeng lost more?", "compare"),
        ("Which articles are about tariffs?", "collection"),
        ("Who writes here?", "collection"),
        ("what is the newest article", "collection"),
        ("hello", "small_talk"),
        ("Thanks a lot!", "small_talk"),
        ("what can you do?", "small_talk"),
        ("test", "small_talk"),
        ("你好", "small_talk"),
        # Small words at the beginning do not make small talk, nor articles that are asked what they say.
        ("Hi-fi makers in Japan: who are they?", "fact"),
        ("thanks to whom did NIO survive?", "fact"),
        ("Test drives: who offers them?", "fact"),
        ("Who wrote the letter to the shareholders?", "fact"),
        ("which pieces of information does the box store", "list"),
        ("Which article says that the duties are final?", "fact"),
    ],
)
def test_the_intent(question: str, intent: str) -> None:
    assert intent_of(question) == intent


@pytest.mark.parametrize("question", ["", "?", "a", " \t\n", "\u200b", "x " * 500])
def test_odd_questions_have_an_intent_too(question: str) -> None:
    assert intent_of(question) in ("fact", "overview")


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("price of a bus ticket ostrava", True),
        ("harbour council tea roof", True),
        ("tea", False),
        ("the tin tax", False),
        ("Tell me about the price of bus tickets", False),
        ("What is the price of a bus ticket?", False),
    ],
)
def test_more_words_than_a_topic_has_may_be_a_question_without_its_words(question: str, expected: bool) -> None:
    assert is_key_words(question) is expected
