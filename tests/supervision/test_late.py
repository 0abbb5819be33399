"""What is late now, by unit, for everybody."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from huiying.casework.actions.joining import join
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.kernel import time
from huiying.supervision import late
from tests.casework.ways import brought_to
from tests.people import People

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def nothing_counted_yet(monkeypatch):
    monkeypatch.setattr(late, "_kept", late._Kept())


def _page(people: People, day: float) -> list[list[str]]:
    with time.at(START + timedelta(days=day)):
        page = people.stranger.get("/en/late/")
    assert page.status_code == 200
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")]
    return [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in cells if row]


def test_everybody_sees_what_is_late_by_unit_and_nothing_of_a_letter(people):
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people, title="谁也不该看见")
        brought_to(State.WAITING, people)
        brought_to(State.CLOSED, people)
        brought_to(State.RECEIVED, people)
    CaseFile.objects.filter(state=State.RECEIVED).update(due_at=START + timedelta(days=99))
    assert _page(people, 10) == [
        ["Housing Department", "0 of 2", "0 of 2", "–"],
        ["Not given to a unit yet", "0 of 1", "0 of 1", "–"],
    ]
    assert _page(people, 13.5)[0] == ["Housing Department", "1 of 2", "1 of 2", "3 days"]
    # The next morning it is a day more, as at the desk, though no twenty-four hours have gone by.
    assert _page(people, 13.8)[0] == ["Housing Department", "1 of 2", "1 of 2", "4 days"]
    assert _page(people, 22)[0] == ["Housing Department", "2 of 2", "2 of 2", "12 days"]
    with time.at(START + timedelta(days=13.5)):
        page = people.stranger.get("/en/late/").text
    assert "3 cases wait for an answer. 1 of them is late. They are about 3 letters." in page
    assert case.title not in page
    assert str(case.number) not in page


def test_a_complaint_about_conduct_does_not_show_where_it_lies(people):
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
        mark_conduct(
            actor=people.supervisor.actor, number=case.number, unit_codes=["water"], usernames=[]
        )
    assert _page(people, 11) == [
        ["Complaints about conduct, all units", "1 of 1", "1 of 1", "1 day"]
    ]


def test_with_nothing_to_count_the_page_says_so(county, client):
    assert "No letter waits for an answer now." in client.get("/en/late/").text


def test_a_late_letter_does_not_vanish_in_the_case_to_which_it_was_joined(people):
    """Three people wrote of one matter, one of them on time still: one case, two of three letters late."""
    with time.at(START):
        first, second = (brought_to(State.IN_PROGRESS, people) for _number in range(2))
    with time.at(START + timedelta(days=5)):
        third = brought_to(State.IN_PROGRESS, people)
    with time.at(START + timedelta(days=11)):
        for case in (first, second):
            join(actor=people.dispatcher.actor, number=case.number, into=third.number)
    assert _page(people, 11) == [["Housing Department", "1 of 1", "2 of 3", "1 day"]]
    assert _page(people, 16) == [["Housing Department", "1 of 1", "3 of 3", "6 days"]]


def test_a_letter_that_waits_for_its_writer_is_late_when_its_case_is(people):
    with time.at(START):
        brought_to(State.WAITING, people)
    assert _page(people, 19.9) == [["Housing Department", "0 of 1", "0 of 1", "–"]]
    assert _page(people, 20.1) == [["Housing Department", "1 of 1", "1 of 1", "under a day"]]


def test_it_is_counted_once_in_two_minutes_and_says_when(people, django_assert_num_queries):
    with time.at(START):
        brought_to(State.IN_PROGRESS, people)
    counted = START + timedelta(days=3, hours=1, minutes=42)
    with time.at(counted):
        assert "10:42" in people.stranger.get("/en/late/").text
        brought_to(State.IN_PROGRESS, people)
    with time.at(counted + timedelta(seconds=119)), django_assert_num_queries(0):
        page = people.stranger.get("/en/late/").text
    assert "1 case waits" in page
    assert "10:42" in page
    with time.at(counted + timedelta(seconds=120)):
        page = people.stranger.get("/en/late/").text
    assert "2 cases wait" in page
    assert "10:44" in page
