"""Checking a user name and a password, with tries that are counted even when refused."""

from django.contrib.auth import authenticate
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.kernel.limits import address_for_counting, count_try, forget_tries
from huiying.kernel.refusals import Invalid

TRIES_PER_NAME = 10
TRIES_PER_ADDRESS = 60


class WrongPassword(Invalid):
    code = "wrong_password"
    sentence = _("User name and password do not match. Check both and try again.")


def check(request: HttpRequest, *, username: str, password: str) -> Account:
    """The account that these two belong to.

    Raises WrongPassword (the same for an unknown name) or, after too many tries, TooMany.
    """
    name = username.strip().lower()
    address = address_for_counting(str(request.META.get("REMOTE_ADDR", "")))
    count_try("sign-in address", address, most=TRIES_PER_ADDRESS)
    count_try("sign-in name", name, most=TRIES_PER_NAME)
    account = authenticate(request, username=name, password=password)
    if not isinstance(account, Account):
        raise WrongPassword
    forget_tries("sign-in name", name)
    return account
