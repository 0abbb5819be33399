"""Pauses of a clock, counted in the time in which its promise was given.

Where that is working time, so much of it is added as lay within the pause, and a due time never falls into
a night or a weekend by a pause; else the clock on the wall counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from huiying.clocks.working_time import Timetable, add_working, working_between

NONE = timedelta()
INSTANT = timedelta(microseconds=1)

type Stretch = tuple[datetime, datetime]


class Pausing(Protocol):
    """What keeps the pauses of a clock: `paused` is the sum of all by the clock on the wall; `pauses` are
    ranges, which have `lower` and `upper`.
    """

    @property
    def paused(self) -> timedelta: ...
    @property
    def pauses(self) -> Sequence[Any]: ...


@dataclass(frozen=True, slots=True)
class Stood:
    """How a clock stood still: `by_wall` in pauses that are added by the clock on the wall whatever was
    promised, as all were once; and in `stretches`, in their order.
    """

    by_wall: timedelta = NONE
    stretches: tuple[Stretch, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.by_wall or self.stretches)

    def moved(self, due: datetime, timetable: Timetable | None) -> datetime:
        """A due time with these pauses; `timetable` None where it was promised day and night."""
        return after_pauses(due + self.by_wall, self.stretches, timetable)

    def and_then(self, stretch: Stretch | None) -> "Stood":
        """The same with one more."""
        return Stood(self.by_wall, (*self.stretches, stretch)) if stretch else self


def stood(clock: Pausing) -> Stood:
    """The pauses of a clock that have ended."""
    stretches = tuple((each.lower, each.upper) for each in clock.pauses)
    lasted = sum((ends - begins for begins, ends in stretches), NONE)
    return Stood(clock.paused - lasted, stretches)


def after_pauses(
    due: datetime, stretches: Iterable[Stretch], timetable: Timetable | None
) -> datetime:
    """`due` with one pause after the other.

    A clock that had run out when a pause began is late after it too. Where time was left, but no working
    time, what was left is left after the pause as well.
    """
    for begins, ends in stretches:
        due = _past(due, begins, ends, timetable)
    return due


def _past(due: datetime, begins: datetime, ends: datetime, timetable: Timetable | None) -> datetime:
    if timetable is None:
        return due + (ends - begins)
    pause = working_between(begins, ends, timetable)
    if due < begins:
        return min(add_working(due, pause, timetable).at, ends - INSTANT) if pause else due
    if working_between(begins, due, timetable):
        return add_working(due, pause, timetable).at
    return due + (ends - begins)


def worked(stretches: Iterable[Stretch], timetable: Timetable) -> timedelta:
    """How much working time lay within these pauses."""
    return sum((working_between(*each, timetable) for each in stretches), NONE)


def before(
    due: datetime, begins: datetime, moment: datetime, timetable: Timetable | None
) -> datetime:
    """From when the pause since `begins` has moved a clock that is due at `due` as things stand at `moment`.

    The earliest such time; late by the beginning of the pause where it is late at `moment`.
    """
    if due < moment:
        return min(due, begins - INSTANT)
    if timetable is None:
        return due - (moment - begins)
    left = working_between(moment, due, timetable)
    return add_working(begins, left, timetable).at if left else begins + (due - moment)
