"""A language model by name: loaded, asked before a deadline, and its failures told without a word of its own.

All calls run in one event loop in the background, so that a deadline and a caller who leaves end them at once,
whatever the provider is doing.
"""

from __future__ import annotations

import asyncio
import logging
import os
import queue
import re
import threading
from collections.abc import Generator, Mapping, Sequence
from contextlib import aclosing
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import ModelError, UsageError

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

PROMPTS = Path(__file__).resolve().parent.parent / "prompts"
SECONDS = 120
RETRIES = 2
"""Of the provider's own client, on 429 and 5xx, later each time."""
WINDOW = 4_096
"""Tokens of a model that does not say how many it takes."""
TICK = 1.0
_LOCAL_KEY = "none"
_ENOUGH = 20_000
"""Characters after which a model is taken to write without end."""
_SECRET_NAME = re.compile(r"KEY|TOKEN|SECRET|PASSWORD|CREDENTIAL")
_SECRET = re.compile(r"(?i)\bbearer\s+\S+|\b(?:sk|pk|gsk|xai|key)-[\w*.-]+|(?<=//)[^/\s@]+@")
_CALLED_OFF = {
    401: ("refused the key", "set the key that its provider gave you"),
    403: ("refused the key", "set a key that may use this model"),
    404: ("is not known to its server", "correct --model or --base-url"),
    429: ("is asked too often", "wait, or use a plan that allows more"),
}
_log = logging.getLogger(__name__)

Message = tuple[str, str]
"""("system" or "human", text)."""


class NoReplyError(ModelError):
    """A language model failed. `brief` says so in our words, for whoever asked; the message quotes its provider."""

    def __init__(self, name: str, error: Exception, seconds: float) -> None:
        status = getattr(error, "status_code", None)
        kind = type(error).__name__
        words, hint = _CALLED_OFF.get(status or 0, (f"failed ({status or kind})", "see that it is running"))
        if isinstance(error, TimeoutError) or "Timeout" in kind:
            words, hint = f"did not answer within {seconds:g} s", "try a faster model, or set QUOTH_MODEL_SECONDS"
        elif "Connect" in kind:
            words, hint = "cannot be reached", "see that it is running and that --base-url is right"
        super().__init__(f"{name} gave no answer: it {words} ({kind}: {scrubbed(str(error))})", hint)
        self.brief = f"{name} {words}"


class LanguageModel:
    """A LangChain chat model with its name, `provider:model`.

    `window` is how many tokens it takes, `known` whether that was said by anyone, `structured` whether its provider
    keeps to a JSON schema.
    """

    def __init__(
        self,
        name: str,
        model: BaseChatModel,
        *,
        window: int | None = None,
        structured: bool = False,
        seconds: float = SECONDS,
    ) -> None:
        self.name = name
        self.window = window or WINDOW
        self.known = window is not None
        self.structured = structured
        self._model = model
        self._seconds = seconds

    def reply(self, prompt: str, asked: str) -> str:
        """Return what the model says to `asked`, told `prompts/PROMPT.md` before. Raises NoReplyError."""
        told = (PROMPTS / f"{prompt}.md").read_text(encoding="utf-8")
        return "".join(piece or "" for piece in self.stream([("system", told), ("human", asked)]))

    def stream(self, messages: Sequence[Message]) -> Generator[str | None]:
        """Yield what the model writes, piece by piece; None every TICK without a piece. Closing it ends the call.

        Ends after 20,000 characters if the model does not. Raises NoReplyError, at the deadline at the latest.
        """
        for chunk in self._chunks(self._model, messages):
            yield None if chunk is None else str(chunk.text)

    def stream_objects(self, messages: Sequence[Message], schema: Mapping[str, Any]) -> Generator[Any]:
        """As `stream`, but each piece is the whole object so far, as the provider fills in the JSON schema."""
        yield from self._chunks(self._model.with_structured_output(dict(schema)), messages)

    def _chunks(self, runnable: Any, messages: Sequence[Message]) -> Generator[Any]:
        pieces: queue.SimpleQueue[Any] = queue.SimpleQueue()
        done = object()

        async def work() -> None:
            written = 0
            try:
                async with asyncio.timeout(self._seconds), aclosing(runnable.astream(list(messages))) as chunks:
                    async for chunk in chunks:
                        pieces.put(chunk)
                        written += len(getattr(chunk, "text", ""))
                        if written > _ENOUGH:
                            break
                pieces.put(done)
            except Exception as error:  # each provider has its own; told to whoever waits
                pieces.put(error)

        call = asyncio.run_coroutine_threadsafe(work(), _loop())
        try:
            while (piece := _next(pieces)) is not done:
                if isinstance(piece, Exception):
                    failure = NoReplyError(self.name, piece, self._seconds)
                    _log.warning("%s", failure.message)
                    raise failure from None  # whose own words may hold a key
                yield piece
        finally:
            call.cancel()


def load_model(
    name: str, base_url: str | None = None, *, seconds: float = SECONDS, window: int | None = None
) -> LanguageModel:
    """Return the model `provider:model`; `base_url` is the address of a server of the provider's kind.

    Keys come from the provider's usual environment variables; a server at `base_url` may go without. `window` is how
    many tokens the model takes, where it is not known. Raises UsageError for a provider that is not known or not
    installed, or whose key is missing.
    """
    try:
        from langchain.chat_models import init_chat_model
    except ModuleNotFoundError:
        hint = "run `pip install -r requirements-llm.txt`"
        raise UsageError(f"{name} needs the package langchain, which is not installed", hint) from None

    options: dict[str, Any] = {"temperature": 0, "timeout": seconds, "max_retries": RETRIES}
    if base_url:
        options["base_url"] = base_url
        if name.startswith("openai:"):
            options["api_key"] = os.environ.get("OPENAI_API_KEY") or _LOCAL_KEY
    try:
        model = init_chat_model(name, **options)
    except ImportError as error:
        package = re.search(r"langchain-[a-z-]+", str(error))
        hint = f"run `pip install {package[0]}`" if package else "docs/models.md says which"
        raise UsageError(f"{name} needs a package that is not installed", hint) from None
    except Exception as error:  # a wrong name, a missing key: each provider has its own error
        said = scrubbed(str(error).split("\n")[0])
        raise UsageError(f"{name} cannot be used ({said})", "name it as provider:model and set its key") from None
    profile: Mapping[str, Any] = {} if base_url else (model.profile or {})
    return LanguageModel(
        name,
        model,
        window=window or profile.get("max_input_tokens"),
        structured=bool(profile.get("structured_output")),
        seconds=seconds,
    )


def scrubbed(text: str) -> str:
    """Return the beginning of what a provider says, on one line, without anything that may be a key."""
    for name, value in os.environ.items():
        if _SECRET_NAME.search(name.upper()) and len(value) > 5:
            text = text.replace(value, "***")
    return _SECRET.sub("***", " ".join(text.split()))[:200]


def _next(pieces: queue.SimpleQueue[Any]) -> Any:
    try:
        return pieces.get(timeout=TICK)
    except queue.Empty:
        return None


@cache
def _loop() -> asyncio.AbstractEventLoop:
    """Return the one loop of all calls: providers share connections, which belong to the loop that opened them."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="language-models", daemon=True).start()
    return loop
