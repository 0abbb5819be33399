"""What the worker does: one pass over all running clocks. Safe to repeat, to interrupt and in two
workers at once.
"""

from itertools import batched

from huiying.kernel.actors import SYSTEM
from huiying.supervision.actions.alerting import Pass, steps_reached, tell_reached
from huiying.supervision.actions.alerting_stages import (
    reckon_days,
    stages_reached,
    tell_stages_reached,
    to_reckon,
)
from huiying.supervision.actions.raising import raise_unnoted, send_digests
from huiying.supervision.audiences import Staff
from huiying.supervision.definitions import Definition
from huiying.supervision.paces import running_paces
from huiying.supervision.reads import in_force
from huiying.supervision.timing import sending_hours

BATCH = 20_000
RECKONED = 1000  # cases at a time, each a few tenths of a millisecond


def escalate() -> int:
    """Tell whoever is to be told now; how many alerts were written or dealt with.

    Without a policy nobody is told anything; with one of no steps only what waits goes out.
    """
    found = in_force()
    if found is None:
        return 0
    one = prepared(found.number, found.definition)
    done = sum(
        tell_reached(actor=SYSTEM, one=one, cases=cases)
        for cases in batched(steps_reached(one), BATCH)
    )
    done += _tell_stages(one)
    while more := raise_unnoted(actor=SYSTEM, one=one):
        done += more
    while more := send_digests(actor=SYSTEM, one=one):
        done += more
    return done


def _tell_stages(one: Pass) -> int:
    """The clocks beside that of the answer, where the policy names any. What a pass that was ended has not
    reckoned, the next one does.
    """
    for cases in batched(to_reckon(one), RECKONED):
        reckon_days(actor=SYSTEM, one=one, cases=cases)
    return sum(
        tell_stages_reached(actor=SYSTEM, one=one, cases=cases)
        for cases in batched(stages_reached(one), BATCH)
    )


def prepared(number: int, definition: Definition) -> Pass:
    """What a pass reads once for all its cases."""
    return Pass(number, definition, Staff(), sending_hours(definition), running_paces())
