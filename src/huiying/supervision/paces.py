"""How fast each clock runs: by the working time of a calendar, or day and night."""

import functools
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Max, Min

from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN, State
from huiying.clocks.pauses import Stretch, worked
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable, add_working, spans_between, working_between
from huiying.harm.facts import Level
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.routing.paces import Pacing, pacing

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
SHORTEST = timedelta(hours=1)
DAY = timedelta(days=1)
# What lies further ahead is reckoned as if nobody worked then.
FURTHEST = timedelta(days=3660)
KEPT = 64

type Line = tuple[int, int, int, str, str]


def running_paces() -> dict[str, Any]:
    """Of all running clocks the parameters that `reached.RUNNING` asks for: calendars as lists of spans in
    microseconds since 1970, and which clocks go by which, by version of the promises and by kind of case. Six
    queries.
    """
    kinds = (
        CaseFile.objects.filter(state__in=[*OPEN, State.JOINED])
        .values_list("category_id", "urgency", "channel")
        .annotate(first=Min("received_at"), last=Max("due_at"))
        .order_by()
    )
    rows, now, found = list(kinds), time.now(), pacing()
    lines = [line for row in rows for line in _lines(found, *row[:4])]
    first = min((row[3] for row in rows), default=now)
    last = min(max([now, *(row[4] for row in rows)]), now + FURTHEST)
    digests = sorted({line[4] for line in lines})
    laid = [as_lists(each, first.date(), (last + DAY).date()) for each in digests]
    return {
        "versions": found.versions,
        "pace_versions": [line[0] for line in lines],
        "pace_categories": [line[1] for line in lines],
        "pace_urgencies": [line[2] for line in lines],
        "pace_channels": [line[3] for line in lines],
        "pace_calendars": [digests.index(line[4]) for line in lines],
        "calendars": list(range(len(digests))),
        "starts": [each[0] for each in laid],
        "lasting": [each[1] for each in laid],
        "worked": [each[2] for each in laid],
    }


def _lines(
    found: Pacing, category_id: int | None, urgency: int, channel: str, first: datetime
) -> Iterator[Line]:
    """Version by version from the one in force at `first`, by which calendar such cases go, if by any."""
    starts = [(0, first), *enumerate(found.versions, 1)]
    before = max(number for number, since in starts if since <= first)
    for number, since in starts[before:]:
        digest = calendar_of(found, category_id, urgency, channel, max(since, first))
        if digest:
            yield number, category_id or 0, urgency, channel, digest


def calendar_of(
    found: Pacing, category_id: int | None, urgency: int, channel: str, start: datetime
) -> str | None:
    """The digest of the calendar by which the clock of such a case runs that began at `start`."""
    need = Need(Level(urgency), None)
    return found.calendar(category_id, start, need=need, channel=channel)


@functools.lru_cache(maxsize=KEPT)
def as_lists(digest: str, first: date, last: date) -> tuple[str, str, str]:
    """The spans of a calendar as the database reads lists: when each begins, how long it lasts, and what was
    worked before it; in microseconds, by whole years.
    """
    starts, lasting, worked, sum_so_far = [], [], [], 0
    begins, ends = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in (first, last))
    for start, end in spans_between(begins, ends, laid_out(digest)):
        starts.append((start - EPOCH) // MICROSECOND)
        lasting.append((end - start) // MICROSECOND)
        worked.append(sum_so_far)
        sum_so_far += lasting[-1]
    return _list(starts), _list(lasting), _list(worked)


def _list(numbers: list[int]) -> str:
    return "{" + ",".join(map(str, numbers)) + "}"


def moment_of(
    percent: int,
    started: datetime,
    due_at: datetime,
    timetable: Timetable | None,
    stood: Sequence[Stretch] = (),
) -> tuple[datetime, Timetable | None]:
    """When a clock comes to this share of its time, had it not stood still in the pauses that `due_at` holds;
    and by which timetable its time counts: the same as `reached` in SQL. Without pauses no step from the day
    on comes before the day itself.
    """
    if timetable is not None and started < due_at:
        allowed = working_between(started, due_at, timetable) - worked(stood, timetable)
        if allowed >= SHORTEST:
            found = add_working(started, -(-allowed * percent // 100), timetable).at
            late = percent >= 100 and not stood
            return (max(found, due_at) if late else found), timetable
    due_at -= sum((ends - begins for begins, ends in stood), timedelta())
    return due_at - max(due_at - started, SHORTEST) * (100 - percent) // 100, None
