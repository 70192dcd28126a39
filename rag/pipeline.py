"""From a question to its Answer in five steps: resolve, search, read, generate, finish.

Each step is a function: what it needs comes in, events come out as they happen, and it returns what the next one needs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from index.errors import QuestionError
from index.vector_cache import VectorCache
from rag.answer import Answer, Models
from rag.asked import Asked, Evidence
from rag.condense import Turn, condense, condense_with, without_strange_subject
from rag.contradictions import may_conflict
from rag.corpus import Corpus, check_quotes
from rag.editions import is_outdated
from rag.events import Event, RetrievedEvent, StatusEvent, sentence_events
from rag.extract import Bars, Extract, Limits, extract_answer
from rag.filters import Filters, parse, without_words
from rag.forms.collection import collection
from rag.forms.compare import compare
from rag.forms.direct import direct
from rag.forms.extreme import most_or_least
from rag.forms.findings import Findings
from rag.forms.list import list_of_items
from rag.forms.overview import overview
from rag.forms.section import under_heading
from rag.forms.summary import summary
from rag.forms.yes_no import yes_or_no
from rag.generate import CORRECTED, FIRST_ALONE, NO_MODEL, AnswerBody, fallback_notice, from_model, from_quotes, joined
from rag.intents import Intent, intent_of, stands_alone
from rag.language.acronyms import acronyms_in, with_other_form
from rag.model import NoReplyError
from rag.question import First, first_question
from rag.reading.base import Reader, Reading
from rag.refusal import nearest
from rag.retrieve import Passage
from rag.timings import Stopwatch
from rag.verify.support import Verifier
from rag.write import Writer
from settings import Settings

LIMITS = Limits()
ABSTENTION = "The articles do not say."
READ_FORMS: dict[Intent, Callable[[Findings], AnswerBody | None]] = {
    "list": list_of_items,
    "compare": compare,
    "yes_no": yes_or_no,
}
"""Forms that are made of readings; where one is None, the ordinary answer stands."""
THOROUGH: tuple[Intent, ...] = ("list", "compare", "why")
"""What is made of several passages, or stands beside the sentence that has the question's words."""
FORMS: dict[Intent, Callable[[str, Sequence[Passage], VectorCache, int], AnswerBody | None]] = {
    "summary": summary,
    "overview": overview,
}


def resolve(
    question: str, request: Mapping[str, Any], writer: Writer | None, stopwatch: Stopwatch
) -> Generator[Event, None, Asked]:
    """Take the filters out of a question and make it stand alone. Raises QuestionError where nothing is left of it."""
    bare, filters = (question, Filters()) if "contexts" in request else _without_filters(question)
    history = earlier_turns(() if request.get("as_typed") else request.get("history") or ())
    first = First(bare) if writer or request.get("as_typed") else first_question(bare)
    bare = first.question
    if first.before:
        history.append({"question": first.before, "answer": ""})
    problem = None
    with stopwatch.stage("condense"):
        standalone = bare if stands_alone(bare) else condense(bare, history)
        if writer and history and not stands_alone(bare):
            yield StatusEvent("condense")
            try:
                standalone = condense_with(writer.model, bare, history)
            except NoReplyError as error:
                problem = error.brief
    return Asked(
        id=request.get("id") or uuid.uuid4().hex,
        question=question,
        bare=bare,
        standalone=standalone,
        filters=request.get("filters", Filters()).merged(filters),
        history=tuple(history),
        problem=problem,
        others=first.others,
        intent=intent_of(standalone),
        trace=bool(request.get("trace")),
        suggest=bool(request.get("suggest")),
        written=request.get("written"),
    )


def correct(asked: Asked, corpus: Corpus, stopwatch: Stopwatch) -> Asked:
    """Return the question with its misspelt words as the articles have them, and no subject that is strange to them."""
    with stopwatch.stage("condense"):
        corrected = corpus.corrected(asked.standalone)
        standalone = without_strange_subject(corrected, asked.bare, corpus.article_ids_with)
    if standalone == asked.standalone:
        return asked
    return replace(asked, standalone=standalone, corrected=corrected != asked.standalone, intent=intent_of(standalone))


def search(asked: Asked, corpus: Corpus, stopwatch: Stopwatch) -> Generator[Event, None, list[Passage]]:
    """Retrieve passages for the question as it stands alone and as it was typed.

    Where the passages say what an acronym of it stands for, or have one for its words, both forms are searched for.
    """
    if corpus.article_count is not None:
        yield StatusEvent("retrieve", corpus.article_count)
    with stopwatch.stage("retrieve"):
        wordings = [asked.standalone, asked.bare]
        passages = corpus.search(list(dict.fromkeys(wordings)))
        wider = with_other_form(asked.standalone, acronyms_in(passage.with_lead for passage in passages))
        if wider != asked.standalone:
            passages = corpus.search(list(dict.fromkeys([wider, *wordings])))
    yield RetrievedEvent(len(passages), asked.standalone)
    return passages


def read(
    asked: Asked,
    passages: Sequence[Passage],
    reader: Reader,
    settings: Settings,
    corpus: Corpus,
    stopwatch: Stopwatch,
    *,
    written: bool = False,
) -> Generator[Event, None, Evidence]:
    """Have the reader judge the first passages, and take the quotes that answer from what it found.

    It stops when it is sure, but for lists, comparisons, reasons, what is to be `written`, and figures of which another
    article may give a different one.
    """
    chosen = passages[: corpus.read_limit(settings.passages_read)]
    yield StatusEvent("read", len(chosen))
    with stopwatch.stage("read"):
        question, bars = asked.standalone, bars_of(reader, settings)
        thorough = written or asked.intent in THOROUGH
        readings = reader.read(question, chosen, thorough=thorough)
        extract = extract_answer(question, chosen, readings, bars, LIMITS)
        if not thorough and _may_differ(question, extract, chosen, readings):
            readings = reader.read(question, chosen, thorough=True)
            extract = extract_answer(question, chosen, readings, bars, LIMITS)
    with stopwatch.stage("verify"):
        check_quotes(extract.citations, corpus)
    return Evidence(tuple(passages), tuple(readings), extract)


def _may_differ(question: str, extract: Extract, passages: Sequence[Passage], readings: Sequence[Reading]) -> bool:
    """Whether a passage that was not read has another figure than a quote of the answer, or is of a newer edition."""
    unread = [passage for passage, reading in zip(passages, readings, strict=True) if not reading.spans]
    articles = {passage.article.id: passage.article for passage in passages}
    quotes = [(articles[citation.article_id], citation.quote) for citation in extract.citations]
    newer = any(is_outdated(article, (passage.article for passage in unread)) for article, _ in quotes)
    return newer or may_conflict(question, quotes, unread)


def generate(
    asked: Asked,
    evidence: Evidence,
    corpus: Corpus,
    writer: Writer | None,
    reader: Reader,
    verifier: Verifier,
    settings: Settings,
    stopwatch: Stopwatch,
) -> Generator[Event, None, AnswerBody]:
    """Make the sentences: quotes, or a model's words where there is a `writer` and the quotes answer at all."""
    extract = evidence.extract
    if writer and extract.sentences and not asked.problem:
        best = evidence.best_first()[: len(evidence.readings)]
        check = partial(check_quotes, corpus=corpus)
        return (yield from from_model(writer, asked.standalone, best, extract, stopwatch, check))
    notice = NO_MODEL if asked.written and writer is None else None
    if writer is None:
        again = partial(_read_again, corpus=corpus, reader=reader, limit=corpus.read_limit(settings.passages_read))
        question, passages, readings = asked.standalone, evidence.read, evidence.readings
        bars, form = bars_of(reader, settings), READ_FORMS.get(asked.intent)
        findings = Findings(question, passages, readings, extract, bars, LIMITS, again, verifier)
        with stopwatch.stage("read"):
            body = (
                under_heading(findings, asked.intent) or most_or_least(findings) or (form(findings) if form else None)
            )
        if body is not None:
            check_quotes(body.citations, corpus)
            yield from sentence_events(body.sentences, body.citations)
            return replace(body, notice=joined(notice, body.notice))
    body = yield from from_quotes(extract, fallback_notice(asked.problem) if asked.problem else notice)
    return replace(body, intent="fact") if asked.intent in FORMS else body


def bars_of(reader: Reader, settings: Settings) -> Bars:
    """Return from which support on there is an answer, and a certain one."""
    return Bars(settings.answer_threshold, max(reader.high, settings.answer_threshold))


def _read_again(
    question: str, corpus: Corpus, reader: Reader, limit: int | None
) -> tuple[Sequence[Passage], Sequence[Reading]]:
    """Search and read for another question than the one that was asked."""
    passages = corpus.search([question])[:limit]
    return passages, reader.read(question, passages, thorough=True)


def finish(asked: Asked, evidence: Evidence, body: AnswerBody, corpus: Corpus, models: Models) -> Answer:
    """Put the Answer together, without what to ask next and how long it took."""
    abstained = not body.sentences
    return Answer(
        id=asked.id,
        question=asked.question,
        standalone_question=asked.standalone,
        abstained=abstained,
        answer=body.text or (abstention(asked.filters, evidence.passages) if abstained else _said(body)),
        intent=body.intent or asked.intent,
        certainty=body.certainty,
        reason=body.reason,
        notice=" ".join(filter(None, (body.notice, _others(asked), _corrected(asked)))) or None,
        confidence=evidence.confidence if evidence.readings else float(not abstained),
        engine=body.engine,
        models=replace(models, llm=body.llm),
        prompt=body.prompt,
        generation=corpus.generation,
        sentences=body.sentences,
        citations=body.citations,
        withheld=body.withheld,
        nearest=nearest(evidence.best_first()) if abstained else (),
        retrieved=evidence.trace() if asked.trace else None,
    )


def answer_directly(asked: Asked, corpus: Corpus, writer: Writer | None) -> AnswerBody | None:
    """Return the answer where nothing has to be searched and read for it; None where it has."""
    body = direct(asked.bare, asked.standalone, asked.intent, corpus, any_language=writer is not None)
    if body is None and asked.intent == "collection":
        body = collection(asked.standalone, corpus)
    if body is not None:
        check_quotes(body.citations, corpus)
    return body


def _others(asked: Asked) -> str | None:
    return FIRST_ALONE.format(question=asked.bare) if asked.others else None


def _corrected(asked: Asked) -> str | None:
    return CORRECTED.format(question=asked.standalone) if asked.corrected else None


def _said(body: AnswerBody) -> str:
    return " ".join(map(str, body.sentences))


def answer_in_form(
    asked: Asked, passages: Sequence[Passage], corpus: Corpus, vectors: VectorCache, context: int
) -> AnswerBody | None:
    """Return a summary or an overview, where that is asked for and can be made of the passages' articles."""
    form = FORMS.get(asked.intent)
    body = form(asked.standalone, passages, vectors, context) if form else None
    if body is None:
        return None
    check_quotes(body.citations, corpus)
    return replace(body, notice=joined(NO_MODEL, body.notice)) if asked.written else body


def earlier_turns(history: Sequence[Turn]) -> list[dict[str, str]]:
    """Return the turns of a history, oldest first, their questions without filter words."""
    turns = ({"question": turn} if isinstance(turn, str) else turn for turn in history)
    return [{"question": without_words(turn.get("question", "")), "answer": turn.get("answer", "")} for turn in turns]


def abstention(filters: Filters, passages: Sequence[Passage]) -> str:
    """Return the sentence that the articles do not say, and which ones these were."""
    if not filters:
        return ABSTENTION
    if not passages:
        return f"There are no articles {filters.described()}."
    return f"{ABSTENTION[:-1]} (looked only in articles {filters.described()})."


def _without_filters(question: str) -> tuple[str, Filters]:
    bare, filters = parse(question)
    bare = " ".join(bare.split())
    if not any(sign.isalnum() for sign in bare):
        given = f"there is nothing but filters ({filters})" if filters else "the question has no words"
        raise QuestionError(given, "add what you want to know")
    return bare, filters
