"""Joining and taking apart while something else happens to the same cases; each race has a control."""

import threading
import time as wall
from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, QuerySet

from huiying.casework import stepping
from huiying.casework.actions import joining
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State
from huiying.kernel.refusals import MovedOn, Refusal
from huiying.replies.actions import reviewing
from huiying.replies.models import Given, Reply
from tests.casework.test_races import together
from tests.casework.ways import answered, brought_to, taken_in
from tests.people import People
from tests.scene import answer, letter
from tests.waiting import somebody_waits

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(params=["guarded", "control"])
def guarded(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """In the control nobody waits for a case that another has locked, and no version is compared."""
    if request.param == "guarded":
        return True

    def set_only(case: CaseFile, **columns: Any) -> None:
        CaseFile.objects.filter(pk=case.pk).update(**columns, version=F("version") + 1)
        for name, value in columns.items():
            setattr(case, name, value)

    monkeypatch.setattr(QuerySet, "select_for_update", lambda rows, **_options: rows)
    monkeypatch.setattr(stepping, "change", set_only)
    monkeypatch.setattr(joining, "change", set_only)
    return False


class Meanwhile:
    """Runs `deed` in the middle of what is tested: when `module.name` is called for the first time.

    It goes on when the deed is done or waits for a lock.
    """

    def __init__(self, patch: pytest.MonkeyPatch, module: Any, name: str, deed: Callable[[], Any]):
        self._inner, self._deed = getattr(module, name), deed
        self._thread: threading.Thread | None = None
        self.result: Any = None
        patch.setattr(module, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run)
            self._thread.start()
            self._let_it_go()
        return self._inner(*args, **kwargs)

    def _run(self) -> None:
        self.result = together(self._deed)[0]

    def _let_it_go(self) -> None:
        ends = wall.monotonic() + 60
        while self._thread and self._thread.is_alive() and wall.monotonic() < ends:
            if somebody_waits():
                return
            self._thread.join(0.01)

    def end(self) -> Any:
        """What came of the deed."""
        assert self._thread is not None
        self._thread.join(60)
        return self.result


def outcome(deed: Callable[[], Any]) -> Any:
    """What a deed returned, or was refused with."""
    try:
        return deed()
    except Refusal as refusal:
        return refusal


def refused(*results: Any) -> int:
    assert all(not isinstance(each, Refusal) or isinstance(each, MovedOn) for each in results), (
        results
    )
    return sum(isinstance(each, MovedOn) for each in results)


def test_two_join_each_case_to_the_other_at_once(people, guarded, monkeypatch):
    first, second = taken_in(), taken_in(title="同一件事")
    actor = people.dispatcher.actor
    other = Meanwhile(
        monkeypatch,
        joining,
        "why_apart",
        lambda: join(actor=actor, number=second.number, into=first.number),
    )
    done = outcome(lambda: join(actor=actor, number=first.number, into=second.number))
    assert refused(done, other.end()) == (1 if guarded else 0)
    assert CaseFile.objects.filter(state=State.JOINED).count() == (1 if guarded else 2)
    lost = Report.objects.filter(case__state=State.JOINED)
    assert lost.exists() != guarded


def test_a_case_is_joined_to_one_that_is_answered_at_this_moment(people, guarded, monkeypatch):
    case, target = taken_in(), brought_to(State.IN_PROGRESS, people)
    actor, reviewer = people.dispatcher.actor, people.reviewer.actor
    other = Meanwhile(
        monkeypatch,
        joining,
        "why_apart",
        lambda: answered(actor=reviewer, number=target.number),
    )
    done = outcome(lambda: join(actor=actor, number=case.number, into=target.number))
    assert refused(done, other.end()) == (1 if guarded else 0)
    never_answered = Report.objects.filter(case__state=State.ANSWERED, delivered_at=None)
    assert never_answered.exists() != guarded


@pytest.fixture
def shared(people: People) -> tuple[CaseFile, Reply]:
    """A case that is joined to another one whose answer lies before the reviewer."""
    case, _receipt = letter(people)
    target, _receipt = letter(people, upto="in_progress")
    reply = answer(people, target, upto="in_review")
    join(actor=people.dispatcher.actor, number=case.number, into=target.number)
    return case, reply


@pytest.mark.parametrize("first", ["answer", "unjoin"])
def test_a_letter_is_taken_apart_while_the_answer_goes_out(
    people, shared, guarded, monkeypatch, first
):
    """A writer has the answer and it counts as given, or neither; whoever was second looks again."""
    case, reply = shared
    reviewer, dispatcher = people.reviewer.actor, people.dispatcher.actor

    def issued() -> None:
        reviewing.approve_and_issue(actor=reviewer, label=reply.label, seen=reply.version)

    def taken_apart() -> None:
        unjoin(actor=dispatcher, number=case.number)

    if first == "answer":
        other = Meanwhile(monkeypatch, reviewing, "mark_answered", taken_apart)
        done = outcome(issued)
    else:
        other = Meanwhile(monkeypatch, joining, "letters_of_tree", issued)
        done = outcome(taken_apart)
    assert refused(done, other.end()) == (1 if guarded else 0)
    mine = Report.objects.get(own_case=None, case=case)
    given = Given.objects.filter(submission=mine.submission_id).exists()
    assert given != guarded
    assert mine.delivered_at is None
