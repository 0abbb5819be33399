"""Hours, weekdays and days of a calendar in words."""

from itertools import groupby
from typing import Any

from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _

from huiying.clocks.definitions import Definition
from huiying.clocks.hours import Hours, write_hours
from huiying.faces.look import dates
from huiying.kernel.names import listed


def week_said(definition: Definition) -> list[tuple[str, str]]:
    """Days that follow each other with the same hours in one line; then a make-up workday, and the zone."""
    found = []
    for hours, group in groupby(range(7), key=lambda day: definition.week[day]):
        days = list(group)
        found.append((_weekdays(days[0], days[-1]), hours_said(hours)))
    if definition.known_years is not None:
        found.append((_("Make-up workday"), hours_said(definition.makeup)))
    return [*found, (_("Time zone"), definition.zone)]


def _weekdays(first: int, last: int) -> str:
    names = [str(WEEKDAYS[first]), str(WEEKDAYS[last])]
    if first == last:
        return names[0]
    return _("%(first)s to %(last)s") % {"first": names[0], "last": names[1]}


def hours_said(hours: Hours) -> str:
    """08:30–12:00, 14:00–17:30, or that it is off."""
    return write_hours(hours).replace("-", "–").replace(" ", listed(["", ""])) or _("off")


def with_weekday(day: Any) -> str:
    """5 Oct Monday."""
    return f"{dates.short_day(day)} {WEEKDAYS[day.weekday()]}"
