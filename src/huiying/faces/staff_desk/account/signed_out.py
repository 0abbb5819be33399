"""A form that was sent after the session had ended: nothing was done, and no word of it is lost."""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from huiying.faces.staff_desk.begun import WHILE_TYPING

# Names, numbers, codes and tokens are no words that somebody would miss; a password is shown to nobody.
WORDS = re.compile(r"[^\x00-\x7f]|\s")
UNSHOWN = ("password", "current", "again", "code", "csrfmiddlewaretoken")
LEAST = 4


@dataclass(frozen=True, slots=True)
class SignedOutPage:
    """What was written, field by field, and where to sign in."""

    words: list[str]
    sign_in_url: str


def signed_out(request: HttpRequest) -> HttpResponse | None:
    """The page with what was written; None where no words were sent. The script that keeps what is typed
    is told by the status alone.
    """
    words = [
        text
        for name, values in request.POST.lists()
        for text in map(str.strip, values)
        if name not in UNSHOWN and len(text) >= LEAST and WORDS.search(text)
    ]
    if WHILE_TYPING in request.headers:
        return HttpResponse(status=403)
    if not words:
        return None
    came = urlsplit(request.headers.get("Referer", ""))
    asked = came.path if came.netloc == request.get_host() else request.path
    page = SignedOutPage(words, reverse("staff_desk:sign_in", query={"next": asked}))
    return render(request, "staff_desk/signed_out.html", {"page": page}, status=403)
