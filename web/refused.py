"""What the routes share: how a request is refused, and text that can be sent back."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator

from index.errors import ModelError, StoreBusyError, StoreError, UsageError

REASON = "Quoth-Refused"
"""The header that says the code of a refusal, for whoever counts them."""
_log = logging.getLogger(__name__)


class RefusedError(Exception):
    """A request that is answered with `status`, the error object, and these headers."""

    def __init__(
        self, status: int, code: str, message: str, hint: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "hint": hint}
        self.headers = {REASON: code, **(headers or {})}
        if status == 503:
            self.headers.setdefault("Retry-After", "1")


def refusal(error: Exception) -> RefusedError:
    """How a failure is told to the person who asked: nothing of it that only the owner should see."""
    match error:
        case RefusedError():
            return error
        case StoreBusyError():
            return RefusedError(503, "busy", error.message, error.hint)
        case StoreError() | ModelError():
            _log.error("%s", error)
            return RefusedError(503, "not_available", error.message, error.hint)
        case UsageError():
            return RefusedError(400, "bad_request", error.message, error.hint)
        case _:
            _log.error("a question failed", exc_info=error)
            return RefusedError(500, "internal", "this question could not be answered", "look into the server's log")


def _encodable(value: str) -> str:
    """JSON can spell half of a surrogate pair, which is no character and cannot be sent back."""
    value.encode()  # a UnicodeEncodeError is a ValueError, which pydantic reports
    return value


Text = Annotated[str, AfterValidator(_encodable)]
