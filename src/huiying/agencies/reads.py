from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BigIntegerField, CharField, ExpressionWrapper, F, OuterRef, QuerySet
from django.db.models.functions import Length

from huiying.accounts.models import Account
from huiying.agencies.models import Membership, Role, Unit
from huiying.kernel.actors import Actor, Grant
from huiying.kernel.kept_queries import Given, KeptQuery

# Roles of the desk work for the whole agency, whichever unit their holder belongs to.
AGENCY_WIDE = frozenset({Role.CLERK, Role.DISPATCHER, Role.AUDITOR, Role.ADMINISTRATOR})
ABOVE_OTHERS = frozenset({Role.LEADER, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class UnitChoice:
    """A unit as a line of a list; `depth` counts from the root."""

    code: str
    name: dict[str, str]
    depth: int


@dataclass(frozen=True, slots=True)
class Standing:
    """Who somebody is at the desk: name, unit and roles, for the page's head."""

    account_id: int
    username: str
    name: dict[str, str]
    unit_name: dict[str, str]
    roles: tuple[str, ...]
    actor: Actor
    single_keys: bool = True


def ancestors(path: str) -> list[str]:
    """The paths from the root down to `path` itself: `a/b/` gives `a/` and `a/b/`."""
    parts = path.strip("/").split("/")
    return ["/".join(parts[: index + 1]) + "/" for index in range(len(parts))]


def _held(*, account: Given | int) -> QuerySet[Membership]:
    """The memberships that somebody has now, each with the accounts that lead its unit or one above it as
    `superiors`. One query, because every page asks it.
    """
    leading = (
        Membership.objects.filter(role__in=ABOVE_OTHERS, ended_at=None)
        .exclude(unit__parent=None)
        .exclude(account=account)
        .annotate(led=ExpressionWrapper(OuterRef("unit__path"), CharField()))
        .filter(led__startswith=F("unit__path"))
    )
    held = Membership.objects.filter(account=account, ended_at=None).select_related("unit")
    return held.annotate(superiors=ArraySubquery(leading.values("account_id"))).order_by("id")


HELD = KeptQuery(_held, account=BigIntegerField())


def _actor(account: Account, held: Iterable[Any]) -> Actor:
    grants: set[Grant] = set()
    paths: set[str] = set()
    for membership in held:
        path = membership.unit.path
        paths.add(path)
        agency_wide = membership.role in AGENCY_WIDE or membership.unit.parent_id is None
        scope = "" if agency_wide else path
        grants.add(Grant(membership.role, scope))
        grants.add(Grant("belongs", path))
    superiors = {superior for membership in held for superior in membership.superiors}
    grants |= {Grant("under", str(superior)) for superior in superiors}
    grants.add(Grant("account", str(account.pk)))
    return Actor(f"staff:{account.label}", frozenset(grants))


def standing_of(account: Account) -> Standing:
    """The actor that this account is now, with what the page's head shows.

    Grants: one per role (its scope a unit's path), `belongs` for each unit, `account`, and
    `under` for each account that leads this person's units. Nobody counts as under those who lead
    the whole agency: everybody would, and nobody could take up a complaint about them.
    """
    held: list[Any] = HELD.rows(account=account.pk)
    return Standing(
        account_id=account.pk,
        username=account.username,
        name=account.name,
        unit_name=held[0].unit.name if held else {},
        roles=tuple(dict.fromkeys(membership.role for membership in held)),
        actor=_actor(account, held),
        single_keys=account.single_keys,
    )


def unit_choices(*, leave_out_root: bool = False, past_too: bool = False) -> list[UnitChoice]:
    """The units that may be given cases; with `past_too` also the others.

    A unit stands after the one above it, and beside its sisters in the order in which the agency
    loaded them.
    """
    rows = list(Unit.objects.values_list("path", "pk", "code", "name", "active"))
    place = {path: pk for path, pk, *_rest in rows}
    rows.sort(key=lambda row: [place[above] for above in ancestors(row[0])])
    return [
        UnitChoice(code, name, path.count("/") - 1)
        for path, _pk, code, name, active in rows
        if (active or past_too) and (path.count("/") > 1 or not leave_out_root)
    ]


def standing_behind(label: str) -> Standing | None:
    """What the person behind "staff:…" is now; None where they have left."""
    account = Account.objects.filter(label=label.removeprefix("staff:"), is_active=True).first()
    return standing_of(account) if account else None


def staff_names(labels: Iterable[str]) -> dict[str, dict[str, str]]:
    """Display names by actor label ("staff:…")."""
    plain = {label.removeprefix("staff:") for label in labels if label.startswith("staff:")}
    rows = Account.objects.filter(label__in=plain).values_list("label", "name")
    return {f"staff:{label}": name for label, name in rows}


@dataclass(frozen=True, slots=True)
class StaffLine:
    """Somebody who works here, with the unit of their first role."""

    username: str
    name: dict[str, str]
    unit: dict[str, str]


def staff_lines() -> list[StaffLine]:
    """Everybody who has a role now, by user name. One query."""
    held = Membership.objects.filter(ended_at=None, account__is_active=True)
    rows = held.order_by("account__username", "id").distinct("account__username")
    found = rows.values_list("account__username", "account__name", "unit__name")
    return [StaffLine(*row) for row in found]


def nearest_with(role: Role, path: str) -> dict[str, str] | None:
    """The name of the nearest unit, from `path` upwards, where somebody has `role` now; None where
    nobody has up to the root. One query.
    """
    held = Membership.objects.filter(
        unit__path__in=ancestors(path), role=role, ended_at=None, account__is_active=True
    )
    nearest = held.order_by(Length("unit__path").desc()).values_list("unit__name", flat=True)
    return nearest.first()


def nearest_holders(role: Role, path: str) -> list[Account]:
    """Those who hold `role` in the nearest unit, from `path` upwards, in which anybody does. One query."""
    held = Membership.objects.filter(
        unit__path__in=ancestors(path), role=role, ended_at=None, account__is_active=True
    )
    rows = list(held.select_related("account", "unit").order_by("account_id"))
    nearest = max((len(row.unit.path) for row in rows), default=0)
    return [row.account for row in rows if len(row.unit.path) == nearest]


@dataclass(frozen=True, slots=True)
class Colleague:
    """An account as a line of the list of staff; `roles` are (role, unit code)."""

    username: str
    name: dict[str, str]
    active: bool
    roles: tuple[tuple[str, str], ...]


def directory() -> list[Colleague]:
    """Every account with the roles that it holds now, by user name. Two queries."""
    held: dict[int, list[tuple[str, str]]] = {}
    rows = Membership.objects.filter(ended_at=None).order_by("unit__path", "role")
    for account_id, role, code in rows.values_list("account_id", "role", "unit__code"):
        held.setdefault(account_id, []).append((role, code))
    return [
        Colleague(
            account.username, account.name, account.is_active, tuple(held.get(account.pk, ()))
        )
        for account in Account.objects.order_by("username")
    ]
