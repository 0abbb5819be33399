"""One pass over the running clocks: who is told, each step once a case and round.

The row of `Alert` is the claim, and the outbox rows are written with it. So two workers tell nobody
twice, and one that is killed has told nobody or everybody of its batch.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
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
from huiying.routing.all_terms import AllTerms, all_terms
from huiying.routing.promises.definitions import Stage
from huiying.supervision.audiences import NO_UNIT, Staff, Told
from huiying.supervision.definitions import Definition, Step
from huiying.supervision.reached import CLAIM, FIND
from huiying.supervision.stages.days import StageDue
from huiying.supervision.timing import SendingHours

type Row = tuple[int, int, bool]
# Another number makes all days of stages anew: for a release that reckons them otherwise.
RECKONING = 1
USUAL, ON_DUTY = "escalation", "escalation_on_duty"


@dataclass(frozen=True)
class Pass:
    """What is the same for every case of one pass: the policy in force, who is who, and when to send."""

    number: int
    definition: Definition
    staff: Staff
    timing: SendingHours
    paces: dict[str, Any]

    @cached_property
    def terms(self) -> AllTerms:
        """What was promised, read where a clock beside that of the answer is looked at. Six queries."""
        return all_terms()

    @cached_property
    def percents(self) -> dict[str, list[int]]:
        """The steps of each clock beside that of the answer."""
        found: dict[str, list[int]] = {}
        for step in self.definition.beside_answer:
            found.setdefault(step.stage.value, []).append(step.at)
        return found

    @cached_property
    def reckoned_by(self) -> str:
        """What the days of stages hang on beside their case: another one, and all are reckoned anew."""
        said = f"{RECKONING} {self.percents} {self.terms.digest}"
        return hashlib.sha256(said.encode()).hexdigest()


def steps_reached(one: Pass) -> list[int]:
    """The ids of the cases that have come to a step they were not told of. One statement."""
    steps = [step.at for step in one.definition.steps_of(Stage.SOLVE)]
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
    clocks = clocks_given(one)
    return clocks | steps_given(one, cases, one.definition.steps_of(Stage.SOLVE), clocks["now"])


def steps_given(
    one: Pass, cases: Sequence[int], steps: Sequence[Step], now: datetime
) -> dict[str, Any]:
    """What a claim asks for of these steps: when each is sent and noted, and whom it tells."""
    digest_at = one.timing.digest_at(now)
    whom = _whom(one, steps, now)
    return {
        "ids": list(cases),
        "policy": one.number,
        "name": random_label(26),
        "send_at": one.timing.send_at(now),
        "stages": [step.stage.value for step in steps],
        "steps": [step.at for step in steps],
        "audiences": [step.highest.value for step in steps],
        "digests": [digest_at if step.digest else None for step in steps],
        "notes": [_note_by(one, now, step.acknowledge_within) for step in steps],
        "apart": list(one.staff.in_charge),
        "whom_unit": [line[0] for line in whom],
        "whom_stage": [line[1].stage.value for line in whom],
        "whom_percent": [line[1].at for line in whom],
        "whom_recipient": [line[2].recipient for line in whom],
        "whom_language": [line[2].language for line in whom],
        "whom_kind": [line[3] for line in whom],
    }


def _whom(one: Pass, steps: Sequence[Step], now: datetime) -> list[tuple[int, Step, Told, str]]:
    """Unit, step, person, kind of notice: for what is told at once."""
    units = [NO_UNIT, *(line.id for line in one.staff.units.lines)]
    return [
        (unit, step, person, kind)
        for unit in units
        for step in steps
        for person, kind in named(one, step, unit or None, now).items()
    ]


def named(
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
            people = named(one, step, case.lead_unit_id, now, case) if step else {}
            furthest |= {person: (percent, kind) for person, kind in people.items()}
        found += [
            alert_notice(one, person, case, percent, kind)
            for person, (percent, kind) in furthest.items()
        ]
    Outgoing.objects.bulk_create(found)


def alert_notice(
    one: Pass,
    person: Told,
    case: CaseFile,
    percent: int,
    kind: str = USUAL,
    clock: StageDue | None = None,
) -> Outgoing:
    """One notice to one person of one case: its number and how far its clock has come, nothing else; of a
    clock beside that of its answer, which it is and when it is due.
    """
    row = notice_row(
        kind=kind,
        recipient=person.recipient,
        language=person.language,
        data={"number": case.number, "percent": percent} | about(clock),
    )
    if kind == USUAL:
        row.due_at = one.timing.send_at(row.made_at)
    return row


def about(clock: StageDue | None) -> dict[str, str]:
    """Which clock a notice is about; nothing for that of the answer."""
    return {"stage": clock.stage, "due": clock.due_at.isoformat()} if clock else {}
