"""Suggestions read as questions, and nothing is suggested that the index does not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest.mock import Mock

import pytest

from index.article import Article, Heading
from index.ingest import ingest
from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from rag.events import SentenceEvent
from rag.filters import Filters
from rag.reading.base import AnswerSpan, Reading
from rag.retrieve import Passage
from rag.suggest import candidates, starters
from settings import Settings
from tests.fakes import FakeEmbeddings


def made_of(text: str, *headings: Heading) -> list[str]:
    article = Article("a.md", "A title", text, "0" * 64, headings=headings)
    found = list(candidates(article, 0, len(text)))
    for candidate in found:
        assert 0 <= candidate.start < candidate.end
    return [candidate.question for candidate in found]


@pytest.mark.parametrize(
    ("sentence", "question"),
    [
        ("On 30 March 2021 Lei Jun announced that Xiaomi would build cars.",
         "When did Lei Jun announce that Xiaomi would build cars?"),
        ("In 2019 Evergrande bought a majority of NEVS.", "When did Evergrande buy a majority of NEVS?"),
        ("BYD was founded in Shenzhen in 1995 by a chemist.", "When was BYD founded?"),
        ("Li Auto delivered 376,030 cars in 2023.", "How many cars did Li Auto deliver in 2023?"),
        ("Jia criticised three habits. Jia Yueting is far away.", "What did Jia Yueting criticise?"),
        ("Lei Jun said in Beijing that his models are Porsche and BMW.", "What did Lei Jun say about BMW?"),
        ("Apple stopped the project because of China.", "Why did Apple stop the project?"),
        ("The columnist Meng Yonghui wrote a commentary.", "Who is Meng Yonghui?"),
        ("Jia Yueting, the founder of a start-up, posted it.", "Who is Jia Yueting?"),
        ("The Rhodium Group, a research firm, wrote in April.", "What is the Rhodium Group?"),
        ("BYD was founded in Shenzhen in 1995 by Wang Chuanfu.", "Who founded BYD?"),
        ("Ding Lei, who founded Human Horizons in 2017, left.", "Who founded Human Horizons?"),
        ("In March 2021 Xiaomi announced a plan.", "What did Xiaomi announce in March 2021?"),
        ("Tesla moved part of its production to Shanghai early.", "Where did Tesla move part of its production?"),
        ("After the launch, Jia Yueting wrote this on Weibo:", "What did Jia Yueting write on Weibo?"),
        ("In 2023 BYD's revenue came to 602.3 billion yuan.", "What was BYD's revenue?"),
        ("The Max costs 299,900 yuan.", "How much does the Max cost?"),
        ("Author: Meng Yonghui, senior writer.", "Who is Meng Yonghui?"),
        ("People speak of a \"new quality\" in cars.", 'What is meant by "new quality"?'),
        ("China is still in a leading position in car making.",
         "Is China still in a leading position in car making?"),
        ("It bought Deepmotion, a small firm for software.", "What is Deepmotion?"),
    ],
)  # fmt: skip
def test_what_the_templates_make(sentence: str, question: str) -> None:
    assert question in made_of(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "On 30 March 2021 he announced that Xiaomi would build cars.",  # who?
        "In 2019 they bought a majority of NEVS.",  # who?
        "Whether Tesla is worth it, nobody knows. Some say so.",
        "When BYD was founded in 1995, there was nothing. We ask when.",
        "Finally, a company that wins customers needs values.",
        "Tesla delivered 1,789,226 cars.",  # when?
        "Tesla lost 3 billions in 2023.",
        "Li Auto delivered 376,030 cars that year.",
        "China exported 4.91 million vehicles and overtook Japan, which shipped 4.42 million.",
        "In Szeged, Hungary, the company is building a factory.",
        "小米汽车发布了新车。",
        "Xiaomi said nothing.",
    ],
)
def test_what_they_leave_alone(sentence: str) -> None:
    assert made_of(sentence) == []


def test_headings_that_are_questions_and_stand_alone() -> None:
    text = "Why does SAIC pay the most?\n\nIt says little.\n\nWill it work?\n\nNobody knows.\n\nThe end\n\nBye."
    titles = ("Why does SAIC pay the most?", "Will it work?", "The end")
    assert made_of(text, *(Heading(text.index(title), title) for title in titles)) == [titles[0]]


FILES = {
    "byd.md": ("2024-01-01", "BYD was founded in Shenzhen in 1995. Tea is drunk in Xian."),
    "catl.md": ("2024-02-01", "CATL was founded in Ningde in 2011. Tea is sold in Oslo."),
    "nio.md": ("2023-02-01", "NIO was founded in Hefei in 2014. Coffee is not Tea."),
}


class WordReader:
    """Answers in the first sentence that has the question's longest word; not about what it does not know."""

    name = "words"
    known = ("BYD", "CATL", "NIO", "Tea")

    def read(self, question: str, passages: Sequence[Passage]) -> list[Reading]:
        words = [word for word in self.known if word in question]
        return [self._reading(words, passage.text) for passage in passages]

    def _reading(self, words: Sequence[str], text: str) -> Reading:
        if not words or (at := text.find(words[0])) < 0:
            return Reading(0.1, ())
        return Reading(0.9, (AnswerSpan(at, at + len(words[0]), 1.0),))


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[AnswerChain]:
    folder = tmp_path / "files"
    folder.mkdir()
    for name, (date, text) in FILES.items():
        (folder / name).write_text(f"---\ntitle: News\ndate: {date}\n---\n{text}")
    ingest(tmp_path / "store", [folder], FakeEmbeddings())
    chain = build_chain(Settings(store=tmp_path / "store"), FakeEmbeddings(), WordReader())
    yield chain
    chain.close()


def test_starters_are_answered_and_the_newest_articles_come_first(
    chain: AnswerChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert chain.starters() == ("When was CATL founded?", "When was BYD founded?", "When was NIO founded?")
    assert chain.starters(1) == ("When was CATL founded?",)


def test_one_article_gives_three_starters(chain: AnswerChain) -> None:
    text = "BYD was founded in 1995. CATL was founded in 2011. NIO was founded in 2014. Tea was sold in 2000."
    article = Article("a.md", "A title", text, "0" * 64)
    proof = Mock(holds=lambda candidate: "CATL" not in candidate.question)
    assert starters(proof, [article], 3) == ("When was BYD founded?", "When was NIO founded?", "When was Tea sold?")


def test_starters_are_what_the_reader_finds(chain: AnswerChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordReader, "known", ("BYD",))
    assert chain.starters() == ("When was BYD founded?",)
    monkeypatch.setattr(WordReader, "read", lambda *_: 1 / 0)
    assert chain.starters() == ("When was BYD founded?",)  # worked out once


def test_what_to_ask_next_comes_after_the_sentences(chain: AnswerChain) -> None:
    events = list(chain.stream({"question": "Where is Tea sold?", "suggest": True}))
    answer = events[-1]
    assert isinstance(answer, Answer)
    assert isinstance(events[-2], SentenceEvent)
    assert set(answer.suggestions) == {"When was BYD founded?", "When was CATL founded?", "When was NIO founded?"}
    for question in answer.suggestions:
        assert not chain.invoke({"question": question}).abstained
    assert chain.invoke({"question": "Where is Tea sold?"}).suggestions == ()


def test_nothing_is_asked_twice_or_quoted_already(chain: AnswerChain) -> None:
    history = ["when was catl founded", {"question": "Nothing after:2024", "answer": ""}]
    answer = chain.invoke({"question": "When was BYD founded?", "history": history, "suggest": True})
    assert answer.citations[0].quote == "BYD was founded in Shenzhen in 1995."
    assert answer.suggestions == ("When was NIO founded?",)


def test_suggestions_keep_to_the_filters(chain: AnswerChain) -> None:
    asked = {"question": "Where is Tea sold?", "filters": Filters(after="2024-02"), "suggest": True}
    assert chain.invoke(asked).suggestions == ("When was CATL founded?",)  # type: ignore[arg-type]


def test_what_the_reader_does_not_find_is_not_suggested(chain: AnswerChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordReader, "known", ("Tea",))
    answer = chain.invoke({"question": "Where is Tea sold?", "suggest": True})
    assert (answer.abstained, answer.suggestions) == (False, ())


def test_an_abstention_has_suggestions_too(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": "Who is he?", "suggest": True})
    assert answer.abstained
    assert len(answer.suggestions) == 3
