"""The conversations of a browser, which names them by numbers that it alone knows: what they are, and forget them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from web.api.schemas import SendableText, errors
from web.chat.sessions import ChatSessions

MAX_NAMED = 200
"""The most conversations in one request; a browser keeps fewer."""
SEARCH_CHARACTERS = 200
Key = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
Keys = Annotated[list[Key], Field(max_length=MAX_NAMED)]


class ListRequest(BaseModel):
    """What `POST /api/conversations` takes: which ones, and words to search for."""

    model_config = ConfigDict(extra="forbid")
    keys: Keys
    search: Annotated[SendableText, Field(max_length=SEARCH_CHARACTERS)] = ""


class ForgetRequest(BaseModel):
    """What `POST /api/conversations/forget` takes: which ones."""

    model_config = ConfigDict(extra="forbid")
    keys: Keys


def conversation_routes(sessions: ChatSessions) -> APIRouter:
    """Return the routes over the chat's conversations. No key stands in an address, where it would be logged."""
    routes = APIRouter()

    @routes.post("/api/conversations", responses=errors(400, 413, 429))
    async def conversations(body: ListRequest) -> dict[str, Any]:
        """List those that are known, in the order given; `found` says which have the words searched for."""
        for key in body.keys:
            await sessions.load(key)
        return {"conversations": [asdict(summary) for summary in sessions.summaries(body.keys, body.search)]}

    @routes.post("/api/conversations/forget", status_code=204, responses=errors(400, 413, 429))
    async def forget(body: ForgetRequest) -> None:
        """Forget conversations, with the answers that are kept for copying and rating."""
        for key in body.keys:
            await sessions.clear(key)

    return routes
