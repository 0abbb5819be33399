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
from huiying.supervision.definitions import Definition
from huiying.supervision.reached import CLAIM, FIND
from huiying.supervision.timing import Timing

type Row = tuple[int, int, bool]


@dataclass(frozen=True)
class Pass:
    """What is the same for every case of one pass: the policy in force, who is who, and when to send."""

    number: int
    definition: Definition
    staff: Staff
    timing: Timing


def steps_reached(definition: Definition) -> list[int]:
    """The ids of the cases that have come to a step they were not told of. One statement."""
    steps = [step.at for step in definition.steps]
    if not steps:
        return []
    given = _clocks() | {"steps": steps, "first": steps[0]}
    with connection.cursor() as cursor:
        cursor.execute(FIND, given)
        return [row[0] for row in cursor.fetchall()]


def _clocks() -> dict[str, Any]:
    """What `reached.RUNNING` asks for."""
    return {
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
    _tell_of_conduct(one, rows)
    lines = "\n".join(f"{case} {percent}" for case, percent, _conduct in rows)
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
    clocks, steps = _clocks(), one.definition.steps
    now = clocks["now"]
    digest_at = one.timing.digest_at(now)
    whom = _whom(one)
    return clocks | {
        "ids": list(cases),
        "policy": one.number,
        "name": random_label(26),
        "send_at": one.timing.send_at(now),
        "steps": [step.at for step in steps],
        "audiences": [step.highest.value for step in steps],
        "digests": [digest_at if step.digest else None for step in steps],
        "notes": [_note_by(one, now, step.acknowledge_within) for step in steps],
        "whom_unit": [unit for unit, _percent, _person in whom],
        "whom_percent": [percent for _unit, percent, _person in whom],
        "whom_recipient": [person.recipient for _unit, _percent, person in whom],
        "whom_language": [person.language for _unit, _percent, person in whom],
    }


def _whom(one: Pass) -> list[tuple[int, int, Told]]:
    """Unit, percentage, person: for the steps that are told at once."""
    units = [NO_UNIT, *(line.id for line in one.staff.units.lines)]
    return [
        (unit, step.at, person)
        for unit in units
        for step in one.definition.steps
        if not step.digest
        for person in one.staff.told(unit or None, step.tell)
    ]


def _note_by(one: Pass, now: datetime, hours: int) -> datetime | None:
    return one.timing.acknowledge_by(now, hours) if hours else None


def _tell_of_conduct(one: Pass, rows: Sequence[Row]) -> None:
    """Complaints about conduct one by one, each past those whom it is kept from."""
    percents: dict[int, list[int]] = {}
    for case_id, percent, conduct in rows:
        if conduct:
            percents.setdefault(case_id, []).append(percent)
    found: list[Outgoing] = []
    for case in CaseFile.objects.filter(pk__in=percents):
        furthest: dict[Told, int] = {}
        for percent in percents[case.pk]:
            step = one.definition.step(percent)
            if step is not None and not step.digest:
                people = one.staff.told(case.lead_unit_id, step.tell, case)
                furthest |= dict.fromkeys(people, percent)
        found += [alert_notice(one, person, case, furthest[person]) for person in furthest]
    Outgoing.objects.bulk_create(found)


def alert_notice(one: Pass, person: Told, case: CaseFile, percent: int) -> Outgoing:
    """One notice to one person of one case: its number and how far its clock has come, nothing else."""
    row = notice_row(
        kind="escalation",
        recipient=person.recipient,
        language=person.language,
        data={"number": case.number, "percent": percent},
    )
    row.due_at = one.timing.send_at(row.made_at)
    return row
