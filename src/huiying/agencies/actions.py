"""Units and memberships: who works where, and in which role."""

from collections.abc import Iterable
from typing import NotRequired, TypedDict

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from huiying.accounts.actions import create_account_elsewhere, switch_off
from huiying.accounts.actions.accounts import named, require_administrator
from huiying.accounts.agency_sign_in import Introduced
from huiying.accounts.models import Account
from huiying.accounts.reads import known_elsewhere
from huiying.accounts.session_store import end_sessions
from huiying.agencies.models import Membership, Role, Unit
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, NotFound, Refusal
from huiying.kernel.verbs import verb
from huiying.record.actions import write


class UnitRow(TypedDict):
    """One unit of a tree: `parent` is a code, empty for the root. An inactive unit is given no cases: it
    stands for those it once had.
    """

    code: str
    parent: str
    name: dict[str, str]
    active: NotRequired[bool]


def _path(row: UnitRow, parent: Unit | None) -> str:
    if "/" in row["code"] or not row["code"]:
        raise Invalid(_("A unit's code is a short word without a slash."), field="code")
    return f"{parent.path if parent else ''}{row['code']}/"


@verb
def load_units(*, actor: Actor, rows: Iterable[UnitRow]) -> int:
    """Create the units of `rows`, parents first, or give them name and activity; returns how many are new.

    A unit keeps its place in the tree: one that would move is refused.
    """
    require_administrator(actor)
    known = {unit.code: unit for unit in Unit.objects.all()}
    new = 0
    for row in rows:
        parent = known.get(row["parent"]) if row["parent"] else None
        if row["parent"] and parent is None:
            raise Invalid(_("The unit above this one is not known."), field=row["code"])
        path = _path(row, parent)
        unit = known.get(row["code"])
        if unit is None:
            known[row["code"]] = _create(row, parent, path, actor)
            new += 1
        elif unit.path != path:
            raise Invalid(_("A unit cannot move in the tree."), field=row["code"])
        else:
            _change(unit, row, actor)
    return new


def _create(row: UnitRow, parent: Unit | None, path: str, actor: Actor) -> Unit:
    given = {"name": row["name"], "active": row.get("active", True)}
    unit = Unit.objects.create(code=row["code"], parent=parent, path=path, **given)
    write(actor=actor, action="unit.created", subject=f"unit:{unit.code}", data=given)
    return unit


def _change(unit: Unit, row: UnitRow, actor: Actor) -> None:
    """Give the unit what its row says otherwise; one entry for each kind of change."""
    subject, active = f"unit:{unit.code}", row.get("active", unit.active)
    if unit.name != row["name"]:
        Unit.objects.filter(pk=unit.pk).update(name=row["name"])
        write(actor=actor, action="unit.renamed", subject=subject, data={"name": row["name"]})
    if unit.active != active:
        Unit.objects.filter(pk=unit.pk).update(active=active)
        action = "unit.activated" if active else "unit.deactivated"
        write(actor=actor, action=action, subject=subject, data={"active": active})


def _found(username: str, unit_code: str) -> tuple[Account, Unit]:
    unit = Unit.objects.filter(code=unit_code).first()
    if unit is None:
        raise NotFound
    return named(username), unit


@verb
def give_role(*, actor: Actor, username: str, unit_code: str, role: str) -> None:
    """Give `username` a role at a unit; giving it twice changes nothing. They sign in anew."""
    require_administrator(actor)
    if role not in Role.values:
        raise Invalid(_("There is no such role."), field="role")
    account, unit = _found(username, unit_code)
    _made, new = Membership.objects.get_or_create(
        account=account, unit=unit, role=role, ended_at=None, defaults={"since": time.now()}
    )
    if new:
        end_sessions(account.pk)
        write(
            actor=actor,
            action="role.given",
            subject=f"staff:{account.label}",
            data={"unit": unit.code, "role": role},
        )


class LastOne(Refusal):
    """Letters and complaints that nobody could sort any more would be stranded."""

    code = "last_one"
    status = 409
    sentence = _(
        "This is the last dispatcher, or the last supervisor of the whole agency. Give somebody else "
        "this role first."
    )


def _require_successor(held: QuerySet[Membership]) -> None:
    """Raise LastOne where `held`, the roles that end, leave a role of the desk to nobody."""
    ending = held.filter(
        Q(role=Role.DISPATCHER) | Q(role=Role.SUPERVISOR, unit__parent=None)
    ).values_list("role", flat=True)
    for role in sorted(set(ending)):
        keeping = Membership.objects.select_for_update(of=("self",)).filter(
            role=role, ended_at=None, account__is_active=True
        )
        if role == Role.SUPERVISOR:
            keeping = keeping.filter(unit__parent=None)
        # Locked, so that two who end the last two roles at once do not each count on the other's.
        if not set(keeping.values_list("pk", flat=True)) - set(held.values_list("pk", flat=True)):
            raise LastOne


@verb
def let_go(*, actor: Actor, username: str) -> None:
    """End somebody's account; raises LastOne where the desk would lose its last of a role."""
    require_administrator(actor)
    account = named(username)
    if account.is_active:
        _require_successor(Membership.objects.filter(account=account, ended_at=None))
    switch_off(actor=actor, username=username)


@verb
def end_role(*, actor: Actor, username: str, unit_code: str, role: str) -> None:
    """End a role from now on, and the person's sessions; raises NotFound where it is not held, and
    LastOne where the desk would lose its last dispatcher or supervisor of the whole agency.
    """
    require_administrator(actor)
    account, unit = _found(username, unit_code)
    held = Membership.objects.filter(account=account, unit=unit, role=role, ended_at=None)
    if account.is_active:
        _require_successor(held)
    if not held.update(ended_at=time.now()):
        raise NotFound
    end_sessions(account.pk)
    write(
        actor=actor,
        action="role.ended",
        subject=f"staff:{account.label}",
        data={"unit": unit.code, "role": role},
    )


@verb
def welcome(
    *, actor: Actor, person: Introduced, granted: frozenset[tuple[str, str]]
) -> Account | None:
    """The account of somebody for whom the agency's sign-in vouches, with exactly the roles `granted`.

    `granted` are (role, unit code). Made at the first sign-in that grants something. None, with every role
    ended, where nothing is granted or the account was switched off.
    """
    require_administrator(actor)
    account = known_elsewhere(person)
    if account is None:
        if not granted:
            return None
        account = create_account_elsewhere(actor=actor, person=person)
    if not account.is_active:
        granted = frozenset()
    held = Membership.objects.filter(account=account, ended_at=None)
    now = frozenset(held.values_list("role", "unit__code"))
    for role, unit_code in sorted(now - granted):
        end_role(actor=actor, username=account.username, unit_code=unit_code, role=role)
    for role, unit_code in sorted(granted - now):
        give_role(actor=actor, username=account.username, unit_code=unit_code, role=role)
    return account if granted else None
