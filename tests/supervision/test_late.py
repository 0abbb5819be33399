"""What is late now, by unit, for everybody."""

import re
from datetime import UTC, datetime, timedelta

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.kernel import time
from tests.casework.ways import brought_to
from tests.people import People

pytestmark = pytest.mark.django_db

START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _page(people: People, day: float) -> list[list[str]]:
    with time.at(START + timedelta(days=day)):
        page = people.stranger.get("/en/late/")
    assert page.status_code == 200
    body = page.text.partition("<tbody>")[2].partition("</tbody>")[0]
    cells = [re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.S) for row in body.split("</tr>")]
    return [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in cells if row]


def test_everybody_sees_what_is_late_by_unit_and_nothing_of_a_letter(people):
    with time.at(START):
        late = brought_to(State.IN_PROGRESS, people, title="谁也不该看见")
        brought_to(State.WAITING, people)
        brought_to(State.CLOSED, people)
        brought_to(State.RECEIVED, people)
    CaseFile.objects.filter(state=State.RECEIVED).update(due_at=START + timedelta(days=99))
    assert _page(people, 10) == [
        ["Housing Department", "2", "0", "–"],
        ["Not given to a unit yet", "1", "0", "–"],
    ]
    assert _page(people, 13.5)[0] == ["Housing Department", "2", "1", "3 days"]
    assert _page(people, 22)[0] == ["Housing Department", "2", "2", "12 days"]
    with time.at(START + timedelta(days=13.5)):
        page = people.stranger.get("/en/late/").text
    assert "3 cases wait for an answer. 1 of them is late." in page
    assert late.title not in page
    assert str(late.number) not in page


def test_a_complaint_about_conduct_does_not_show_where_it_lies(people):
    with time.at(START):
        case = brought_to(State.IN_PROGRESS, people)
        mark_conduct(
            actor=people.supervisor.actor, number=case.number, unit_codes=["water"], usernames=[]
        )
    assert _page(people, 11) == [["Complaints about conduct, all units", "1", "1", "1 day"]]


def test_with_nothing_to_count_the_page_says_so(county, client):
    assert "No letter waits for an answer now." in client.get("/en/late/").text
