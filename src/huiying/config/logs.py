"""How a line of the log looks: constant text and ids, for people (`line`) or for machines (`json`).

What went wrong is told by class and place, never by its message. What Django says of a request is told
by view and status, never by the path or the host name that somebody typed.
"""

import json
import logging
import traceback
from collections.abc import Iterator
from datetime import datetime
from http import HTTPStatus
from types import TracebackType
from typing import Any, override
from zoneinfo import ZoneInfo

from django.conf import settings

from huiying.config.tracing import current_request

type Caught = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)

ABOUT_REQUESTS = ("django.request", "django.server", "django.security")


class Constant(logging.Filter):
    """Adds the request's name, and puts a constant text in the place of one that quotes a request."""

    @override
    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        record.request_id = current_request() or getattr(request, "request_id", "")
        record.view = ""
        if record.name.startswith(ABOUT_REQUESTS):
            record.view = _view(record)
            record.msg, record.args = _said(record), ()
        return True


def _said(record: logging.LogRecord) -> str:
    status = getattr(record, "status_code", None)
    if isinstance(status, int) and status in HTTPStatus:
        return f"answered {status} {HTTPStatus(status).phrase}"
    return "refused a request"


def _view(record: logging.LogRecord) -> str:
    match = getattr(getattr(record, "request", None), "resolver_match", None)
    return str(match.view_name) if match else ""


def links(error: BaseException | None) -> Iterator[tuple[str, list[str]]]:
    """An error and what caused it, outermost first: the name of its class, and its places."""
    while error is not None:
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        yield f"{type(error).__module__}.{type(error).__qualname__}", places
        error = error.__cause__ or error.__context__


class WithoutValues(logging.Formatter):
    """A message of the database quotes the row that it refused, so a letter would stand in the log."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        marks = [f"{name}={value}" for name, value in _marks(record).items()]
        line, *rest = super().format(record).split("\n")
        return "\n".join([" ".join([line, *marks]), *rest])

    @override
    def formatException(self, ei: Caught) -> str:
        lines = []
        for name, places in links(ei[1]):
            lines += [*(f"  {place}" for place in places), name]
        return "\n".join(lines)


class Json(logging.Formatter):
    """One object a line."""

    @override
    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, ZoneInfo(settings.TIME_ZONE))
        said: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_marks(record),
        }
        if record.exc_info:
            said["errors"] = [
                {"class": name, "at": places} for name, places in links(record.exc_info[1])
            ]
        return json.dumps(said, ensure_ascii=False)


def _marks(record: logging.LogRecord) -> dict[str, str]:
    marks = {
        "request": getattr(record, "request_id", ""),
        "view": getattr(record, "view", ""),
    }
    return {name: value for name, value in marks.items() if value}
