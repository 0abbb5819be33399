"""Holidays of other countries from an iCalendar file (RFC 5545): all-day events, also yearly ones."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rruleset, rrulestr
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar

from huiying.clocks.definitions import Kind, SpecialDay
from huiying.clocks.holiday_files import Holidays
from huiying.kernel.refusals import Invalid

# How far a file reaches that names no single day, only what comes back each year.
YEARS_AHEAD = 5
MOST_DAYS_OFF = 60
DAY = timedelta(days=1)
type _Event = Any  # the library's, whose values may be of thirty kinds


@dataclass(frozen=True, slots=True)
class _Found:
    """One event: its days off begin on `first` and last `days`; `rule` says when it comes again."""

    name: str
    first: date
    days: int
    rule: rruleset | None
    endless: bool


def read_ical(data: bytes, *, this_year: int, last_year: int | None = None) -> Holidays:
    """The days off in `data`. Events of some hours are left out; what repeats must repeat yearly.

    The years that count as known are those in which a day is named by itself; where every day comes back
    each year, `this_year` and the five after it. `last_year` says that the file is complete up to then.
    Raises Invalid where the file cannot be read, has no day, or repeats otherwise.
    """
    try:
        events = list(Calendar.from_ical(data).walk("VEVENT"))
        moved = {_moved(event) for event in events if "RECURRENCE-ID" in event}
        found = [each for event in events if (each := _read(event, moved))]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError):
        raise Invalid(_("This iCalendar file cannot be read.")) from None
    years = _known(found, this_year, last_year)
    days = tuple(
        SpecialDay(first + DAY * step, Kind.OFF, {"en": each.name}, notice=first.year)
        for each in found
        for first in _occurrences(each, years)
        for step in range(each.days)
    )
    if not days:
        raise Invalid(_("There is no all-day event in this iCalendar file."))
    return Holidays(days, years, "iCalendar")


def _read(event: _Event, moved: set[tuple[str, date]]) -> _Found | None:
    start = event["DTSTART"].dt
    if isinstance(start, datetime) or str(event.get("STATUS", "")).upper() == "CANCELLED":
        return None
    length = (_end(event, start) - start).days
    if not 1 <= length <= MOST_DAYS_OFF:
        raise ValueError(length)
    named = str(event.get("SUMMARY", "")).strip()[:100]
    rule, endless = _rule(event, start, moved)
    return _Found(named, start, length, rule, endless)


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


def _rule(event: _Event, start: date, moved: set[tuple[str, date]]) -> tuple[rruleset | None, bool]:
    """When the event comes again, and whether for ever."""
    rules = event.get("RRULE")
    dates = _dates(event, "RDATE")
    if rules is None and not dates:
        return None, False
    found = rruleset()
    begins = _midnight(start)
    if rules is None:
        found.rdate(begins)
    elif isinstance(rules, list) or rules.get("FREQ") != ["YEARLY"]:
        raise Invalid(_("Holidays repeat yearly; this file has an event that repeats otherwise."))
    else:
        found.rrule(rrulestr(_plain(rules), dtstart=begins))
    for each in dates:
        found.rdate(_midnight(each))
    taken_out = _dates(event, "EXDATE")
    taken_out += [day for uid, day in moved if uid == str(event.get("UID", ""))]
    for each in taken_out:
        found.exdate(_midnight(each))
    return found, rules is not None and "COUNT" not in rules and "UNTIL" not in rules


def _plain(rules: Any) -> str:
    """The rule as text, with UNTIL as a day: dateutil wants it like the start, which has no zone."""
    text: str = rules.to_ical().decode()
    if "UNTIL" not in rules:
        return text
    last = rules["UNTIL"][0]
    parts = [part for part in text.split(";") if not part.startswith("UNTIL=")]
    return ";".join([*parts, f"UNTIL={last:%Y%m%d}"])


def _dates(event: _Event, name: str) -> list[date]:
    given = event.get(name)
    if given is None:
        return []
    lists = given if isinstance(given, list) else [given]
    return [each.dt for one in lists for each in one.dts]


def _known(found: list[_Found], this_year: int, last_year: int | None) -> tuple[int, ...]:
    single = {
        first.year
        for each in found
        if not each.endless
        for first in _occurrences(each, tuple(range(date.min.year, date.max.year)))
    }
    if last_year is not None:
        first_year = min(single, default=this_year)
        return tuple(range(first_year, last_year + 1))
    return tuple(sorted(single)) or tuple(range(this_year, this_year + YEARS_AHEAD + 1))


def _occurrences(each: _Found, years: tuple[int, ...]) -> Iterator[date]:
    """The first days of the event in these years."""
    if each.rule is None:
        if each.first.year in years:
            yield each.first
        return
    if years:
        begins, ends = date(years[0], 1, 1), date(years[-1], 12, 31)
        for moment in each.rule.between(_midnight(begins), _midnight(ends), inc=True):
            if moment.year in years:
                yield moment.date()


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - a day of the wall's calendar
