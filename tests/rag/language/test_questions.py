"""A sentence of a known shape gives questions, one that leans on others or is in doubt gives none."""

from __future__ import annotations

import time

import pytest

from rag.language.questions import questions_of


@pytest.mark.parametrize(
    ("sentence", "questions"),
    [
        (
            "On 30 March 2021 Lei Jun announced that Xiaomi would build cars.",
            [
                "When did Lei Jun announce that Xiaomi would build cars?",
                "What did Lei Jun announce on 30 March 2021?",
            ],
        ),
        (
            "In March 2021 Xiaomi announced a plan.",
            ["What did Xiaomi announce in March 2021?"],
        ),
        ("In 2019 Evergrande bought a majority of NEVS.", ["When did Evergrande buy a majority of NEVS?"]),
        ("BYD presented its Blade battery on 29 March 2020.", ["When did BYD present its Blade battery?"]),
        ("The Oslo yard was opened in May 1912, and people danced.", ["When was the Oslo yard opened?"]),
        (
            "BYD was founded in Shenzhen in 1995 by Wang Chuanfu.",
            ["When was BYD founded?", "Who founded BYD?"],
        ),
        ("Telenet was incorporated in 1973 and started in 1975.", ["When was Telenet incorporated?"]),
        ("Ding Lei, who founded Human Horizons in 2017, left.", ["Who founded Human Horizons?"]),
        (
            "Ada Renshaw wrote the report on Oslo.",
            ["Who wrote the report on Oslo?"],
        ),
        ("Li Auto delivered 376,030 cars in 2023.", ["How many cars did Li Auto deliver in 2023?"]),
        ("In 2019 the Oslo yard lost 2.5 million dollars.",
         ["When did the Oslo yard lose 2.5 million dollars?", "How much did the Oslo yard lose in 2019?"]),
        ("In 2023 BYD's revenue came to 602.3 billion yuan.", ["What was BYD's revenue in 2023?"]),
        ("The Max costs 299,900 yuan.", ["How much does the Max cost?"]),
        ("Apple stopped the project because of China.", ["Why did Apple stop the project?"]),
        ("Tesla moved part of its production to Shanghai early.", ["Where did Tesla move part of its production?"]),
        ("Jia Yueting criticised three habits.", ["What did Jia Yueting criticise?"]),
        ("The columnist Meng Yonghui thought so, too.", ["Who is Meng Yonghui?"]),
        ("Jia Yueting, the founder of a start-up, posted it.", ["Who is Jia Yueting?"]),
        ("Marie Curie was a physicist from Warsaw.", ["Who was Marie Curie?"]),
        ("The Rhodium Group, a research firm, thought in April.", ["What is the Rhodium Group?"]),
        ("The Quasiturbine is a rotary engine.", ["What is the Quasiturbine?"]),
        ('Economists know so-called "new quality" from cars.', ['What is meant by "new quality"?']),
        ("More than 95 percent of the parts from Oslo come by ship.",
         ["What percentage of the parts from Oslo come by ship?"]),
    ],
)  # fmt: skip
def test_a_sentence_of_a_known_shape(sentence: str, questions: list[str]) -> None:
    assert {found.question for found in questions_of(sentence)} >= set(questions)
    for found in questions_of(sentence):
        assert found.answer in sentence
        assert found.subject in found.question


@pytest.mark.parametrize(
    "sentence",
    [
        "On 30 March 2021 he announced that Xiaomi would build cars.",  # who?
        "In 2019 they bought a majority of NEVS.",
        "In April 2018 the company announced a ship in Oslo.",  # which?
        "Whether Tesla is worth it, nobody knows.",
        "When BYD was founded in 1995, there was nothing.",
        "Finally, a company that wins customers needs values.",
        "China exported 4.91 million vehicles and overtook Japan, which shipped 4.42 million.",
        "In Szeged, Hungary, the company is building a factory.",
        "Xiaomi said nothing.",
        "NIO has been on the verge of its breakthrough for ten years.",
        "China is still in a leading position in car making.",
        "Tesla was the first to take advantage of it.",
        "The Max is the fast one.",
        "The Oslo yard was the heart of the city in 1917.",  # a time that lasted
        "Joe Clark announced that Canada, like the US, would boycott the Games in 1980.",  # cut inside of a clause
        "It received an English - language dub in January 2017.",
        "In 1351 the Red Turban Rebellion started and grew into a nationwide uprising.",  # two verbs
        "Paul Baran described a general architecture for a large-scale, distributed network.",  # cut off
        "Chad DiMera is a fictional character.",  # who or what?
        "Jia Yueting wrote this on Weibo:",
        "Jia Yueting\nfounded the Oslo yard in 1912.",
        "Ada Renshaw left Oslo in 1912!",
    ],
)
def test_a_sentence_in_doubt(sentence: str) -> None:
    assert list(questions_of(sentence)) == []


def test_the_day_takes_another_preposition_than_the_month() -> None:
    asked = [
        {found.question for found in questions_of(f"{date} BYD presented two models.")}
        for date in ("On 14 May 2024", "In May 2024", "In 2024", "On May 14, 2024,")
    ]
    assert "What did BYD present on 14 May 2024?" in asked[0]
    assert "What did BYD present in May 2024?" in asked[1]
    assert "What did BYD present in 2024?" in asked[2]
    assert "What did BYD present on May 14, 2024?" in asked[3]


@pytest.mark.parametrize("unit", ["Ada ", "Ada Bo, ", "was ", "the founder ", "1912 ", '"a b', "In 2019 Oslo moved "])
def test_hostile_sentences_end_soon(unit: str) -> None:
    started = time.process_time()
    for length in (399, 100_000):
        list(questions_of(f"{(unit * length)[: length - 1]}a."))
    assert time.process_time() - started < 2
