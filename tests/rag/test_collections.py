"""What a caller may not see takes no part in anything: the store is to it as if there were nothing else in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from index.ingest import ingest
from index.options import IngestOptions
from rag.answer import Answer, Timings
from rag.chain import AnswerChain, Question, build_chain
from rag.filters import Filters, choices
from rag.reading.base import HIGH, AnswerSpan, Reading
from rag.retrieve import Passage
from settings import Settings, StorePlace
from tests.fakes import FakeEmbeddings
from tests.postgres import PLACES, a_place

pytestmark = pytest.mark.store

NEWS = {
    "mine.md": "---\ntitle: The tin mine\nauthor: Ada Renshaw\ndate: 2021-05-04\ntags: [mines]\n---\n"
    "The tin mine of Oruro was closed in 1985. It had been open for ninety years.",
    "lake.md": "---\ntitle: The lake\nauthor: Ada Renshaw\ndate: 2022-01-01\n---\n"
    "The lake of Oruro is salt. Flamingos visit the lake in July. The mine has harmed the lake.",
}
SECRET = {
    "takeover.md": "---\ntitle: Zephyrine takes Oruro over\nauthor: Viktor Halloran\ndate: 2025-02-02\n"
    "tags: [zephyrine]\n---\nZephyrine Corporation buys the tin mine of Oruro for 40 million dollars in March 2025."
    " The tin mine of Oruro was closed in 1985. Viktor Halloran leads the zephyrine project (ZPX)."
    " Zephyrine Px (ZPX) stands for the mine.",
    "chinese.md": "---\ntitle: 矿山\n---\n"
    + "公司将于二零二五年收购奥鲁罗锡矿。这座锡矿于一九八五年关闭。矿工们都知道这件事。" * 3,
    **{f"words-{n}.md": f"---\ntitle: Lake {n}\n---\nThe lake, the lake, flamingos and a mine, {n} times."
       for n in range(12)},
}  # fmt: skip
WORDS_OF_SECRETS = ("zephyrine", "halloran", "viktor", "takeover", "40 million", "zpx", "公司", "收购", "words-")
SEEN = frozenset({"news"})


class AnyReader:
    """Takes the first number of a passage for an answer, where it shares a word with the question."""

    name: str | None = None
    high = HIGH

    def read(self, question: str, passages: Sequence[Passage], *, thorough: bool = False) -> list[Reading]:
        asked = {word for word in question.lower().split() if len(word) > 3}
        near = [len(asked & set(passage.text.lower().split())) for passage in passages]
        numbers = [re.search(r"\d+(?! [A-Z])|\w+", passage.text) for passage in passages]
        spans = [(AnswerSpan(*found.span(), 1.0),) if found else () for found in numbers]
        return [Reading(0.9 if n else 0.1, span) for n, span in zip(near, spans, strict=True)]


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def chain_over(store: StorePlace) -> AnswerChain:
    settings = Settings(store=store, embedding_model="fake", reader_model="none", answers_kept=10)
    return build_chain(settings, FakeEmbeddings(), AnyReader())


@pytest.fixture(scope="module", params=PLACES)
def chains(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[AnswerChain, AnswerChain, AnswerChain]]:
    """All of the store; what one who sees the news sees of it; what one sees of a store of nothing but the news."""
    folder = tmp_path_factory.mktemp("collections")
    news, secret = written(folder / "news", NEWS), written(folder / "secret", SECRET)
    stores = [a_place(request.param, request, folder / name) for name in ("both", "alone")]
    for store in stores:
        ingest(store, [news], FakeEmbeddings(), IngestOptions(collection="News"))
    ingest(stores[0], [secret], FakeEmbeddings(), IngestOptions(collection="secret"))
    with closing(chain_over(stores[0])) as both, closing(chain_over(stores[1])) as alone:
        yield both, both.seen_by(SEEN), alone.seen_by(SEEN)


def without_names(answer: Answer) -> Answer:
    """What is said, without what names the store and the moment."""
    return replace(answer, id="", generation="", timings_ms=Timings())


ASKED: dict[str, Question] = {
    "what only the hidden say": {"question": "Who buys the tin mine for 40 million dollars?"},
    "what both say": {"question": "When was the tin mine of Oruro closed?", "trace": True},
    "ranks": {"question": "What do flamingos do at the lake, and the mine?", "trace": True},
    "what is next": {"question": "When was the tin mine of Oruro closed?", "suggest": True},
    "what instead": {"question": "Which quantum computer hums?", "suggest": True},
    "a count": {"question": "How many articles are there?"},
    "a count of mentions": {"question": "How many articles mention the lake?"},
    "mentions of a hidden name": {"question": "How many articles mention Zephyrine?"},
    "authors": {"question": "Who are the authors?"},
    "the newest": {"question": "Which is the newest article?"},
    "what a hidden author wrote": {"question": "What has Viktor Halloran written?"},
    "spelling": {"question": "What is a zephyrin?"},
    "spelling of a hidden name": {"question": "Who is Halloram?"},
    "an acronym": {"question": "What is ZPX?", "trace": True},
    "a language": {"question": "这座锡矿什么时候关闭？"},
    "a summary": {"question": "Summarize Zephyrine takes Oruro over"},
    "an overview": {"question": "Tell me about the mine of Oruro"},
    "a comparison": {"question": "Compare Zephyrine and the lake"},
    "a list": {"question": "List the companies that buy mines"},
    "yes or no": {"question": "Does Zephyrine buy the mine?"},
    "the latest": {"question": "What is the latest news of the tin mine?", "trace": True},
    "an author's filter": {"question": "What about the mine author:Halloran"},
    "a tag's filter": {"question": "What about the mine tag:zephyrine"},
    "a date's filter": {"question": "What about the mine after:2024"},
    "a source's filter": {"question": "What about the mine source:secret/"},
    "the collection's own filter": {"question": "What about the mine collection:secret"},
    "both collections": {"question": "Who buys the mine?", "filters": Filters(collection=("news", "secret"))},
    "a follow-up": {"question": "Who buys it?", "history": ["What about the tin mine of Oruro?"]},
    "wider than may be": {"question": "Who buys the tin mine?", "audience": frozenset({"news", "secret"})},
    "everything": {"question": "Who buys the tin mine?", "audience": None},
}


@pytest.mark.parametrize("way", ASKED)
def test_what_is_hidden_takes_no_part(way: str, chains: tuple[AnswerChain, AnswerChain, AnswerChain]) -> None:
    """Whoever may see the news is told the same whether or not there is anything else."""
    _, seen, alone = chains
    asked = ASKED[way]
    answer = seen.invoke(asked)
    assert without_names(answer) == without_names(alone.invoke(asked))
    said = str(replace(answer, question="", standalone_question="", answer="", reason=None)).lower()
    assert not [word for word in WORDS_OF_SECRETS if word in said and word not in asked["question"].lower()]


def test_the_questions_find_what_is_hidden_where_it_may_be_seen(
    chains: tuple[AnswerChain, AnswerChain, AnswerChain],
) -> None:
    """Else the test above would hold for questions that ask for nothing."""
    everything, seen, _ = chains
    differ = [way for way in ASKED if everything.invoke(ASKED[way]).to_dict() != seen.invoke(ASKED[way]).to_dict()]
    assert len(differ) >= 20
    assert len(seen.index.articles()) == len(NEWS)
    assert seen.invoke(ASKED["what both say"]).citations
    [buys] = everything.invoke(ASKED["what only the hidden say"]).citations[:1]
    assert "Zephyrine" in buys.quote


@pytest.mark.parametrize(
    "look",
    [
        lambda chain: [replace(info, path="") for info in chain.index.articles()],
        lambda chain: chain.index.counts()[1:],
        lambda chain: choices(chain.index),
        lambda chain: chain.starters(),
        lambda chain: [info.near for info in chain.index.articles()],
    ],
)
def test_what_is_hidden_is_in_no_list(
    look: Callable[[AnswerChain], object], chains: tuple[AnswerChain, AnswerChain, AnswerChain]
) -> None:
    _, seen, alone = chains
    assert look(seen) == look(alone)


def test_an_article_of_another_collection_is_one_that_is_not_there(
    chains: tuple[AnswerChain, AnswerChain, AnswerChain],
) -> None:
    everything, seen, _ = chains
    hidden = {info.id for info in everything.index.articles() if info.collection == "secret"}
    assert len(hidden) == len(SECRET)
    assert all(seen.index.article(article_id) is None for article_id in hidden)
    question: Question = {"question": f"Who buys the mine article:{min(hidden)}"}
    other: Question = {"question": "Who buys the mine article:0000000000000000"}
    assert seen.invoke(question).answer.replace(min(hidden), "") == seen.invoke(other).answer.replace("0" * 16, "")


def test_an_audience_is_only_ever_narrowed(chains: tuple[AnswerChain, AnswerChain, AnswerChain]) -> None:
    everything, seen, _ = chains
    assert everything.seen_by(None) is everything and seen.seen_by(None) is seen
    assert seen.seen_by(frozenset({"secret"})).index.articles() == []
    assert [*map(len, (everything.index.articles(), seen.index.articles()))] == [len(NEWS) + len(SECRET), len(NEWS)]


@pytest.mark.parametrize("kind", PLACES)
def test_an_article_that_moves_to_another_collection_is_gone_at_once(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    news, store = written(tmp_path / "news", NEWS), a_place(kind, request, tmp_path)
    ingest(store, [news], FakeEmbeddings(), IngestOptions(collection="news"))
    with closing(chain_over(store)) as chain:
        seen = chain.seen_by(SEEN)
        question: Question = {"question": "When was the tin mine of Oruro closed?"}
        assert "The tin mine" in {cited.title for cited in seen.invoke(question).citations}
        report = ingest(store, [news / "mine.md"], FakeEmbeddings(), IngestOptions(collection="secret"))
        assert (report.articles_changed, report.chunks_embedded) == (1, 0)
        assert "The tin mine" not in str(seen.invoke(question))
        assert not any("tin mine" in first for first in seen.starters())
        assert [info.source for info in seen.index.articles()] == ["news/lake.md"]
