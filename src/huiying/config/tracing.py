"""A name for every request, so that its log lines belong together and a person can quote it."""

import re
from collections.abc import Callable
from contextvars import ContextVar

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from huiying.kernel.identifiers import random_label

type Handler = Callable[[HttpRequest], HttpResponseBase]

HEADER = "X-Request-Id"
WELL_FORMED = re.compile(r"[A-Za-z0-9-]{8,64}")

_current: ContextVar[str] = ContextVar("request_id", default="")


def current_request() -> str:
    """The name of the request that is being answered; empty outside of one."""
    return _current.get()


def request_named(handle: Handler) -> Handler:
    """Name the request, in its log lines and in the answer's header.

    A name that came along is taken only where a proxy of ours stands before us: anybody can send one.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "") if settings.PROXIES else ""
        name = given if WELL_FORMED.fullmatch(given) else random_label()
        request.request_id = name  # type: ignore[attr-defined]  # Django's last line comes after us
        token = _current.set(name)
        try:
            response = handle(request)
        finally:
            _current.reset(token)
        response.headers[HEADER] = name
        return response

    return middleware
