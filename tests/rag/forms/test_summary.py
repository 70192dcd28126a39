"""Summaries and overviews: whole sentences, exact, of the right articles."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from index.article import Article
from index.ingest import ingest
from index.vector_cache import VectorCache
from rag.answer import Answer
from rag.chain import AnswerChain, build_chain
from rag.forms.overview import IN_PASSING, overview
from rag.forms.summary import PARTICULAR, chosen_sentences, prose
from rag.retrieve import Passage
from settings import Settings
from tests.fakes import FakeEmbeddings

UNSURE = "These articles have the words, but may be about something else:"
TEA = """The harbour council has decided to plant tea on the roof of the old warehouse in spring.
The tea will be sold in the market hall, and the harbour council hopes for a modest income.
A gardener from the island says that the roof of the warehouse gets too much salt for tea.
Nobody had asked her before the council decided, she told this paper at the market hall.
The warehouse was built in 1911 and has stood empty since the ferries moved away."""
TIN = """Tin is mined in the hills behind the town, where the first shafts were dug long ago.
The mines pay a tax on each ton, which the town spends on its schools and roads.
Last winter two of the mines were flooded and had to be closed for several weeks.
The price of tin has fallen since the ferries went, so that the tax brings in less than it used to."""


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> Iterator[AnswerChain]:
    folder = tmp_path_factory.mktemp("files")
    for name, date, title, text in (
        ("a", "2024-03-01", "Tea on the roof", TEA),
        ("b", "2024-05-01", "The tin tax", TIN),
    ):
        (folder / f"{name}.md").write_text(f"---\ntitle: {title}\ndate: {date}\n---\n# {title}\n\n{text}")
    settings = Settings(store=tmp_path_factory.mktemp("store") / "store", reader_model="none")
    ingest(settings.store, [folder], FakeEmbeddings())
    chain = build_chain(settings, FakeEmbeddings())
    yield chain
    chain.close()


def ask(chain: AnswerChain, question: str) -> Answer:
    answer = chain.invoke({"question": question})
    for citation in answer.citations:
        article = chain.index.article(citation.article_id)
        assert article is not None and article.text[citation.start : citation.end] == citation.quote
    return answer


@pytest.mark.parametrize(
    ("question", "title", "text"),
    [
        ("Summarize the article about the tin tax", "The tin tax", TIN),
        ("tl;dr tea on the roof?", "Tea on the roof", TEA),
        ("Can you sumarise tea on the roof?", "Tea on the roof", TEA),
        ("Short overveiw of the tin tax", "The tin tax", TIN),
    ],
)
def test_a_summary_is_of_the_article_asked_for(chain: AnswerChain, question: str, title: str, text: str) -> None:
    answer = ask(chain, question)
    assert (answer.intent, answer.certainty, {c.title for c in answer.citations}) == ("summary", "high", {title})
    assert 3 <= len(answer.sentences) <= 5
    assert all(sentence.text in text.splitlines() for sentence in answer.sentences)
    assert [citation.start for citation in answer.citations] == sorted(citation.start for citation in answer.citations)


def test_an_overview_has_a_sentence_of_each_article_the_newest_first(chain: AnswerChain) -> None:
    answer = ask(chain, "What do the articles say about ferries?")
    assert (answer.intent, answer.notice) == ("overview", UNSURE)
    assert [citation.title for citation in answer.citations] == ["The tin tax", "Tea on the roof"]
    assert all("ferries" in sentence.text for sentence in answer.sentences)
    [sentence] = ask(chain, "mines").sentences
    assert "mines" in sentence.text


def test_several_topics_are_each_looked_for_where_no_article_has_all_of_them(chain: AnswerChain) -> None:
    answer = ask(chain, "shafts, gardener or copper")
    assert (answer.intent, answer.notice) == ("overview", UNSURE)
    assert ["shafts" in answer.sentences[0].text, "gardener" in answer.sentences[1].text] == [True, True]
    assert ask(chain, "copper and zinc").abstained


@pytest.mark.parametrize(("topic", "titles"), [("tax", ["The tin tax"]), ("warehouse", ["Tea on the roof"])])
def test_an_overview_is_of_what_an_article_is_about_by_its_title_or_again_and_again(
    chain: AnswerChain, topic: str, titles: list[str]
) -> None:
    answer = ask(chain, f"Tell me about {topic}")
    assert (answer.certainty, answer.notice, answer.reason) == ("high", None, None)
    assert [citation.title for citation in answer.citations] == titles


def test_an_overview_of_what_the_title_alone_names_is_of_that_article() -> None:
    text = "The quince fair\n\nBaskets stood along the quay until the evening."
    article = Article("q.txt", "The quince fair", text, "0" * 64)
    body = overview("quinces", [Passage(article, 0, len(article.text), 1.0)], VectorCache(FakeEmbeddings()), 0)
    assert body is not None
    assert (body.certainty, body.sentences[0].text) == ("high", "Baskets stood along the quay until the evening.")


@pytest.mark.parametrize(
    ("topic", "certainty"), [("quince fair", "high"), ("quince pumps", "low"), ("quince fair baskets", "high")]
)
def test_a_title_has_both_words_of_a_topic_of_two_and_all_but_one_of_three(topic: str, certainty: str) -> None:
    text = "The quince fair\n\nBaskets stood beside the pumps along the quay until the evening."
    article = Article("q.txt", "The quince fair", text, "0" * 64)
    body = overview(topic, [Passage(article, 0, len(article.text), 1.0)], VectorCache(FakeEmbeddings()), 0)
    assert body is not None and body.certainty == certainty


def test_an_overview_of_what_is_named_in_passing_is_uncertain(chain: AnswerChain) -> None:
    answer = ask(chain, "gardener")
    assert (answer.certainty, answer.notice, answer.reason) == ("low", UNSURE, IN_PASSING)


def test_an_overview_of_what_no_article_names_is_an_abstention(chain: AnswerChain) -> None:
    assert not any("copper" in sentence.text for sentence in ask(chain, "copper").sentences)


def test_a_summary_of_an_article_that_no_title_tells_from_others_is_uncertain(chain: AnswerChain) -> None:
    answer = ask(chain, "Summarize the article about the flooded shafts")
    assert (answer.intent, answer.certainty, answer.notice) == (
        "summary",
        "low",
        "This may be what is meant:",
    )
    assert (answer.citations[0].title, answer.reason) == ("The tin tax", "No title says which article is meant.")
    rivals = ask(chain, "Summarize the article on tin and the roof")
    assert (rivals.certainty, rivals.reason) == ("low", "“Tea on the roof” has as many of the words in its title.")


def test_a_summary_says_nothing_twice() -> None:
    said = TEA.splitlines()
    twice = "\n".join([*said, said[0].replace("has decided", "decided")])
    article = Article("a.txt", "Tea", f"Tea\n\n{twice}", "0" * 64)
    spans = chosen_sentences("Summarize the article about tea", article, VectorCache(FakeEmbeddings()))
    beginnings = [article.text[span.start : span.end][:15] for span in spans]
    assert 3 <= len(beginnings) == len(set(beginnings)), "the council decides once"


@pytest.mark.parametrize("between", ["\n", "\n\n"])
def test_a_summary_of_a_letter_leaves_out_salutation_and_signature(between: str) -> None:
    said = (
        "The toll on the bridge is wrong and has to go at once.",
        "Ferries were free for a hundred years, and nobody died.",
    )
    framed = (
        "Dear readers of the Courier,",
        " ".join(said),
        "Yours faithfully,",
        "Ada Renshaw, captain of the ferry Gannet",
    )
    article = Article("a.txt", "On tolls", "On tolls\n\n" + between.join(framed), "0" * 64)
    assert [article.text[span.start : span.end] for span in prose(article)] == list(said)


def test_a_short_sentence_is_one_and_a_line_without_an_end_is_none() -> None:
    said = ("Approval is uncertain.", "The authority in Oslo will decide on the merger of the two ferry lines in May.")
    article = Article("a.txt", "Ferries", f"Ferries\n\nPublished by the harbour\n\n{said[0]} {said[1]}", "0" * 64)
    assert [article.text[span.start : span.end] for span in prose(article, short=True)] == list(said)
    assert [article.text[span.start : span.end] for span in prose(article)] == [said[1]]


def test_a_chinese_sentence_is_whole_with_fewer_characters() -> None:
    said = ("五月才过半，今年的第三轮降价已经打响。", "他没有答应。", "一直嘴硬的汽车公司没有动价格表。")
    article = Article("a.txt", "降价", f"降价\n\n{''.join(said)}", "0" * 64, language="zh")
    assert [article.text[span.start : span.end] for span in prose(article, short=True)] == list(said)
    assert [article.text[span.start : span.end] for span in prose(article)] == [said[0], said[2]]


def test_a_summary_of_findings_is_uncertain(chain: AnswerChain) -> None:
    answer = ask(chain, "main findings of the article on the tin tax")
    assert (answer.certainty, answer.reason) == ("low", PARTICULAR)


@pytest.mark.parametrize(
    "question", ["What is this article about?", "Sum up the article in a few sentences", "main point of the column?"]
)
def test_where_no_article_is_named_it_is_asked_which(chain: AnswerChain, question: str) -> None:
    answer = ask(chain, question)
    assert (answer.abstained, answer.intent, answer.sentences) == (True, "summary", ())
    assert answer.answer.startswith("Which article? Ask for example “Summarize T")


def test_an_article_that_has_none_of_the_words_is_not_summarized(chain: AnswerChain) -> None:
    assert ask(chain, "Summarize the article about copper whales").intent != "summary"
