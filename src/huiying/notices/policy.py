"""Who looks after notices that did not arrive: clerks of the desk, and administrators; after those to staff,
administrators.
"""

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

MENDS = ("clerk", "administrator")


def require_mender(actor: Actor) -> None:
    """Raise NotAllowed for everybody else."""
    if not actor.has(*MENDS):
        raise NotAllowed


def may_mend_staff(actor: Actor) -> bool:
    """See what was sent to which member of staff."""
    return actor.has("administrator")


def require_staff_mender(actor: Actor) -> None:
    """Raise NotAllowed for everybody else."""
    if not may_mend_staff(actor):
        raise NotAllowed
