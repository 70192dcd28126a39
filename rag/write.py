"""An answer written by a language model, of which nothing is said that no quote supports.

The model gets the passages that the reader found best, as data. What it writes is held back until a sentence is
complete and a quote in these passages supports it (rag.verify.support); other sentences are withheld and counted.
"""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from string import Template

from index.embed import EmbeddingModel
from rag.answer import Citation, Sentence, Span
from rag.events import Event, SentenceEvent, StatusEvent
from rag.extract import CONTEXT_CHARACTERS, cite
from rag.llm_output import SCHEMA, Draft, of_objects, of_text
from rag.model import PROMPTS, LanguageModel, Message, NoReplyError, load_model
from rag.reading.base import Reader
from rag.reading.head import SupportHead
from rag.reading.joint import JointReader
from rag.retrieve import Passage
from rag.timings import Stopwatch
from rag.verify.support import Support, Verifier
from settings import Settings

PROMPT = PROMPTS / "answer.md"
_PASSAGES = 8
_SENTENCES = 12
"""Drafts of one answer; six are asked for."""
_REPLY = 1_024
"""Tokens of the window that are left for the reply."""
_FRAME = 60
"""Tokens of what stands around a passage."""

Check = Callable[[Sequence[Citation]], None]


@dataclass(frozen=True, slots=True)
class Written:
    """The verified part of the model's answer; `problem` says why it is incomplete."""

    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    withheld: int = 0
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class Writer:
    """Has `model` write. `context` is the text shown around a quote, on each side."""

    model: LanguageModel
    verifier: Verifier
    context: int

    @property
    def prompt(self) -> str:
        """Which prompt it uses: its name and the beginning of its hash."""
        return f"{PROMPT.stem}@{hashlib.sha256(PROMPT.read_bytes()).hexdigest()[:12]}"

    def write(
        self, question: str, passages: Sequence[Passage], stopwatch: Stopwatch, check: Check
    ) -> Generator[Event, None, Written]:
        """Yield what happens. `passages` best first; `check` raises for a citation that is not exact."""
        chosen = within(passages, question, self.model.window)
        sentences, citations, withheld = list[Sentence](), list[Citation](), 0
        drafts = list[Draft]()
        problem = None
        yield StatusEvent("write", model=self.model.name)
        try:
            with closing(self._drafts(messages(question, chosen))) as made:
                for draft in stopwatch.timed("write", made):
                    if draft is None:
                        yield StatusEvent("write", model=self.model.name)
                        continue
                    drafts.append(draft)
                    if not draft.refuses and draft not in drafts[:-1]:
                        yield StatusEvent("verify", len(drafts))
                        with stopwatch.stage("verify"):
                            found = self._verified(draft, chosen)
                            citation = self._cited(found, draft, citations, check) if found else None
                        if found and citation:
                            sentences.append(
                                Sentence(draft.text, "written", (citation.n,), round(found.probability, 4))
                            )
                            yield SentenceEvent(sentences[-1], (citation,))
                        else:
                            withheld += 1
                    if len(drafts) == _SENTENCES:
                        break
            problem = None if drafts else f"{self.model.name} wrote nothing"
        except NoReplyError as error:
            problem = error.brief
        return Written(tuple(sentences), tuple(citations), withheld, problem)

    def _drafts(self, told: Sequence[Message]) -> Generator[Draft | None]:
        if self.model.structured:
            with closing(self.model.stream_objects(told, SCHEMA)) as objects:
                yield from of_objects(objects)
        else:
            with closing(self.model.stream(told)) as pieces:
                yield from of_text(pieces)

    def _verified(self, draft: Draft, passages: Sequence[Passage]) -> Support | None:
        """Return the quote that supports a sentence, first of passages that it names; None if it must not be said."""
        if draft.live or draft.asks or not draft.complete:
            return None
        named = [passages[n - 1] for n in draft.passages if 1 <= n <= len(passages)]
        found = (self.verifier.support(draft.text, named) if named else None) or self.verifier.support(
            draft.text, passages
        )
        if found is None or not same_script(draft.text, found.passage.article.text[found.start : found.end]):
            return None
        return found

    def _cited(self, found: Support, draft: Draft, known: list[Citation], check: Check) -> Citation:
        """Its citation, added to those `known` if it is a new one."""
        article = found.passage.article
        for each in known:
            if (each.article_id, each.start, each.end) == (article.id, found.start, found.end):
                return each
        at = article.text.find(draft.words, found.start, found.end) if draft.words else -1
        spans: tuple[Span, ...] = ((at, at + len(draft.words)),) if at >= 0 else ()
        citation = cite(len(known) + 1, article, (found.start, found.end), spans, self.context)
        check([citation])
        known.append(citation)
        return citation


def load_verifier(reader: Reader, embeddings: EmbeddingModel) -> Verifier:
    """Return what judges claims: by rules, and by the reading model's support head where it has one."""
    return Verifier(embeddings, SupportHead(reader.model) if isinstance(reader, JointReader) else None)


def load_writer(settings: Settings, verifier: Verifier) -> Writer | None:
    """Return the writer with the language model that the settings name, None without one. Raises UsageError."""
    if settings.model is None:
        return None
    return Writer(configured(settings), verifier, CONTEXT_CHARACTERS)


def configured(settings: Settings) -> LanguageModel:
    """Return the language model that the settings name. Raises UsageError."""
    return load_model(
        settings.model or "", settings.base_url, seconds=settings.model_seconds, window=settings.model_tokens or None
    )


def messages(question: str, passages: Sequence[Passage]) -> list[Message]:
    """Return what the model is told. The fence is drawn anew each time, so that no article can close it."""
    fence = f"=== {secrets.token_hex(8)} ==="
    told = Template(PROMPT.read_text(encoding="utf-8")).substitute(fence=fence)
    parts = []
    for n, passage in enumerate(passages, start=1):
        article = passage.article
        about = ", ".join(" ".join(each.split()) for each in (article.title, article.author, article.date) if each)
        columns = " ".join((article.columns_at(passage.start) or "").split())
        parts.append(f"[{n}] {about}{f' ({columns})' if columns else ''}\n{passage.text}")
    return [("system", told), ("human", "\n\n".join([fence, *parts, fence, f"Question: {question}"]))]


def within(passages: Sequence[Passage], question: str, window: int) -> list[Passage]:
    """Return the best passages that fit the model's window, in reading order: article by article, the best first."""
    room = window - _REPLY - tokens(PROMPT.read_text(encoding="utf-8")) - tokens(question) - _FRAME
    chosen: list[Passage] = []
    for passage in passages[:_PASSAGES]:
        columns = passage.article.columns_at(passage.start) or ""
        room -= tokens(passage.text) + tokens(passage.article.title) + tokens(columns) + _FRAME
        if room < 0:
            break
        chosen.append(passage)
    best_first = list(dict.fromkeys(passage.article.id for passage in chosen))
    return sorted(chosen, key=lambda passage: (best_first.index(passage.article.id), passage.start))


def tokens(text: str) -> int:
    """Return an estimate from above: one for each three bytes of UTF-8, so one for each Chinese character.

    The tokenizers of most models are not at hand, or are fetched from the network by those who count with them.
    """
    return -(-len(text.encode("utf-8", "surrogatepass")) // 3)


def same_script(one: str, other: str) -> bool:
    """Whether two texts are written in the same script, as far as they have letters."""
    scripts = {_script(one), _script(other)} - {None}
    return len(scripts) < 2


def _script(text: str) -> str | None:
    """Return the script of most letters; a Chinese character counts as much as four Latin letters."""
    count: Counter[str] = Counter()
    for letter in filter(str.isalpha, text):
        name = unicodedata.name(letter, "").split(" ")[0]
        east = name.startswith(("CJK", "HIRAGANA", "KATAKANA", "HANGUL"))
        count["east" if east else name] += 4 if east else 1
    return count.most_common(1)[0][0] if count else None
