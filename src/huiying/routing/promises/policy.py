"""Who changes the promises: two people. Everybody may read them."""

from huiying.agencies.models import Role
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed


def may_change(actor: Actor) -> bool:
    """Propose and put in force: administrators and supervisors of the whole agency, two of them."""
    return actor.has(Role.ADMINISTRATOR) or "" in actor.scopes(Role.SUPERVISOR)


def require_change(actor: Actor) -> None:
    """Raise NotAllowed for anybody else."""
    if not may_change(actor):
        raise NotAllowed


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person answers for deadlines, or checks them."""
    if not actor.has(Role.ADMINISTRATOR, Role.SUPERVISOR, Role.AUDITOR):
        raise NotAllowed
