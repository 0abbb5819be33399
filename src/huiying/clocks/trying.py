"""A calendar as it would be with a file that nobody has adopted."""

from dataclasses import dataclass
from datetime import date

from huiying.clocks.calendar_files import CalendarFile, read_calendar
from huiying.clocks.definitions import Definition
from huiying.clocks.holiday_files import Holidays, read_year
from huiying.clocks.hours import Hours
from huiying.clocks.ical import read_ical
from huiying.clocks.reads import calendar
from huiying.kernel import time

ICAL, JSON = "BEGIN:VCALENDAR", "{"


@dataclass(frozen=True, slots=True)
class DayChanged:
    """A day that would be worked otherwise: None for the hours of the plain week."""

    day: date
    before: Hours | None
    after: Hours | None
    name: dict[str, str]


def read_change(text: str) -> CalendarFile | Holidays:
    """A whole calendar (TOML), the holidays of a year (JSON), or holidays as iCalendar. Raises Invalid for
    what cannot be read.
    """
    begins = text.lstrip("\ufeff \t\r\n")
    if begins.upper().startswith(ICAL):
        return read_ical(begins.encode(), this_year=time.now().year)
    if begins.startswith(JSON):
        return read_year(begins)
    return read_calendar(begins.replace("\r\n", "\n"))


def changed(code: str, text: str) -> Definition:
    """The calendar `code` with what the text says. Raises NotFound for an unknown calendar, Invalid for what
    cannot be read.
    """
    before, change = calendar(code).definition, read_change(text)
    if isinstance(change, Holidays):
        return before.with_holidays(change.days, change.years)
    return change.definition.with_lists_of(before)


def days_changed(before: Definition, after: Definition) -> list[DayChanged]:
    """The special days that come, go or are worked at other hours, by date. Hours of the week apart."""
    then = {each.day: each for each in before.counting()}
    now = {each.day: each for each in after.counting()}
    found = []
    for day in sorted({*then, *now}):
        old, new = then.get(day), now.get(day)
        hours_then = before.hours_of(old) if old else None
        hours_now = after.hours_of(new) if new else None
        if hours_then != hours_now:
            special = new or old
            name = dict(special.name) if special else {}
            found.append(DayChanged(day, hours_then, hours_now, name))
    return found
