"""A language model that runs on this machine already: found by asking the usual ports for their list of models.

Nothing but that one GET is sent, to 127.0.0.1 alone, by no proxy; redirects are not followed. All ports are asked at
once, and none is waited for longer than _SECONDS.
"""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass

PORTS = {11434: "Ollama", 1234: "LM Studio", 8080: "llama.cpp", 8000: "vLLM"}
"""The ports on which these listen unless told otherwise; all have OpenAI's interface."""
_HOST = "127.0.0.1"
_SECONDS = 0.2
"""For all that the ports say."""
_MOST_BYTES = 1_000_000
_MOST_CHARS = 100
_OURS = "quoth"


@dataclass(frozen=True, slots=True)
class NearbyModel:
    """A model on this machine: its name, where it is served, and by what, as far as the port tells."""

    name: str
    port: int

    @property
    def server(self) -> str:
        """What usually listens on that port."""
        return PORTS.get(self.port, "OpenAI-compatible")

    @property
    def text(self) -> str:
        """What is there, in one line."""
        return f"{self.name} is served on {_HOST}:{self.port} ({self.server})"

    @property
    def options(self) -> str:
        """The options that have it write answers."""
        return f"--model openai:{self.name} --base-url http://{_HOST}:{self.port}/v1"


def model_nearby(ports: Iterable[int] = PORTS) -> NearbyModel | None:
    """Return the first model that a server on one of the ports lists, None where none does in _SECONDS."""
    names: dict[int, str | None] = {}

    def look(port: int) -> None:
        names[port] = _first_model(port)

    end = time.monotonic() + _SECONDS
    threads = {port: threading.Thread(target=look, args=(port,), daemon=True) for port in ports}
    for thread in threads.values():
        thread.start()
    for port, thread in threads.items():
        thread.join(max(0.0, end - time.monotonic()))
        if name := names.get(port):
            return NearbyModel(name, port)
    return None


def _first_model(port: int) -> str | None:
    try:
        listed = json.loads(_listed(port))["data"]
        names = [model["id"] for model in listed]
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError, RecursionError):
        return None  # whatever listens there lists no models
    return next((name for name in names if _is_usable(name)), None)


def _listed(port: int) -> bytes:
    """Return what a port answers, up to _MOST_BYTES. Raises OSError where it takes too long, or is not well."""
    end = time.monotonic() + _SECONDS
    connection = http.client.HTTPConnection(_HOST, port, timeout=_SECONDS)
    try:
        connection.request("GET", "/v1/models", headers={"Accept": "application/json"})
        response = connection.getresponse()
        if response.status != http.client.OK:
            raise OSError(f"status {response.status}")
        body = b""
        while piece := response.read1(65_536):
            body += piece
            if len(body) > _MOST_BYTES or time.monotonic() > end:
                raise OSError("too much, or too slow")
        return body
    finally:
        connection.close()


def _is_usable(name: object) -> bool:
    """Return whether it can be a name on a command line, of a model that writes, and not of Quoth itself."""
    if not isinstance(name, str) or not 0 < len(name) <= _MOST_CHARS:
        return False
    plain = name.isascii() and name.isprintable() and not set(name) & set(" \"'`$&|;<>()\\*?!#~{}[]")
    return plain and "embed" not in name.lower() and name != _OURS and not name.startswith("-")
