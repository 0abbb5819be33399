"""Calendars as pages and commands show them, and the timetable of the version in force."""

import functools
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import OuterRef, Subquery

from huiying.clocks.definitions import Definition, Kind, SpecialDay, from_data
from huiying.clocks.models import CalendarVersion
from huiying.clocks.working_time import Timetable
from huiying.kernel.refusals import NotFound

KEPT_TIMETABLES = 64
EARLIER = 10


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A calendar as a line of a list, with its newest version."""

    code: str
    name: dict[str, str]
    number: int
    adopted_at: datetime
    zone: str
    known_years: tuple[int, ...] | None


@dataclass(frozen=True, slots=True)
class VersionLine:
    number: int
    adopted_at: datetime
    adopted_by: str
    note: str
    source: str


@dataclass(frozen=True, slots=True)
class CalendarShown:
    """A calendar as it is from now on; `versions` with the newest first."""

    code: str
    name: dict[str, str]
    definition: Definition
    versions: tuple[VersionLine, ...]

    def stretches(self, year: int) -> list["Stretch"]:
        """The special days of `year`, those that follow each other with one name in one piece."""
        return self.stretches_between(date(year, 1, 1), date(year, 12, 31))

    def stretches_between(self, first: date, last: date) -> list["Stretch"]:
        """Those from `first` to `last`."""
        days = self.definition.counting()
        return _stretches([each for each in days if first <= each.day <= last])


@dataclass(frozen=True, slots=True)
class Stretch:
    """Special days without a gap between them."""

    first: date
    last: date
    special: SpecialDay


def calendars() -> list[CalendarLine]:
    """Every calendar by its code, with its newest version. One query."""
    newest = CalendarVersion.objects.filter(calendar=OuterRef("calendar")).order_by("-number")
    rows = (
        CalendarVersion.objects.filter(number=Subquery(newest.values("number")[:1]))
        .select_related("calendar")
        .order_by("calendar__code")
    )
    return [
        CalendarLine(
            code=row.calendar.code,
            name=row.calendar.name,
            number=row.number,
            adopted_at=row.adopted_at,
            zone=row.definition["zone"],
            known_years=_known(row.definition["known_years"]),
        )
        for row in rows
    ]


def _known(years: list[int] | None) -> tuple[int, ...] | None:
    return None if years is None else tuple(years)


def calendar(code: str, number: int | None = None) -> CalendarShown:
    """The calendar as its version `number` says, the newest unless given. Two queries.

    Raises NotFound for an unknown calendar or version.
    """
    versions = list(
        CalendarVersion.objects.filter(calendar__code=code)
        .select_related("calendar")
        .defer("definition")
        .order_by("-number")
    )
    wanted = [row for row in versions if number in (None, row.number)]
    if not wanted:
        raise NotFound
    data = CalendarVersion.objects.values_list("definition", flat=True).get(pk=wanted[0].pk)
    return CalendarShown(
        code=code,
        name=versions[0].calendar.name,
        definition=from_data(data),
        versions=tuple(
            VersionLine(row.number, row.adopted_at, row.adopted_by, row.note, row.source)
            for row in versions
        ),
    )


def timetable(code: str) -> Timetable:
    """The timetable in force: one small query, and the reckoning laid out once in each process.

    Raises NotFound for an unknown calendar.
    """
    versions = CalendarVersion.objects.filter(calendar__code=code).order_by("-number")
    digest = versions.values_list("digest", flat=True).first()
    if digest is None:
        raise NotFound
    return laid_out(digest)


def earlier_timetables(code: str) -> list[Timetable]:
    """The timetable in force, then those of the versions before it, newest first, `EARLIER` at most.

    Raises NotFound for an unknown calendar.
    """
    versions = CalendarVersion.objects.filter(calendar__code=code).order_by("-number")
    digests = list(versions.values_list("digest", flat=True)[: 1 + EARLIER])
    if not digests:
        raise NotFound
    return [laid_out(digest) for digest in digests]


def newest_digests() -> dict[str, str]:
    """The digest of the version in force of each calendar, by its code, for `laid_out`. One query."""
    rows = CalendarVersion.objects.order_by("number").values_list("calendar__code", "digest")
    return dict(rows)


def adopted_since(moment: datetime) -> dict[str, int]:
    """The row of the newest version of each calendar that got one after `moment`, by code. One query."""
    rows = CalendarVersion.objects.filter(adopted_at__gte=moment).order_by("number")
    return dict(rows.values_list("calendar__code", "pk"))


@functools.lru_cache(maxsize=KEPT_TIMETABLES)
def laid_out(digest: str) -> Timetable:
    """The timetable of the version with this digest, read and laid out once in each process."""
    rows = CalendarVersion.objects.filter(digest=digest).values_list("definition", flat=True)
    return from_data(rows[:1].get()).timetable()


def _stretches(days: list[SpecialDay]) -> list[Stretch]:
    found: list[Stretch] = []
    for each in days:
        last = found[-1] if found else None
        if last and _continues(last, each):
            found[-1] = Stretch(last.first, each.day, last.special)
        else:
            found.append(Stretch(each.day, each.day, each))
    return found


def _continues(before: Stretch, each: SpecialDay) -> bool:
    same = (each.kind, each.name, each.hours) == (
        before.special.kind,
        before.special.name,
        before.special.hours,
    )
    return same and (each.day - before.last).days == 1 and each.kind != Kind.MAKEUP
