"""Reading moments as files write them."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from huiying.doors.errors import Unfit

DATE_CELL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)

type ReadMoment = Callable[[str], datetime]


def reader(column: str, format_: str, zone: ZoneInfo) -> ReadMoment:
    """A function from text to a moment in UTC, by `format_` (strptime's; ISO 8601 where empty). The date
    of a workbook's cell needs no format.

    Moments without an offset are in `zone`; an hour that a clock shows twice is taken as the first.
    The function raises Unfit, naming `column`.
    """

    def read(text: str) -> datetime:
        try:
            moment = (
                datetime.strptime(text, format_)  # noqa: DTZ007 - the zone follows
                if format_ and not DATE_CELL.fullmatch(text)
                else datetime.fromisoformat(text)
            )
            if moment.tzinfo is None:
                moment = moment.replace(tzinfo=zone)
            moment = moment.astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unfit(f"{column}: not a date and time") from None
        if moment < EARLIEST:
            raise Unfit(f"{column}: the date lies before 1970")
        return moment

    return read


def not_before(moment: datetime, earlier: datetime, zone: ZoneInfo) -> datetime:
    """`moment`, or the second of two equal clock times if only that one lies after `earlier`."""
    if moment < earlier:
        second = moment.astimezone(zone).replace(fold=1).astimezone(UTC)
        if second - moment == timedelta(hours=1) and second >= earlier:
            return second
    return moment
