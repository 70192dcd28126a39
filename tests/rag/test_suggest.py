"""Suggestions read as questions, and nothing is suggested that the index does not answer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unittest.mock import Mock

import pytest

from index.article import Article, Heading
from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from rag.condense import Turn
from rag.events import SentenceEvent
from rag.filters import Filters
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from rag.suggest import candidates, starters
from rag.suggest.choose import _names
from settings import Settings
from tests.fakes import FakeEmbeddings
from tests.stores import small_store


def made_of(text: str, *headings: Heading) -> list[str]:
    article = Article("a.md", "A title", text, "0" * 64, headings=headings)
    found = list(candidates(article, 0, len(text)))
    for candidate in found:
        assert 0 <= candidate.start < candidate.end
    return [candidate.question for candidate in found]


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("On 14 May 2024 BYD announced that its cars would be cheap.",
         ["When did BYD announce that its cars would be cheap?"]),  # not "What did BYD announce on 14 May 2024?"
        ("Jia criticised three habits. Jia Yueting is far away.", ["What did Jia Yueting criticise?"]),
        ("Tesla criticised three habits. The Tesla Model 3 is no model.", ["What did Tesla criticise?"]),
        ("Korea was annexed in 1910. North Korea is far away.", ["When was Korea annexed?"]),
        ("It bought Deepmotion, a small firm for software.", ["What is Deepmotion?"]),
        ("Tea was sold in 2000. There is no tea.", []),  # a word, no name
        ("The first ship left for Belgium in October 2020.", []),  # whose?
        ("Entry costs £5.40 for adults.", []),  # a word, no name
        ("Lidl refused in October because it wears out.", []),  # refused what?
        ("Lidl closed its shop in May because it was cold.", ["Why did Lidl close its shop in May?"]),
        ("Cybercab costs £5.40 an hour. So they drive a Cybercab.", ["How much does Cybercab cost?"]),
        ("Tesla delivered 1,789,226 cars.", []),  # when?
        ("Li Auto delivered 376,030 cars that year.", []),
        ("NIO has been on the verge of its breakthrough for ten years.", []),
        ("Lei Jun said in Beijing that his models are Porsche and BMW.", []),
        ("小米汽车在2021年发布了新车。", []),
    ],
)  # fmt: skip
def test_what_is_asked_of_a_sentence(text: str, questions: list[str]) -> None:
    assert made_of(text) == questions


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

    name: str | None = "words"
    high = HIGH
    known = ("BYD", "CATL", "NIO", "Tea")

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        words = [word for word in self.known if word in question]
        return [self._reading(words, passage.text) for passage in passages]

    def _reading(self, words: Sequence[str], text: str) -> Reading:
        if not words or (at := text.find(words[0])) < 0:
            return Reading(0.1, ())
        return Reading(0.9, (AnswerSpan(at, at + len(words[0]), 1.0),))


@pytest.fixture
def chain(tmp_path: Path) -> Iterator[AnswerChain]:
    files = {name: f"---\ntitle: News\ndate: {date}\n---\n{text}" for name, (date, text) in FILES.items()}
    chain = build_chain(Settings(store=small_store(tmp_path, files)), FakeEmbeddings(), WordReader())
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
    history: list[Turn] = ["when was catl founded", {"question": "Nothing after:2024", "answer": ""}]
    answer = chain.invoke({"question": "Where is Tea sold?", "history": history, "suggest": True})
    assert len(answer.citations) == 3
    assert set(answer.suggestions) == {"When was BYD founded?", "When was NIO founded?"}
    answer = chain.invoke({"question": "When was BYD founded?", "suggest": True})
    assert answer.citations[0].quote == "BYD was founded in Shenzhen in 1995."
    assert answer.suggestions == (), "the others are about something else"


def test_suggestions_keep_to_the_filters(chain: AnswerChain) -> None:
    asked = {"question": "Where is Tea sold?", "filters": Filters(after="2024-02"), "suggest": True}
    suggestions = chain.invoke(asked).suggestions  # type: ignore[arg-type]
    assert suggestions == ("When was CATL founded?", "What do the articles say about Oslo?")


def test_what_the_reader_does_not_find_is_not_suggested(chain: AnswerChain, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(WordReader, "known", ("Tea",))
    answer = chain.invoke({"question": "Where is Tea sold?", "suggest": True})
    assert (answer.abstained, answer.suggestions) == (False, ())


def test_an_abstention_has_suggestions_too(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": "Who is he?", "suggest": True})
    assert answer.abstained
    assert len(answer.suggestions) == 3


def test_an_abstention_suggests_the_nearest_questions_first(chain: AnswerChain) -> None:
    answer = chain.invoke({"question": "does byd make wine", "suggest": True})
    assert answer.abstained
    assert answer.suggestions == ("When was BYD founded?",)


LONG = """The city of Elmstead has opened a bridge for bicycles. It was planned for eleven years by the council.

The bridge is made of wood, because the ground is soft. Elmstead paid 4 million euros for it.

In the end the mayor of Elmstead rode across first. Many people followed her on that day.
"""


def test_small_collections_have_what_needs_no_reading(tmp_path: Path) -> None:
    files = {
        "a.md": f"---\ntitle: A bridge in Elmstead\n---\n{LONG}",
        "b.md": "Nobody in Elmstead knows. Tea is drunk.",
    }
    store = small_store(tmp_path, files)
    chain = build_chain(Settings(store=store), FakeEmbeddings(), WordReader())
    assert chain.starters() == ("What do the articles say about Elmstead?", "Summarize “A bridge in Elmstead”")
    answer = chain.invoke({"question": "Is Tea drunk there?", "suggest": True})
    assert answer.citations
    assert answer.suggestions == ()
    for question in chain.starters():
        assert chain.invoke({"question": question}).certainty == "high"
    answer = chain.invoke({"question": chain.starters()[0], "suggest": True})
    assert answer.suggestions == ("Summarize “A bridge in Elmstead”",), "not what was asked"
    chain.close()


def test_one_article_has_some_too(tmp_path: Path) -> None:
    store = small_store(tmp_path, {"a.md": f"---\ntitle: A bridge in Elmstead\n---\n{LONG}"})
    chain = build_chain(Settings(store=store), FakeEmbeddings(), WordReader())
    assert chain.starters() == ("What do the articles say about Elmstead?", "Summarize “A bridge in Elmstead”")
    chain.close()


def test_what_is_certain_elsewhere_or_unsure_is_not_offered(
    chain: AnswerChain, monkeypatch: pytest.MonkeyPatch
) -> None:
    with chain.index.snapshot() as snapshot:
        [byd] = [info.id for info in snapshot.database.articles() if info.source.endswith("byd.md")]
        article = snapshot.database.article(byd)
        assert article is not None
        made = {candidate.question: candidate for candidate in candidates(article, 0, len(article.text))}
        right = made["When was BYD founded?"]
        assert chain._proof(snapshot).holds(right)
        assert not chain._proof(snapshot).holds(replace(right, article_id="another")), "of another article"
        monkeypatch.setattr(WordReader, "_reading", lambda *_: Reading(0.6, (AnswerSpan(0, 3, 1.0),)))
        assert chain._proof(snapshot).holds(right), "known"
        assert not chain._proof(snapshot).holds(replace(right, end=right.end - 1)), "not certain"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The SU7 is late, and Xiaomi knows.", ["the SU7", "Xiaomi"]),
        ("On Sunday it rained, but Lei Jun left.", ["Lei Jun"]),
        ("How much is the Team plan in the EU?", ["Team", "the EU"]),  # the plan has the article
        ("It saw the Lido, the Institute's boat.", ["the Lido", "the Institute"]),
        ("A plan with 500 GB and 3 TB.", []),
        ("Cairn GmbH was founded in 2016.", []),
    ],
)
def test_what_a_topic_can_be(text: str, names: list[str]) -> None:
    assert _names(text) == names


def test_instead_of_a_refusal_the_articles_that_share_words_are_offered(tmp_path: Path) -> None:
    rows = " ".join(f"Rowing was taught to {word} sailors on the river." for word in ("young", "old", "proud", "brave"))
    texts = {
        "boats.md": ("Boats", rows),
        "tea.md": ("Teas", rows.replace("Rowing", "Brewing").replace("river", "hill")),
    }
    files = {name: f"---\ntitle: {title}\n---\n{text}" for name, (title, text) in texts.items()}
    with closing(build_chain(Settings(store=small_store(tmp_path, files)), FakeEmbeddings(), WordReader())) as chain:
        answer = chain.invoke({"question": "Who invented rowing?", "suggest": True})
        assert answer.abstained and answer.suggestions[:1] == ("Summarize “Boats”",)
        unknown = {"question": "Who is Zorro?", "suggest": True, "filters": Filters(tag=("none",))}
        assert chain.invoke(unknown).suggestions == (), "nothing says anything about Zorro"  # type: ignore[arg-type]
