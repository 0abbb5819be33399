"""Taking back what one did a moment ago: a step of its own, refused where somebody has acted since."""

import re
from datetime import timedelta

import pytest

from huiying.casework.actions.noting import write_note
from huiying.casework.actions.sorting import assign, mark_conduct, triage
from huiying.casework.actions.working import accept
from huiying.casework.models import Assignment, Move, Report
from huiying.casework.states import State
from huiying.casework.undoing import UNDO_FOR
from huiying.kernel import time
from huiying.record.models import Entry
from huiying.retention.actions import ask_hold
from tests.casework.ways import brought_to, taken_in

pytestmark = pytest.mark.django_db


def _url(case) -> str:
    return f"/en/desk/cases/{case.number}/"


def _undo(person, case, **sent):
    case.refresh_from_db()
    sent = {"seen": case.version} | sent
    return person.client.post(f"{_url(case)}undo/", sent, follow=True)


def _stands(case) -> tuple[object, ...]:
    case.refresh_from_db()
    due = Report.objects.get(case=case).due_at
    return case.state, case.category_id, case.lead_unit_id, case.due_at, due


def test_a_sorting_is_taken_back_and_both_stay_in_the_record(people):
    case = taken_in()
    before = _stands(case)
    triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    assert ">Undo<" in people.clerk.client.get(_url(case)).text
    page = _undo(people.clerk, case).text
    assert "Taken back." in page
    assert "Took the sorting back." in page
    assert "Sorted as: Water leak" in page
    assert ">Undo<" not in page
    assert _stands(case) == before
    assert [m.verb for m in Move.objects.filter(case=case).order_by("id")][-2:] == [
        "triage",
        "undo_triage",
    ]


def test_sorting_again_is_taken_back_to_the_first_category(people):
    case = brought_to(State.TRIAGED, people)
    before = _stands(case)
    triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    _undo(people.clerk, case)
    assert _stands(case) == before


@pytest.mark.parametrize("state", [State.TRIAGED, State.RETURNED])
def test_an_assignment_is_taken_back_and_the_unit_loses_it(people, state):
    case = brought_to(state, people)
    before = _stands(case)
    assign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="water",
        support_codes=["roads"],
    )
    assert people.other_handler.client.get(_url(case)).status_code == 200
    _undo(people.dispatcher, case)
    assert _stands(case) == before
    assert not Assignment.objects.filter(case=case, ended_at=None).exists()
    assert people.other_handler.client.get(_url(case)).status_code == 404


def test_nobody_takes_back_anothers_step(people):
    case = brought_to(State.TRIAGED, people)
    assert ">Undo<" not in people.dispatcher.client.get(_url(case)).text
    page = _undo(people.dispatcher, case)
    assert "can no longer be taken back" in page.text
    assert _stands(case)[0] == "triaged"


def test_what_somebody_acted_on_since_stays(people):
    case = brought_to(State.ASSIGNED, people)
    case.refresh_from_db()
    seen = case.version
    accept(actor=people.handler.actor, number=case.number)
    for sent in ({"seen": seen}, {}, {"seen": "x"}):
        assert _undo(people.dispatcher, case, **sent).status_code == 200
        assert _stands(case)[0] == "in_progress"
    assert not Entry.objects.filter(action__startswith="case.undo").exists()


def test_a_mark_on_the_case_ends_it_and_a_note_does_not(people):
    case = brought_to(State.TRIAGED, people)
    write_note(actor=people.dispatcher.actor, number=case.number, text="请看一下。")
    assert ">Undo<" in people.clerk.client.get(_url(case)).text
    mark_conduct(actor=people.dispatcher.actor, number=case.number, unit_codes=["water"])
    assert ">Undo<" not in people.clerk.client.get(_url(case)).text
    _undo(people.clerk, case)
    assert _stands(case)[0] == "triaged"


def test_what_the_page_offers_the_verb_does(people):
    """An act of another kind on the case, here that a hold is asked for, ends both."""
    case = brought_to(State.IN_PROGRESS, people)
    url = _url(case)
    assert ">Undo<" in people.handler.client.get(url).text
    ask_hold(
        actor=people.auditor.actor,
        number=case.number,
        reason="法院要求保留",
        until=time.now() + timedelta(days=30),
    )
    assert ">Undo<" not in people.handler.client.get(url).text
    _undo(people.handler, case)
    assert _stands(case)[0] == "in_progress"


def test_after_ten_minutes_it_stays(people):
    case = brought_to(State.TRIAGED, people)
    with time.at(time.now() + UNDO_FOR + timedelta(seconds=1)):
        assert ">Undo<" not in people.clerk.client.get(_url(case)).text
        _undo(people.clerk, case)
    assert _stands(case)[0] == "triaged"


def test_a_unit_takes_back_that_it_took_the_case_on(people):
    case = brought_to(State.IN_PROGRESS, people)
    _undo(people.handler, case)
    assert _stands(case)[0] == "assigned"


def test_several_are_taken_back_but_not_what_moved_on(people):
    cases = [brought_to(State.TRIAGED, people) for _number in range(2)]
    boxes = [f"{case.number}.{case.version}" for case in cases]
    sent = {"act": "assign", "case": boxes, "lead_code": "housing"}
    page = people.dispatcher.client.post("/en/desk/several/", sent).text
    undo = re.findall(r'name="case" value="([\d.]+)"', page)
    assert len(undo) == 2
    accept(actor=people.handler.actor, number=cases[1].number)
    url = "/en/desk/several/undo/"
    came = people.dispatcher.client.post(url, {"case": undo}).text
    assert "What was taken back" in came
    assert "Moved on meanwhile" in came
    assert [_stands(case)[0] for case in cases] == ["triaged", "in_progress"]
    assert people.auditor.client.post(url, {"case": undo}).status_code == 403
