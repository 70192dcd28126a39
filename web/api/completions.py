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

from rag.answer import Answer, Sentence
from rag.condense import Turn
from rag.events import SentenceEvent
from settings import Settings
from web.api.feedback import base
from web.api.schemas import ASKED, RefusedOpenAI, errors, streamed
from web.asking import KEEP_ALIVE, Asking, Events, EventStream, checked
from web.chat.conversation import HISTORY_TURNS
from web.errors import openai_error
from web.export import facts, link, markdown
from web.refused import RefusedError, Text, refusal

if TYPE_CHECKING:
    from rag.chain import Question

MODEL = "quoth"
STREAM = "Chunks as OpenAI's, then [DONE]"


class Part(BaseModel):
    """A part of a message. Only those of text are read."""

    type: str
    text: Text = ""


class Message(BaseModel):
    """A message. Only those of `user` and `assistant` are read."""

    role: str
    content: Text | list[Part] | None = None

    @property
    def text(self) -> str:
        """Its words."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or () if part.type == "text")


class Wanted(BaseModel):
    """A conversation to go on with. What else clients send, how to sample for instance, means nothing here."""

    messages: list[Message] = Field(min_length=1)
    stream: bool = False


class Given(BaseModel):
    """What has all its keys, always."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)


class Reply(Given):
    """The answer as Markdown: sentences with their marks, then the sources."""

    role: Literal["assistant"] = "assistant"
    content: str


class Choice(Given):
    """The one answer there is."""

    index: Literal[0] = 0
    message: Reply
    finish_reason: Literal["stop"] = "stop"


class Completion(Given):
    """An answer in OpenAI's shape, with the Answer itself. No tokens are counted."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str = MODEL
    choices: list[Choice]
    usage: None = None
    quoth: Answer


class Model(Given):
    """The articles, as a model."""

    id: str = MODEL
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = MODEL


class ModelList(Given):
    """All there is."""

    object: Literal["list"] = "list"
    data: list[Model] = [Model()]


def router(asking: Asking, settings: Settings) -> APIRouter:
    """The routes below /v1/."""
    routes = APIRouter()
    refusals = errors(*ASKED, model=RefusedOpenAI)

    @routes.get("/v1/models", responses=errors(401, 429, model=RefusedOpenAI))
    async def models() -> ModelList:
        """The models: one, whatever name is asked for."""
        return ModelList()

    @routes.post("/v1/chat/completions", responses=refusals | streamed("The answer.", Completion, STREAM))
    async def complete(body: Wanted, request: Request) -> Response:
        """Answer the last message of a user."""
        question, history = _conversation(body.messages, settings)
        asked: Question = {"question": question, "history": history, "id": secrets.token_hex(16)}
        if not body.stream:
            answer = await asking.answer(asked, request)
            said = "\n\n".join([*map(_sentence, answer.sentences), *_rest(answer, base(request))])
            whole = Completion(
                id=f"chatcmpl-{answer.id}",
                created=int(time.time()),
                choices=[Choice(message=Reply(content=said))],
                quoth=answer,
            )
            return JSONResponse(whole.model_dump(mode="json", exclude={"quoth": {"retrieved"}}))
        events = asking.events(asked)
        await anext(events)  # refused here, with a status, if it cannot be taken
        return EventStream(events, _stream(events, f"chatcmpl-{asked['id']}", base(request)))

    return routes


def _conversation(messages: Sequence[Message], settings: Settings) -> tuple[str, list[Turn]]:
    """The last question, and the turns before it."""
    turns: list[dict[str, str]] = []
    for message in messages:
        if message.role == "user":
            turns.append({"question": message.text, "answer": ""})
        elif message.role == "assistant" and turns:
            turns[-1]["answer"] = message.text
    if not turns:
        raise RefusedError(400, "empty_question", "there is no message of a user", "ask something")
    *earlier, last = turns
    short = [turn | {"question": turn["question"][: settings.question_characters]} for turn in earlier]
    return checked(last["question"], settings), [*short[-HISTORY_TURNS:]]


async def _stream(events: Events, name: str, server: str) -> AsyncIterator[str]:
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
                    for part in _rest(event, server):
                        yield chunk({"content": between + part})
                        between = "\n\n"
                    yield chunk({}, "stop", quoth=event.to_dict())
                    yield "data: [DONE]\n\n"
    except Exception as error:
        yield _data(openai_error(refusal(error)))


def _data(data: object) -> str:
    return f"data: {json.dumps(data)}\n\n"  # ASCII, as in web/api/routes.py


def _sentence(said: Sentence) -> str:
    """As Markdown. Marks stay as they are, since nothing else in it is in brackets."""
    words = f"“{said.text}”" if said.kind == "quote" else said.text
    return markdown(words) + "".join(f" [{n}]" for n in said.citations)


def _rest(answer: Answer, server: str) -> list[str]:
    """What comes after the sentences: that there are none, a notice, the sources."""
    parts = [markdown(answer.answer)] if answer.abstained else []
    if answer.notice:
        parts.append(markdown(answer.notice))
    if answer.citations:
        sources = []
        for cited in answer.citations:
            title, *others = facts(cited)
            about = f"({', '.join(others)}): " if others else ""
            words = markdown(f"{about}“{cited.quote}”")
            sources.append(f"- [{cited.n}] [{markdown(title)}]({link(cited, server)}) {words}")
        parts.append("\n".join(["Sources:", "", *sources]))
    return parts
