"""What the worker does: keep every plan 53 weeks ahead, empty old lines of the log. Safe to repeat."""

import logging

from huiying.agencies.duty.actions.logbook import empty_old_lines
from huiying.agencies.duty.actions.rosters import plan_ahead
from huiying.agencies.duty.models import Roster
from huiying.kernel.actors import SYSTEM

logger = logging.getLogger(__name__)


def keep_planned() -> int:
    """Every roster, one transaction each; how many shifts changed."""
    changed = 0
    for code in Roster.objects.filter(ended_at=None).values_list("code", flat=True):
        try:
            changed += plan_ahead(actor=SYSTEM, code=code)
        except Exception as error:  # noqa: BLE001 - one roster must not keep the others from being planned
            logger.error("not planned: roster %s, %s", code, type(error).__name__)
    empty_old_lines(actor=SYSTEM)
    return changed
