"""What one version of a calendar says, as data; turned into a timetable that is reckoned with."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from huiying.clocks.hours import Hours, read_hours, write_hours
from huiying.clocks.working_time import Timetable
from huiying.kernel.refusals import Invalid

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Kind(StrEnum):
    """Nobody works; a day off is worked in exchange (调休); other hours than usual."""

    OFF = "off"
    MAKEUP = "makeup"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class SpecialDay:
    """A day that is not like its weekday.

    `notice` is the year of the list of holidays that names it, which may be the year after; None where
    the agency says so itself, and its own word goes before any list.
    """

    day: date
    kind: Kind
    name: Mapping[str, str]
    notice: int | None = None
    hours: Hours = ()


@dataclass(frozen=True, slots=True)
class Definition:
    """One version: zone, hours of Monday to Sunday and of a make-up workday, special days by date.

    `known_years`: whose holidays are listed; None where the office works through holidays.
    """

    zone: str
    week: tuple[Hours, ...]
    makeup: Hours
    days: tuple[SpecialDay, ...] = ()
    known_years: tuple[int, ...] | None = ()

    def with_holidays(self, days: Iterable[SpecialDay], years: Iterable[int]) -> "Definition":
        """The same with these lists of holidays, each in place of an earlier list of the same year.

        Raises Invalid where this office works through holidays.
        """
        if self.known_years is None:
            raise Invalid(_("This calendar works through holidays, so it keeps none."))
        new, listed = tuple(days), set(years)
        kept = tuple(day for day in self.days if day.notice not in listed)
        known = tuple(sorted({*self.known_years, *listed}))
        return replace(self, days=_sorted(kept + new), known_years=known)

    def with_lists_of(self, before: "Definition") -> "Definition":
        """The same with the lists of holidays that `before` has, unless this office works through them."""
        if self.known_years is None or before.known_years is None:
            return self
        listed = [day for day in before.days if day.notice is not None]
        return self.with_holidays(listed, before.known_years)

    def counting(self) -> list[SpecialDay]:
        """One special day a date: where two lists name it the later one, and the agency's own before all."""
        ordered = sorted(self.days, key=lambda each: (each.notice is None, each.notice or 0))
        return sorted({each.day: each for each in ordered}.values(), key=lambda each: each.day)

    def hours_of(self, special: SpecialDay) -> Hours:
        """When somebody works on that day."""
        return self.makeup if special.kind == Kind.MAKEUP else special.hours

    def timetable(self) -> Timetable:
        """For reckoning."""
        return Timetable(
            zone=ZoneInfo(self.zone),
            week=self.week,
            exceptions={each.day: self.hours_of(each) for each in self.counting()},
            known_years=None if self.known_years is None else frozenset(self.known_years),
        )

    def digest(self) -> str:
        """SHA-256 of what it says, in hexadecimal."""
        said = json.dumps(self.as_data(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def as_data(self) -> dict[str, Any]:
        """For the column of a version."""
        return {
            "zone": self.zone,
            "week": [write_hours(hours) for hours in self.week],
            "makeup": write_hours(self.makeup),
            "known_years": None if self.known_years is None else list(self.known_years),
            "days": [
                {
                    "day": each.day.isoformat(),
                    "kind": each.kind.value,
                    "name": dict(each.name),
                    "notice": each.notice,
                    "hours": write_hours(each.hours),
                }
                for each in self.days
            ],
        }


def from_data(data: Mapping[str, Any]) -> Definition:
    """What `as_data` wrote."""
    known = data["known_years"]
    return Definition(
        zone=data["zone"],
        week=tuple(read_hours(text) for text in data["week"]),
        makeup=read_hours(data["makeup"]),
        known_years=None if known is None else tuple(known),
        days=tuple(
            SpecialDay(
                day=date.fromisoformat(each["day"]),
                kind=Kind(each["kind"]),
                name=each["name"],
                notice=each["notice"],
                hours=read_hours(each["hours"]),
            )
            for each in data["days"]
        ),
    )


def define(
    *,
    zone: str,
    week: Mapping[str, str],
    makeup: str = "",
    own_days: Iterable[SpecialDay] = (),
    works_on_holidays: bool = False,
) -> Definition:
    """A definition without holidays yet, from texts. `week` maps weekdays in English to hours.

    Hours of a make-up workday are those of the first day of the week that has any, unless given.
    Raises Invalid, naming the field, for an unknown zone or weekday and a week without work.
    """
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_("There is no such time zone; write it as Asia/Shanghai."), field=zone)
    for name in week:
        if name not in WEEKDAYS:
            raise Invalid(_("Weekdays are written monday to sunday."), field=name)
    hours = tuple(read_hours(week.get(name, "")) for name in WEEKDAYS)
    if not any(hours):
        raise Invalid(_("A calendar needs hours on at least one day of the week."), field="week")
    return Definition(
        zone=zone,
        week=hours,
        makeup=read_hours(makeup) or next(filter(None, hours)),
        days=_sorted(own_days),
        known_years=None if works_on_holidays else (),
    )


def _sorted(days: Iterable[SpecialDay]) -> tuple[SpecialDay, ...]:
    """By date, then by notice; one row a day and notice, the last one given."""
    found = {(each.day, each.notice or 0): each for each in days}
    return tuple(found[key] for key in sorted(found))
