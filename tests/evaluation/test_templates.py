from __future__ import annotations

import pytest

from evaluation.templates import DraftCandidate, agents, gaps, questions


@pytest.mark.parametrize(
    ("sentence", "kind", "question", "answer"),
    [
        (
            "In April 2018 Ada Renshaw announced that Oslo would build ships.",
            "when",
            "When did Ada Renshaw announce that Oslo would build ships?",
            "April 2018",
        ),
        (
            "On 7 January 2019 the harbour of Oslo was opened, and people danced.",
            "when",
            "When was the harbour of Oslo opened?",
            "7 January 2019",
        ),
        (
            "The first ship left for Belgium in October 2020.",
            "when",
            "When did the first ship leave for Belgium?",
            "October 2020",
        ),
        ("Ada Renshaw carried on in Oslo.", None, "", ""),
        ("Ada Renshaw wrote the report on Oslo.", "who", "Who wrote the report on Oslo?", "Ada Renshaw"),
        ("Bo Li, the founder of the yard, waved to Oslo.", "who", "Who is Bo Li?", "the founder of the yard"),
        (
            "Today more than 95 percent of the parts from Oslo come by ship.",
            "number",
            "What percentage of the parts from Oslo come by ship?",
            "more than 95 percent",
        ),
        (
            "Ada Renshaw delivered 376,030 small ships that year, Oslo none.",
            "number",
            "How many small ships did Ada Renshaw deliver that year?",
            "376,030 small ships",
        ),
        (
            "In 2019 the Oslo yard lost 2.5 million dollars.",
            "number",
            "How much did the Oslo yard lose in 2019?",
            "2.5 million dollars",
        ),
        ("特斯拉在2018年签署了协议。", "when", "特斯拉在哪一年签署了协议？", "2018年"),
        ("特斯拉于2018年7月10日签署了协议。", "when", "特斯拉于哪一天签署了协议？", "2018年7月10日"),
        ("特斯拉在上海生产了94.7万辆汽车。", "number", "特斯拉在上海生产了多少辆汽车？", "94.7万"),
        ("出口占产量的35.5%左右。", "number", "出口占产量的百分之多少左右？", "35.5%"),
    ],
)
def test_a_sentence_of_a_known_shape_becomes_a_question(sentence, kind, question, answer):
    found = list(questions(sentence))
    assert (DraftCandidate(kind, question, answer) in found) if kind else not found


@pytest.mark.parametrize(
    "sentence",
    [
        "In April 2018 it announced that Oslo would build ships.",
        "In April 2018 the government of Oslo announced that this would end.",
        "In April 2018 the company announced a ship in Oslo.",
        "In April 2018 the government announced a ship in Oslo.",
        "In 2018 ships presented in Oslo sold well.",
        "In April 2018 ships sailed.",
        "Tension with Paris led to war in 1622.",
        "Ships that Ada Renshaw bought were sold in 1912.",
        "When Ada Renshaw left Oslo in 1912?",
        "- In April 2018 Ada Renshaw\nleft Oslo.",
        "他在2018年签署了协议。",
        "从2018年至2019年，特斯拉签署了协议。",
        "特斯拉在2018年签署了协议！",
    ],
)
def test_a_sentence_that_leans_on_others_or_is_in_doubt_becomes_none(sentence):
    assert list(questions(sentence)) == []


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ('Lei called the ship of Oslo a "second home" then.', {"second home"}),
        ("The ship reached Oslo on 7 January 2019.", {"7 January 2019"}),
        ("The Oslo yard paid 37.6 percent for ships built by Ada Renshaw.", {"37.6", "Ada Renshaw"}),
        ("Ein Schiff von Ada Renshaw fuhr 1912 von Oslo nach Bergen.", {"Ada Renshaw", "1912", "Bergen"}),
        ("甘地经常引用雪莱的《暴政的假面游行》。", {"暴政的假面游行"}),
        ("Some ships from Oslo and many Chinese ships belong to a Norwegian firm of Bergen.", {"Oslo", "Bergen"}),
        ("Ships from Oslo, Oslo and Bergen, too, sail for Oslo.", {"Bergen"}),
        ("It reached Oslo on 7 January 2019.", set()),
        ("the ship reached Oslo on 7 January 2019.", set()),
        ("By Ada Renshaw, 7 October 2024", set()),
        ("The ship reached the harbour in 2019.", set()),
    ],
)
def test_names_numbers_dates_and_quoted_words_become_gaps(sentence, words):
    found = list(gaps(sentence))
    assert {gap.answer for gap in found} == words
    assert all(gap.question.replace("____", gap.answer) == sentence for gap in found)


def test_agents_are_names_that_say_something():
    text = "Ada Renshaw said so. In 1912, Bo Li wrote it. The White House said no. Oslo said yes.\nMeng Yonghui warned."
    assert agents(text) == ["Ada Renshaw", "Bo Li", "Meng Yonghui"]
