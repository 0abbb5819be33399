"""Which step somebody may still take back: their own, the last on the case, done a moment ago."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

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


@dataclass(frozen=True, slots=True)
class LastAct:
    """The last act on a case, notes apart, the label of whoever did it, and what its entry holds."""

    action: str
    actor: str
    data: dict[str, Any] = field(default_factory=dict)


NOBODY = LastAct("", "")


def last_of(acts: Sequence[tuple[str, str, dict[str, Any] | None]]) -> LastAct:
    """The last of these acts on one case (action, actor, data; oldest first): any but a note. What the
    page offers and what the verb allows both ask here.
    """
    for action, actor, data in reversed(acts):
        if action != PASSED_OVER:
            return LastAct(action, actor, data or {})
    return NOBODY


def last_act(case: CaseFile) -> LastAct:
    """The last act on the case. One query."""
    acts = entries_about([subject(case)], most=LOOKED_AT)
    return last_of([(act.action, act.actor, act.data) for act in acts])


def undoable(actor: Actor, case: CaseFile, last: LastAct) -> str:
    """The verb that this actor may take back now, empty for none."""
    if last.actor != actor.label or time.now() - case.moved_at > UNDO_FOR:
        return ""
    name = last.action.removeprefix("case.")
    return name if name in UNDOABLE else ""
