"""What is going on while a question is answered, in words."""

from __future__ import annotations

from rag.events import StatusEvent
from web.locales import Language, count, say


def status_text(event: StatusEvent, language: Language) -> str:
    """Return one line for a person; plain text, since a model's name is foreign."""
    key = f"chat.stage.{event.stage}"
    match event.stage:
        case "wait" | "retrieve" | "read":
            return count(language, key, event.number or 0)
        case _:
            return say(language, key, number=event.number, model=event.model)
