"""Which letter this browser has opened: a signed cookie for the follow pages, without code or secret."""

import hmac
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import get_language, override

from huiying.intake.reads import resident
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import LABEL_LENGTH, random_label

IDLE = timedelta(hours=1)
SALT = "huiying.public_site.opened"
MARK_LENGTH = 24


def _cookie(language: str) -> str:
    """One cookie a language: a cookie's path holds one address, and each language has its own."""
    return f"letter-{language}"


def remember(response: HttpResponse, label: str) -> None:
    """Let this browser read the letter for an hour from now, on the follow pages alone."""
    value = signing.dumps({"letter": label, "at": int(time.now().timestamp())}, salt=SALT)
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


def opened(request: HttpRequest) -> Actor | None:
    """The writer of the letter that this browser opened within the last hour."""
    value = request.COOKIES.get(_cookie(get_language() or settings.LANGUAGE_CODE), "")
    try:
        held = signing.loads(value, salt=SALT)
    except signing.BadSignature:
        return None
    if time.now().timestamp() - held["at"] > IDLE.total_seconds():
        return None
    return resident(held["letter"])


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
