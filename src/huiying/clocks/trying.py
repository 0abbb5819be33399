"""A calendar as it would be with a file that nobody has adopted."""

from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.definitions import Definition
from huiying.clocks.holiday_files import read_year
from huiying.clocks.ical import read_ical
from huiying.clocks.reads import calendar
from huiying.kernel import time

ICAL, JSON = "BEGIN:VCALENDAR", "{"


def changed(code: str, text: str) -> Definition:
    """The calendar `code` with what the text says: a whole calendar (TOML), the holidays of a year (JSON), or
    holidays as iCalendar. Raises NotFound for an unknown calendar, Invalid for what cannot be read.
    """
    before, begins = calendar(code).definition, text.lstrip("\ufeff \t\r\n")
    if begins.upper().startswith(ICAL):
        holidays = read_ical(begins.encode(), this_year=time.now().year)
    elif begins.startswith(JSON):
        holidays = read_year(begins)
    else:
        return read_calendar(begins.replace("\r\n", "\n")).definition.with_lists_of(before)
    return before.with_holidays(holidays.days, holidays.years)
