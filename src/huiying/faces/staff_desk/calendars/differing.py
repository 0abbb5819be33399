"""What a changed calendar would change, in words and a table."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huiying.clocks.definitions import Definition
from huiying.clocks.hours import Hours
from huiying.clocks.trying import DayChanged, days_changed
from huiying.faces.staff_desk.calendars.words import hours_said, week_said, with_weekday
from huiying.kernel.names import localized

MOST_DAYS = 60


@dataclass(frozen=True, slots=True)
class CalendarChange:
    """`said` are sentences; `week` the hours of the week where they change; `more` days are not listed."""

    said: list[str]
    week: list[tuple[str, str]]
    columns: list[dict[str, Any]]
    rows: list[list[Any]]
    more: str


def calendar_change(before: Definition, after: Definition) -> CalendarChange:
    """What `after` says otherwise than `before`."""
    days = days_changed(before, after)
    week = week_said(after) if week_said(after) != week_said(before) else []
    said = [*_years(before, after), *([_("The hours of the week change.")] if week else [])]
    if not days and not said:
        said = [_("It changes nothing.")]
    more = max(len(days) - MOST_DAYS, 0)
    return CalendarChange(
        said=said,
        week=week,
        columns=[{"label": _("Day")}, {"label": _("Until now")}, {"label": _("By this")}],
        rows=[_row(each) for each in days[:MOST_DAYS]],
        more=ngettext("And %(count)d day more.", "And %(count)d days more.", more) % {"count": more}
        if more
        else "",
    )


def _years(before: Definition, after: Definition) -> list[str]:
    new = sorted(set(after.known_years or ()) - set(before.known_years or ()))
    if not new:
        return []
    years = str(new[0]) if len(new) == 1 else f"{new[0]}–{new[-1]}"
    return [_("The holidays of %(years)s become known.") % {"years": years}]


def _row(each: DayChanged) -> list[Any]:
    return [
        {"text": with_weekday(each.day), "note": localized(each.name)},
        {"text": _worked(each.before)},
        {"text": _worked(each.after)},
    ]


def _worked(hours: Hours | None) -> str:
    return _("as in the plain week") if hours is None else hours_said(hours)
