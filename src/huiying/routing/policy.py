"""Who may change what suggests a category, and who sees how good it is."""

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

READERS = ("clerk", "dispatcher", "supervisor", "leader", "auditor", "administrator", "system")


def may_change(actor: Actor) -> bool:
    """An administrator, or a supervisor of the whole agency."""
    return actor.has("administrator", "system") or "" in actor.scopes("supervisor")


def may_read(actor: Actor) -> bool:
    """Whoever sorts letters, or answers for how that is done."""
    return actor.has(*READERS)


def require_changer(actor: Actor) -> None:
    """Raise NotAllowed unless they may change it."""
    if not may_change(actor):
        raise NotAllowed


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless they may see it."""
    if not may_read(actor):
        raise NotAllowed
