"""The server's log on standard error, one line an event: JSON, or to be read. See docs/deploy.md.

Nothing is kept here, and nothing that people ask is written unless the settings say so.
"""

from __future__ import annotations

import json
import logging
import traceback
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

from settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="")
"""The request at hand; what is logged meanwhile carries it."""


def set_up(settings: Settings) -> None:
    """Log as the settings say, in this process. For whoever serves, once."""
    handler = logging.StreamHandler()
    handler.setFormatter(Formatter(as_json=settings.log == "json", outspoken=settings.log_questions))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("web").setLevel(logging.INFO)


class Formatter(logging.Formatter):
    """A record as one line. `extra={"fields": {...}}` adds to it.

    Of an exception the line has the type and the places, and only where `outspoken` what it says, which may be
    something that was asked.
    """

    def __init__(self, *, as_json: bool, outspoken: bool = False) -> None:
        super().__init__()
        self._as_json = as_json
        self._outspoken = outspoken

    def format(self, record: logging.LogRecord) -> str:
        """One line, whatever is in the record: no line break, no control character."""
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        level, message = record.levelname.lower(), record.getMessage()
        fields: dict[str, Any] = dict(getattr(record, "fields", {}))
        if name := request_id.get():
            fields["request"] = name
        if record.exc_info and record.exc_info[1] is not None:
            fields["error"] = self._told(record.exc_info[1])
        if self._as_json:
            return json.dumps({"time": time, "level": level, "logger": record.name, "message": message, **fields})
        return _printable(" ".join([time, level, message, *(f"{name}={_value(fields[name])}" for name in fields)]))

    def _told(self, error: BaseException | None) -> list[str]:
        lines: list[str] = []
        while error is not None:
            lines += [f"{type(error).__qualname__}: {error}" if self._outspoken else type(error).__qualname__]
            lines += [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        return lines


def _value(value: object) -> str:
    """As it is where that is one plain word, else as JSON, so that nothing in it passes for another field."""
    word = str(value)
    return word if word and not set(word) & set(" =\"'[]{}") else json.dumps(value, ensure_ascii=False)


def _printable(line: str) -> str:
    r"""Escape what a terminal would obey instead of showing it: \x1b, and \u2028 for a separator of lines."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in line)
