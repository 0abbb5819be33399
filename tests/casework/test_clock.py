"""The clock: pauses while the writer is asked, their cap, and what sorting and reopening do to it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.agencies.models import Unit
from huiying.casework.actions.sorting import assign, mark_conduct, reassign, triage
from huiying.casework.actions.working import accept, ask_resident, resume, return_to_desk
from huiying.casework.actions.writing_back import answer_question, reopen_own, vote, withdraw
from huiying.casework.deadlines import clock, late_at, pause_of
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import State
from huiying.kernel import time
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.people import People

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # noise has ten days
CAP = timedelta(days=10)


def _day(number: float) -> datetime:
    return START + timedelta(days=number)


def _in_hand(people: People) -> CaseFile:
    with time.at(START):
        return brought_to(State.IN_PROGRESS, people)


def _ask(people: People, case: CaseFile, day: float) -> None:
    with time.at(_day(day)):
        ask_resident(actor=people.handler.actor, number=case.number, question="在几栋？")


def _resume(people: People, case: CaseFile, day: float) -> None:
    with time.at(_day(day)):
        resume(actor=people.handler.actor, number=case.number)


def _due(case: CaseFile) -> timedelta:
    """When it is due, counted from the start; the writers see the same."""
    case.refresh_from_db()
    assert set(Report.objects.filter(case=case).values_list("due_at", flat=True)) == {case.due_at}
    return case.due_at - START


def _shown(case: CaseFile, day: float):
    case.refresh_from_db()
    return clock(case.due_at, pause_of(case), ended_at=case.answered_at, moment=_day(day))


def test_the_clock_stands_still_from_the_question_to_the_answer(people):
    case = _in_hand(people)
    _ask(people, case, 2)
    with time.at(_day(5)):
        answer_question(actor=writer_of(case), text="三栋。")
    assert _due(case) == timedelta(days=13)
    assert case.state == State.IN_PROGRESS
    assert case.waiting_since is case.waiting_until is None


def test_a_pause_ends_at_the_cap_though_nobody_answers(people):
    case = _in_hand(people)
    _ask(people, case, 2)
    assert _shown(case, 11.9).paused
    assert _shown(case, 11.9).due_at == _day(20)  # at the latest
    after = _shown(case, 15)
    assert (after.paused, after.late, after.due_at) == (False, False, _day(20))
    assert _shown(case, 20.1).late
    _resume(people, case, 25)
    assert _due(case) == timedelta(days=20)


def test_asking_again_and_again_gains_no_time(people):
    case = _in_hand(people)
    for day in (1, 8, 15):
        _ask(people, case, day)
        _resume(people, case, day + 6)
    assert _due(case) == timedelta(days=10) + CAP
    case.refresh_from_db()
    assert case.paused == CAP


def test_a_question_asked_late_does_not_make_it_timely(people):
    case = _in_hand(people)
    _ask(people, case, 11)
    shown = _shown(case, 12)
    assert (shown.late, shown.paused) == (True, False)


@pytest.mark.parametrize("leave", ["reassign", "conduct", "withdraw"])
def test_whatever_ends_the_waiting_keeps_the_pause(people, leave):
    case = _in_hand(people)
    _ask(people, case, 2)
    with time.at(_day(6)):
        if leave == "reassign":
            actor = people.dispatcher.actor
            reassign(actor=actor, number=case.number, lead_code="water", reason="归他们。")
        elif leave == "conduct":
            mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
        else:
            withdraw(actor=writer_of(case))
    case.refresh_from_db()
    assert case.due_at == _day(14)
    assert case.waiting_since is None


def test_sorting_anew_keeps_earned_pauses(people):
    case = _in_hand(people)
    _ask(people, case, 1)
    _resume(people, case, 3)
    with time.at(_day(4)):
        return_to_desk(
            actor=people.handler.actor, number=case.number, reason="not_our_field", words="不归。"
        )
        triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    assert _due(case) == timedelta(days=3 + 2)


def test_reopening_starts_a_new_round_and_keeps_the_first(people):
    case = _in_hand(people)
    _ask(people, case, 1)
    _resume(people, case, 3)
    with time.at(_day(4)):
        answered(actor=people.reviewer.actor, number=case.number)
        vote(actor=writer_of(case), verdict="not_solved")
    first = list(Move.objects.filter(case=case).order_by("id").values())
    with time.at(_day(6)):
        reopen_own(actor=writer_of(case), text="还在吵。")
    assert _due(case) == timedelta(days=6 + 10)
    assert (case.round, case.paused, case.outcome, case.answered_at) == (2, timedelta(), "", None)
    assert case.state == State.IN_PROGRESS
    assert list(Move.objects.filter(case=case, round=1).order_by("id").values()) == first
    report = case.reports.get()
    assert (report.vote, report.delivered_at) == ("", None)
    with time.at(_day(7)):
        return_to_desk(
            actor=people.handler.actor, number=case.number, reason="unclear", words="不清楚。"
        )
        triage(actor=people.clerk.actor, number=case.number, category_code="leak")
        assign(actor=people.dispatcher.actor, number=case.number, lead_code="water")
        accept(actor=people.other_handler.actor, number=case.number)
    assert _due(case) == timedelta(days=6 + 3)


spans = st.integers(min_value=0, max_value=40)


@settings(
    max_examples=60,
)
@given(
    state=st.sampled_from(sorted(set(State) - {State.JOINED, State.SPLIT})),
    due=spans,
    asked=spans,
    cap=spans,
    now=spans,
)
def test_the_database_and_the_page_agree_on_what_is_late(county, state, due, asked, cap, now):
    case = taken_in()
    waiting = state == State.WAITING
    CaseFile.objects.filter(pk=case.pk).update(
        state=state,
        lead_unit=Unit.objects.get(code="housing"),
        outcome="solved",
        closed_at=_day(0),
        due_at=_day(due),
        waiting_since=_day(asked) if waiting else None,
        waiting_until=_day(asked + cap) if waiting else None,
    )
    moment = _day(max(now, asked) if waiting else now)
    case.refresh_from_db()
    shown = clock(case.due_at, pause_of(case), ended_at=None, moment=moment)
    found = CaseFile.objects.filter(late_at(moment), pk=case.pk).exists()
    is_open = state not in {State.ANSWERED, State.CLOSED}
    assert found == (shown.late and is_open)
