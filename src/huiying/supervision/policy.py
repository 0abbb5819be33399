"""Who may change and read escalation policies, and who takes note of an alert."""

from huiying.casework import policy as cases
from huiying.casework.models import CaseFile
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

TAKES_NOTE = frozenset({"handler", "reviewer", "supervisor"})


def may_adopt(actor: Actor) -> bool:
    """Whether this actor puts a policy in force."""
    return actor.has("administrator", "system")


def require_adopter(actor: Actor) -> None:
    """Raise NotAllowed unless this is an administrator."""
    if not may_adopt(actor):
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
