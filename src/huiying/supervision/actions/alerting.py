"""One pass over the running clocks: who is told, each step once a case and round.

The row of `Alert` is the claim, and the outbox rows are written with it. So two workers tell nobody
twice, and one that is killed has told nobody or everybody of its batch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN, TAKEN_UP_AGAIN
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.notices.actions import notice_row
from huiying.notices.models import Outgoing
from huiying.record.actions import write
from huiying.supervision.audiences import NO_UNIT, Staff, Told
from huiying.supervision.definitions import Definition, Step
from huiying.supervision.reached import CLAIM, FIND
from huiying.supervision.timing import SendingHours

type Row = tuple[int, int, bool]
USUAL, ON_DUTY = "escalation", "escalation_on_duty"


@dataclass(frozen=True)
class Pass:
    """What is the same for every case of one pass: the policy in force, who is who, and when to send."""

    number: int
    definition: Definition
    staff: Staff
    timing: SendingHours
    paces: dict[str, Any]


def steps_reached(one: Pass) -> list[int]:
    """The ids of the cases that have come to a step they were not told of. One statement."""
    steps = [step.at for step in one.definition.steps]
    if not steps:
        return []
    given = clocks_given(one) | {"steps": steps, "first": steps[0]}
    with connection.cursor() as cursor:
        cursor.execute(FIND, given)
        return [row[0] for row in cursor.fetchall()]


def clocks_given(one: Pass) -> dict[str, Any]:
    """What `reached.RUNNING` asks for."""
    return one.paces | {
        "now": time.now(),
        "open": sorted(state.value for state in OPEN),
        "again": list(TAKEN_UP_AGAIN),
    }


@verb
def tell_reached(*, actor: Actor, one: Pass, cases: Sequence[int]) -> int:
    """Claim the steps that these cases (ids) have come to and tell whom they name; how many claims.

    For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, _given(one, cases))
        rows: list[Row] = cursor.fetchall()
    if not rows:
        return 0
    _tell_apart(one, rows)
    lines = "\n".join(f"{case} {percent}" for case, percent, _apart in rows)
    write(
        actor=actor,
        action="escalation.told",
        subject="escalation",
        data={
            "policy": one.number,
            "steps": len(rows),
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
        },
    )
    return len(rows)


def _given(one: Pass, cases: Sequence[int]) -> dict[str, Any]:
    clocks, steps = clocks_given(one), one.definition.steps
    now = clocks["now"]
    digest_at = one.timing.digest_at(now)
    whom = _whom(one, now)
    return clocks | {
        "ids": list(cases),
        "policy": one.number,
        "name": random_label(26),
        "send_at": one.timing.send_at(now),
        "steps": [step.at for step in steps],
        "audiences": [step.highest.value for step in steps],
        "digests": [digest_at if step.digest else None for step in steps],
        "notes": [_note_by(one, now, step.acknowledge_within) for step in steps],
        "apart": list(one.staff.in_charge),
        "whom_unit": [line[0] for line in whom],
        "whom_percent": [line[1] for line in whom],
        "whom_recipient": [line[2].recipient for line in whom],
        "whom_language": [line[2].language for line in whom],
        "whom_kind": [line[3] for line in whom],
    }


def _whom(one: Pass, now: datetime) -> list[tuple[int, int, Told, str]]:
    """Unit, percentage, person, kind of notice: for what is told at once."""
    units = [NO_UNIT, *(line.id for line in one.staff.units.lines)]
    return [
        (unit, step.at, person, kind)
        for unit in units
        for step in one.definition.steps
        for person, kind in _named(one, step, unit or None, now).items()
    ]


def _named(
    one: Pass, step: Step, unit_id: int | None, now: datetime, of: CaseFile | None = None
) -> dict[Told, str]:
    """Whom a step tells now, with the kind of notice: those it names, and who is on duty where it says so
    and nobody of the unit works at this hour.
    """
    found: dict[Told, str] = {}
    if not step.digest:
        found = dict.fromkeys(one.staff.told(unit_id, step.tell, of), USUAL)
    if step.on_duty and one.timing.at_rest(one.staff.path(unit_id), now):
        found |= dict.fromkeys(one.staff.on_duty(unit_id, of), ON_DUTY)
    return found


def _note_by(one: Pass, now: datetime, hours: int) -> datetime | None:
    return one.timing.acknowledge_by(now, hours) if hours else None


def _tell_apart(one: Pass, rows: Sequence[Row]) -> None:
    """Complaints about conduct, and cases with a leader in charge, one by one: each past those whom it is
    kept from, and to the leader whose it is.
    """
    percents: dict[int, list[int]] = {}
    for case_id, percent, apart in rows:
        if apart:
            percents.setdefault(case_id, []).append(percent)
    now, found = time.now(), list[Outgoing]()
    for case in CaseFile.objects.filter(pk__in=percents):
        furthest: dict[Told, tuple[int, str]] = {}
        for percent in percents[case.pk]:
            step = one.definition.step(percent)
            people = _named(one, step, case.lead_unit_id, now, case) if step else {}
            furthest |= {person: (percent, kind) for person, kind in people.items()}
        found += [
            alert_notice(one, person, case, percent, kind)
            for person, (percent, kind) in furthest.items()
        ]
    Outgoing.objects.bulk_create(found)


def alert_notice(
    one: Pass, person: Told, case: CaseFile, percent: int, kind: str = USUAL
) -> Outgoing:
    """One notice to one person of one case: its number and how far its clock has come, nothing else."""
    row = notice_row(
        kind=kind,
        recipient=person.recipient,
        language=person.language,
        data={"number": case.number, "percent": percent},
    )
    if kind == USUAL:
        row.due_at = one.timing.send_at(row.made_at)
    return row
