"""A slow reckoning of working time by other means: minute by minute, asking the clock on the wall."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)

type Office = tuple[ZoneInfo, dict[int, list[tuple[int, int]]], dict[date, list[tuple[int, int]]]]


def works(office: Office, moment: datetime) -> bool:
    """Whether somebody works in the minute that begins at `moment`."""
    zone, week, exceptions = office
    wall = moment.astimezone(zone)
    spans = exceptions.get(wall.date(), week.get(wall.weekday(), []))
    return any(first <= wall.hour * 60 + wall.minute < last for first, last in spans)


def minutes(start: datetime) -> Iterator[datetime]:
    moment = start.astimezone(UTC)
    while True:
        yield moment
        moment += MINUTE


def due(office: Office, start: datetime, promised: int) -> datetime:
    """When `promised` minutes of work have passed."""
    left = promised
    for moment in minutes(start):
        if not left:
            return moment
        left -= works(office, moment)
    raise AssertionError


def worked(office: Office, start: datetime, end: datetime) -> int:
    """Minutes of work between two moments."""
    found = 0
    for moment in minutes(start):
        if moment >= end:
            return found
        found += works(office, moment)
    raise AssertionError


def closing(office: Office, start: datetime, days: int) -> datetime:
    """When the last minute of work of the `days`th working day after that of `start` is over."""
    zone = office[0]
    today = start.astimezone(zone).date()
    seen: list[date] = []
    last = start
    for moment in minutes(start):
        day = moment.astimezone(zone).date()
        if len(seen) == days and day > seen[-1]:
            return last
        if day > today and works(office, moment):
            last = moment + MINUTE
            if day not in seen:
                seen.append(day)
    raise AssertionError
