"""The pattern of a roster, and the shifts that follow from it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from huiying.agencies.duty.walls import instant
from huiying.clocks.definitions import WEEKDAYS, Definition, Kind

A_DAY = timedelta(days=1)
HOLIDAY, MAKEUP = "holiday", "makeup"
DAYS = (*WEEKDAYS, HOLIDAY, MAKEUP)
WHOLE_DAY = 24 * 60


class Count(StrEnum):
    """How long somebody stays before the next takes over: days of this duty, or whole weeks."""

    DAYS = "days"
    WEEKS = "weeks"


@dataclass(frozen=True, slots=True)
class Turn:
    """One duty of a pattern, kept by `people` (account ids) in this order, `each` `count` at a time.

    `begins` and `ends` are minutes after midnight; `ends` lies after `begins`, by a whole day at most, so
    beyond 1,440 on the day after. `days` holds names of `DAYS`: a public holiday and a make-up workday
    are days of their own kind, whatever their weekday.
    """

    name: Mapping[str, str]
    begins: int
    ends: int
    days: frozenset[str]
    people: tuple[int, ...]
    each: int = 1
    count: Count = Count.DAYS


@dataclass(frozen=True, slots=True)
class Version:
    """A pattern from the day `starts_on` on, until a version with a higher `number` begins."""

    number: int
    starts_on: date
    turns: tuple[Turn, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One shift as the pattern has it; the instants are in UTC."""

    day: date
    starts_at: datetime
    ends_at: datetime
    person: int
    turn: Turn
    version: int


def kinds_of(definition: Definition | None) -> Callable[[date], str]:
    """What kind of day a date is, one of `DAYS`; without a calendar its weekday."""
    special = {} if definition is None else {each.day: each.kind for each in definition.counting()}
    named = {Kind.OFF: HOLIDAY, Kind.MAKEUP: MAKEUP}

    def kind(day: date) -> str:
        return named.get(special.get(day, Kind.HOURS), WEEKDAYS[day.weekday()])

    return kind


def planned(
    versions: Sequence[Version],
    *,
    zone: str,
    kind: Callable[[date], str],
    window: tuple[date, date],
) -> list[Planned]:
    """The shifts that begin on the days of `window`, both included, by their beginning.

    A turn whose hours the clock skips altogether has no shift that day.
    """
    found: list[Planned] = []
    for version, first, last in _in_force(versions, window):
        for turn in version.turns:
            for day, person in _kept(turn, version.starts_on, last, kind):
                starts_at, ends_at = (instant(day, at, zone) for at in (turn.begins, turn.ends))
                if day >= first and starts_at < ends_at:
                    found.append(Planned(day, starts_at, ends_at, person, turn, version.number))
    return sorted(found, key=lambda each: (each.starts_at, each.ends_at, each.person))


def _in_force(
    versions: Sequence[Version], window: tuple[date, date]
) -> Iterator[tuple[Version, date, date]]:
    """Each version with the first and last day of `window` on which it is in force."""
    until = window[1]
    for version in sorted(versions, key=lambda each: each.number, reverse=True):
        if version.starts_on <= until:
            first = max(version.starts_on, window[0])
            if first <= until:
                yield version, first, until
            until = version.starts_on - A_DAY


def _kept(
    turn: Turn, starts_on: date, last: date, kind: Callable[[date], str]
) -> Iterator[tuple[date, int]]:
    """Every day from `starts_on` to `last` on which this duty is kept, with whose turn it is."""
    kept, day = 0, starts_on
    while day <= last:
        if kind(day) in turn.days:
            passed = kept if turn.count == Count.DAYS else (day - starts_on).days // 7
            yield day, turn.people[passed // turn.each % len(turn.people)]
            kept += 1
        day += A_DAY


def as_data(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """For the column of a version."""
    return [
        {
            "name": dict(turn.name),
            "begins": turn.begins,
            "ends": turn.ends,
            "days": [day for day in DAYS if day in turn.days],
            "people": list(turn.people),
            "each": turn.each,
            "count": turn.count.value,
        }
        for turn in turns
    ]


def from_data(data: Sequence[Mapping[str, Any]]) -> tuple[Turn, ...]:
    """What `as_data` wrote."""
    return tuple(
        Turn(
            name=each["name"],
            begins=each["begins"],
            ends=each["ends"],
            days=frozenset(each["days"]),
            people=tuple(each["people"]),
            each=each["each"],
            count=Count(each["count"]),
        )
        for each in data
    )
