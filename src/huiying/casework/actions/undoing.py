"""Taking back one's own last step, as a step of its own: both stay in the record."""

from typing import Any

from huiying.casework import policy
from huiying.casework.actions.sorting import replace_assignments
from huiying.casework.errors import TooLateToUndo
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.stepping import check_seen, take_step
from huiying.casework.undoing import last_act, undoable
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb


def _before(case: CaseFile) -> Move:
    """Where the case stood before its last step."""
    return Move.objects.filter(case=case).order_by("-id")[1]


@verb
def undo(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """Put the case where it was before this actor's step of a moment ago. A new title stays.

    Raises TooLateToUndo where the time is over or somebody has acted since.
    """
    case = policy.find(actor, number)
    check_seen(case, seen)
    name = undoable(actor, case, last_act(case))
    if not name:
        raise TooLateToUndo
    joined = Report.objects.filter(case=case, own_case__isnull=False)
    if name == "triage" and joined.exists():
        raise TooLateToUndo
    before = _before(case)
    columns: dict[str, Any] = {}
    if name == "triage":
        columns = {"category_id": before.category_id, "due_at": before.due_at}
    if name == "assign":
        columns = {"lead_unit": before.unit}
    data = {"due_at": before.due_at.isoformat()} if name == "triage" else {}
    take_step(case, actor=actor, verb=f"undo_{name}", data=data, columns=columns)
    if name == "triage":
        Report.objects.filter(case=case, ended_at=None).update(due_at=before.due_at)
    if name == "assign":
        replace_assignments(case, before.unit, [])
    return case
