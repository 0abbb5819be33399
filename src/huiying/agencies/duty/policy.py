"""Who keeps a roster, who changes shifts, who reads the log. Who is on duty every colleague may see."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import Q, QuerySet

from huiying.accounts.models import Account
from huiying.agencies.duty.models import Change, Roster, Shift
from huiying.agencies.duty.states import STEPS, ChangeState
from huiying.agencies.models import Membership, Role
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed, NotFound

# How long before and after a shift its person reads and writes the log of the roster.
LOG_OPEN = timedelta(days=14)


def own_account(actor: Actor) -> int | None:
    """The row of the account that acts; None for the system."""
    scopes = actor.scopes("account")
    return int(scopes[0]) if scopes else None


def may_keep(actor: Actor, path: str) -> bool:
    """Rosters, patterns, approvals: a supervisor of the unit at `path` or of one above it."""
    return actor.has("system") or actor.covers(Role.SUPERVISOR, path)


def require(allowed: bool) -> None:
    """Raise NotAllowed where it is not."""
    if not allowed:
        raise NotAllowed


def find_roster(code: str) -> Roster:
    """Raises NotFound."""
    found = Roster.objects.select_related("unit").filter(code=code, ended_at=None).first()
    if found is None:
        raise NotFound
    return found


def shifts() -> QuerySet[Shift]:
    """The shifts of the plan as it is."""
    return Shift.objects.filter(replaced_at=None, roster__ended_at=None)


def find_shift(label: str) -> Shift:
    """Raises NotFound."""
    found = shifts().select_related("roster__unit", "account").filter(label=label).first()
    if found is None:
        raise NotFound
    return found


def outside(path: str, people: Collection[int]) -> list[str]:
    """The user names of those of these accounts who do not work in the unit at `path` or below it now: they
    cannot stand on its rosters. One query.
    """
    held = Membership.objects.filter(
        unit__path__startswith=path, ended_at=None, account__is_active=True
    )
    rows = Account.objects.filter(pk__in=people).exclude(pk__in=held.values("account"))
    return list(rows.order_by("username").values_list("username", flat=True))


def serves_in(actor: Actor, roster: Roster) -> bool:
    """Whether this person has a shift of the roster that runs, begins within `LOG_OPEN` or ended within it:
    one night long ago opens no log for good.
    """
    own, now = own_account(actor), time.now()
    near = shifts().filter(
        roster=roster, account=own, starts_at__lt=now + LOG_OPEN, ends_at__gt=now - LOG_OPEN
    )
    return own is not None and near.exists()


def may_read_log(actor: Actor, roster: Roster) -> bool:
    """Those who serve in the roster, who keeps it, and auditors."""
    return may_keep(actor, roster.unit.path) or actor.has(Role.AUDITOR) or serves_in(actor, roster)


def may_write_log(actor: Actor, roster: Roster) -> bool:
    """Those who serve in the roster, and who keeps it."""
    return own_account(actor) is not None and (
        may_keep(actor, roster.unit.path) or serves_in(actor, roster)
    )


def roles_in(actor: Actor, change: Change) -> frozenset[str]:
    """What somebody is to a request: asker, other, keeper, system; see `states.STEPS`.

    Nobody approves what they asked for or agreed to.
    """
    own = own_account(actor)
    two = {change.giver_id, change.taker_id}
    found = set()
    if actor.has("system"):
        found.add("system")
    if own is not None and own in two:
        found.add("asker" if change.asked_by == actor.label else "other")
    elif may_keep(actor, change.shift.roster.unit.path):
        found.add("keeper")
    return frozenset(found)


def requests_for(actor: Actor) -> QuerySet[Change]:
    """The requests that concern this person: their own, and those of rosters that they keep."""
    own = own_account(actor)
    concerned = Q(giver=own) | Q(taker=own) if own is not None else Q(pk__in=[])
    for scope in actor.scopes(Role.SUPERVISOR):
        concerned |= Q(shift__roster__unit__path__startswith=scope)
    return Change.objects.filter(concerned, shift__roster__ended_at=None)


def waits_for(actor: Actor, change: Change) -> bool:
    """Whether this person is the one whom a request waits for now."""
    roles = roles_in(actor, change)
    if change.state == ChangeState.ASKED:
        return "other" in roles
    return change.state == ChangeState.AGREED and "keeper" in roles


def verbs_on(actor: Actor, change: Change) -> tuple[str, ...]:
    """The verbs of `states.STEPS` that this person may use on a request now."""
    roles = roles_in(actor, change) - {"system"}
    state = ChangeState(change.state)
    return tuple(each.verb for each in STEPS if state in each.sources and each.roles & roles)
