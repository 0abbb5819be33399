"""Which letter this browser has opened: a signed cookie for the follow pages, without code or secret."""

import hmac
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, override

from huiying.intake.helping import acting_as, helping_now
from huiying.intake.reads import resident
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import LABEL_LENGTH, random_label

IDLE = timedelta(hours=1)
# However busily it is used, a cookie copied once does not work for ever.
LONGEST = timedelta(hours=8)
SALT = "huiying.public_site.opened"
MARK_LENGTH = 24


def _cookie(language: str) -> str:
    """One cookie a language: a cookie's path holds one address, and each language has its own."""
    return f"letter-{language}"


def remember(
    response: HttpResponse, label: str, *, since: float | None = None, helper: str = ""
) -> None:
    """Let this browser read the letter for an hour from now, on the follow pages alone.

    `since` is when it was opened with its secret (a time stamp); after eight hours that is asked again.
    `helper` is the label of the helper who opened it; empty for the writer.
    """
    now = int(time.now().timestamp())
    held: dict[str, str | int] = {"letter": label, "at": now, "since": int(since or now)}
    if helper:
        held["helper"] = helper
    value = signing.dumps(held, salt=SALT)
    for language, _name in settings.LANGUAGES:
        with override(language):
            path = reverse("public_site:follow")
        response.set_cookie(
            _cookie(language),
            value,
            max_age=IDLE,
            path=path,
            secure=settings.HTTPS,
            httponly=True,
            samesite="Strict",
        )


def forget(response: HttpResponse) -> None:
    """Leave nothing behind in this browser."""
    for language, _name in settings.LANGUAGES:
        with override(language):
            path = reverse("public_site:follow")
        response.delete_cookie(_cookie(language), path=path, samesite="Strict")


def _held(request: HttpRequest) -> dict[str, Any] | None:
    """What the cookie of this browser says, while it is good."""
    value = request.COOKIES.get(_cookie(get_language() or settings.LANGUAGE_CODE), "")
    try:
        held: dict[str, Any] = signing.loads(value, salt=SALT)
    except signing.BadSignature:
        return None
    now = time.now().timestamp()
    if (
        now - held["at"] > IDLE.total_seconds()
        or now - held.get("since", 0) > LONGEST.total_seconds()
    ):
        return None
    return held


def opened(request: HttpRequest) -> Actor | None:
    """The writer of the letter that this browser opened within the last hour; or who helps with it, while
    they do: asked anew each time.
    """
    held = _held(request)
    if held is None:
        return None
    if "helper" not in held:
        return resident(held["letter"])
    helper = helping_now(held["helper"])
    return acting_as(helper) if helper else None


def renew(request: HttpRequest, response: HttpResponse) -> None:
    """Another hour for whoever is reading, up to eight since the letter was opened."""
    held = _held(request)
    if held:
        helper = held.get("helper", "")
        remember(response, held["letter"], since=held["since"], helper=helper)


def form_key_for(label: str) -> str:
    """A new key for one form on the page of this letter."""
    fresh = random_label()
    return fresh + _mark(fresh, label)


def key_fits(key: str, label: str) -> bool:
    """Whether `form_key_for` made this key for this letter."""
    fresh, mark = key[:LABEL_LENGTH], key[LABEL_LENGTH:]
    return hmac.compare_digest(mark.encode(), _mark(fresh, label).encode())


def _mark(fresh: str, label: str) -> str:
    return salted_hmac(SALT, f"{fresh}:{label}", algorithm="sha256").hexdigest()[:MARK_LENGTH]
