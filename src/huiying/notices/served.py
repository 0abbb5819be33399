"""To which numbers text messages go at all: the settings say."""

import re

from django.conf import settings

MAINLAND = "+86"
MAINLAND_MOBILE = re.compile(r"\+861\d{10}")


def international(number: str) -> str:
    """A number of `ways.plain_number` with its country: "13900001234" is "+8613900001234"."""
    if number.startswith("+"):
        return number
    return f"+{number[2:]}" if number.startswith("00") else f"+{settings.SMS_COUNTRY}{number}"


def is_served(number: str) -> bool:
    """Whether messages go to such numbers; of the mainland's, to mobile ones alone."""
    whole = international(number)
    if whole.startswith(MAINLAND) and not MAINLAND_MOBILE.fullmatch(whole):
        return False
    return whole.startswith(tuple(settings.SMS_PREFIXES))
