"""When a share of a clock's time has passed, in the working time by which it was promised.

Half of two working days that run over a holiday is one working day, not the middle of the holiday.
"""

from datetime import UTC, datetime, timedelta

from huiying.clocks.working_time import Timetable, add_working, working_between

WHOLE = 100  # percent
NONE = timedelta()


def share_at(start: datetime, due: datetime, percent: int, timetable: Timetable | None) -> datetime:
    """When `percent` of the time from `start` to `due`, in UTC, has passed; both without the clock's pauses,
    which come on top. All of it is over at `due`, and beyond that as much working time again follows.

    Without a timetable, and where nobody works in between, time counts day and night. Raises ValueError for
    a negative percentage, for `due` before `start`, and for a moment without a zone.
    """
    if percent < 0:
        raise ValueError("A share of a clock is nothing or more.")
    start, due = start.astimezone(UTC), due.astimezone(UTC)
    if due < start:
        raise ValueError("It is due before it starts.")
    worked = working_between(start, due, timetable) if timetable else NONE
    if timetable is None or worked == NONE:
        return start + (due - start) * percent / WHOLE
    if percent < WHOLE:
        return add_working(start, worked * percent / WHOLE, timetable).at
    return add_working(due, worked * (percent - WHOLE) / WHOLE, timetable).at
