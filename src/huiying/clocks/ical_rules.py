"""When an event of an iCalendar file comes back (RFC 5545, RRULE): each year is reckoned by itself, so that
no rule, also one that never comes true, costs more than its years.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dateutil.rrule import rrulestr
from django.utils.translation import gettext_lazy as _

from huiying.kernel.refusals import Invalid

NAMING_DAYS = ("BYMONTHDAY", "BYDAY", "BYEASTER")
REPEATING = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST")
KNOWN = frozenset((*REPEATING, *NAMING_DAYS, "BYMONTH", "BYSETPOS"))
MOST_VALUES = 31
# A rule with this step ends after its first year.
ONE_YEAR = "FREQ=YEARLY;INTERVAL=9999"


@dataclass(frozen=True, slots=True)
class Rule:
    """`days` is the rule of a single year as text, without its start; every `step` years, `count` times or
    until `last`, else for ever.
    """

    start: date
    days: str
    step: int
    count: int | None
    last: date | None

    @property
    def endless(self) -> bool:
        return self.count is None and self.last is None

    def within(self, years: range) -> Iterator[date]:
        """The days in these years. One that is counted has to begin in them."""
        skipped = max(0, years[0] - self.start.year)
        first = self.start.year + -(-skipped // self.step) * self.step
        found = 0
        for year in range(first, years[-1] + 1, self.step):
            for moment in rrulestr(self.days, dtstart=datetime(year, 1, 1)):  # noqa: DTZ001 - a day
                day = moment.date()
                if day < self.start:
                    continue
                if found == self.count or (self.last and day > self.last):
                    return
                found += 1
                yield day


def read_rule(given: Any, start: date) -> Rule:
    """The RRULE that the library read. Raises Invalid for one that is not yearly, or that holds something
    else than days; ValueError for what cannot be read.
    """
    if isinstance(given, list) or given.get("FREQ") != ["YEARLY"]:
        raise Invalid(_("Holidays repeat yearly; this file has an event that repeats otherwise."))
    parts = dict(part.split("=", 1) for part in given.to_ical().decode().split(";"))
    for name, value in parts.items():
        if name not in KNOWN or value.count(",") >= MOST_VALUES:
            raise Invalid(_("An event repeats by a rule that holidays do not need."), field=name)
    count = int(parts["COUNT"]) if "COUNT" in parts else None
    step = int(parts.get("INTERVAL", "1"))
    if step < 1 or (count is not None and count < 1):
        wrong = "INTERVAL" if step < 1 else "COUNT"
        raise Invalid(_("An event repeats by a rule that holidays do not need."), field=wrong)
    last = given["UNTIL"][0] if "UNTIL" in parts else None
    if isinstance(last, datetime):
        last = last.date()
    return Rule(start, _single_year(parts, start), step, count, last)


def _single_year(parts: dict[str, str], start: date) -> str:
    """Where the rule names no day, it means that of its start."""
    named = {name: value for name, value in parts.items() if name.startswith("BY")}
    if not any(name in named for name in NAMING_DAYS):
        named = {"BYMONTH": str(start.month), **named, "BYMONTHDAY": str(start.day)}
    return ";".join([ONE_YEAR, *(f"{name}={value}" for name, value in named.items())])
