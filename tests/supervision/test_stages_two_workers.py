"""Two workers at once, and one that dies: of each clock beside the answer's everybody hears once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.db.models import F

from huiying.casework.models import CaseFile
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices.models import Outgoing
from huiying.record import actions as record
from huiying.routing.promises.actions import adopt_promises, propose_promises
from huiying.routing.promises.files import read_promises
from huiying.supervision.actions import alerting_stages
from huiying.supervision.actions.alerting_stages import (
    reckon_days,
    stages_reached,
    tell_stages_reached,
    to_reckon,
)
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert
from huiying.supervision.tasks import escalate, prepared
from tests.casework.ways import taken_in
from tests.people import People
from tests.supervision.policies import put_in_force
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LATER = START + timedelta(days=1, hours=1)
PROMISES = """
name = { en = "a" }
[[promise]]
stage = "first_contact"
source = "agency"
amount = 1
kind = "calendar_days"
basis = { en = "because" }
"""
POLICY = read_policy(
    "[[step]]\nstage = 'first_contact'\nat = 50\ntell = ['holders']\n"
    "[[step]]\nstage = 'first_contact'\nat = 80\ntell = ['holders', 'leader']"
)
CASES = 2


@pytest.fixture
def policy(people: People) -> int:
    with time.at(START):
        promises = read_promises(PROMISES)
        number = propose_promises(actor=people.administrator.actor, promises=promises)
        adopt_promises(actor=people.supervisor.actor, number=number)
        policy = put_in_force(POLICY)
        for _case in range(CASES):
            taken_in()
    return policy


def _counted() -> tuple[int, int]:
    return Alert.objects.count(), Outgoing.objects.filter(kind="escalation").count()


def test_two_workers_tell_nobody_twice(policy, monkeypatch):
    """Control: both have found the same cases, and the second comes to them while the claims of the first
    are not committed yet.
    """
    claimed, waited = threading.Event(), []
    write = record.write

    def write_late(**given: Any) -> int:
        claimed.set()
        until_somebody_waits()
        waited.append(True)
        return write(**given)

    def one_worker(first: bool) -> int:
        try:
            with time.at(LATER):
                one = prepared(policy, POLICY)
                reckon_days(actor=SYSTEM, one=one, cases=to_reckon(one))
                both.wait()
                found = stages_reached(one)
                assert len(found) == CASES
                both.wait()
                if not first:
                    assert claimed.wait(60)
                return tell_stages_reached(actor=SYSTEM, one=one, cases=found)
        finally:
            connections.close_all()

    both = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(alerting_stages, "write", write_late)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one_worker, (True, False)))
    assert waited == [True]
    assert done == [2 * CASES, 0]
    assert _counted() == (2 * CASES, 2 * CASES)  # once a person, of the furthest step


class Killed(BaseException):
    """The worker is gone in the middle of a batch."""


def _dying_at(place: int) -> Callable[..., Any]:
    """A wrapper of all statements that kills the worker in the one with this number, after it has run."""
    ran = 0

    def run(execute: Callable[..., Any], *given: Any) -> Any:
        nonlocal ran
        done = execute(*given)
        ran += 1
        if ran == place:
            raise Killed
        return done

    return run


def test_wherever_a_worker_dies_the_next_tells_what_it_left_and_nothing_twice(policy, monkeypatch):
    """Killed after each statement of the pass in turn, in a round of the cases of its own."""
    monkeypatch.setattr("huiying.supervision.tasks.BATCH", 1)
    place, died = 0, True
    with time.at(LATER):
        while died:
            place += 1
            CaseFile.objects.update(round=place, version=F("version") + 1)
            try:
                with connection.execute_wrapper(_dying_at(place)):
                    escalate()
                died = False
            except Killed:
                escalate()
            assert _counted() == (2 * CASES * place, 2 * CASES * place)
    assert place > 15
    names = Outgoing.objects.filter(kind="escalation").values_list("message_id", flat=True)
    assert len(set(names)) == len(names)
