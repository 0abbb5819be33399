"""The roster as pages show it: who is on duty, who will be, what waits, what the log says."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import DateTimeField, Q, QuerySet

from huiying.accounts.models import Account
from huiying.agencies.duty import policy
from huiying.agencies.duty.models import Change, LogLine, PatternVersion, Roster, Shift
from huiying.agencies.duty.patterns import A_DAY, Turn, from_data
from huiying.agencies.duty.states import OPEN, LogKind
from huiying.agencies.models import Membership, Unit
from huiying.agencies.reads import staff_names
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import Given, KeptQuery
from huiying.kernel.refusals import NotAllowed

# No shift is longer than a day, and a day has 25 hours at most where clocks change by one.
LONGEST = 2 * A_DAY
MOST_LINES, MOST_REQUESTS, MOST_OFFERED = 200, 100, 60

type Names = dict[str, str]


@dataclass(frozen=True, slots=True)
class ShiftShown:
    """One shift; `who` is empty where nobody has it, or only somebody who has left. `instead_of` names
    whom the pattern had, where somebody else has it.
    """

    label: str
    roster: str
    roster_name: Names
    unit_name: Names
    zone: str
    name: Names
    day: date
    starts_at: datetime
    ends_at: datetime
    who: Names
    account: int | None
    instead_of: Names


@dataclass(frozen=True, slots=True)
class RosterLine:
    code: str
    name: Names
    unit_name: Names
    zone: str
    may_keep: bool


@dataclass(frozen=True, slots=True)
class VersionShown:
    number: int
    starts_on: date
    cover: str
    turns: tuple[Turn, ...]
    adopted_at: datetime
    adopted_by: Names


@dataclass(frozen=True, slots=True)
class RequestShown:
    """One request; `can` holds the verbs that this reader may use on it now."""

    label: str
    kind: str
    state: str
    shift: ShiftShown
    other: ShiftShown | None
    giver: Names
    taker: Names
    asked_at: datetime
    can: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LogShown:
    """One line; `open` is a hand-over that nobody took over yet, `mine` one's own."""

    label: str
    kind: str
    words: str
    who: Names
    at: datetime
    erased: bool
    open: bool
    mine: bool
    taken_by: Names
    taken_at: datetime | None


def _shown(row: Shift) -> ShiftShown:
    there = row.account if row.account is not None and row.account.is_active else None
    return ShiftShown(
        label=row.label,
        roster=row.roster.code,
        roster_name=row.roster.name,
        unit_name=row.roster.unit.name,
        zone=row.roster.zone,
        name=row.name,
        day=row.day,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        who=there.name if there else {},
        account=there.pk if there else None,
        instead_of=row.planned.name if row.planned_id != row.account_id else {},
    )


def _joined(rows: QuerySet[Shift]) -> QuerySet[Shift]:
    return rows.select_related("roster__unit", "account", "planned")


def _running(moment: Given | datetime, earliest: Given | datetime) -> QuerySet[Shift]:
    return policy.shifts().filter(starts_at__lte=moment, starts_at__gt=earliest, ends_at__gt=moment)


def _on_duty(*, moment: Given | datetime, earliest: Given | datetime) -> QuerySet[Shift]:
    rows = _joined(_running(moment, earliest))
    return rows.order_by("roster__unit__path", "roster_id", "starts_at")


ON_DUTY = KeptQuery(_on_duty, moment=DateTimeField(), earliest=DateTimeField())


def on_duty(now: datetime | None = None) -> list[ShiftShown]:
    """The shifts that run at `now`, by unit and roster. One query."""
    moment = now or time.now()
    return [_shown(row) for row in ON_DUTY.rows(moment=moment, earliest=moment - LONGEST)]


def duty_by_unit(moment: datetime) -> list[tuple[str, int]]:
    """The path of the unit and the account (id) of everybody who is on duty then. One query."""
    running = _running(moment, moment - LONGEST).filter(account__is_active=True)
    rows = running.order_by("roster_id", "starts_at")
    return list(rows.values_list("roster__unit__path", "account_id"))


def duty_between(starts: datetime, ends: datetime) -> list[tuple[str, int, datetime, datetime]]:
    """The path of the unit, the account (id), begin and end of every shift that touches this time, as the
    roster has it now; what was swapped or taken over stands as it came to be. One query.
    """
    rows = policy.shifts().filter(
        starts_at__lt=ends, starts_at__gt=starts - LONGEST, ends_at__gt=starts
    )
    held = rows.filter(account__is_active=True).order_by("roster_id", "starts_at")
    return list(held.values_list("roster__unit__path", "account_id", "starts_at", "ends_at"))


def own_shifts(account: int, *, since: datetime, most: int) -> list[ShiftShown]:
    """This person's shifts that end after `since`, the next first. One query."""
    mine = policy.shifts().filter(account_id=account, ends_at__gt=since)
    return [_shown(row) for row in _joined(mine).order_by("starts_at", "pk")[:most]]


def rosters(actor: Actor) -> list[RosterLine]:
    """Every roster that is kept, by unit. One query."""
    rows = Roster.objects.filter(ended_at=None).select_related("unit")
    return [_line(actor, row) for row in rows.order_by("unit__path", "pk")]


def _line(actor: Actor, row: Roster) -> RosterLine:
    may_keep = policy.may_keep(actor, row.unit.path)
    return RosterLine(row.code, row.name, row.unit.name, row.zone, may_keep)


def roster(actor: Actor, code: str) -> RosterLine:
    """Raises NotFound. One query."""
    return _line(actor, policy.find_roster(code))


def units_kept(actor: Actor) -> list[tuple[str, Names]]:
    """The units for which this person may make a roster: code and name. One query."""
    rows = Unit.objects.filter(active=True).order_by("path").values_list("code", "name", "path")
    return [(code, name) for code, name, path in rows if policy.may_keep(actor, path)]


def shifts_between(code: str, starts: datetime, ends: datetime) -> list[ShiftShown]:
    """The shifts of one roster that touch this time, in order. One query."""
    touching = policy.shifts().filter(
        roster__code=code, starts_at__lt=ends, starts_at__gt=starts - LONGEST, ends_at__gt=starts
    )
    return [_shown(row) for row in _joined(touching).order_by("starts_at", "pk")]


def shift(label: str) -> ShiftShown:
    """Raises NotFound."""
    found = policy.find_shift(label)
    return _shown(_joined(Shift.objects.filter(pk=found.pk)).get())


def to_swap_for(own: ShiftShown) -> list[ShiftShown]:
    """Shifts of others in the same roster that have not begun, the nearest in time first come first."""
    others = policy.shifts().filter(
        roster__code=own.roster, starts_at__gt=time.now(), account__is_active=True
    )
    rows = _joined(others.exclude(Q(account_id=own.account))).order_by("starts_at")
    return [_shown(row) for row in rows[:MOST_OFFERED]]


def versions(code: str) -> list[VersionShown]:
    """The patterns of a roster, the newest first. Two queries."""
    rows = list(PatternVersion.objects.filter(roster__code=code).order_by("-number"))
    names = staff_names(row.adopted_by for row in rows)
    return [
        VersionShown(
            number=row.number,
            starts_on=row.starts_on,
            cover=row.cover,
            turns=from_data(row.turns),
            adopted_at=row.adopted_at,
            adopted_by=names.get(row.adopted_by, {}),
        )
        for row in rows
    ]


def requests(actor: Actor) -> list[RequestShown]:
    """What concerns this person: what is open first, then the newest. One query."""
    rows = (
        policy.requests_for(actor)
        .select_related("giver", "taker")
        .select_related("shift__roster__unit", "shift__account", "shift__planned")
        .select_related("other__roster__unit", "other__account", "other__planned")
    )
    waiting = list(rows.filter(state__in=OPEN).order_by("asked_at")[:MOST_REQUESTS])
    past = list(rows.exclude(state__in=OPEN).order_by("-asked_at")[:MOST_REQUESTS])
    return [_request(actor, row) for row in (*waiting, *past)]


def _request(actor: Actor, row: Change) -> RequestShown:
    return RequestShown(
        label=row.label,
        kind=row.kind,
        state=row.state,
        shift=_shown(row.shift),
        other=_shown(row.other) if row.other else None,
        giver=row.giver.name if row.giver else {},
        taker=row.taker.name if row.taker else {},
        asked_at=row.asked_at,
        can=policy.verbs_on(actor, row),
    )


def waiting_for(actor: Actor) -> int:
    """How many requests wait for this person. One query."""
    open_ones = (
        policy.requests_for(actor).filter(state__in=OPEN).select_related("shift__roster__unit")
    )
    return sum(policy.waits_for(actor, row) for row in open_ones[:MOST_REQUESTS])


def log(actor: Actor, code: str) -> tuple[RosterLine, list[LogShown], bool]:
    """A roster with its newest lines, and whether this person may write one.

    Raises NotFound, NotAllowed.
    """
    found = policy.find_roster(code)
    if not policy.may_read_log(actor, found):
        raise NotAllowed
    rows = LogLine.objects.filter(roster=found).exclude(kind=LogKind.TAKEN_OVER)
    rows = rows.select_related("author", "taken_over__author").order_by("-at", "-pk")
    own = policy.own_account(actor)
    lines = [_log_line(row, own) for row in rows[:MOST_LINES]]
    return _line(actor, found), lines, policy.may_write_log(actor, found)


def _log_line(row: Any, own: int | None) -> LogShown:
    taken = getattr(row, "taken_over", None)
    return LogShown(
        label=row.label,
        kind=row.kind,
        words=row.words,
        who=row.author.name,
        at=row.at,
        erased=row.erased_at is not None,
        open=row.kind == LogKind.HANDOVER and taken is None,
        mine=row.author_id == own,
        taken_by=taken.author.name if taken else {},
        taken_at=taken.at if taken else None,
    )


def open_handovers(account: int) -> list[tuple[str, Names]]:
    """Rosters in which this person is on duty and a hand-over waits: code and name. One query."""
    now = time.now()
    mine = Q(roster__shifts__account=account, roster__shifts__replaced_at=None)
    running = Q(roster__shifts__starts_at__lte=now, roster__shifts__ends_at__gt=now)
    waiting = LogLine.objects.filter(mine & running, kind=LogKind.HANDOVER, taken_over=None)
    rows = waiting.exclude(author_id=account).values_list("roster__code", "roster__name")
    return _unique(rows)


def _unique(rows: Iterable[tuple[str, Names]]) -> list[tuple[str, Names]]:
    return list(dict(rows).items())


def user_names() -> dict[str, int]:
    """Every account that is in use: user name to row. One query."""
    rows = Account.objects.filter(is_active=True).order_by("username")
    return dict(rows.values_list("username", "pk"))


def colleagues(code: str) -> list[tuple[str, Names]]:
    """User name and name of those who work in the roster's unit or below it. Two queries."""
    path = policy.find_roster(code).unit.path
    held = Membership.objects.filter(unit__path__startswith=path, ended_at=None)
    rows = Account.objects.filter(is_active=True, memberships__in=held).order_by("username")
    return list(dict(rows.values_list("username", "name")).items())


def names_of(accounts: Iterable[int]) -> dict[int, Names]:
    """Display names by row. One query."""
    return dict(Account.objects.filter(pk__in=set(accounts)).values_list("pk", "name"))
