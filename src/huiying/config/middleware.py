"""What happens around every request, in the order that the settings list."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _

from huiying.accounts.second_step import WAY, is_missing
from huiying.accounts.session_store import note_use
from huiying.agencies.duty.reads import on_duty
from huiying.agencies.reads import standing_of
from huiying.config.spooling import MULTIPART, read_form
from huiying.faces.look.refusals import refusal_page
from huiying.faces.staff_desk.account.signed_out import signed_out
from huiying.kernel.actors import STRANGER
from huiying.kernel.limits import note
from huiying.kernel.refusals import Refusal

logger = logging.getLogger(__name__)

UNKNOWN_PROXY = "proxy that nobody told us of"
NOTE_SECONDS = 3600

type Handler = Callable[[HttpRequest], HttpResponseBase]
type View = Callable[..., HttpResponse]


class TooLarge(Refusal):
    code = "too_large"
    status = 413
    sentence = _("This is more than we can take in one piece. Shorten it and send it again.")


def read_body_first(handle: Handler) -> Handler:
    """Read the whole body before anything holds a database connection: a slow sender costs a thread only.

    A form with files is read to disk.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method in {"POST", "PUT", "PATCH"}:
            try:
                if request.content_type == MULTIPART:
                    read_form(request)
                else:
                    _body = request.body
            except RequestDataTooBig:
                return HttpResponse(
                    str(TooLarge()), status=413, content_type="text/plain; charset=utf-8"
                )
        return handle(request)

    return middleware


def address_behind_proxies(handle: Handler) -> Handler:
    """Take the sender's address from X-Forwarded-For, counted from the end by the known proxies.

    Without proxies the header is ignored: anybody can write one. That it came is noted once an hour,
    for `huiying doctor`: all residents behind a proxy that nobody told us of share one address.
    """
    note_at = 0.0

    def note_unknown_proxy() -> None:
        nonlocal note_at
        if time.monotonic() < note_at:
            return
        note_at = time.monotonic() + NOTE_SECONDS
        logger.warning("X-Forwarded-For came, but HUIYING_PROXIES is 0")
        with suppress(DatabaseError):
            note(UNKNOWN_PROXY)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if settings.PROXIES:
            passed = [
                part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")
            ]
            if len(passed) >= settings.PROXIES and passed[-settings.PROXIES]:
                request.META["REMOTE_ADDR"] = passed[-settings.PROXIES]
        elif "X-Forwarded-For" in request.headers:
            note_unknown_proxy()
        return handle(request)

    return middleware


def response_headers(handle: Handler) -> Handler:
    """Headers that every answer carries; a page is never kept by a cache unless its view says so."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = handle(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=()"
        )
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware


class PassedOn:
    """Hands every request on; what it adds, it does once a view is known or has failed."""

    def __init__(self, handle: Handler) -> None:
        self.handle = handle

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.handle(request)


class SignInFirst(LoginRequiredMiddleware):
    """Whoever is not signed in is led to do so. A form that somebody filled in meanwhile is shown to them."""

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseBase | None:
        refused = super().process_view(request, view_func, view_args, view_kwargs)
        if refused is not None and request.method == "POST":
            return signed_out(request) or refused
        return refused


class SessionsInUse(PassedOn):
    """A session stays open while it is used. An open page never touches one."""

    def process_view(
        self, request: HttpRequest, view: View, _args: object, _kwargs: object
    ) -> None:
        if getattr(view, "login_required", True) and request.user.is_authenticated:
            note_use(request.session)


class ActingPerson(PassedOn):
    """Sets `request.person` (a Standing, or None), `request.actor` and, for the page's head,
    `request.on_duty` once a view is known.

    An open page never touches the session, so it is the same for everybody.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.person = None  # type: ignore[attr-defined]
        request.actor = STRANGER  # type: ignore[attr-defined]
        request.on_duty = []  # type: ignore[attr-defined]
        return super().__call__(request)

    def process_view(
        self, request: HttpRequest, view: View, _args: object, _kwargs: object
    ) -> None:
        if not getattr(view, "login_required", True):
            return
        if request.user.is_authenticated:
            standing = standing_of(request.user)
            request.person = standing  # type: ignore[attr-defined]
            request.actor = standing.actor  # type: ignore[attr-defined]
            if request.method in {"GET", "POST"}:  # a form that is refused is a page too
                request.on_duty = on_duty()  # type: ignore[attr-defined]


class SecondStepFirst(PassedOn):
    """Whose role needs a second step sets it up before anything else; some views are open to that end."""

    def process_view(
        self, request: HttpRequest, view: View, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        person = request.person  # type: ignore[attr-defined]
        if person is None or getattr(view, "before_second_step", False):
            return None
        if not is_missing(person.roles, request.session.get(WAY, "")):
            return None
        return redirect("staff_desk:account")


class RefusalsBecomePages(PassedOn):
    """The one place where a refusal that no form showed becomes a page."""

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, Refusal):
            return None
        return render(request, *refusal_page(error), status=error.status)
