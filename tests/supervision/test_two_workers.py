"""Two workers at once, and one that dies: everybody hears once."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, connections

from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.notices.models import Outgoing
from huiying.record import actions as record
from huiying.supervision.actions import alerting
from huiying.supervision.actions.alerting import steps_reached, tell_reached
from huiying.supervision.definitions import read_policy
from huiying.supervision.models import Alert
from huiying.supervision.tasks import escalate, prepared
from tests.casework.ways import brought_to
from tests.people import People
from tests.supervision.policies import put_in_force
from tests.waiting import until_somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
POLICY = read_policy("[[step]]\nat = 50\ntell = ['holders']\n[[step]]\nat = 80\ntell = ['leader']")
LATER = timedelta(days=9)


class Killed(BaseException):
    """The worker is gone in the middle of a batch."""


@pytest.fixture
def cases(people: People) -> list[CaseFile]:
    with time.at(START):
        put_in_force(POLICY)
        return [brought_to(State.IN_PROGRESS, people) for _number in range(3)]


def _told() -> int:
    """Each case once to two handlers and the leader."""
    return Outgoing.objects.filter(kind="escalation").count()


def test_two_workers_tell_nobody_twice(cases, monkeypatch):
    """Control: both have found the same cases, and the second comes to its claims while the first's are
    not committed yet: only the row that is there already stops it.
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
            with time.at(START + LATER):
                one = prepared(1, POLICY)
                found = steps_reached(one)
                assert len(found) == len(cases)
                both.wait()
                if not first:
                    assert claimed.wait(60)
                return tell_reached(actor=SYSTEM, one=one, cases=found)
        finally:
            connections.close_all()

    both = threading.Barrier(2, timeout=60)
    monkeypatch.setattr(alerting, "write", write_late)
    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(one_worker, (True, False)))
    assert waited == [True]
    assert done == [6, 0]
    assert Alert.objects.count() == 6
    assert _told() == 9


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


def test_wherever_a_worker_dies_the_next_tells_what_it_left_and_nothing_twice(cases, monkeypatch):
    """Killed after each statement of the pass in turn, in a round of the cases of its own."""
    monkeypatch.setattr("huiying.supervision.tasks.BATCH", 2)
    place, died = 0, True
    with time.at(START + LATER):
        while died:
            place += 1
            CaseFile.objects.update(round=place)
            try:
                with connection.execute_wrapper(_dying_at(place)):
                    escalate()
                died = False
            except Killed:
                escalate()
            assert Alert.objects.filter(round=place).count() == 6
            assert _told() == 9 * place
    assert place > 8
    names = Outgoing.objects.filter(kind="escalation").values_list("message_id", flat=True)
    assert len(set(names)) == 9 * place


def test_a_worker_whose_connection_is_cut_leaves_nothing_half_told(cases, monkeypatch):
    """As by `kill -9`: the database ends it in the middle, between the claims and the entry."""

    def cut(**given: Any) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            mine = cursor.fetchone()[0]
        with ThreadPoolExecutor(1) as pool:
            pool.submit(_end_backend, mine).result()
        return write(**given)

    write = record.write
    with time.at(START + LATER):
        with monkeypatch.context() as patched:
            patched.setattr(alerting, "write", cut)
            with pytest.raises(OperationalError):
                escalate()
        connection.close()
        assert (Alert.objects.count(), _told()) == (0, 0)
        escalate()
    assert (Alert.objects.count(), _told()) == (6, 9)


def _end_backend(process: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 60000)", [process])
    finally:
        connections.close_all()


def test_a_worker_that_dies_has_told_all_of_a_batch_or_nothing(cases, monkeypatch):
    write, dies_at = record.write, iter([True, False, True, False])

    def die(**given: Any) -> int:
        if next(dies_at, False):
            raise Killed
        return write(**given)

    monkeypatch.setattr(alerting, "write", die)
    monkeypatch.setattr("huiying.supervision.tasks.BATCH", 1)
    told = []
    with time.at(START + LATER):
        for _try in range(2):
            with pytest.raises(Killed):
                escalate()
            told.append((Alert.objects.count(), _told()))
        escalate()
        escalate()
    assert told == [(0, 0), (2, 3)]
    assert (Alert.objects.count(), _told()) == (6, 9)
    names = Outgoing.objects.filter(kind="escalation").values_list("message_id", flat=True)
    assert len(set(names)) == 9
