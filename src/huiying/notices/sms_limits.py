"""How many text messages go out: anybody can name any number, and each message is paid for.

Counted by HMAC under the key of the day, as every limit is; no number is kept. Of each limit, half is left
to what the desk itself sends: a flood of letters takes nobody's answer.
"""

from datetime import timedelta

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from huiying.kernel.limits import A_DAY, count, counted
from huiying.kernel.refusals import TooMany
from huiying.notices.served import international, is_served

HOUR = timedelta(hours=1)
NAMED, LETTERS, TO_NUMBER, SENT = "sms named", "sms letters", "sms to number", "sms sent"


class TooManyNamed(TooMany):
    """New letters have named this number as often as they may in a day."""

    code = "too_many_named"
    sentence = _(
        "As many text messages as may be in one day go to this number already. Choose another way to "
        "hear from us; you can change it tomorrow."
    )


class TooManyAsk(TooMany):
    """New letters have asked for text messages as often as they may in an hour."""

    code = "too_many_ask"
    sentence = _(
        "So many letters ask for text messages at the moment that we cannot promise one. Choose another "
        "way to hear from us; you can change it later."
    )


class TooManyToNumber(Exception):
    """As many messages as may be in a day went to this number; it is tried no further."""


class NumberNotServed(Exception):
    """No message goes to such a number; it is tried no further."""


class TooManyThisHour(Exception):
    """As many messages as may be in an hour went out; this one waits for the next."""


def count_letter(number: str) -> None:
    """Count one new letter that names this number. Raises TooManyNamed, TooManyAsk.

    Outside a verb, in transactions of its own.
    """
    whole = international(number)
    named = count(NAMED, whole, within=A_DAY)
    if named > settings.SMS_PER_NUMBER // 2 or _used_up(whole):
        raise TooManyNamed(field="phone")
    if count(LETTERS, "", within=HOUR) > settings.SMS_PER_HOUR // 2:
        raise TooManyAsk(field="phone")


def _used_up(whole: str) -> bool:
    return counted(TO_NUMBER, whole, within=A_DAY) >= settings.SMS_PER_NUMBER


def require_budget(number: str) -> None:
    """Raise NumberNotServed, TooManyToNumber or TooManyThisHour where no message may go to it now."""
    if not is_served(number):
        raise NumberNotServed
    if _used_up(international(number)):
        raise TooManyToNumber
    if counted(SENT, "", within=HOUR) >= settings.SMS_PER_HOUR:
        raise TooManyThisHour


def count_message(number: str) -> None:
    """Count one message that was handed over, or may have been. After its own transaction."""
    count(TO_NUMBER, international(number), within=A_DAY)
    count(SENT, "", within=HOUR)
