"""What the routes share: how a request is refused, and text that can be sent back."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


class RefusedError(Exception):
    """A request that is answered with `status` and the error object."""

    def __init__(self, status: int, code: str, message: str, hint: str) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"code": code, "message": message, "hint": hint}


def _encodable(value: str) -> str:
    """JSON can spell half of a surrogate pair, which is no character and cannot be sent back."""
    value.encode()  # a UnicodeEncodeError is a ValueError, which pydantic reports
    return value


Text = Annotated[str, AfterValidator(_encodable)]
