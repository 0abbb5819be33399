"""Any sequence of joining and taking apart: no letter is lost, and each stands with one case in hand."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.casework.actions import working, writing_back
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.joined import tree_below
from huiying.casework.models import CaseFile, Joined, Report
from huiying.casework.states import OPEN, State
from huiying.kernel.refusals import Refusal
from tests.casework.ways import answered, brought_to, taken_in, writer_of
from tests.insight.histories import undone
from tests.people import People

pytestmark = pytest.mark.django_db
SIZE = 4
acts = st.sampled_from(
    ["join", "join", "join", "unjoin", "unjoin", "answer", "withdraw", "reopen", "ask"]
)
steps = st.lists(st.tuples(acts, st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)), max_size=9)
few = settings(max_examples=12)


def _do(people: People, act: str, case: CaseFile, other: CaseFile) -> None:
    """One act, done as whoever may; most are refused where they do not fit."""
    if act == "join":
        join(actor=people.dispatcher.actor, number=case.number, into=other.number)
    elif act == "unjoin":
        unjoin(actor=people.dispatcher.actor, number=case.number)
    elif act == "answer":
        answered(actor=people.reviewer.actor, number=case.number)
    elif act == "ask":
        working.ask_resident(actor=people.handler.actor, number=case.number, question="几点？")
    elif act == "withdraw":
        writing_back.withdraw(actor=writer_of(case))
    else:
        writing_back.reopen_own(actor=writer_of(case), text="还没修好。")


def _standing() -> list[tuple[Any, ...]]:
    """Where every case and letter stands, and by which clock."""
    cases = CaseFile.objects.order_by("pk").values_list("state", "due_at", "joined_to", "danger")
    rows = Report.objects.order_by("pk").values_list("case", "own_case", "due_at", "ended_at")
    return [*cases, *rows]


def check(letters: int) -> None:
    """What holds whatever was done."""
    reports = list(Report.objects.select_related("case"))
    assert len(reports) == letters
    live = [report for report in reports if report.ended_at is None]
    assert all(report.case.state != State.JOINED for report in live)
    for report in live:
        assert report.case_id not in {None, report.own_case_id}
        away = Joined.objects.filter(report=report, ended_at=None).values_list("case", flat=True)
        assert list(away) == ([] if report.own_case_id is None else [report.case_id])
        home = report.own_case_id or report.case_id
        assert home in tree_below(report.case_id)
    for case in CaseFile.objects.filter(state__in=OPEN):
        here = [report for report in live if report.case_id == case.pk]
        assert here
        assert case.due_at <= min(each.due_at for each in here if each.delivered_at is None)


@few
@given(sequence=steps)
def test_no_letter_is_lost_by_any_sequence(people, sequence):
    with undone():
        cases = [brought_to(State.IN_PROGRESS, people), brought_to(State.IN_PROGRESS, people)]
        cases += [taken_in(), taken_in(danger=True)]
        for act, first, second in sequence:
            try:
                _do(people, act, cases[first], cases[second])
            except Refusal:
                continue
            check(SIZE)


@settings(few, max_examples=6)
@given(sequence=steps, first=st.integers(0, SIZE - 1), second=st.integers(0, SIZE - 1))
def test_to_join_and_take_apart_again_changes_nothing(people, sequence, first, second):
    with undone():
        cases = [brought_to(State.IN_PROGRESS, people), brought_to(State.WAITING, people)]
        cases += [taken_in(), taken_in(danger=True)]
        for act, one, other in sequence:
            try:
                _do(people, act, cases[one], cases[other])
            except Refusal:
                continue
        before = _standing()
        try:
            _do(people, "join", cases[first], cases[second])
        except Refusal:
            return
        unjoin(actor=people.dispatcher.actor, number=cases[first].number)
        for was, now in zip(before, _standing(), strict=True):
            for value, after in zip(was, now, strict=True):
                same = value == after
                assert same or abs(after - value) < timedelta(minutes=1)
