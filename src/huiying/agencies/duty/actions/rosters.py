"""Rosters and their patterns, and the plan that follows from them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.duty import policy
from huiying.agencies.duty.actions.telling import lapse, subject
from huiying.agencies.duty.models import PatternVersion, Roster, Shift
from huiying.agencies.duty.patterns import DAYS, WHOLE_DAY, Planned, Turn, as_data
from huiying.agencies.duty.planning import wanted
from huiying.agencies.duty.states import Cover
from huiying.agencies.models import Unit
from huiying.agencies.working_hours import calendar_of
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label, random_labels
from huiying.kernel.refusals import Invalid, NotFound
from huiying.kernel.verbs import verb
from huiying.record.actions import write

LONGEST_NAME, MOST_TURNS, MOST_PEOPLE, MOST_EACH = 60, 8, 60, 31
OUTSIDE = _("%(name)s does not work in the roster's unit or below it.")
LATEST_START = timedelta(days=366)


def _names(name: Mapping[str, str], field: str) -> dict[str, str]:
    names = {language: text.strip() for language, text in name.items() if text.strip()}
    if not names or any(len(text) > LONGEST_NAME or "\0" in text for text in names.values()):
        raise Invalid(_("A name has 1 to 60 characters."), field=field)
    return names


@verb
def make_roster(*, actor: Actor, unit_code: str, name: Mapping[str, str], zone: str) -> Roster:
    """A roster without a pattern yet, for a unit. Raises NotFound, NotAllowed, Invalid."""
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        raise NotFound
    policy.require(policy.may_keep(actor, unit.path))
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Invalid(_("There is no such time zone; write it as Asia/Shanghai."), field="zone")
    names = _names(name, "name")
    roster = Roster.objects.create(
        code=random_label(8), name=names, unit=unit, zone=zone, made_at=time.now()
    )
    data = {"unit": unit.code, "name": names, "zone": zone}
    write(actor=actor, action="duty.roster_made", subject=subject(roster.code), data=data)
    return roster


@verb
def end_roster(*, actor: Actor, code: str) -> None:
    """Keep the roster no longer. Its past stays; nobody is on duty by it any more."""
    roster = policy.find_roster(code)
    policy.require(policy.may_keep(actor, roster.unit.path))
    if Roster.objects.filter(pk=roster.pk, ended_at=None).update(ended_at=time.now()):
        write(actor=actor, action="duty.roster_ended", subject=subject(code))


def _check_turn(turn: Turn, field: str) -> None:
    if not 0 <= turn.begins < WHOLE_DAY or not 0 < turn.ends - turn.begins <= WHOLE_DAY:
        raise Invalid(_("A shift lasts from one minute to 24 hours."), field=field)
    if not turn.days or not turn.days <= set(DAYS):
        raise Invalid(_("Choose the days on which this shift is kept."), field=field)
    if not 1 <= turn.each <= MOST_EACH:
        raise Invalid(_("Between 1 and 31 at a time."), field=field)
    if not 1 <= len(turn.people) <= MOST_PEOPLE:
        raise Invalid(_("A shift needs 1 to 60 people who take turns."), field=field)
    _names(turn.name, field)


def _check_people(roster: Roster, turns: Sequence[Turn]) -> None:
    named = {person for turn in turns for person in turn.people}
    if Account.objects.filter(pk__in=named, is_active=True).count() != len(named):
        raise Invalid(_("One of these people has no account any more."), field="people")
    for place, turn in enumerate(turns, start=1):
        if outside := policy.outside(roster.unit.path, turn.people):
            raise Invalid(OUTSIDE % {"name": outside[0]}, field=f"turn_{place}")


def _check_cover(roster: Roster, cover: str) -> None:
    if cover not in Cover.values:
        raise Invalid(_("Choose what time must be covered."), field="cover")
    if cover != Cover.ALWAYS and calendar_of(roster.unit.path) is None:
        raise Invalid(
            _("This unit has no calendar of working hours yet. Choose day and night, or ask whoever "
              "keeps this desk running to give it one."),
            field="cover",
        )  # fmt: skip


@verb
def adopt_pattern(
    *, actor: Actor, code: str, starts_on: date, cover: str, turns: Sequence[Turn]
) -> int:
    """Plan by these turns from `starts_on` on, in the roster's zone; the version's number.

    Shifts of earlier versions from that day on are replaced, unless they are the same: those keep who
    has them. Raises Invalid, naming `turn_1` and so on; NotFound, NotAllowed.
    """
    roster = _locked(code)
    policy.require(policy.may_keep(actor, roster.unit.path))
    today = time.now().astimezone(ZoneInfo(roster.zone)).date()
    if not today <= starts_on <= today + LATEST_START:
        raise Invalid(_("A pattern begins today or within a year."), field="starts_on")
    if not 1 <= len(turns) <= MOST_TURNS:
        raise Invalid(_("A pattern has 1 to 8 shifts."), field="turn_1")
    for place, turn in enumerate(turns, start=1):
        _check_turn(turn, f"turn_{place}")
    _check_cover(roster, cover)
    _check_people(roster, turns)
    number = (roster.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    PatternVersion.objects.create(
        roster=roster,
        number=number,
        starts_on=starts_on,
        cover=cover,
        turns=as_data(turns),
        adopted_at=time.now(),
        adopted_by=actor.label,
    )
    data = {"version": number, "starts_on": starts_on.isoformat(), "cover": cover}
    write(actor=actor, action="duty.pattern_adopted", subject=subject(code), data=data)
    _plan(actor, roster)
    return number


@verb
def plan_ahead(*, actor: Actor, code: str) -> int:
    """Bring the plan up to 53 weeks from now and to what the calendar says; how many shifts changed."""
    policy.require(actor.has("system"))
    return _plan(actor, _locked(code))


def _locked(code: str) -> Roster:
    roster = (
        Roster.objects.select_for_update(of=("self",))
        .select_related("unit")
        .filter(code=code, ended_at=None)
        .first()
    )
    if roster is None:
        raise NotFound
    return roster


type _Slot = tuple[datetime, datetime, int, str]


def _slot(shift: Shift) -> _Slot:
    return shift.starts_at, shift.ends_at, shift.planned_id, repr(sorted(shift.name.items()))


def _slot_of(each: Planned) -> _Slot:
    return each.starts_at, each.ends_at, each.person, repr(sorted(each.turn.name.items()))


def _plan(actor: Actor, roster: Roster) -> int:
    """Replace what should not be, add what is missing; what has begun stays, and nothing is planned
    beside it.
    """
    now = time.now()
    kept = Shift.objects.select_for_update().filter(
        roster=roster, replaced_at=None, ends_at__gt=now
    )
    present = list(kept.order_by("starts_at", "pk"))
    begun = [shift for shift in present if shift.starts_at <= now]
    slots = {_slot(shift): shift for shift in present}
    desired = {
        _slot_of(each): each
        for each in wanted(roster, now)
        if each.starts_at > now or not any(each.starts_at < shift.ends_at for shift in begun)
    }
    gone = [
        shift.pk for slot, shift in slots.items() if slot not in desired and shift.starts_at > now
    ]
    new = [each for slot, each in desired.items() if slot not in slots]
    fell = _replace(actor, gone, now)
    Shift.objects.bulk_create(_rows(roster, new))
    if gone or new:
        data = {"new": len(new), "replaced": len(gone), "fell_away": fell}
        write(actor=actor, action="duty.planned", subject=subject(roster.code), data=data)
    return len(gone) + len(new)


def _rows(roster: Roster, new: Sequence[Planned]) -> list[Shift]:
    return [
        Shift(
            label=label,
            roster=roster,
            version=each.version,
            name=dict(each.turn.name),
            day=each.day,
            starts_at=each.starts_at,
            ends_at=each.ends_at,
            planned_id=each.person,
            account_id=each.person,
        )
        for each, label in zip(new, random_labels(len(new)), strict=True)
    ]


def _replace(actor: Actor, gone: list[int], now: datetime) -> int:
    """Take these shifts out of the plan; requests about them lapse. How many requests."""
    Shift.objects.filter(pk__in=gone).update(replaced_at=now)
    return lapse(actor, gone)
