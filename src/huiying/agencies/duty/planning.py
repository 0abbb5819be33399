"""The shifts that a roster should have from now on, by its versions and its unit's calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from huiying.agencies.duty.models import Roster
from huiying.agencies.duty.patterns import A_DAY, Planned, Version, from_data, kinds_of, planned
from huiying.agencies.working_hours import calendar_of
from huiying.clocks import reads as calendars
from huiying.clocks.definitions import Definition

# One week more than what is checked, so that the last checked week is whole.
AHEAD = timedelta(weeks=53)


def definition_of(path: str) -> Definition | None:
    """What the calendar says by which the unit at `path` works; None where it has none. Three queries."""
    code = calendar_of(path)
    return calendars.calendar(code).definition if code else None


def wanted(roster: Roster, now: datetime) -> list[Planned]:
    """The shifts that end after `now`, and begin within `AHEAD`. Four queries."""
    versions = [
        Version(row.number, row.starts_on, from_data(row.turns)) for row in roster.versions.all()
    ]
    today = now.astimezone(ZoneInfo(roster.zone)).date()
    found = planned(
        versions,
        zone=roster.zone,
        kind=kinds_of(definition_of(roster.unit.path)),
        window=(today - 2 * A_DAY, today + AHEAD),
    )
    return [each for each in found if each.ends_at > now]


def provisional_from(definition: Definition | None, today: date) -> date | None:
    """The first of January of the first year, from this one on, whose holidays are not known."""
    if definition is None or definition.known_years is None:
        return None
    year = today.year
    while year in definition.known_years:
        year += 1
    return max(today, date(year, 1, 1))


def definition_at(code: str) -> Definition | None:
    """What the calendar says by which the roster `code` is planned. Four queries at most."""
    path = Roster.objects.values_list("unit__path", flat=True).get(code=code)
    return definition_of(path)
