"""Checking a user name and a password, with tries that are counted even when refused."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth import authenticate
from django.db import connection
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.kernel.limits import address_for_counting, count_try, forget_tries, give_back_try
from huiying.kernel.refusals import Invalid, Refusal

# From one address; so a stranger who tries somebody's name does not lock them out elsewhere.
TRIES_PER_NAME = 10
# From all addresses together: what remains for whoever has many of them.
TRIES_PER_NAME_ANYWHERE = 200
TRIES_PER_ADDRESS = 60

# Checking one password takes 100 MiB and a core for a tenth of a second (Argon2 as Django sets it).
CHECKS_AT_ONCE = 2
SEAT_SECONDS = 3.0
_seats = threading.BoundedSemaphore(CHECKS_AT_ONCE)


class WrongPassword(Invalid):
    code = "wrong_password"
    sentence = _("User name and password do not match. Check both and try again.")


class Busy(Refusal):
    code = "busy"
    status = 503
    sentence = _("Many people are signing in at this moment. Please try again in a minute.")


@contextmanager
def _seat() -> Iterator[None]:
    """One of the few places at which this process checks passwords; raises Busy where none comes free.

    Whoever waits holds no connection to the database: a few would leave none for everybody else.
    """
    if not connection.in_atomic_block:
        connection.close()
    if not _seats.acquire(timeout=SEAT_SECONDS):
        raise Busy
    try:
        yield
    finally:
        _seats.release()


def check(request: HttpRequest, *, username: str, password: str) -> Account:
    """The account that these two belong to.

    Raises WrongPassword (the same for an unknown name), after too many tries TooMany, and Busy.
    """
    name = username.strip().lower()
    address = address_for_counting(str(request.META.get("REMOTE_ADDR", "")))
    count_try("sign-in address", address, most=TRIES_PER_ADDRESS)
    from_here = f"{address} {name}"
    count_try("sign-in name here", from_here, most=TRIES_PER_NAME)
    count_try("sign-in name", name, most=TRIES_PER_NAME_ANYWHERE)
    with _seat():
        account = authenticate(request, username=name, password=password)
    if not isinstance(account, Account):
        raise WrongPassword
    # One is given back, not all forgotten: an account of one's own would else buy tries at others'.
    give_back_try("sign-in address", address)
    forget_tries("sign-in name here", from_here)
    forget_tries("sign-in name", name)
    return account
