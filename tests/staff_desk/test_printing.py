"""A case on paper: everything that its reader may read, nothing that only the vault holds."""

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.working import ask_resident
from huiying.casework.models import Opening
from tests.scene import answer, letter

pytestmark = pytest.mark.django_db

MAIL = "writer@example.org"


def _print(person, case):
    return person.client.get(f"/en/desk/cases/{case.number}/print/")


def test_the_paper_holds_letter_exchange_answer_and_story(people):
    case, _receipt = letter(people, upto="in_progress", email=MAIL)
    answer(people, case, upto="published")
    page = _print(people.handler, case)
    assert page.status_code == 200
    for words in (
        "晚上十点以后工地还在施工。",
        "Housing Department",
        "已责令二十二点后停工",
        "Answered.",
    ):
        assert words in page.text
    assert page.text.count(str(case.number)) >= 3
    assert "Printed by" in page.text
    assert MAIL not in page.text
    assert "/contact/" not in people.clerk.client.get(f"/en/desk/cases/{case.number}/print/").text


def test_a_question_and_who_asked_it_stand_on_it(people):
    case, _receipt = letter(people, upto="in_progress")
    ask_resident(actor=people.handler.actor, number=case.number, question="在几栋？")
    page = _print(people.handler, case).text
    assert "在几栋？" in page
    assert "Housing Department, asking" in page


def test_printing_is_an_opening_that_the_writer_sees(people):
    case, _receipt = letter(people, upto="assigned")
    _print(people.handler, case)
    assert Opening.objects.get().account == people.handler.account


def test_another_unit_and_those_named_print_nothing(people):
    case, _receipt = letter(people, upto="assigned")
    assert _print(people.other_handler, case).status_code == 404
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assert _print(people.handler, case).status_code == 404
    assert _print(people.administrator, case).status_code == 404
