"""Whom each step tells of a case: accounts by unit, read once a pass."""

from collections.abc import Iterable
from dataclasses import dataclass

from huiying.accounts.models import Account
from huiying.agencies.models import Membership, Role
from huiying.agencies.reads import ancestors, standing_of
from huiying.casework.models import CaseFile
from huiying.casework.places import Units, all_units
from huiying.casework.policy import kept_from
from huiying.kernel.actors import Actor
from huiying.supervision.states import Audience, above

NO_UNIT = 0
HEADS = (Role.SUPERVISOR, Role.REVIEWER)


@dataclass(frozen=True, slots=True)
class Told:
    """Somebody who is told: the label and language of their account."""

    account_id: int
    recipient: str
    language: str


class Staff:
    """Everybody's roles now, and whom an audience of a unit is. Two queries."""

    def __init__(self) -> None:
        self.units: Units = all_units()
        self._paths = {line.id: line.path for line in self.units.lines}
        self._root = {line.path for line in self.units.lines if line.is_root}
        self._accounts: dict[int, Account] = {}
        self._actors: dict[int, Actor] = {}
        self._held: dict[tuple[str, str], list[Told]] = {}
        rows = Membership.objects.filter(ended_at=None, account__is_active=True)
        for row in rows.select_related("account", "unit").order_by("account_id"):
            account = row.account
            self._accounts[account.pk] = account
            person = Told(account.pk, f"staff:{account.label}", account.language)
            self._held.setdefault((row.role, row.unit.path), []).append(person)

    def told(
        self, unit_id: int | None, audiences: Iterable[str], of: CaseFile | None = None
    ) -> set[Told]:
        """Whom these audiences are for a case of this unit (None: no unit has it); where nobody is left
        of one, the next above. `of`: a complaint about conduct, kept from some of them.
        """
        found: set[Told] = set()
        for each in audiences:
            audience: Audience | None = Audience(each)
            people: set[Told] = set()
            while audience is not None and not people:
                everybody = self._of(unit_id, audience)
                people = {who for who in everybody if of is None or not self._kept(who, of)}
                audience = above(audience)
            found |= people
        return found

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

    def _kept(self, person: Told, case: CaseFile) -> bool:
        actor = self._actors.get(person.account_id)
        if actor is None:
            actor = standing_of(self._accounts[person.account_id]).actor
            self._actors[person.account_id] = actor
        return CaseFile.objects.filter(kept_from(actor), pk=case.pk).exists()
