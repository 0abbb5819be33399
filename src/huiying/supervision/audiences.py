"""Whom each step tells of a case: accounts by unit, read once a pass.

A case with a leader in charge has its own "leader"; whoever is on duty is asked by the roster.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from huiying.accounts.models import Account
from huiying.agencies.duty.reads import duty_between, duty_by_unit
from huiying.agencies.models import Membership, Role
from huiying.agencies.reads import ancestors, standing_of
from huiying.casework.models import CaseFile
from huiying.casework.places import Units, all_units
from huiying.casework.policy import kept_from
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.supervision.models import Matter
from huiying.supervision.policy import HEADS, knows_of
from huiying.supervision.states import Audience, Kind, above

NO_UNIT = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told: the label and language of their account."""

    account_id: int
    recipient: str
    language: str


# Who is on duty, by the path of the unit.
type There = Mapping[str, Sequence[Told]]


class Staff:
    """Everybody's roles now, who is on duty, and whom an audience of a unit is. Four queries.

    `in_charge` holds who answers for a case (by id) that a leader took charge of.
    """

    def __init__(self) -> None:
        self.units: Units = all_units()
        self._paths = {line.id: line.path for line in self.units.lines}
        self._root = {line.path for line in self.units.lines if line.is_root}
        self._accounts: dict[int, Account] = {}
        self._actors: dict[int, Actor] = {}
        self._held: dict[tuple[str, str], list[Told]] = {}
        rows = Membership.objects.filter(ended_at=None, account__is_active=True)
        for row in rows.select_related("account", "unit").order_by("account_id"):
            self._accounts[row.account_id] = row.account
            held = self._held.setdefault((row.role, row.unit.path), [])
            held.append(self._person(row.account_id))
        self.in_charge = self._leaders_in_charge()
        self._on_duty = self._by_unit(duty_by_unit(time.now()))

    def _person(self, account_id: int) -> Told:
        account = self._accounts[account_id]
        return Told(account_id, f"staff:{account.label}", account.language)

    def _leaders_in_charge(self) -> dict[int, list[Told]]:
        """Only those who lead something still; for the others' cases the usual leaders hear."""
        rows = Matter.objects.filter(kind=Kind.IN_CHARGE, closed_at=None).order_by("id")
        lead = {
            who.account_id
            for (role, _path), held in self._held.items()
            if role == Role.LEADER
            for who in held
        }
        found: dict[int, list[Told]] = {}
        for case_id, leader_id in rows.values_list("case_id", "leader_id"):
            if leader_id in lead:
                found.setdefault(case_id, []).append(self._person(leader_id))
        return found

    def told(
        self, unit_id: int | None, audiences: Iterable[str], of: CaseFile | None = None
    ) -> set[Told]:
        """Whom these audiences are for a case of this unit (None: no unit has it); where nobody is left
        of one, the next above. `of`: this case, where it is not told like others of its unit: a complaint
        about conduct is kept from some, and another has a leader in charge.
        """
        found: set[Told] = set()
        for each in audiences:
            audience: Audience | None = Audience(each)
            people: set[Told] = set()
            while audience is not None and not people:
                people = self._allowed(self._of_case(unit_id, audience, of), of)
                audience = above(audience)
            found |= people
        return found

    def roster_between(self, starts: datetime, ends: datetime) -> Callable[[datetime], There]:
        """Who was on duty at a moment between these two, by the shifts as they came to be. One query."""
        shifts = duty_between(starts, ends)
        by_day: dict[date, list[tuple[str, int, datetime, datetime]]] = {}
        for shift in shifts:
            for day in {shift[2].date(), shift[3].date()}:  # none is longer than a day
                by_day.setdefault(day, []).append(shift)

        def at(moment: datetime) -> There:
            of_day = by_day.get(moment.astimezone(UTC).date(), ())
            return self._by_unit(
                (path, who) for path, who, begins, ends in of_day if begins <= moment < ends
            )

        return at

    def _by_unit(self, rows: Iterable[tuple[str, int]]) -> dict[str, list[Told]]:
        found: dict[str, list[Told]] = {}
        for path, account_id in rows:
            if account_id in self._accounts:
                found.setdefault(path, []).append(self._person(account_id))
        return found

    def on_duty(
        self, unit_id: int | None, of: CaseFile | None = None, there: There | None = None
    ) -> set[Told]:
        """Who is on duty in the unit, or in the nearest above it where anybody is; only those who may
        know of its cases. `there`: not now, but as `roster_between` has it for another moment.
        """
        path = self.path(unit_id)
        for step in reversed(ancestors(path)) if path else self._root:
            here = (self._on_duty if there is None else there).get(step, ())
            people = self._allowed([who for who in here if self._knows(who, path)], of)
            if people:
                return people
        return set()

    def path(self, unit_id: int | None) -> str:
        """The path of a unit, empty for none."""
        return self._paths.get(unit_id or NO_UNIT, "")

    def _allowed(self, people: Iterable[Told], of: CaseFile | None) -> set[Told]:
        """Without those from whom this case is kept."""
        if of is None or not of.conduct:
            return set(people)
        return {who for who in people if not self._kept(who, of)}

    def _of_case(self, unit_id: int | None, audience: Audience, of: CaseFile | None) -> list[Told]:
        charged = self.in_charge.get(of.pk, []) if of is not None else []
        if audience == Audience.LEADER and self._allowed(charged, of):
            return charged
        return self._of(unit_id, audience)

    def _of(self, unit_id: int | None, audience: Audience) -> list[Told]:
        path = self._paths.get(unit_id or NO_UNIT)
        if audience == Audience.AGENCY_SUPERVISOR or path is None:
            return self._of_no_unit(audience)
        roles: tuple[Role, ...] = (Role.LEADER,)
        if audience == Audience.HOLDERS:
            roles = (Role.HANDLER,)
        elif audience == Audience.UNIT_HEAD:
            roles = HEADS
        return self._nearest(roles, path, root=audience == Audience.LEADER)

    def _of_no_unit(self, audience: Audience) -> list[Told]:
        """The desk has it: its dispatchers, then whoever answers for the whole agency."""
        if audience == Audience.HOLDERS:
            return [
                person
                for (role, _path), people in self._held.items()
                if role == Role.DISPATCHER
                for person in people
            ]
        role = Role.LEADER if audience == Audience.LEADER else Role.SUPERVISOR
        return [person for path in self._root for person in self._held.get((role, path), ())]

    def _nearest(self, roles: tuple[Role, ...], path: str, *, root: bool) -> list[Told]:
        """Who holds one of `roles` at the unit, or nearest above it; at the root only if `root`."""
        for step in reversed(ancestors(path)):
            if step in self._root and not root:
                break
            found = [person for role in roles for person in self._held.get((role, step), ())]
            if found:
                return found
        return []

    def _actor(self, person: Told) -> Actor:
        actor = self._actors.get(person.account_id)
        if actor is None:
            actor = standing_of(self._accounts[person.account_id]).actor
            self._actors[person.account_id] = actor
        return actor

    def _knows(self, person: Told, path: str) -> bool:
        return knows_of(self._actor(person), path)

    def _kept(self, person: Told, case: CaseFile) -> bool:
        actor = self._actor(person)
        return CaseFile.objects.filter(kept_from(actor), pk=case.pk).exists()
