"""What the worker does: end holds whose time came, erase what is due. Safe to repeat and to interrupt."""

import logging
from datetime import timedelta

from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import MovedOn
from huiying.replies.actions.searching import erase_searches
from huiying.retention import reads
from huiying.retention.actions import (
    end_lapsed_hold,
    erase_due_letter,
    finish_run,
    start_run,
)
from huiying.retention.due import due
from huiying.retention.models import Hold, What

logger = logging.getLogger(__name__)
MOST_A_RUN = 1000  # of each kind; the next hour goes on


def erase_due() -> int:
    """One run under the rules in force; how many letters lost contact or words. 0 without rules.

    The words of searches belong to no letter: they go in an act of their own.
    """
    end_lapsed()
    rules = reads.rules_in_force()
    if rules is None:
        return 0
    moment = time.now()
    if rules.search_days is not None:
        erase_searches(actor=SYSTEM, before=moment - timedelta(days=rules.search_days))
    # Words first: with them the contact goes in one act.
    wanted = [
        (what, pk)
        for what in (What.WORDS, What.CONTACT)
        for pk in due(rules, what, moment).values_list("pk", flat=True)[:MOST_A_RUN]
    ]
    if not wanted:
        return 0
    run = start_run(actor=SYSTEM, rules=rules)
    erased = 0
    for what, pk in wanted:
        try:
            erase_due_letter(actor=SYSTEM, run=run, what=what, report_id=pk)
            erased += 1
        except MovedOn:  # reopened, held or erased since the list was made
            continue
        except Exception as error:  # noqa: BLE001 - one letter must not keep all later ones from ending
            logger.error("letter not erased: report %s, %s", pk, type(error).__name__)
    finish_run(actor=SYSTEM, run=run)
    return erased


def end_lapsed() -> int:
    """Write down that holds ended by themselves; how many."""
    lapsed = list(Hold.objects.select_related("case").filter(ended_at=None, until__lte=time.now()))
    ended = 0
    for hold in lapsed:
        try:
            end_lapsed_hold(actor=SYSTEM, hold=hold)
            ended += 1
        except MovedOn:  # somebody ended it since the list was read
            continue
    return ended
