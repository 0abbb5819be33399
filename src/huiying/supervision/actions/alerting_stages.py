"""The same pass over the clocks beside that of the answer: reckoned where something has changed, then told.

The days are kept (`StageDays`), since they follow from moves, promises and calendar by a reckoning that is
too long for one statement. They are derived: whoever loses them reckons them again.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.notices.models import Outgoing
from huiying.record.actions import write
from huiying.routing.promises.definitions import Stage
from huiying.supervision.actions.alerting import Pass, alert_notice, named, steps_given
from huiying.supervision.audiences import Told
from huiying.supervision.models import StageDays
from huiying.supervision.stages.days import CaseDays, StageDue, days_of_many
from huiying.supervision.stages.publication import taken_back_since
from huiying.supervision.stages.statements import (
    AWAKE,
    CLAIM,
    IN_ORDER,
    LOCK,
    LOOKED,
    STALE,
    STALE_ANSWERED,
)

# An answer that was withdrawn longer ago was seen by some pass since.
LOOKED_BACK = timedelta(days=30)
LISTS = ("stages", "began", "dues", "percents", "moments")


class _Claimed(NamedTuple):
    """One step that was claimed, as the statement gives it back."""

    case_id: int
    stage: str
    percent: int
    apart: bool
    began_at: datetime
    due_at: datetime


def to_reckon(one: Pass) -> list[int]:
    """The ids of the cases whose days of stages are not as they stand now. One statement."""
    if not one.percents:
        return []
    given = {
        "now": time.now(),
        "open": sorted(state.value for state in OPEN),
        "reckoned_by": one.reckoned_by,
    }
    wanted = STALE
    if Stage.PUBLISH in one.percents:
        again = taken_back_since(time.now() - LOOKED_BACK)
        given |= {"again": list(again), "again_at": list(again.values())}
        wanted += STALE_ANSWERED
    return _ids(wanted + IN_ORDER, given)


def _ids(statement: str, given: dict[str, Any]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return [row[0] for row in cursor.fetchall()]


@verb
def reckon_days(*, actor: Actor, one: Pass, cases: Sequence[int]) -> int:
    """Keep when the clocks of these cases (ids) come to the steps of the policy; how many cases.

    It changes nothing of a case and is no act on record: it can be done again at any time. For the system
    alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    rows = [_row(days, one) for days in days_of_many(cases, one.percents, one.terms)]
    StageDays.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["case"],
        update_fields=["version", "reckoned_by", "reckoned_at", "next_at", *LISTS],
    )
    return len(rows)


def _row(days: CaseDays, one: Pass) -> StageDays:
    return StageDays(
        case_id=days.case_id,
        version=days.version,
        reckoned_by=one.reckoned_by,
        reckoned_at=time.now(),
        next_at=min((step.at for step in days.steps), default=None),
        stages=[step.clock.stage for step in days.steps],
        began=[step.clock.began_at for step in days.steps],
        dues=[step.clock.due_at for step in days.steps],
        percents=[step.percent for step in days.steps],
        moments=[step.at for step in days.steps],
    )


def stages_reached(one: Pass) -> list[int]:
    """The ids of the cases of which a clock has come to a step since it was looked at. One statement."""
    return _ids(AWAKE, {"now": time.now()}) if one.percents else []


@verb
def tell_stages_reached(*, actor: Actor, one: Pass, cases: Sequence[int]) -> int:
    """Claim the steps that clocks of these cases (ids) have come to and tell whom they name; how many claims.

    For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    now = time.now()
    given = steps_given(one, cases, one.definition.beside_answer, now)
    given |= {"now": now, "reckoned_by": one.reckoned_by}
    with connection.cursor() as cursor:
        cursor.execute(LOCK, given)
        cursor.execute(CLAIM, given)
        rows = list(map(_Claimed._make, cursor.fetchall()))
        cursor.execute(LOOKED, given)
    if not rows:
        return 0
    _tell_apart(one, [row for row in rows if row.apart], now)
    lines = "\n".join(f"{row.case_id} {row.stage} {row.percent}" for row in rows)
    write(
        actor=actor,
        action="escalation.told",
        subject="escalation",
        data={
            "policy": one.number,
            "steps": len(rows),
            "stages": sorted({row.stage for row in rows}),
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
        },
    )
    return len(rows)


def _tell_apart(one: Pass, rows: Sequence[_Claimed], now: datetime) -> None:
    """Complaints about conduct, and cases with a leader in charge, one by one, as of the answer's clock."""
    cases = CaseFile.objects.in_bulk([row.case_id for row in rows]) if rows else {}
    furthest: dict[tuple[int, str, Told], tuple[_Claimed, str]] = {}
    for row in rows:
        step, case = one.definition.step(row.percent, row.stage), cases[row.case_id]
        people = named(one, step, case.lead_unit_id, now, case) if step else {}
        furthest |= {(case.pk, row.stage, who): (row, kind) for who, kind in people.items()}
    Outgoing.objects.bulk_create(
        [
            alert_notice(
                one,
                who,
                cases[row.case_id],
                row.percent,
                kind,
                StageDue(row.stage, row.began_at, row.due_at),
            )
            for (_case, _stage, who), (row, kind) in furthest.items()
        ]
    )
