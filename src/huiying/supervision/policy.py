"""Who may change and read escalation policies, and who takes note of an alert."""

from django.db.models import Q, QuerySet

from huiying.agencies.models import Role
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.supervision.models import Matter
from huiying.supervision.states import Kind

HEADS = (Role.SUPERVISOR, Role.REVIEWER)  # who answers for a unit
TAKES_NOTE = frozenset({"handler", "reviewer", "supervisor"})


def may_change(actor: Actor) -> bool:
    """Propose an escalation policy, and decide on one: administrators and supervisors of the whole agency,
    two of them.
    """
    return actor.has(Role.ADMINISTRATOR) or "" in actor.scopes(Role.SUPERVISOR)


def require_changer(actor: Actor) -> None:
    """Raise NotAllowed for anybody else."""
    if not may_change(actor):
        raise NotAllowed


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person answers for deadlines, or checks them."""
    if not actor.has("administrator", "supervisor", "auditor", "system"):
        raise NotAllowed


def may_take_note(actor: Actor, case: CaseFile) -> bool:
    """Those who have the case, or answer for those who have it; the actor was found to see it."""
    if case.lead_unit_id is None:
        return actor.has("dispatcher", "clerk") or "" in actor.scopes("supervisor")
    return cases.plays_part(actor, TAKES_NOTE, case)


def kinds(actor: Actor) -> tuple[Kind, ...]:
    """What this actor may put on the supervision list, on whichever case."""
    found = [Kind.SUPERVISION] if actor.has("supervisor") else []
    if "" in actor.scopes("supervisor"):
        found.append(Kind.IN_CHARGE)
    if actor.has("leader"):
        found.append(Kind.INSTRUCTION)
    return tuple(found)


def reads_list(actor: Actor) -> bool:
    """Whether there is a supervision list for this actor: everybody who reads cases, and leaders."""
    return actor.has(*cases.READS_ALL, *cases.READS_BELOW, "leader")


def known_cases(actor: Actor) -> QuerySet[CaseFile]:
    """The cases whose matters this actor sees: those that they read, and a leader those of the units that
    they lead, of which they see number, unit and dates. Never one that is kept from them.
    """
    seen = cases.visible_cases(actor)
    if not actor.has("leader"):
        return seen
    scopes = actor.scopes("leader")
    led = CaseFile.objects.exclude(cases.kept_from(actor))
    if "" not in scopes:
        led = led.filter(lead_unit__in=cases.units_below(scopes).values("pk"))
    return CaseFile.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=led.values("pk")))


def knows_of(actor: Actor, path: str) -> bool:
    """Whether `known_cases` has those of the unit at `path` (empty for none) by the roles alone."""
    if cases.reads_everything(actor) or "" in actor.scopes("leader"):
        return True
    scopes = actor.scopes(*cases.READS_BELOW, "leader")
    return bool(path) and any(path.startswith(scope) for scope in scopes)


def _over(actor: Actor, role: str, case: CaseFile) -> bool:
    """Whether the actor holds `role` over the unit that has the case; at the root over every case."""
    path = case.lead_unit.path if case.lead_unit else ""
    return any(path.startswith(scope) for scope in actor.scopes(role))


def may_put(actor: Actor, kind: str, case: CaseFile) -> bool:
    """A supervisor of the unit, a leader of it; that a leader is in charge says the agency's supervisor."""
    if kind == Kind.IN_CHARGE:
        return "" in actor.scopes("supervisor")
    return _over(actor, "leader" if kind == Kind.INSTRUCTION else "supervisor", case)


def may_report(actor: Actor, matter: Matter) -> bool:
    """Whoever has the case, or answers for those; and the leader in charge. Nobody to themselves: not who
    put it on the list.
    """
    if str(matter.opened_by_id) in actor.scopes("account"):
        return False
    if matter.leader_id is not None and str(matter.leader_id) in actor.scopes("account"):
        return True
    seen = cases.visible_cases(actor).filter(pk=matter.case_id).exists()
    return seen and may_take_note(actor, matter.case)


def may_close(actor: Actor, matter: Matter) -> bool:
    """Whoever may put such a matter on the list."""
    return may_put(actor, matter.kind, matter.case)
