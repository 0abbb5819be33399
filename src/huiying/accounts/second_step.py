"""Checking the second step of signing in, with tries that are counted even when refused."""

from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.accounts import one_time_codes
from huiying.accounts.actions.accounts import subject
from huiying.accounts.actions.second_step import WrongCode, use_recovery_code
from huiying.accounts.models import Account, CodeApp, Passkey
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.limits import count_try
from huiying.kernel.refusals import Refusal

# By account, from wherever: whoever gets here has the password already.
TRIES = 10
LONGEST_APP_CODE = 6

# In the session: how somebody proved who they are, and which of these ways is more than a password.
WAY = "way"
STRONG = frozenset({"codes", "passkey", "agency"})


class SecretLost(Refusal):
    """The ring lost the key that sealed it, or it was sealed for another account."""

    code = "secret_lost"
    sentence = _(
        "Codes of your app can no longer be checked here. Use a recovery code, or have this step reset."
    )


def is_asked_of(account: Account) -> bool:
    """True where a password alone does not sign this account in."""
    if settings.SECOND_FACTOR == "off":
        return False
    has_app = CodeApp.objects.filter(account=account).exists()
    return has_app or Passkey.objects.filter(account=account).exists()


def is_missing(roles: Iterable[str], way: str) -> bool:
    """True where somebody with these roles, who came in this way, must set a second step up first."""
    if settings.SECOND_FACTOR != "required" or way in STRONG:
        return False
    named: frozenset[str] = settings.SECOND_FACTOR_ROLES
    return not named or not named.isdisjoint(roles)


def check_code(account: Account, code: str) -> None:
    """Accept a code of the app, each once, or a recovery code.

    Raises WrongCode or, after too many tries, TooMany. A code of an earlier step than the last used one
    is refused too: whoever read it over a shoulder comes too late.
    """
    count_try("second step", account.label, most=TRIES)
    typed = "".join(code.split())
    if len(typed) > LONGEST_APP_CODE:
        use_recovery_code(actor=Actor(subject(account)), account_id=account.pk, code=typed)
        return
    app = CodeApp.objects.filter(account=account).first()
    if app is None:
        raise WrongCode(field="code")
    try:
        secret = one_time_codes.unseal(bytes(app.sealed), account.label, app.key_number)
    except (KeyError, InvalidTag):
        raise SecretLost from None
    step = one_time_codes.matching_step(secret, typed, time.now())
    if step is None or not _take(app, step):
        raise WrongCode(field="code")


def _take(app: CodeApp, step: int) -> bool:
    """Use the step up; False where somebody was first."""
    return bool(CodeApp.objects.filter(pk=app.pk, last_step__lt=step).update(last_step=step))
