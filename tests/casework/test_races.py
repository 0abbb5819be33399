"""Two at once on the same case: one wins, the other is told. Each race has a control without the guard."""

import contextlib
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.db.models import F, QuerySet

from huiying.casework import following, stepping
from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.writing_back import reopen, vote, withdraw
from huiying.casework.errors import NotAnswered
from huiying.casework.models import Assignment, CaseFile, Move, Report
from huiying.casework.states import State
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import MovedOn, Refusal
from tests.casework.ways import brought_to, taken_in, writer_of
from tests.people import People

pytestmark = pytest.mark.django_db(transaction=True)


def together(*deeds: Callable[[], Any]) -> list[Any]:
    """What each deed returned or was refused with, all of them run at once."""

    def run(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except Refusal as refusal:
            return refusal
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


@pytest.fixture(params=["guarded", "control"])
def guarded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Nobody changes a case before both have read it and decided; in the control nothing compares."""
    barrier = threading.Barrier(2, timeout=60)
    compare_and_set = stepping.change

    def set_only(case: CaseFile, **columns: Any) -> None:
        CaseFile.objects.filter(pk=case.pk).update(**columns, version=F("version") + 1)
        for name, value in columns.items():
            setattr(case, name, value)

    inner = compare_and_set if request.param == "guarded" else set_only

    def after_both(case: CaseFile, **columns: Any) -> None:
        barrier.wait()
        inner(case, **columns)

    monkeypatch.setattr(stepping, "change", after_both)
    return bool(request.param == "guarded")


def _winners(results: list[Any]) -> int:
    assert all(isinstance(result, CaseFile | MovedOn) for result in results), results
    return sum(isinstance(result, CaseFile) for result in results)


@pytest.fixture
def triaged(people: People) -> CaseFile:
    return brought_to(State.TRIAGED, people)


@pytest.fixture
def assigned(people: People) -> CaseFile:
    return brought_to(State.ASSIGNED, people)


def test_two_dispatchers_assign_at_once(people, triaged, guarded):
    number = triaged.number
    first, second = people.dispatcher.actor, people.supervisor.actor
    results = together(
        lambda: sorting.assign(actor=first, number=number, lead_code="housing"),
        lambda: sorting.assign(actor=second, number=number, lead_code="water"),
    )
    assert _winners(results) == (1 if guarded else 2)
    assert Move.objects.filter(case=triaged, verb="assign").count() == _winners(results)
    triaged.refresh_from_db()
    lead = Assignment.objects.get(case=triaged, part="lead", ended_at=None)
    assert lead.unit == triaged.lead_unit


def test_a_case_is_given_to_two_units_at_once(people, assigned, guarded):
    number, actor = assigned.number, people.dispatcher.actor
    results = together(
        *(
            lambda code=code: sorting.reassign(
                actor=actor, number=number, lead_code=code, reason="归他们。"
            )
            for code in ("water", "roads")
        )
    )
    assert _winners(results) == (1 if guarded else 2)


def test_a_unit_accepts_what_the_desk_gives_to_another(people, assigned, guarded):
    number = assigned.number
    accepting, giving = people.handler.actor, people.dispatcher.actor
    results = together(
        lambda: working.accept(actor=accepting, number=number),
        lambda: sorting.reassign(actor=giving, number=number, lead_code="water", reason="归他们。"),
    )
    assert _winners(results) == (1 if guarded else 2)


@pytest.fixture(params=["guarded", "control"])
def locked(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the control a writer who withdraws does not wait for another writer of the same case."""
    guarded = request.param == "guarded"
    if not guarded:
        monkeypatch.setattr(QuerySet, "select_for_update", lambda rows: rows)
    barrier = threading.Barrier(2, timeout=1 if guarded else 60)
    exists = QuerySet.exists

    def both_look_first(rows: QuerySet[Any]) -> bool:
        found = exists(rows)
        if rows.model is Report:
            with contextlib.suppress(threading.BrokenBarrierError):
                barrier.wait()  # with the lock only one comes this far
        return found

    monkeypatch.setattr(QuerySet, "exists", both_look_first)
    return bool(guarded)


def test_the_case_ends_with_its_last_writer_though_both_leave_at_once(people, locked):
    case, other = taken_in(), taken_in(title="同一件事")
    writers = [writer_of(case), writer_of(other)]
    Report.objects.filter(case=other).update(case=case)
    results = together(*(lambda actor=actor: withdraw(actor=actor) for actor in writers))
    assert results == [None, None]
    case.refresh_from_db()
    assert case.state == (State.CLOSED if locked else State.RECEIVED)


def test_a_verdict_on_an_answer_that_is_gone_is_not_kept(people, monkeypatch):
    case = brought_to(State.ANSWERED, people)
    writer, followed_report = writer_of(case), following.followed_report

    def reopened_meanwhile(actor: Actor) -> Report:
        report = followed_report(actor)
        monkeypatch.setattr(writing_back, "followed_report", followed_report)
        results = together(
            lambda: reopen(actor=people.supervisor.actor, number=case.number, words="未修好。")
        )
        assert isinstance(results[0], CaseFile)
        return report

    monkeypatch.setattr(writing_back, "followed_report", reopened_meanwhile)
    with pytest.raises(NotAnswered):
        vote(actor=writer, verdict="solved")
    assert case.reports.get().vote == ""
