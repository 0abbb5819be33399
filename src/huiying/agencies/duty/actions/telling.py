"""What is told of swaps and substitutes: the entry, and a notice to those whom it concerns.

A notice holds the roster, the day and the hours of a shift, and nobody's name.
"""

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils import translation

from huiying.accounts.models import Account
from huiying.agencies.duty.models import Change, Roster, Shift
from huiying.agencies.duty.states import OPEN, ChangeState
from huiying.agencies.models import Membership, Role
from huiying.agencies.reads import ancestors
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.notices.actions import notice_row
from huiying.notices.models import Outgoing
from huiying.record.actions import write

# Beside a state of a request: what a keeper decides next, a shift given at once, a shift of nobody.
TO_APPROVE, GIVEN, TAKEN, NOBODY = "to_approve", "given", "taken", "nobody"


def subject(code: str) -> str:
    """The record's name for a roster."""
    return f"roster:{code}"


def write_entry(actor: Actor, change: Change, what: str) -> None:
    """The entry: labels of the shifts only; who has them stands in the roster."""
    data = {"change": change.label, "kind": change.kind, "shift": change.shift.label}
    if change.other is not None:
        data["other"] = change.other.label
    roster = subject(change.shift.roster.code)
    write(actor=actor, action=f"duty.change_{what}", subject=roster, data=data)


def keepers(roster: Roster, *, but: Iterable[int | None] = ()) -> list[Account]:
    """Who approves: the supervisors in the nearest unit, from the roster's upwards, that has one, without
    those who asked or agreed. One query.
    """
    held = Membership.objects.filter(
        unit__path__in=ancestors(roster.unit.path), role=Role.SUPERVISOR, ended_at=None,
        account__is_active=True,
    ).exclude(account_id__in=[each for each in but if each is not None])  # fmt: skip
    rows = list(held.select_related("account", "unit").order_by("account_id"))
    nearest = max((len(row.unit.path) for row in rows), default=0)
    return [row.account for row in rows if len(row.unit.path) == nearest]


def tell(actor: Actor, what: str, shift: Shift, people: Iterable[Account | None]) -> None:
    """Queue a notice to each of them who is still here and is not the one who acts."""
    told = {each.pk: each for each in people if each is not None and each.is_active}
    Outgoing.objects.bulk_create(
        _notice(what, shift, person)
        for _pk, person in sorted(told.items())
        if f"staff:{person.label}" != actor.label
    )


def _notice(what: str, shift: Shift, person: Account) -> Outgoing:
    zone = ZoneInfo(shift.roster.zone)
    begins, ends = shift.starts_at.astimezone(zone), shift.ends_at.astimezone(zone)
    with translation.override(person.language):
        roster = localized(shift.roster.name)
    data = {
        "what": what,
        "roster": roster,
        "day": shift.day.isoformat(),
        "hours": f"{begins:%H:%M}–{ends:%H:%M}",
    }
    recipient = f"staff:{person.label}"
    return notice_row(kind="duty", recipient=recipient, language=person.language, data=data)


def tell_of(actor: Actor, change: Change) -> None:
    """Tell of the state that a request has just come to: the two, and who decides next."""
    both = (change.giver, change.taker)
    tell(actor, change.state, change.shift, both)
    if change.state == ChangeState.AGREED:
        deciding = keepers(change.shift.roster, but=(change.giver_id, change.taker_id))
        tell(actor, TO_APPROVE, change.shift, deciding)


def lapse(actor: Actor, shifts: Iterable[int]) -> int:
    """Let the open requests about these shifts fall away, and tell the two of each; how many."""
    ids = list(shifts)
    about = (
        _open(ids).select_related("shift__roster", "giver", "taker").select_for_update(of=("self",))
    )
    found = list(about.order_by("pk"))
    rows = Change.objects.filter(pk__in=[each.pk for each in found])
    rows.update(state=ChangeState.LAPSED, ended_at=time.now(), ended_by=actor.label)
    for change in found:
        tell(actor, ChangeState.LAPSED, change.shift, (change.giver, change.taker))
    return len(found)


def _open(shifts: list[int]) -> QuerySet[Change]:
    return Change.objects.filter(Q(shift__in=shifts) | Q(other__in=shifts), state__in=OPEN)


def tell_put_in(actor: Actor, change: Change) -> None:
    """Tell who was put in, and whom that relieves."""
    tell(actor, GIVEN, change.shift, [change.taker])
    tell(actor, TAKEN, change.shift, [change.giver])


def tell_of_absence(actor: Actor, shifts: Iterable[Shift]) -> None:
    """Tell who keeps a roster that nobody has its shifts now, and the absent person where another said so:
    one notice a roster, with the first of the shifts.
    """
    first: dict[int, Shift] = {}
    for shift in sorted(shifts, key=lambda each: each.starts_at):
        first.setdefault(shift.roster_id, shift)
    for shift in first.values():
        tell(actor, NOBODY, shift, keepers(shift.roster, but=[shift.account_id]))
        tell(actor, TAKEN, shift, [shift.account])
