"""A stand-in whose articles, answers and messages consist of what is planted in them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from index.article import Article, ArticleInfo, Heading
from index.errors import QuestionError
from rag.answer import Citation, Nearest, Place, Sentence
from rag.events import Event, SentenceEvent, StatusEvent
from tests.web.standins import FakeChain, FakeIndex, an_answer, citation


class _Index(FakeIndex):
    def articles(self) -> list[Any]:
        return [
            ArticleInfo(a.id, a.source, a.title, a.author, a.date, a.language, len(a.text), a.sha256, a.source)
            for a in self.found.values()
        ]


class Planted(FakeChain):
    """Each of `attempts` as title, author, source, date, text and quote of an article, and as a written sentence.

    `volumes` are articles with a dozen of them each. A question that begins with "nothing" is refused and with "fail"
    it fails, each in these words, too.
    """

    def __init__(self, attempts: Sequence[str]) -> None:
        self.attempts = tuple(attempts)
        self.articles = [_article(each) for each in attempts]
        super().__init__(_Index({each.id: each for each in self.articles}), first=self.attempts)
        self.everything = "\n".join(attempts)
        # Fewer to be opened one by one.
        self.volumes = [_article("\n".join(attempts[at : at + 12])) for at in range(0, len(attempts), 12)]
        self.index.found |= {each.id: each for each in self.volumes}

    def _events(self, asked: dict[str, Any]) -> Iterator[Event]:
        question = asked["question"]
        yield StatusEvent("write", model=self.everything)
        if question.startswith("fail"):
            raise QuestionError(self.everything, self.everything)
        known = {"id": asked.get("id") or "1", "suggestions": self.attempts, "notice": self.everything}
        if question.startswith("nothing"):
            nearest = tuple(Nearest(a.id, a.title, a.source, 0, len(a.text), a.text) for a in self.articles)
            yield an_answer(question, answer=self.everything, nearest=nearest, **known)
            return
        cited = [_citation(n, article) for n, article in enumerate(self.articles, 1)]
        written = [Sentence(each.title, "written", (each.n,), 0.9) for each in cited]
        quoted = [Sentence(each.quote, "quote", (each.n,), 0.9) for each in cited]
        said = (Sentence(self.everything, "short", (1,), 0.9), *written, *quoted)
        yield SentenceEvent(said[0], tuple(cited[:1]))
        yield an_answer(question, answer=self.everything, sentences=said, citations=tuple(cited), **known)


def plain(said: str) -> str:
    """What is seen of it: without controls, which faces show or drop as they like, and blanks."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\ufffd\ufffe]+", "", said)


def _article(said: str) -> Article:
    text = f"To begin with.\n\n{said}\n\nIn short: {said} And so on."
    return Article(said, said, text, "0" * 64, said, said, said, (Heading(text.index(said), said),))


def _citation(n: int, article: Article) -> Citation:
    start, middle = article.text.index(article.title), len(article.title) // 2
    bold = ((start + middle, start + len(article.title)),)  # its element begins in the middle of the attempt
    also = (Place(article.id, 0, 2, article.text[:2]),)
    around = {
        "before": f"{article.title} ",
        "after": f" {article.title}",
        "heading": article.title,
        "columns": article.title,
    }
    return citation(n, article, article.title, "", answer_spans=bold, also=also, **around)
