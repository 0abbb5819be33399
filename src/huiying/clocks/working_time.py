"""Working time: how long an office worked between two moments, and when so much of it is over.

An instant is working time where the clock on the office's wall then shows a time within the hours of that
day. So an hour that a change of the clock leaves out is not worked, and one that it repeats is worked
twice. Years are laid out as spans in UTC the first time they are asked for, with running sums; after
that an answer is a search in a sorted list.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo

from huiying.clocks.hours import Hours

NONE = timedelta()
DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)
# Wider than any zone is from UTC.
AROUND = timedelta(hours=26)


@dataclass(frozen=True, slots=True)
class Due:
    """A moment in UTC; `provisional` where it hangs on a year whose holidays are not known yet."""

    at: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Year:
    """The working spans of one year of the wall's calendar, in UTC.

    `sums[i]` is the working time up to the end of span `i`; `days` are the working days and `closings`
    when each of them ends.
    """

    starts: list[datetime]
    ends: list[datetime]
    sums: list[timedelta]
    days: list[date]
    closings: list[datetime]

    def whole(self) -> timedelta:
        return self.sums[-1] if self.sums else NONE

    def before(self, moment: datetime) -> timedelta:
        """How much of the year's working time lies before `moment`, in UTC: with another zone Python
        would add what the clock on the wall shows."""
        place = bisect_right(self.starts, moment) - 1
        if place < 0:
            return NONE
        earlier = self.sums[place - 1] if place else NONE
        return earlier + min(moment, self.ends[place]) - self.starts[place]


@dataclass(frozen=True)
class Timetable:
    """When an office works. `week` has the hours of Monday to Sunday, `exceptions` those of single days.

    `known_years` are those whose holidays are in `exceptions`; None where holidays do not matter.
    """

    zone: tzinfo
    week: tuple[Hours, ...]
    exceptions: Mapping[date, Hours]
    known_years: frozenset[int] | None
    _years: dict[int, _Year] = field(default_factory=dict, compare=False, repr=False)

    def __post_init__(self) -> None:
        if len(self.week) != 7 or not any(self.week):
            raise ValueError("A week has seven days, and somebody works on one of them.")

    def hours(self, day: date) -> Hours:
        """The hours of that day."""
        return self.exceptions.get(day, self.week[day.weekday()])

    def knows(self, first: int, last: int) -> bool:
        """Whether the holidays of all years from `first` to `last` are known."""
        return self.known_years is None or self.known_years.issuperset(range(first, last + 1))

    def local(self, moment: datetime) -> datetime:
        """What the clock on the office's wall shows; raises ValueError for a moment without a zone."""
        if moment.tzinfo is None:
            raise ValueError("A moment needs a time zone.")
        return moment.astimezone(self.zone)

    def laid_out(self, year: int) -> _Year:
        """The spans of `year`, made once."""
        found = self._years.get(year)
        if found is None:
            found = self._years[year] = _lay_out(self, year)
        return found


def add_working(start: datetime, duration: timedelta, timetable: Timetable) -> Due:
    """The first moment at which `duration` of working time has passed since `start`.

    So what ends with the day's hours is due at their end, not on the next morning; and no time at all is
    over at once, also at night. Raises ValueError for a negative duration or a start without a zone.
    """
    if duration < NONE:
        raise ValueError("Working time does not run backwards.")
    first = year = timetable.local(start).year
    start = start.astimezone(UTC)
    if duration == NONE:
        return Due(start, not timetable.knows(first, first))
    laid = timetable.laid_out(year)
    left = duration + laid.before(start)
    while laid.whole() < left:
        left -= laid.whole()
        year += 1
        laid = timetable.laid_out(year)
    place = bisect_left(laid.sums, left)
    return Due(laid.ends[place] - (laid.sums[place] - left), not timetable.knows(first, year))


def working_between(start: datetime, end: datetime, timetable: Timetable) -> timedelta:
    """How much working time lies between two moments; raises ValueError where `end` is the earlier one."""
    first, last = timetable.local(start).year, timetable.local(end).year
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    if end < start:
        raise ValueError("It ends before it starts.")
    whole = sum((timetable.laid_out(year).whole() for year in range(first, last)), NONE)
    return whole + timetable.laid_out(last).before(end) - timetable.laid_out(first).before(start)


def spans_between(
    first: datetime, last: datetime, timetable: Timetable
) -> Iterator[tuple[datetime, datetime]]:
    """The working spans of all years from that of `first` to that of `last`, in UTC, in their order."""
    for year in range(timetable.local(first).year, timetable.local(last).year + 1):
        laid = timetable.laid_out(year)
        yield from zip(laid.starts, laid.ends, strict=True)


def add_working_days(start: datetime, count: int, timetable: Timetable) -> Due:
    """The closing time of the `count`th working day after the day of `start`, which does not count.

    So does the Civil Code of the PRC reckon (articles 201 and 203), and most other laws. A half-day is a
    working day. Raises ValueError for a count below one or a start without a zone.
    """
    if count < 1:
        raise ValueError("It is due one working day later at the earliest.")
    today = timetable.local(start).date()
    year = today.year
    laid = timetable.laid_out(year)
    place = bisect_right(laid.days, today) + count - 1
    while place >= len(laid.days):
        place -= len(laid.days)
        year += 1
        laid = timetable.laid_out(year)
    return Due(laid.closings[place], not timetable.knows(today.year, year))


def _lay_out(timetable: Timetable, year: int) -> _Year:
    laid = _Year([], [], [], [], [])
    worked = NONE
    for day, start, end in _spans(timetable, year):
        laid.starts.append(start)
        laid.ends.append(end)
        worked += end - start
        laid.sums.append(worked)
        if laid.days and laid.days[-1] == day:
            laid.closings[-1] = end
        else:
            laid.days.append(day)
            laid.closings.append(end)
    return laid


def _spans(timetable: Timetable, year: int) -> Iterator[tuple[date, datetime, datetime]]:
    """Each span of the year with the day it belongs to, in the order in which they pass."""
    for begins, ends, offset in _steady(timetable.zone, year):
        wall, until = begins + offset, ends + offset
        day = max(wall.date(), date(year, 1, 1))
        while day.year == year and datetime.combine(day, datetime.min.time()) < until:
            midnight = datetime.combine(day, datetime.min.time())
            for first, last in timetable.hours(day):
                start = max(midnight + timedelta(minutes=first), wall)
                end = min(midnight + timedelta(minutes=last), until)
                if start < end:
                    yield day, _utc(start - offset), _utc(end - offset)
            day += DAY


def _steady(zone: tzinfo, year: int) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """The stretches around `year`, in UTC without a zone, in which the wall's clock is not put forward or
    back, each with its distance from UTC.
    """
    begins = datetime(year, 1, 1) - AROUND  # noqa: DTZ001 - UTC; naive, because it is added up
    last = datetime(year, 12, 31) + AROUND + DAY  # noqa: DTZ001
    offset, moment = _offset(zone, begins), begins
    while moment < last:
        later = moment + DAY
        if _offset(zone, later) != offset:
            change = _change(zone, moment, later)
            yield begins, change, offset
            begins, offset = change, _offset(zone, later)
        moment = later
    yield begins, last, offset


def _change(zone: tzinfo, before: datetime, after: datetime) -> datetime:
    """The second from which on the distance from UTC is that of `after`."""
    old = _offset(zone, before)
    while after - before > SECOND:
        middle = before + (after - before) // SECOND // 2 * SECOND
        if _offset(zone, middle) == old:
            before = middle
        else:
            after = middle
    return after


def _offset(zone: tzinfo, moment: datetime) -> timedelta:
    return _utc(moment).astimezone(zone).utcoffset() or NONE


def _utc(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC)
