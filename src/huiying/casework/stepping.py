"""Taking one step of the life cycle: compare-and-set, the move for the figures, the entry."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from huiying.casework import policy
from huiying.casework.deadlines import pause_so_far
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import State
from huiying.casework.unfinished import FIELDS, forget_sent
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.inserting import insert_together, new_row
from huiying.kernel.refusals import MovedOn
from huiying.record.actions import entry_rows


def move_row(case: CaseFile, *, verb: str, source: str, at: datetime | None = None) -> Move:
    """Where the case stands after this step, taken at `at` or now; figures are counted from these rows."""
    return new_row(
        Move,
        case=case,
        at=at or time.now(),
        verb=verb,
        source=source,
        target=case.state,
        unit_id=case.lead_unit_id,
        category_id=case.category_id,
        due_at=case.due_at,
        waiting_since=case.waiting_since,
        waiting_until=case.waiting_until,
        outcome=case.outcome,
        round=case.round,
    )


def change(case: CaseFile, **columns: Any) -> None:
    """Set named columns by compare-and-set on the version, and on `case` itself.

    Raises MovedOn where somebody else moved the case since it was read.
    """
    columns["version"] = case.version + 1
    columns.setdefault("moved_at", time.now())
    done = CaseFile.objects.filter(pk=case.pk, state=case.state, version=case.version).update(
        **columns
    )
    if not done:
        raise MovedOn
    for name, value in columns.items():
        setattr(case, name, value)


def check_seen(case: CaseFile, seen: int | None) -> None:
    """Raise MovedOn where the person decided on an older version than this."""
    if seen is not None and seen != case.version:
        raise MovedOn


def _ended_pause(case: CaseFile, pause: timedelta) -> dict[str, Any]:
    """The columns of a waiting case whose clock runs again after `pause`."""
    return {
        "waiting_since": None,
        "waiting_until": None,
        "due_at": case.due_at + pause,
        "paused": case.paused + pause,
    }


def take_step(
    case: CaseFile,
    *,
    actor: Actor,
    verb: str,
    data: dict[str, Any] | None = None,
    columns: dict[str, Any] | None = None,
) -> None:
    """Authorise, move the case along its table, keep the move and write the entry.

    `columns` are set together with the state. A step out of waiting ends the pause: the due times of
    case and writers move by it. Raises what `policy.may_step` says, WrongState, MovedOn; ValueError for
    a step to "answered" that names no reply (`answering` does).
    """
    policy.require_step(actor, verb, case)
    source = case.state
    step = policy.chosen_step(verb, case)
    told = dict(data or {})
    if step.target == State.ANSWERED and not told.get("reply"):
        raise ValueError("Only an approved reply answers a case.")
    pause = pause_so_far(case)
    ended = _ended_pause(case, pause) if source == State.WAITING else {}
    if ended:
        told["paused_seconds"] = int(pause.total_seconds())
        told["due_at"] = ended["due_at"].isoformat()
    change(case, **((columns or {}) | ended | {"state": step.target}))
    if pause:
        waiting = Report.objects.filter(case=case, ended_at=None, delivered_at=None)
        waiting.update(due_at=F("due_at") + pause, paused=F("paused") + pause)
    if verb in FIELDS:  # sent: nothing is left to keep
        forget_sent(actor, case, verb)
    keep_act(case, actor=actor, verb=verb, data=told, source=source)


def keep_act(
    case: CaseFile, *, actor: Actor, verb: str, data: dict[str, Any], source: str = ""
) -> None:
    """The move and the entry of an act whose columns were just changed; one that named no `source` left the
    case in its state.
    """
    insert_together(
        move_row(case, verb=verb, source=source or case.state, at=case.moved_at),
        *entry_rows(actor=actor, action=f"case.{verb}", subject=subject(case), data=data),
    )
