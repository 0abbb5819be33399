"""Days of a roster for the month and the week, ready for `look/components/duty_days.html`."""

import calendar
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from huiying.agencies.duty.patterns import A_DAY, HOLIDAY, MAKEUP
from huiying.agencies.duty.reads import ShiftShown
from huiying.agencies.duty.walls import instant
from huiying.faces.look import dates
from huiying.faces.staff_desk.duty import words
from huiying.kernel.names import chinese, localized

EARLIEST, LATEST = date(2000, 1, 1), date(2100, 12, 1)
MONTH, WEEK = "month", "week"


@dataclass(frozen=True, slots=True)
class ShiftCell:
    """One shift in a day; `who` is empty where nobody has it."""

    hours: str
    name: str
    who: str
    url: str
    mine: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class DayCell:
    """`beside`: it belongs to the month before or after; `mark`: holiday, or made up for."""

    day: str
    number: str
    weekday: str
    today: bool
    beside: bool
    mark: str
    shifts: list[ShiftCell]


@dataclass(frozen=True, slots=True)
class View:
    """A month or a week that was asked for, by its first day; whole weeks from `first` to `last`."""

    kind: str
    begins: date
    first: date
    last: date

    def window(self, zone: str) -> tuple[datetime, datetime]:
        return instant(self.first, 0, zone), instant(self.last + A_DAY, 0, zone)

    @property
    def title(self) -> str:
        if self.kind == MONTH:
            return f"{self.begins:%Y-%m}" if not chinese() else _month(self.begins)
        return _("%(first)s to %(last)s") % {
            "first": dates.short_day(self.first),
            "last": dates.short_day(self.last),
        }

    def beside(self) -> tuple[str, str]:
        """The addresses of the one before and the one after."""
        if self.kind == WEEK:
            return _week_link(self.first - 7 * A_DAY), _week_link(self.first + 7 * A_DAY)
        before = (self.begins - A_DAY).replace(day=1)
        after = (self.begins + timedelta(days=32)).replace(day=1)
        return f"?month={before:%Y-%m}", f"?month={after:%Y-%m}"

    def links(self, today: date) -> list[tuple[str, str, bool]]:
        """Month, week and today, for the tabs."""
        inside = self.first <= today <= self.last
        anchor = today if inside else self.begins
        return [
            (_("Month"), f"?month={anchor:%Y-%m}", self.kind == MONTH),
            (_("Week"), _week_link(anchor), self.kind == WEEK),
        ]


def _month(day: date) -> str:
    return f"{day.year}年{day.month}月"


def _week_link(day: date) -> str:
    return f"?week={day.isoformat()}"


def asked(month: str, week: str, today: date) -> View:
    """What an address asks for; this month where it asks for nothing that there is."""
    if week:
        day = _read(week) or today
        first = day - day.weekday() * A_DAY
        return View(WEEK, first, first, first + 6 * A_DAY)
    begins = (_read(f"{month}-01") or today).replace(day=1)
    end = begins.replace(day=calendar.monthrange(begins.year, begins.month)[1])
    first, last = begins - begins.weekday() * A_DAY, end + (6 - end.weekday()) * A_DAY
    return View(MONTH, begins, first, last)


def _read(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if EARLIEST <= day <= LATEST else None


def cells(
    view: View,
    shifts: Iterable[ShiftShown],
    *,
    zone: str,
    own: int | None,
    kind: Callable[[date], str],
    now: datetime,
) -> list[DayCell]:
    """Every day of the view; a shift stands on the day on which it begins."""
    by_day: dict[date, list[ShiftShown]] = {}
    for shift in shifts:
        by_day.setdefault(shift.day, []).append(shift)
    marks = {HOLIDAY: _("Holiday"), MAKEUP: _("Make-up workday")}
    today = now.astimezone(ZoneInfo(zone)).date()
    found, day = [], view.first
    while day <= view.last:
        found.append(
            DayCell(
                day=dates.on_day(day),
                number=str(day.day),
                weekday=str(WEEKDAYS[day.weekday()]),
                today=day == today,
                beside=view.kind == MONTH and day.month != view.begins.month,
                mark=marks.get(kind(day), ""),
                shifts=[_cell(shift, own) for shift in by_day.get(day, [])],
            )
        )
        day += A_DAY
    return found


def _cell(shift: ShiftShown, own: int | None) -> ShiftCell:
    return ShiftCell(
        hours=words.hours(shift),
        name=localized(shift.name),
        who=localized(shift.who),
        url=reverse("staff_desk:duty_shift", args=[shift.label]),
        mine=shift.account is not None and shift.account == own,
        changed=bool(shift.instead_of),
    )
