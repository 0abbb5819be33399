"""Holidays of other countries from an iCalendar file (RFC 5545): all-day events, also yearly ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext_lazy as _
from icalendar import Calendar

from huiying.clocks.bounds import require_text, require_years
from huiying.clocks.definitions import Kind, SpecialDay
from huiying.clocks.holiday_files import Holidays
from huiying.clocks.ical_rules import read_rule
from huiying.kernel.refusals import Invalid

# How far a file reaches that names no single day, only what comes back each year.
YEARS_AHEAD = 5
# Nothing further from this year is looked at, and no more than so much.
YEARS_AROUND = 10
MOST_DAYS_OFF, MOST_DAYS, MOST_EVENTS, MOST_RULES = 60, 4_000, 2_000, 100
DAY = timedelta(days=1)
UNREADABLE = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    OverflowError,
    RecursionError,
)
type _Event = Any  # the library's, whose values may be of thirty kinds


@dataclass(frozen=True, slots=True)
class _Found:
    """One event: its days off begin on each of `firsts` and last `days`; `endless`: it comes for ever."""

    name: str
    firsts: tuple[date, ...]
    days: int
    endless: bool


def read_ical(data: bytes, *, this_year: int, last_year: int | None = None) -> Holidays:
    """The days off in `data`. Events of some hours are left out; what repeats must repeat yearly.

    The years that count as known are those in which a day is named by itself; where every day comes back
    each year, `this_year` and the five after it. `last_year` says that the file is complete up to then.
    Raises Invalid where the file cannot be read, has no day or too many, names one that is too far away, or
    repeats otherwise.
    """
    around = range(this_year - YEARS_AROUND, this_year + YEARS_AROUND + 1)
    if last_year is not None:
        require_years(last_year, last_year, years=around)
    try:
        found = list(_events(Calendar.from_ical(data), around))
    except UNREADABLE:
        raise Invalid(_("This iCalendar file cannot be read.")) from None
    years = _known(found, this_year, last_year)
    days = tuple(
        SpecialDay(first + DAY * step, Kind.OFF, {"en": each.name}, notice=first.year)
        for each in found
        for first in each.firsts
        if first.year in years
        for step in range(each.days)
    )
    if not days:
        raise Invalid(_("There is no all-day event in this iCalendar file."))
    return Holidays(days, years, "iCalendar")


def _events(calendar: _Event, years: range) -> Iterator[_Found]:
    """The all-day events of these years, one after the other until there are too many."""
    events = calendar.walk("VEVENT")
    rules = sum("RRULE" in event for event in events)
    if len(events) > MOST_EVENTS or rules > MOST_RULES:
        raise Invalid(_too_much())
    moved = [_moved(event) for event in events if "RECURRENCE-ID" in event]
    total = 0
    for event in events:
        found = _read(event, moved, years)
        if found is not None:
            total += len(found.firsts) * found.days
            if total > MOST_DAYS:
                raise Invalid(_too_much())
            yield found


def _too_much() -> str:
    return _("This is more than holidays: at most %(days)s days and %(events)s events.") % {
        "days": MOST_DAYS,
        "events": MOST_EVENTS,
    }


def _read(event: _Event, moved: list[tuple[str, date]], years: range) -> _Found | None:
    start = event["DTSTART"].dt
    if isinstance(start, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    firsts, endless = _firsts(event, start, years)
    length = (_end(event, start) - start).days
    if not 1 <= length <= MOST_DAYS_OFF:
        raise ValueError(length)
    taken_out = set(_dates(event, "EXDATE"))
    uid = str(event.get("UID", ""))
    taken_out.update(_day(day) for of, day in moved if of == uid)
    if "RECURRENCE-ID" in event:
        taken_out.clear()
    named = require_text(str(event.get("SUMMARY", "")).strip()[:100])
    return _Found(named, tuple(sorted(firsts - taken_out)), length, endless)


def _end(event: _Event, start: date) -> date:
    if "DTEND" in event:
        end: date = event["DTEND"].dt
        return end
    if "DURATION" in event:
        length: timedelta = event["DURATION"].dt
        return start + length
    return start + DAY


def _moved(event: _Event) -> tuple[str, date]:
    return str(event.get("UID", "")), event["RECURRENCE-ID"].dt


def _firsts(event: _Event, start: date, years: range) -> tuple[set[date], bool]:
    """The days on which the event begins in these years, and whether it comes again for ever.

    Raises Invalid where one that is named by itself, or the first of some that are counted, is outside.
    """
    rules = event.get("RRULE")
    rule = read_rule(rules, start) if rules is not None else None
    single = _dates(event, "RDATE")
    if rule is None or rule.count is not None:
        single.append(start)
    for each in single:
        require_years(each.year, each.year, years=years)
    if rule is None:
        return set(single), False
    return {*_dates(event, "RDATE"), *rule.within(years)}, rule.endless


def _dates(event: _Event, name: str) -> list[date]:
    given = event.get(name)
    if given is None:
        return []
    lists = given if isinstance(given, list) else [given]
    return [_day(each.dt) for one in lists for each in one.dts]


def _day(moment: date) -> date:
    return moment.date() if isinstance(moment, datetime) else moment


def _known(found: list[_Found], this_year: int, last_year: int | None) -> tuple[int, ...]:
    single = {first.year for each in found if not each.endless for first in each.firsts}
    if last_year is not None:
        first_year = min(single, default=this_year)
        return tuple(range(first_year, last_year + 1))
    return tuple(sorted(single)) or tuple(range(this_year, this_year + YEARS_AHEAD + 1))
