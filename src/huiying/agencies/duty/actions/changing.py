"""Swaps, substitutes, absences: who has a shift instead of whom."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from huiying.accounts.models import Account
from huiying.agencies.duty import policy
from huiying.agencies.duty.actions.rosters import OUTSIDE
from huiying.agencies.duty.actions.telling import (
    lapse,
    tell_of,
    tell_of_absence,
    tell_put_in,
    write_entry,
)
from huiying.agencies.duty.errors import Begun, OnDutyThen, PlanChanged
from huiying.agencies.duty.models import Change, Shift
from huiying.agencies.duty.states import BY_VERB, OPEN, ChangeState, Kind
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound
from huiying.kernel.verbs import refuse_on, verb

LONGEST_ABSENCE = timedelta(days=366)


class OneAtATime(MovedOn):
    """Two open requests about one shift could both come true."""

    sentence = _("There is already a request about this shift. It must be settled first.")


refuse_on("duty_one_open_change", OneAtATime)


def _person(username: str) -> Account:
    found = Account.objects.filter(username=username.strip().lower(), is_active=True).first()
    if found is None:
        raise Invalid(_("Nobody has this user name."), field="username")
    return found


def _standing(username: str, shift: Shift) -> Account:
    """Somebody who may stand on the roster of a shift. Raises Invalid."""
    person = _person(username)
    if outside := policy.outside(shift.roster.unit.path, [person.pk]):
        raise Invalid(OUTSIDE % {"name": outside[0]}, field="username")
    return person


def _not_begun(*shifts: Shift | None) -> None:
    if any(shift is not None and shift.starts_at <= time.now() for shift in shifts):
        raise Begun


def _free(person: int, shift: Shift, *, giving: Shift | None = None) -> None:
    """Raise OnDutyThen where `person` has another shift at that time, other than one they give."""
    held = policy.shifts().filter(
        account_id=person, starts_at__lt=shift.ends_at, ends_at__gt=shift.starts_at
    )
    if held.exclude(pk__in=[shift.pk, giving.pk if giving else shift.pk]).exists():
        raise OnDutyThen


def _asked(actor: Actor, shift: Shift, *, other: Shift | None, taker: int) -> Change:
    kind = Kind.SWAP if other else Kind.SUBSTITUTE
    change = Change.objects.create(
        label=random_label(),
        shift=shift,
        other=other,
        kind=kind,
        giver=shift.account,
        taker_id=taker,
        state=ChangeState.ASKED,
        asked_at=time.now(),
        asked_by=actor.label,
    )
    write_entry(actor, change, "asked")
    tell_of(actor, change)
    return change


@verb
def ask_swap(*, actor: Actor, label: str, other_label: str) -> Change:
    """Offer one's own shift `label` for another person's shift `other_label`.

    Raises NotFound, NotAllowed where the first is not one's own, Invalid for one of another roster, Begun,
    OnDutyThen, OneAtATime.
    """
    shift, other = policy.find_shift(label), policy.find_shift(other_label)
    own = policy.own_account(actor)
    policy.require(own is not None and shift.account_id == own)
    if other.account_id is None or other.account_id == own:
        raise Invalid(_("Choose a shift of somebody else."), field="other")
    if other.roster_id != shift.roster_id:
        raise Invalid(_("Choose a shift of the same roster."), field="other")
    _not_begun(shift, other)
    _free(other.account_id, shift, giving=other)
    _free(int(own or 0), other, giving=shift)
    return _asked(actor, shift, other=other, taker=other.account_id)


@verb
def ask_substitute(*, actor: Actor, label: str, username: str) -> Change:
    """Ask somebody to take one's own shift. Raises as `ask_swap`, and Invalid for an unknown name."""
    shift = policy.find_shift(label)
    own = policy.own_account(actor)
    policy.require(own is not None and shift.account_id == own)
    person = _standing(username, shift)
    if person.pk == own:
        raise Invalid(_("Choose somebody else."), field="username")
    _not_begun(shift)
    _free(person.pk, shift)
    return _asked(actor, shift, other=None, taker=person.pk)


def _found(actor: Actor, label: str) -> Change:
    change = (
        policy.requests_for(actor)
        .select_for_update(of=("self",))
        .select_related("shift__roster__unit", "other", "giver", "taker")
        .filter(label=label)
        .first()
    )
    if change is None:
        raise NotFound
    return change


def _step(actor: Actor, change: Change, name: str) -> None:
    """One row of the table of states. Raises NotAllowed, MovedOn."""
    row = BY_VERB[name]
    if not policy.roles_in(actor, change) & row.roles:
        raise NotAllowed
    ending = {} if row.target in OPEN else {"ended_at": time.now(), "ended_by": actor.label}
    fitting = Change.objects.filter(pk=change.pk, state__in=row.sources)
    if not fitting.update(state=row.target, **ending):
        raise MovedOn
    change.state = row.target
    write_entry(actor, change, row.target.value)
    tell_of(actor, change)


@verb
def agree(*, actor: Actor, label: str) -> None:
    """Say yes to what somebody asked; a supervisor still has to approve."""
    change = _found(actor, label)
    _not_begun(change.shift, change.other)
    _step(actor, change, "agree")


@verb
def refuse(*, actor: Actor, label: str) -> None:
    """Say no: the other of the two, or who keeps the roster."""
    _step(actor, _found(actor, label), "refuse")


@verb
def withdraw(*, actor: Actor, label: str) -> None:
    """Take back what one asked for."""
    _step(actor, _found(actor, label), "withdraw")


@verb
def approve(*, actor: Actor, label: str) -> None:
    """Let the two shifts change hands. Raises PlanChanged, Begun, OnDutyThen, NotAllowed, MovedOn."""
    change = _found(actor, label)
    _step(actor, change, "approve")
    giver, taker = change.giver_id, change.taker_id
    if giver is None or taker is None:
        raise PlanChanged
    _lock_people(giver, taker)
    shift, other = change.shift, change.other
    _not_begun(shift, other)
    _free(taker, shift, giving=other)
    _give(shift, giver, taker)
    if other is not None:
        _free(giver, other, giving=shift)
        _give(other, taker, giver)


def _lock_people(*people: int) -> None:
    """Whoever else gives one of them a shift waits, so that two do not each find them free."""
    rows = Account.objects.select_for_update().filter(pk__in=people, is_active=True)
    if len(rows.order_by("pk").values_list("pk", flat=True)) != len(set(people)):
        raise PlanChanged


def _give(shift: Shift, giver: int | None, taker: int | None) -> None:
    """From whom to whom, if it is still theirs."""
    held = policy.shifts().filter(Q(account_id=giver), pk=shift.pk)
    if not held.update(account_id=taker):
        raise PlanChanged


@verb
def put_in(*, actor: Actor, label: str, username: str) -> None:
    """A supervisor gives a shift that has not ended to somebody, at once; open requests about it lapse."""
    shift = policy.find_shift(label)
    policy.require(policy.may_keep(actor, shift.roster.unit.path))
    person = _standing(username, shift)
    if shift.account_id == person.pk:
        return
    if shift.ends_at <= time.now():
        raise Begun
    _lock_people(person.pk)
    _free(person.pk, shift)
    _give(shift, shift.account_id, person.pk)
    lapse(actor, [shift.pk])
    tell_put_in(actor, _note(actor, shift, Kind.PUT, person.pk))


def _note(actor: Actor, shift: Shift, kind: Kind, taker: int | None) -> Change:
    """What came true at once, among the requests and in the record."""
    now = time.now()
    change = Change.objects.create(
        label=random_label(),
        shift=shift,
        kind=kind,
        giver_id=shift.account_id,
        taker_id=taker,
        state=ChangeState.APPROVED,
        asked_at=now,
        asked_by=actor.label,
        ended_at=now,
        ended_by=actor.label,
    )
    write_entry(actor, change, "approved")
    return change


@verb
def report_absence(*, actor: Actor, username: str, first: date, last: date) -> int:
    """Somebody cannot come from the `first` to the `last` day: their shifts that begin on these days have
    nobody until a supervisor puts somebody in. How many.

    By the person themselves, or by who keeps the roster. No reason is asked for. Raises Invalid.
    """
    person = _person(username)
    if last < first or last - first > LONGEST_ABSENCE:
        raise Invalid(_("The last day comes after the first, within a year."), field="last")
    mine = policy.own_account(actor) == person.pk
    held = policy.shifts().select_for_update(of=("self",)).select_related("roster__unit")
    rows = held.filter(account=person, day__range=(first, last), ends_at__gt=time.now())
    found = list(rows.order_by("pk"))
    if not mine:
        kept = [shift for shift in found if policy.may_keep(actor, shift.roster.unit.path)]
        policy.require(bool(kept) or actor.has("supervisor", "system"))
        found = kept
    return _absent(actor, found)


def _absent(actor: Actor, shifts: Iterable[Shift]) -> int:
    listed = list(shifts)
    for shift in listed:
        Shift.objects.filter(pk=shift.pk).update(account=None)
        _note(actor, shift, Kind.ABSENCE, None)
    lapse(actor, [shift.pk for shift in listed])
    tell_of_absence(actor, listed)
    return len(listed)
