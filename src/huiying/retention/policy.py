"""Who decides on erasure. Nobody here needs to read a letter for it."""

from huiying.agencies.models import Role
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed


def _heads(actor: Actor) -> bool:
    return "" in actor.scopes(Role.SUPERVISOR)


def may_set_rules(actor: Actor) -> bool:
    """Propose and approve: administrators and supervisors of the whole agency, two of them."""
    return actor.has(Role.ADMINISTRATOR) or _heads(actor)


def may_hold(actor: Actor) -> bool:
    """Ask for a hold and grant one: auditors and supervisors of the whole agency, two of them."""
    return actor.has(Role.AUDITOR) or _heads(actor)


def may_look(actor: Actor) -> bool:
    """The pages on erasure: rules, rehearsal, runs."""
    return may_set_rules(actor) or may_hold(actor)


def require(allowed: bool) -> None:
    """Raise NotAllowed where it is not."""
    if not allowed:
        raise NotAllowed
