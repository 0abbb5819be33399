"""Which step somebody may still take back: their own, the last on the case, done a moment ago."""

from datetime import timedelta

from huiying.casework.labels import subject
from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.record.reads import entries_about

UNDO_FOR = timedelta(minutes=10)
UNDOABLE = frozenset({"triage", "assign", "accept"})
# A note moves nothing, so it stands in nobody's way.
PASSED_OVER = "case.note"
LOOKED_AT = 20


def undoable(actor: Actor, case: CaseFile) -> str:
    """The verb that this actor may take back now, empty for none. One query, soon after a move only."""
    if time.now() - case.moved_at > UNDO_FOR:
        return ""
    acts = entries_about([subject(case)], most=LOOKED_AT)
    last = next((act for act in reversed(acts) if act.action != PASSED_OVER), None)
    if last is None or last.actor != actor.label:
        return ""
    name = last.action.removeprefix("case.")
    return name if name in UNDOABLE else ""
