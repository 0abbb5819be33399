"""For whom a page of an opened letter is: its writer, and where it says so also who helps them."""

import functools
from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from huiying.faces.public_site.forms import FollowForm
from huiying.faces.public_site.opened import opened, renew
from huiying.faces.public_site.origin import same_origin
from huiying.faces.public_site.pages import FollowPage
from huiying.intake.errors import ForWriterAlone
from huiying.intake.helping import GRANT
from huiying.kernel.refusals import NotFound

type OnLetter = Callable[..., HttpResponse]


class SeeOther(HttpResponseRedirect):
    """After a POST: get that page instead (RFC 9110, 15.4.4)."""

    status_code = 303

    def __init__(self, name: str) -> None:
        super().__init__(reverse(f"public_site:{name}"))


def on_letter(view: OnLetter) -> Callable[..., HttpResponse]:
    """For the writer of the letter that this browser has open; each page keeps it open another hour.

    Where none is open any more, code and secret are asked for, and typed words are shown to be kept.
    """
    return _guarded(view, helpers=False)


def on_letter_or_helping(view: OnLetter) -> Callable[..., HttpResponse]:
    """The same, also for who helps with that letter; asked anew for each page."""
    return _guarded(view, helpers=True)


def _guarded(view: OnLetter, *, helpers: bool) -> Callable[..., HttpResponse]:
    @functools.wraps(view)
    def found(request: HttpRequest, **of: int | str) -> HttpResponse:
        actor = opened(request)
        if actor is None:
            return ask_again(request)
        if actor.has(GRANT) and not helpers:
            raise ForWriterAlone
        try:
            response = view(request, actor, **of)
        except NotFound:
            return ask_again(request)
        renew(request, response)
        return response

    guarded = require_http_methods(["GET", "HEAD", "POST"])(found)
    return login_not_required(same_origin(guarded))  # type: ignore[arg-type]


def ask_again(request: HttpRequest) -> HttpResponse:
    """Code and secret once more, with what was typed."""
    if request.method != "POST":
        return SeeOther("follow")
    typed = [str(text) for name, text in request.POST.items() if name.endswith("-text")]
    page = FollowPage(FollowForm(), lapsed=True, kept="\n".join(typed))
    return render(request, "public_site/follow.html", {"page": page}, status=403)
