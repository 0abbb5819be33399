"""Who looks after notices that did not arrive: clerks of the desk, and administrators."""

from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed

MENDS = ("clerk", "administrator")


def require_mender(actor: Actor) -> None:
    """Raise NotAllowed for everybody else."""
    if not actor.has(*MENDS):
        raise NotAllowed
