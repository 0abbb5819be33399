"""An escalation policy that two people put in force."""

from huiying.kernel.actors import Actor, Grant
from huiying.supervision.actions.adopting import adopt_policy, propose_policy
from huiying.supervision.definitions import Definition, read_policy

FIRST, SECOND = (
    Actor(f"staff:{label}", frozenset({Grant("administrator")})) for label in ("first", "second")
)


def put_in_force(definition: Definition | str) -> int:
    """The number of the version that says this."""
    read = read_policy(definition) if isinstance(definition, str) else definition
    number = propose_policy(actor=FIRST, definition=read)
    adopt_policy(actor=SECOND, number=number)
    return number
