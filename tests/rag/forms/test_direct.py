"""Small talk, other languages and questions about the collection: answered without reading, with exact citations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from index.ingest import ingest
from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from rag.filters import Filters
from rag.forms.collection import BY_WORDS
from rag.forms.findings import FIRST_LINE
from rag.reading.base import HIGH, Reading
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings

FILES = {
    "a.md": (
        "Tariff walls",
        "Ada Renshaw",
        "2024-03-01",
        "The tariffs are up. More tariffs on tea and tin will come.",
    ),
    "b.md": ("Tea in China", "Ada Renshaw", "2024-05-01", "Tea was first drunk in China. It has spread by sea."),
    "c.md": (
        "Tin",
        "Tomas Weil",
        "2023-01-05",
        "Tin is a metal. One metal is cheaper: metal for bells. Nobody pays a tariff on it, or drinks it with tea.",
    ),
}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerChain]:
    folder = tmp_path_factory.mktemp("files")
    for name, (title, author, date, text) in FILES.items():
        (folder / name).write_text(f"---\ntitle: {title}\nauthor: {author}\ndate: {date}\n---\n{text}")
    settings = Settings(store=tmp_path_factory.mktemp("store") / "store")
    ingest(settings.store, [folder], FakeEmbeddings())
    chain = build_chain(settings, FakeEmbeddings(), Unasked())
    yield chain
    chain.close()


class Unasked:
    """Must not be asked about a passage."""

    name: str | None = "unasked"
    high = HIGH

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        assert not passages, "nothing has to be read"
        return []


def ask(chain: AnswerChain, question: str, filters: Filters | None = None) -> Answer:
    answer = chain.invoke({"question": question, "filters": filters or Filters()})
    for citation in answer.citations:
        article = chain.index.article(citation.article_id)
        assert article is not None and article.text[citation.start : citation.end] == citation.quote
    return answer


@pytest.mark.parametrize("question", ["hello", "Thanks!", "what can you do?", "test", "你好"])
def test_small_talk_is_met_with_a_line_that_helps(chain: AnswerChain, question: str) -> None:
    answer = ask(chain, question)
    assert (answer.intent, answer.abstained, answer.citations, answer.nearest) == ("small_talk", True, (), ())
    assert "Ask me" in answer.answer and answer.certainty is None and answer.reason


@pytest.mark.parametrize(
    ("question", "says"),
    [
        ("¿Quién bebió té en la China y cuándo?", "Los artículos están en otro idioma (English)"),
        ("茶最早在哪里喝？", "English"),
        ("Wer hat den Tee zuerst getrunken?", "in einer anderen Sprache (English)"),
    ],
)
def test_a_language_that_is_not_covered_is_told_so_in_it(chain: AnswerChain, question: str, says: str) -> None:
    answer = ask(chain, question)
    assert (answer.intent, answer.abstained, answer.citations) == ("language", True, ())
    assert says in answer.answer


def lines(answer: Answer) -> list[str]:
    return [sentence.text for sentence in answer.sentences]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How many articles are there?", ["There are 3 articles."]),
        ("How many articles mention tea?", ["3 articles mention tea: “Tea in China”; “Tariff walls”; “Tin”."]),
        (
            "Which articles are about tariffs?",
            ["1 article about tariffs: “Tariff walls”.", "Tariff walls (1 March 2024)"],
        ),
        (
            "What has Ada Renshaw written?",
            ["2 articles by Ada Renshaw: “Tea in China”; “Tariff walls”.", "Tea in China (1 May 2024)"],
        ),
        (
            "Who writes here?",
            ["2 authors have written the articles: Ada Renshaw; Tomas Weil.", "Ada Renshaw: 2 articles"],
        ),
        ("What is the newest article?", ["The newest article is “Tea in China” (1 May 2024)."]),
        ("which article is the oldest", ["The oldest article is “Tin” (5 January 2023)."]),
        ("When was the oldest article published?", ["The oldest article is “Tin” (5 January 2023)."]),
        (
            "What is the newest article about tariffs?",
            ["The newest article about tariffs is “Tariff walls” (1 March 2024)."],
        ),
        (
            "Which articles were published in 2024?",
            ["2 articles of 2024: “Tea in China”; “Tariff walls”.", "Tea in China (1 May 2024)"],
        ),
        ("Show me articles from May 2024", ["1 article of May 2024: “Tea in China”.", "Tea in China (1 May 2024)"]),
        (
            "How many articles are there since 1 March 2024?",
            ["2 articles since 1 March 2024: “Tea in China”; “Tariff walls”."],
        ),
        ("Which articles were written before 2024-03?", ["1 article before 2024-03: “Tin”.", "Tin (5 January 2023)"]),
        ("Which articles did Ada Renshaw write?", ["2 articles by Ada Renshaw: “Tea in China”; “Tariff walls”."]),
        (
            "Which articles by Ada Renshaw are about tariffs?",
            ["1 article by Ada Renshaw about tariffs: “Tariff walls”."],
        ),
        ("Who wrote the article about tin?", ["It was written by Tomas Weil.", "Tomas Weil: “Tin”"]),
        ("Is there an article about tea?", ["Yes, 1 article about tea: “Tea in China”.", "Tea in China (1 May 2024)"]),
        (
            "Do any of the articles mention tea?",
            ["Yes, 3 articles mention tea: “Tea in China”; “Tariff walls”; “Tin”."],
        ),
        ("How many of the articles are about tariffs?", ["1 article about tariffs: “Tariff walls”."]),
        ("Which authors have written about tin?", ["It was written by Tomas Weil.", "Tomas Weil: “Tin”"]),
        ("Who has written about tin?", ["It was written by Tomas Weil.", "Tomas Weil: “Tin”"]),
        ("Who wrote on tariffs in 2024?", ["It was written by Ada Renshaw.", "Ada Renshaw: “Tariff walls”"]),
        ("What is the newest article by Tomas Weil?", ["The newest article by Tomas Weil is “Tin” (5 January 2023)."]),
        ("Which articles were published after 2023?", ["2 articles after 2023: “Tea in China”; “Tariff walls”."]),
        ("authors of the articles about tariffs", ["1 author has written the articles about tariffs: Ada Renshaw."]),
        ("What is the title of the newest article?", ["The newest article is “Tea in China” (1 May 2024)."]),
        ("What topics do the articles cover?", ["There are 3 articles: “Tea in China”; “Tariff walls”; “Tin”."]),
        ("What are the articles about?", ["There are 3 articles: “Tea in China”; “Tariff walls”; “Tin”."]),
    ],
)
def test_the_collection_is_asked_about_itself(chain: AnswerChain, question: str, expected: list[str]) -> None:
    answer = ask(chain, question)
    assert (answer.intent, answer.abstained, answer.certainty) == ("collection", False, "high")
    assert lines(answer)[: len(expected)] == expected
    assert {sentence.kind for sentence in answer.sentences} == {"computed"}


@pytest.mark.parametrize(
    ("question", "first", "reason"),
    [
        ("Which articles are about metal?", "1 article about metal: “Tin”.", BY_WORDS),
        (
            "Which articles are by e?",
            "3 articles by “e”: “Tea in China”; “Tariff walls”; “Tin”.",
            "Several authors have “e” in their name.",
        ),
    ],
)
def test_what_the_index_does_not_tell_for_certain_is_uncertain(
    chain: AnswerChain, question: str, first: str, reason: str
) -> None:
    answer = ask(chain, question)
    assert (answer.certainty, answer.notice, answer.reason) == ("low", "Going by the words in the articles:", reason)
    assert lines(answer)[0] == first


@pytest.mark.parametrize(
    "question",
    [
        "Which articles were published in 1999?",
        "Which articles did Nobody Inparticular write?",
        "How many articles are longer than a page?",
        "Which articles does the minister dislike?",
    ],
)
def test_what_the_index_does_not_know_is_read_for(chain: AnswerChain, question: str) -> None:
    with pytest.raises(AssertionError, match="nothing has to be read"):
        ask(chain, question)


def test_only_the_articles_that_the_filters_keep_count(chain: AnswerChain) -> None:
    assert (
        lines(ask(chain, "How many articles mention tea?", Filters(after="2024")))[0]
        == "2 articles mention tea: “Tea in China”; “Tariff walls”."
    )


def test_titles_fit_into_the_first_line_or_are_counted(tmp_path: Path) -> None:
    for n in range(25):
        (tmp_path / f"{n}.md").write_text(
            f"---\ntitle: {n} kinds of tea that nobody has drunk so far\n---\nTea is tea."
        )
    settings = Settings(store=tmp_path / "store")
    ingest(settings.store, [tmp_path], FakeEmbeddings())
    with closing(build_chain(settings, FakeEmbeddings(), Unasked())) as many:
        said = lines(ask(many, "Which articles mention tea?"))
    assert said[0].startswith("25 articles mention tea: “") and said[0].endswith("; 20 more. The first 20:")
    assert len(said[0]) <= FIRST_LINE
    assert len(said) == 1 + 20


@pytest.mark.parametrize("question", ["hello", "How many articles are there?"])
def test_what_stands_alone_takes_nothing_over(chain: AnswerChain, question: str) -> None:
    answer = chain.invoke({"question": question, "history": ["Who drank tea in China?"]})
    assert answer.standalone_question == question
    assert answer.intent in ("small_talk", "collection")
