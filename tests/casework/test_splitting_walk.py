"""Any sequence of acts on a split letter and its parts: nothing is lost, and each part goes its own way."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huiying.casework.actions import sorting, working, writing_back
from huiying.casework.actions.joining import join, unjoin
from huiying.casework.actions.splitting import split, unsplit
from huiying.casework.models import CaseFile, Report
from huiying.casework.part_models import Part
from huiying.casework.states import OPEN, State
from huiying.kernel.refusals import Refusal
from tests.casework.ways import PARTS, answered, taken_in, writer_of
from tests.insight.histories import undone
from tests.people import People

pytestmark = pytest.mark.django_db
acts = st.sampled_from(
    [
        "split",
        "unsplit",
        "unsplit",
        "assign",
        "accept",
        "answer",
        "withdraw",
        "join",
        "unjoin",
        "reopen",
    ]
)
steps = st.lists(st.tuples(acts, st.integers(0, 5)), max_size=8)


def _do(people: People, act: str, whole: CaseFile, case: CaseFile, other: CaseFile) -> None:
    """One act, done as whoever may; most are refused where they do not fit."""
    desk, number = people.dispatcher.actor, case.number
    if act == "split":
        split(actor=desk, number=number, parts=PARTS)
    elif act == "unsplit":
        unsplit(actor=desk, number=whole.number)
    elif act == "assign":
        sorting.assign(actor=desk, number=number, lead_code="housing")
    elif act == "accept":
        working.accept(actor=people.handler.actor, number=number)
    elif act == "answer":
        answered(actor=people.reviewer.actor, number=number)
    elif act == "withdraw":
        writing_back.withdraw(actor=writer_of(whole))
    elif act == "join":
        join(actor=desk, number=number, into=other.number)
    elif act == "unjoin":
        unjoin(actor=desk, number=number)
    else:
        writing_back.reopen(actor=people.supervisor.actor, number=number, words="再看。")


def check() -> None:
    """What holds whatever was done."""
    letters = Report.objects.filter(submission__part=False)
    assert letters.count() == 2
    for letter in letters.select_related("case", "submission"):
        live = list(letter.parts.filter(taken_back_at=None).order_by("place"))
        if letter.case.state == State.SPLIT:
            assert [part.place for part in live] == [1, 2]
        elif letter.case.state != State.CLOSED:
            assert not live
    for part in Part.objects.select_related("report__case", "letter__submission"):
        home = part.report.own_case or part.report.case
        assert home.received_at == part.letter.submission.received_at
        if part.taken_back_at is not None:
            assert part.report.ended_at is not None
            assert home.state == State.JOINED
    for case in CaseFile.objects.filter(state__in=OPEN):
        assert Report.objects.filter(case=case, ended_at=None).exists()


@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(sequence=steps)
def test_no_part_is_lost_by_any_sequence(people, sequence):
    with undone():
        whole, other = taken_in(), taken_in(title="别的事")
        split(actor=people.dispatcher.actor, number=whole.number, parts=PARTS)
        for act, which in sequence:
            cases = list(CaseFile.objects.order_by("pk"))
            try:
                _do(people, act, whole, cases[which % len(cases)], other)
            except Refusal:
                continue
            check()
