"""Taking one step of the life cycle: compare-and-set, the move for the figures, the entry."""

from datetime import datetime
from typing import Any

from huiying.casework import policy
from huiying.casework.deadlines import pause_so_far
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Move
from huiying.casework.pausing import cases as pausing
from huiying.casework.pausing.letters import keep
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
        due_after_wait=case.due_after_wait,
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
    case and writers move by it, each in the time of its promise. Raises what `policy.may_step` says,
    WrongState, MovedOn; ValueError for a step to "answered" that names no reply (`answering` does).
    """
    policy.require_step(actor, verb, case)
    source = case.state
    step = policy.chosen_step(verb, case)
    told = dict(data or {})
    if step.target == State.ANSWERED and not told.get("reply"):
        raise ValueError("Only an approved reply answers a case.")
    ended = pausing.ends(case) if source == State.WAITING else None
    if ended is not None:
        told["paused_seconds"] = int(pause_so_far(case).total_seconds())
        told["due_at"] = ended.columns["due_at"].isoformat()
        columns = (columns or {}) | ended.columns
    change(case, **((columns or {}) | {"state": step.target}))
    if ended is not None:
        keep(ended.letters)
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
