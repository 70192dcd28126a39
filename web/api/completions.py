"""OpenAI's interface: the articles as a model that a chat client can be pointed at. See docs/http.md."""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool

from rag.answer import Answer, Sentence
from rag.condense import Turn
from rag.events import SentenceEvent
from settings import Settings
from web.api.feedback import base_address
from web.api.schemas import ASKED, OpenAIErrorObject, SendableText, errors, streamed
from web.asking import KEEP_ALIVE, Asking, Events, EventStream
from web.chat.conversation import HISTORY_TURNS
from web.errors import ApiError, to_api_error
from web.export import link, markdown, source_facts
from web.security.audience import Audiences

if TYPE_CHECKING:
    from rag.chain import Question

MODEL = "quoth"
STREAM = "Chunks as OpenAI's, then [DONE]"


class ContentPart(BaseModel):
    """A part of a message. Only those of text are read."""

    type: str
    text: SendableText = ""


class ChatMessage(BaseModel):
    """Message of a conversation. Only those of `user` and `assistant` are read."""

    role: str
    content: SendableText | list[ContentPart] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class CompletionRequest(BaseModel):
    """Conversation to go on with. What else clients send, how to sample for instance, means nothing here."""

    messages: list[ChatMessage] = Field(min_length=1)
    stream: bool = False


class WholeObject(BaseModel):
    """Object that always has all its keys."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class AssistantMessage(WholeObject):
    """Answer as Markdown: sentences with their marks, then the sources."""

    role: Literal["assistant"] = "assistant"
    content: str


class CompletionChoice(WholeObject):
    """The one answer there is."""

    index: Literal[0] = 0
    message: AssistantMessage
    finish_reason: Literal["stop"] = "stop"


class Completion(WholeObject):
    """An answer in OpenAI's shape, with the Answer itself. No tokens are counted."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[CompletionChoice]
    usage: None = None
    quoth: Answer


class Model(WholeObject):
    """The articles, as a model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(WholeObject):
    """All there is."""

    object: Literal["list"] = "list"
    data: list[Model] = [Model()]


def completion_routes(asking: Asking, settings: Settings, audiences: Audiences) -> APIRouter:
    """Return the routes below /v1/."""
    routes = APIRouter()
    refusals = errors(*ASKED, model=OpenAIErrorObject)

    @routes.get("/v1/models", responses=errors(401, 429, model=OpenAIErrorObject))
    async def models() -> ModelList:
        """List the models: one, whatever name is asked for."""
        return ModelList()

    @routes.post("/v1/chat/completions", responses=refusals | streamed("The answer.", Completion, STREAM))
    async def complete(body: CompletionRequest, request: Request) -> Response:
        """Answer the last message of a user."""
        question, history = _conversation(body.messages, settings)
        asked: Question = {"question": question, "history": history, "id": secrets.token_hex(16)}
        seen = asking.seen_by(await run_in_threadpool(audiences.of, request))
        if not body.stream:
            answer = await seen.answer(asked, request)
            content = "\n\n".join([*map(_sentence, answer.sentences), *_after_sentences(answer, base_address(request))])
            whole = Completion(
                id=f"chatcmpl-{answer.id}",
                created=int(time.time()),
                choices=[CompletionChoice(message=AssistantMessage(content=content))],
                quoth=answer,
            )
            return JSONResponse(whole.model_dump(mode="json", exclude={"quoth": {"retrieved"}}))
        events = seen.events(asked)
        await anext(events)  # refused here, with a status, if it cannot be taken
        return EventStream(events, _chunks(events, f"chatcmpl-{asked['id']}", base_address(request)))

    return routes


def _conversation(messages: Sequence[ChatMessage], settings: Settings) -> tuple[str, list[Turn]]:
    """Return the last question, and the turns before it."""
    turns: list[dict[str, str]] = []
    for message in messages:
        if message.role == "user":
            turns.append({"question": message.text, "answer": ""})
        elif message.role == "assistant" and turns:
            turns[-1]["answer"] = message.text
    if not turns:
        raise ApiError(400, "empty_question", "there is no message of a user", "ask something")
    *earlier, last = turns
    short = [turn | {"question": turn["question"][: settings.question_characters]} for turn in earlier]
    return last["question"], [*short[-HISTORY_TURNS:]]


async def _chunks(events: Events, name: str, server: str) -> AsyncIterator[str]:
    """OpenAI's chunks: a sentence each, then the sources, then the Answer in the last one; or an error."""
    same = {"id": name, "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL, "usage": None}

    def chunk(delta: dict[str, str], finish: str | None = None, **more: object) -> str:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _data(same | {"choices": [choice]} | more)

    yield chunk({"role": "assistant", "content": ""})
    between = ""
    try:
        async for event in events:
            match event:
                case None:
                    yield KEEP_ALIVE
                case SentenceEvent():
                    yield chunk({"content": between + _sentence(event.sentence)})
                    between = "\n\n"
                case Answer():
                    for part in _after_sentences(event, server):
                        yield chunk({"content": between + part})
                        between = "\n\n"
                    yield chunk({}, "stop", quoth=event.to_dict())
                    yield "data: [DONE]\n\n"
    except Exception as error:
        yield _data(to_api_error(error).to_openai())


def _data(data: object) -> str:
    return f"data: {json.dumps(data)}\n\n"  # ASCII, as in web/api/routes.py


def _sentence(said: Sentence) -> str:
    """As Markdown. Marks stay as they are, since nothing else in it is in brackets."""
    words = f"“{said.text}”" if said.kind == "quote" else said.text
    return markdown(words) + "".join(f" [{n}]" for n in said.citations)


def _after_sentences(answer: Answer, server: str) -> list[str]:
    """Return what comes after the sentences: that there are none, a notice, the sources."""
    parts = [markdown(answer.answer)] if answer.abstained else []
    if answer.notice:
        parts.append(markdown(answer.notice))
    if answer.citations:
        sources = []
        for cited in answer.citations:
            title, *others = source_facts(cited)
            about = f"({', '.join(others)}): " if others else ""
            words = markdown(f"{about}“{cited.quote}”")
            sources.append(f"- [{cited.n}] [{markdown(title)}]({link(cited, server)}) {words}")
        parts.append("\n".join(["Sources:", "", *sources]))
    return parts
