"""What the coming weeks of a roster lack: time that nobody covers, and people in two places."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from huiying.agencies.duty import policy
from huiying.agencies.duty.coverage import Span, doubled, missing, within
from huiying.agencies.duty.models import PatternVersion, Roster, Shift
from huiying.agencies.duty.patterns import from_data
from huiying.agencies.duty.planning import definition_of, provisional_from
from huiying.agencies.duty.states import Cover
from huiying.agencies.duty.walls import instant
from huiying.clocks.definitions import Definition
from huiying.kernel import time

WEEKS = 52


@dataclass(frozen=True, slots=True)
class Clash:
    """One person has two shifts from `starts` to `ends`; `roster` is the other one's name."""

    starts: datetime
    ends: datetime
    person: dict[str, str]
    roster: dict[str, str]


@dataclass(frozen=True, slots=True)
class Checked:
    """What is wrong between `starts` and `ends`, in UTC; `provisional_from` as in `planning`."""

    starts: datetime
    ends: datetime
    gaps: list[Span]
    overlaps: list[Span]
    clashes: list[Clash]
    provisional_from: date | None

    @property
    def sound(self) -> bool:
        return not (self.gaps or self.overlaps or self.clashes)


def check(code: str, *, weeks: int = WEEKS) -> Checked:
    """Look through the plan of `weeks` weeks from now on. Time before the first pattern begins wants nobody.

    Raises NotFound.
    """
    roster = policy.find_roster(code)
    window = (time.now(), time.now() + timedelta(weeks=weeks))
    definition = definition_of(roster.unit.path)
    rows = list(_touching(window).filter(roster=roster).select_related("account"))
    covered = [
        (row.starts_at, row.ends_at) for row in rows if row.account and row.account.is_active
    ]
    today = window[0].astimezone(ZoneInfo(roster.zone)).date()
    return Checked(
        *window,
        gaps=missing(_wanted(roster, definition, window), covered),
        overlaps=within(doubled((row.starts_at, row.ends_at) for row in rows), window),
        clashes=_clashes(roster, window),
        provisional_from=provisional_from(definition, today),
    )


def _touching(window: Span) -> QuerySet[Shift]:
    return policy.shifts().filter(starts_at__lt=window[1], ends_at__gt=window[0])


def _wanted(roster: Roster, definition: Definition | None, window: Span) -> list[Span]:
    """The time of `window` in which somebody must be there, by the version in force at each moment."""
    found: list[Span] = []
    until = window[1]
    for version in roster.versions.order_by("-number"):
        begins = max(instant(version.starts_on, _first_minute(version), roster.zone), window[0])
        if begins < until:
            found += _demand(version.cover, definition, (begins, until))
            until = begins
    return found


def _first_minute(version: PatternVersion) -> int:
    """From when on its first day a pattern covers: from its first shift."""
    return min(turn.begins for turn in from_data(version.turns))


def _demand(cover: str, definition: Definition | None, window: Span) -> list[Span]:
    if cover == Cover.ALWAYS or definition is None:
        return [window]
    timetable = definition.timetable()
    office: list[Span] = []
    for year in range(window[0].year - 1, window[1].year + 2):
        laid = timetable.laid_out(year)
        office += zip(laid.starts, laid.ends, strict=True)
    worked = within(office, window)
    return worked if cover == Cover.OFFICE else missing([window], worked)


def _clashes(roster: Roster, window: Span) -> list[Clash]:
    """Shifts of this roster at whose time their person has another, here or elsewhere."""
    mine = _touching(window).filter(roster=roster, account__isnull=False)
    people = mine.values("account")
    rows = _touching(window).filter(account__in=people).select_related("account", "roster")
    found: list[Clash] = []
    for _person, held in groupby(rows.order_by("account_id", "starts_at", "pk"), _account_of):
        running: list[Shift] = []
        for shift in held:
            running = [each for each in running if each.ends_at > shift.starts_at]
            found += [_clash(each, shift, roster) for each in running if _here(each, shift, roster)]
            running.append(shift)
    return found


def _account_of(shift: Shift) -> int | None:
    return shift.account_id


def _here(one: Shift, two: Shift, roster: Roster) -> bool:
    return roster.pk in {one.roster_id, two.roster_id}


def _clash(one: Shift, two: Shift, roster: Roster) -> Clash:
    """Of two shifts, of which `two` begins while `one` runs."""
    other = two if one.roster_id == roster.pk else one
    name = two.account.name if two.account else {}
    return Clash(two.starts_at, min(one.ends_at, two.ends_at), name, other.roster.name)
