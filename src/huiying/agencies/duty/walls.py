"""When the clock on a wall reaches a time: the one place where hours of a roster become instants.

Every end of a shift and every beginning goes through `instant`, so two shifts that meet on the wall meet in
truth, also in a night that has 23 or 25 hours.
"""

import functools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SECOND = timedelta(seconds=1)


@functools.lru_cache(maxsize=8192)
def instant(day: date, minutes: int, zone: str) -> datetime:
    """The first moment, in UTC, at which the wall shows `minutes` after midnight of `day`, or later.

    A time that the clock skips is reached when it skips; of one that it shows twice the first counts.
    `minutes` may go beyond 1,440 into the days after.
    """
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    where = ZoneInfo(zone)
    first = wall.replace(tzinfo=where, fold=0).astimezone(UTC)
    second = wall.replace(tzinfo=where, fold=1).astimezone(UTC)
    if first <= second:
        return first
    return _skipped(wall, second, first, where)


def _skipped(wall: datetime, before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    """The second of the change between two instants (PEP 495 gives them in this order in a gap)."""
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if middle.astimezone(where).replace(tzinfo=None, fold=0) < wall:
            before = middle
        else:
            after = middle
    return after
