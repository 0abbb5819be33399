"""A calendar as an administrator writes it: a TOML file.

code = "offices"
name = { zh-hans = "机关作息", en = "Office hours" }
zone = "Asia/Shanghai"
makeup = "08:30-12:00 14:00-17:30"   # of a make-up workday; else the hours of the first working day
works_on_holidays = false            # true: holidays do not matter here, as for a hotline

[week]                               # a day that is left out is off
monday = "08:30-12:00 14:00-17:30"

[[day]]                              # the agency's own days, before any list of holidays
day = 2026-12-31
hours = "08:30-12:00"                # nothing: off
name = { zh-hans = "年终盘点", en = "Stocktaking" }
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import tomli_w
from django.utils.translation import gettext_lazy as _

from huiying.clocks.bounds import require_day, require_text
from huiying.clocks.definitions import WEEKDAYS, Definition, Kind, SpecialDay, define
from huiying.clocks.hours import read_hours, write_hours
from huiying.kernel.refusals import Invalid

KNOWN = {"code", "name", "zone", "makeup", "works_on_holidays", "week", "day"}
# tomllib's time grows with the square of the dots in a name, which is on one line.
MOST_IN_A_LINE = 1000
OF_A_DAY = {"day", "hours", "name"}


@dataclass(frozen=True, slots=True)
class CalendarFile:
    code: str
    name: dict[str, str]
    definition: Definition


def read_calendar(text: str) -> CalendarFile:
    """Raises Invalid, naming what is wrong."""
    read = _toml(text)
    _refuse_unknown(read, KNOWN)
    try:
        definition = define(
            zone=_text(read, "zone"),
            week=_texts(read.get("week", {})),
            makeup=_text(read, "makeup", ""),
            own_days=[_day(row) for row in _rows(read.get("day", []))],
            works_on_holidays=read.get("works_on_holidays", False) is True,
        )
        return CalendarFile(_text(read, "code"), _texts(read.get("name", {})), definition)
    except KeyError as missing:
        raise Invalid(_("This is missing in the file."), field=str(missing.args[0])) from None


def write_calendar(calendar: CalendarFile) -> str:
    """The file that reads as this calendar, to be changed; lists of holidays are kept apart from it."""
    said = calendar.definition
    week = zip(WEEKDAYS, said.week, strict=True)
    own = [each for each in said.days if each.notice is None]
    days = [
        {"day": each.day, "hours": write_hours(each.hours), "name": dict(each.name)} for each in own
    ]
    return tomli_w.dumps(
        {
            "code": calendar.code,
            "name": calendar.name,
            "zone": said.zone,
            "makeup": write_hours(said.makeup),
            "works_on_holidays": said.known_years is None,
            "week": {weekday: write_hours(hours) for weekday, hours in week if hours},
        }
        | ({"day": days} if days else {})
    )


def _toml(text: str) -> dict[str, Any]:
    if any(len(line) > MOST_IN_A_LINE for line in text.split("\n")):
        raise Invalid(_("This TOML file cannot be read: a line of it is too long."))
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise Invalid(_("This TOML file cannot be read: it is nested too deeply.")) from None
    except ValueError as error:  # also of a number with too many digits
        raise Invalid(_("This TOML file cannot be read: %(why)s") % {"why": error}) from None


def _rows(given: object) -> list[Any]:
    if not isinstance(given, list):
        raise Invalid(_("Write each own day under [[day]]."), field="day")
    return given


def _day(row: Mapping[str, Any]) -> SpecialDay:
    _refuse_unknown(row, OF_A_DAY)
    day = row["day"]
    if not isinstance(day, date) or isinstance(day, datetime):
        raise Invalid(_("A day is written as 2026-12-31, without quotation marks."), field=str(day))
    require_day(day)
    hours = read_hours(_text(row, "hours", ""))
    kind = Kind.HOURS if hours else Kind.OFF
    return SpecialDay(day, kind, _texts(row.get("name", {})), None, hours)


def _refuse_unknown(table: object, known: set[str]) -> None:
    if not isinstance(table, Mapping):
        raise Invalid(_("Write each own day under [[day]]."))
    for name in table:
        if name not in known:
            raise Invalid(_("This name has no meaning here."), field=str(name))


def _text(table: Mapping[str, Any], name: str, default: str | None = None) -> str:
    value = table[name] if default is None else table.get(name, default)
    if not isinstance(value, str):
        raise Invalid(_("This is written as text, in quotation marks."), field=name)
    return require_text(value)


def _texts(table: object) -> dict[str, str]:
    if not isinstance(table, Mapping):
        raise Invalid(_("This is written as a table, one line a language or weekday."))
    return {require_text(str(name)): _text(table, name) for name in table}
