"""Who may change a calendar, and who sees them at the desk."""

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed


def may_keep(actor: Actor) -> bool:
    """Put a version in force: an administrator, alone; a holiday declared tonight cannot wait."""
    return actor.has("administrator", "system")


def require_keeper(actor: Actor) -> None:
    """Raise NotAllowed unless this is an administrator."""
    if not may_keep(actor):
        raise NotAllowed


def require_reader(actor: Actor) -> None:
    """Raise NotAllowed unless this person answers for deadlines, or checks them."""
    if not actor.has("administrator", "supervisor", "auditor", "system"):
        raise NotAllowed
