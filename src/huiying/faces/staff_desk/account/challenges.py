"""Challenges for passkeys, kept in the session: each for one purpose, for one answer, for ten minutes."""

from datetime import timedelta
from typing import Literal

from django.http import HttpRequest

from huiying.accounts import passkeys
from huiying.kernel import time

# Making one asks for the password first, the others do not: so none may serve another's purpose.
type Purpose = Literal["make", "sign-in", "second"]

SLOT = "challenge"
KEPT = timedelta(minutes=10)


def new_challenge(request: HttpRequest, purpose: Purpose) -> str:
    """A challenge for one answer; it takes the place of any other in this browser."""
    value = passkeys.new_challenge()
    request.session[SLOT] = {"for": purpose, "value": value, "at": time.now().timestamp()}
    return value


def take_challenge(request: HttpRequest, purpose: Purpose) -> str:
    """The challenge that this browser was given for `purpose`, once.

    Raises WrongPasskey where there is none, or it was for something else, or is too old.
    """
    held = request.session.pop(SLOT, None)
    if not isinstance(held, dict) or held.get("for") != purpose:
        raise passkeys.WrongPasskey
    if time.now().timestamp() - held["at"] > KEPT.total_seconds():
        raise passkeys.WrongPasskey
    return str(held["value"])
