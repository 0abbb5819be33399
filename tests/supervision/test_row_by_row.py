"""The pass in batches tells exactly whom a slow one tells, which goes case by case in plain Python."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.deadlines import running_pause
from huiying.casework.models import CaseFile
from huiying.casework.states import OPEN, State
from huiying.kernel import time
from huiying.notices.models import Outgoing
from huiying.supervision.audiences import Staff
from huiying.supervision.definitions import Definition, read_policy
from huiying.supervision.models import Alert
from huiying.supervision.tasks import escalate
from tests.casework.ways import brought_to
from tests.people import People
from tests.supervision.policies import put_in_force

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
POLICY = """
[[step]]
at = 40
tell = ["holders"]
[[step]]
at = 80
tell = ["holders", "unit_head"]
digest = true
[[step]]
at = 100
tell = ["holders", "agency_supervisor"]
[[step]]
at = 250
tell = ["unit_head", "leader"]
"""
STATES = [State.RECEIVED, State.ASSIGNED, State.IN_PROGRESS, State.WAITING, State.CLOSED]
type Found = set[tuple[object, ...]]


def _new_steps(case: CaseFile, definition: Definition, now: datetime) -> list[int]:
    """The steps that this case has come to and was not told of."""
    if case.state not in OPEN or case.due_at is None:
        return []
    allowed = case.due_at - case.paused - case.received_at
    still = case.paused + running_pause(case.waiting_since, case.waiting_until, now)
    passed = now - case.received_at - still
    told = Alert.objects.filter(case=case, round=case.round).values_list("percent", flat=True)
    return [
        step.at
        for step in definition.steps
        if step.at > max(told, default=0)
        and (passed - allowed) * 100 >= (step.at - 100) * max(allowed, HOUR)
    ]


def _expected(definition: Definition, now: datetime) -> tuple[Found, Found]:
    staff = Staff()
    alerts: Found = set()
    notices: Found = set()
    for case in CaseFile.objects.all():
        furthest: dict[str, int] = {}
        for percent in _new_steps(case, definition, now):
            step = definition.step(percent)
            assert step is not None
            alerts.add((case.pk, case.round, percent, step.highest.value))
            if not step.digest:
                people = staff.told(case.lead_unit_id, step.tell, case if case.conduct else None)
                furthest |= {person.recipient: percent for person in people}
        notices |= {(case.number, recipient, at) for recipient, at in furthest.items()}
    return alerts, notices


def _written(before: set[int]) -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
    alerts = Alert.objects.filter(at=time.now()).values_list("case", "round", "percent", "audience")
    rows = Outgoing.objects.filter(kind="escalation").exclude(pk__in=before)
    return list(alerts), [(row.data["number"], row.recipient, row.data["percent"]) for row in rows]


def _laid_out(people: People, chance: random.Random) -> None:
    """Cases of every state, with times, pauses and rounds of all kinds; two are about conduct."""
    cases = [brought_to(state, people) for state in STATES for _number in range(2)]
    for case in cases:
        due = START + HOUR * chance.choice([0, 1, 30, 100, 240, 500])
        columns: dict[str, object] = {"due_at": due, "round": chance.choice([1, 1, 2])}
        if case.state == State.WAITING:
            waits = HOUR * chance.choice([10, 60, 200])
            columns |= {"waiting_until": START + waits, "due_after_wait": due + waits}
        elif due > START + 50 * HOUR:
            columns["paused"] = HOUR * chance.choice([0, 0, 20])
        CaseFile.objects.filter(pk=case.pk).update(**columns)
    for case, named in zip(cases[2:4], (["handler"], ["unit_reviewer"]), strict=True):
        mark_conduct(actor=people.supervisor.actor, number=case.number, usernames=named)


def test_the_batches_tell_whom_the_slow_way_tells(people, monkeypatch):
    chance = random.Random(7)
    monkeypatch.setattr("huiying.supervision.tasks.BATCH", 3)
    definition = read_policy(POLICY)
    with time.at(START):
        _laid_out(people, chance)
        put_in_force(definition)
    told = 0
    for hours in sorted(chance.sample(range(1, 900), 7)):
        with time.at(START + HOUR * hours):
            before = set(Outgoing.objects.values_list("pk", flat=True))
            expected = _expected(definition, time.now())
            escalate()
            for found, wanted in zip(_written(before), expected, strict=True):
                assert len(found) == len(set(found))
                assert set(found) == wanted
                told += len(wanted)
    assert told > 40
    names = Outgoing.objects.values_list("message_id", flat=True)
    assert len(set(names)) == len(names)
