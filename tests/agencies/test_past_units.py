"""A unit that stands for past cases only: in no list of where a letter may go, in every list of the past."""

import pytest

from huiying.agencies.actions import load_units
from huiying.casework.actions.sorting import assign, triage
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid
from huiying.record.models import Entry
from tests.people import UNITS
from tests.scene import letter

pytestmark = pytest.mark.django_db


def _water(*, active: bool) -> None:
    code, parent, chinese, english = next(row for row in UNITS if row[0] == "water")
    name = {"zh-hans": chinese, "en": english}
    load_units(
        actor=SYSTEM, rows=[{"code": code, "parent": parent, "name": name, "active": active}]
    )


def test_it_stands_in_no_list_of_where_a_letter_may_go(people):
    case, _receipt = letter(people)
    places = [
        (people.stranger, "/en/write/"),
        (people.dispatcher, f"/en/desk/cases/{case.number}/"),
        (people.clerk, "/en/desk/standard-answers/new/"),
        (people.clerk, "/en/desk/?tab=open"),
    ]
    clients = [(getattr(who, "client", who), address) for who, address in places]
    for client, address in clients:
        assert "Water leak" in client.get(address).text
    _water(active=False)
    for client, address in clients:
        page = client.get(address).text
        assert "Water leak" not in page
        assert "Water Company" not in page


def test_its_past_is_found(people):
    _water(active=False)
    for client, address in (
        (people.stranger, "/en/answers/"),
        (people.clerk.client, "/en/desk/?tab=closed"),
    ):
        page = client.get(address).text
        assert "Water leak" in page
        assert "Water Company" in page


def test_a_case_that_has_its_category_keeps_it_to_choose(people):
    case, _receipt = letter(people, category_code="leak")
    _water(active=False)
    assert "Water leak" in people.clerk.client.get(f"/en/desk/cases/{case.number}/").text


def test_nothing_is_assigned_to_it_and_its_end_and_return_are_on_record(people):
    _water(active=False)
    case, _receipt = letter(people)
    triage(actor=people.clerk.actor, number=case.number, category_code="leak")
    with pytest.raises(Invalid):
        assign(actor=people.dispatcher.actor, number=case.number, lead_code="water")
    _water(active=True)
    _water(active=True)
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="water")
    acts = Entry.objects.filter(subject="unit:water").order_by("id")
    assert list(acts.values_list("action", flat=True)) == [
        "unit.created",
        "unit.deactivated",
        "unit.activated",
    ]
