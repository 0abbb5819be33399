"""Several cases of the queue at once, as people choose, confirm and read what came of each."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.noting import write_note
from huiying.casework.actions.sorting import assign, mark_conduct, triage
from huiying.casework.models import Move
from huiying.casework.several import MOST
from huiying.casework.states import State
from huiying.record.models import Entry
from tests.casework.ways import brought_to, taken_in

pytestmark = pytest.mark.django_db

QUEUE = "/en/desk/"
SEVERAL = "/en/desk/several/"


def _box(case) -> str:
    case.refresh_from_db()
    return f"{case.number}.{case.version}"


def _lead(case) -> str:
    case.refresh_from_db()
    return case.lead_unit.code if case.lead_unit else ""


def _did(person, act, boxes, **fields):
    return person.client.post(SEVERAL, {"act": act, "case": boxes} | fields)


def _groups(page) -> dict[str, str]:
    """The text of the result page by what came."""
    parts = re.split(r'aria-labelledby="came-(\w+)"', page.text)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_from_the_boxes_to_sorted_cases(people):
    cases = [taken_in(title=f"路灯 {number}") for number in range(3)]
    queue = people.clerk.client.get(QUEUE).text
    boxes = re.findall(r'name="case" value="([\d.]+)"', queue)
    assert sorted(boxes) == sorted(_box(case) for case in cases)
    assert "checked" not in queue
    tick = re.findall(r'href="([^"]+tick=1)"', queue)[0].replace("&amp;", "&")
    assert people.clerk.client.get(tick).text.count(" checked>") == 3
    confirm = people.clerk.client.get(SEVERAL, {"act": "triage", "case": boxes[:2], "tab": "sort"})
    assert "Sort 2 cases" in confirm.text
    assert {case.state for case in cases} == {State.RECEIVED}
    assert _did(people.clerk, "triage", boxes[:2]).status_code == 422
    came = _groups(_did(people.clerk, "triage", boxes[:2], category_code="noise"))
    assert set(came) == {"done"}
    assert came["done"].count("/en/desk/cases/") == 2
    for case in cases:
        case.refresh_from_db()
    assert sorted(case.state for case in cases) == ["received", "triaged", "triaged"]
    assert Entry.objects.filter(action="case.triage").count() == 2


def test_each_goes_to_the_unit_that_its_category_suggests(people):
    noisy, leaking = taken_in(), taken_in()
    triage(actor=people.clerk.actor, number=noisy.number, category_code="noise")
    triage(actor=people.clerk.actor, number=leaking.number, category_code="leak")
    boxes = [_box(noisy), _box(leaking)]
    confirm = people.dispatcher.client.get(SEVERAL, {"act": "assign", "case": boxes}).text
    assert "suggests: Housing Department" in confirm
    assert "suggests: Water Company" in confirm
    _did(people.dispatcher, "assign", boxes)
    assert (_lead(noisy), _lead(leaking)) == ("housing", "water")
    one = brought_to(State.TRIAGED, people)
    _did(people.dispatcher, "assign", [_box(one)], lead_code="roads")
    assert _lead(one) == "roads"


def test_one_that_was_moved_or_refused_stops_no_other(people):
    moved, barred, fine = (brought_to(State.TRIAGED, people, title=f"件{n}") for n in range(3))
    mark_conduct(actor=people.clerk.actor, number=barred.number, unit_codes=["housing"])
    boxes = [_box(moved), _box(barred), _box(fine)]
    assign(actor=people.dispatcher.actor, number=moved.number, lead_code="water")
    stale = people.dispatcher.client.get(SEVERAL, {"act": "assign", "case": boxes}).text
    assert "Left out, and why" in stale
    assert stale.count('name="case"') == 2
    came = _groups(_did(people.dispatcher, "assign", boxes, lead_code="housing"))
    assert set(came) == {"done", "moved_on", "refused"}
    for code, case in (("done", fine), ("moved_on", moved), ("refused", barred)):
        assert f"/en/desk/cases/{case.number}/" in came[code], code
    assert "cannot handle it" in came["refused"]
    assert "Somebody else has acted" in came["moved_on"]
    assert _lead(moved) == "water"


def test_sending_it_twice_does_it_once_and_says_so(people):
    case = brought_to(State.TRIAGED, people)
    boxes = [_box(case)]
    for _time in range(2):
        came = _groups(_did(people.dispatcher, "assign", boxes, lead_code="housing"))
        assert set(came) == {"done"}
        write_note(actor=people.handler.actor, number=case.number, text="知道了。")
    assert Move.objects.filter(case=case, verb="assign").count() == 1
    # Another choice, or another person, is not the same again.
    assert set(_groups(_did(people.dispatcher, "assign", boxes, lead_code="water"))) == {"moved_on"}
    assert set(_groups(_did(people.supervisor, "assign", boxes, lead_code="housing"))) == {
        "moved_on"
    }


def test_what_somebody_may_not_see_is_not_told(people):
    case = taken_in(title="投诉受理台")
    boxes = [_box(case), "999999.1"]
    mark_conduct(actor=people.supervisor.actor, number=case.number, unit_codes=["desk"])
    case.refresh_from_db()
    boxes.append(_box(case))
    page = people.clerk.client.get(SEVERAL, {"act": "triage", "case": boxes}).text
    assert "投诉受理台" not in page
    done = _did(people.clerk, "triage", boxes, category_code="noise").text
    assert "投诉受理台" not in done
    assert f"/cases/{case.number}/" not in done
    case.refresh_from_db()
    assert case.state == State.RECEIVED


@pytest.mark.parametrize(
    ("name", "act", "status"),
    [
        ("clerk", "assign", 403),
        ("handler", "triage", 403),
        ("auditor", "assign", 403),
        ("clerk", "close", 302),
    ],
)
def test_only_whose_work_it_is(people, name, act, status):
    case = taken_in()
    assert _did(getattr(people, name), act, [_box(case)]).status_code == status


def test_no_boxes_for_who_cannot_use_them(people):
    brought_to(State.ASSIGNED, people)
    for person in (people.handler, people.auditor, people.dispatcher):
        assert 'name="case"' not in person.client.get(f"{QUEUE}?tab=open").text


def test_hostile_or_too_many_choices(people):
    nothing = people.clerk.client.get(SEVERAL, {"act": "triage", "case": ["x", "１.1", "9" * 30]})
    assert nothing.status_code == 302
    boxes = [f"{number}.1" for number in range(MOST + 1)]
    assert _did(people.clerk, "triage", boxes, category_code="noise").status_code == 422
    assert "at most 50" in people.clerk.client.get(SEVERAL, {"act": "triage", "case": boxes}).text


def test_confirming_costs_the_same_at_one_case_and_at_thirty(people):
    boxes = [_box(brought_to(State.TRIAGED, people)) for _case in range(30)]
    found = []
    for some in (boxes[:1], boxes):
        with CaptureQueriesContext(connection) as queries:
            people.dispatcher.client.get(SEVERAL, {"act": "assign", "case": some})
        found.append(len(queries))
    assert found[0] == found[1] <= 12
