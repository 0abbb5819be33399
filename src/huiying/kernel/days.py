"""Days as people write them, in the active language and the agency's zone."""

import functools
from datetime import date, datetime, tzinfo

from django.utils import dateformat, timezone
from django.utils.translation import get_language

from huiying.kernel.names import chinese


def day_in_words(
    moment: datetime | date, *, weekday: bool = False, zone: tzinfo | None = None
) -> str:
    """2026年11月24日 星期二 · Tuesday 24 November 2026; `zone` is the agency's where none is named."""
    local = timezone.localtime(moment, zone) if isinstance(moment, datetime) else moment
    return _written(local.toordinal(), get_language() or "", weekday)


@functools.lru_cache(maxsize=1024)
def _written(day: int, _language: str, weekday: bool) -> str:
    """In the active language; most days on our pages are the same few."""
    local = date.fromordinal(day)
    if chinese():
        return dateformat.format(local, "Y年n月j日 l" if weekday else "Y年n月j日")
    return dateformat.format(local, "l j F Y" if weekday else "j F Y")
