"""Lists of cases: what stands in which, page by page, and what they cost."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from huiying.casework import queues
from huiying.casework.actions.sorting import assign, mark_conduct
from huiying.casework.actions.working import return_to_desk
from huiying.casework.cursors import ORDERS, page_of
from huiying.casework.models import CaseFile
from huiying.casework.queues import Wanted, case_list, tabs_of
from huiying.casework.states import State
from huiying.kernel import time
from huiying.kernel.paging import place_of, read_place
from huiying.kernel.refusals import NotFound
from tests.casework.ways import brought_to, taken_in
from tests.people import People, make_person

pytestmark = pytest.mark.django_db


def _numbers(person, **wanted) -> list[int]:
    return [row.number for row in case_list(person.actor, Wanted(**wanted)).rows]


# These come with other cases.
OF_SEVERAL = {State.JOINED, State.SPLIT}


def _one_of_each(people: People) -> dict[State, CaseFile]:
    return {state: brought_to(state, people) for state in State if state not in OF_SEVERAL}


def _tabs(person) -> list[str]:
    return [tab.code for tab in tabs_of(person.actor)]


def test_each_role_has_its_own_lists(people):
    all_of_them = ["open", "answered", "closed", "all"]
    assert _tabs(people.clerk) == ["sort", *all_of_them]
    assert _tabs(people.dispatcher) == ["assign", "late", "more_time", *all_of_them]
    assert _tabs(people.handler) == ["ours", "support", *all_of_them]
    assert _tabs(people.supervisor) == ["late", "sent_back", "more_time", *all_of_them]
    assert _tabs(people.reviewer) == _tabs(people.auditor) == all_of_them
    for name in ("leader", "administrator"):
        assert _tabs(getattr(people, name)) == []
        with pytest.raises(NotFound):
            case_list(getattr(people, name).actor, Wanted())


def test_each_list_holds_what_it_says(people):
    cases = _one_of_each(people)

    def of(*states: State) -> set[int]:
        return {cases[state].number for state in states}

    received, returned, triaged = State.RECEIVED, State.RETURNED, State.TRIAGED
    at_unit = (State.ASSIGNED, State.IN_PROGRESS, State.WAITING)
    assert set(_numbers(people.clerk)) == of(received, returned)
    assert set(_numbers(people.dispatcher)) == of(triaged, returned)
    assert set(_numbers(people.handler)) == of(*at_unit)
    assert set(_numbers(people.handler, tab="all")) == of(*at_unit, State.ANSWERED, State.CLOSED)
    assert set(_numbers(people.auditor)) == of(received, returned, triaged, *at_unit)
    assert _numbers(people.auditor, tab="answered") == [cases[State.ANSWERED].number]
    assert _numbers(people.auditor, tab="closed") == [cases[State.CLOSED].number]
    assert set(_numbers(people.auditor, tab="all")) == of(*cases)
    assert _numbers(people.other_handler, tab="all") == []


def test_what_another_unit_leads_and_ours_supports_stands_apart(people):
    case = brought_to(State.TRIAGED, people)
    assign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="water",
        support_codes=["estates"],
    )
    assert _numbers(people.handler) == []
    assert _numbers(people.handler, tab="support") == [case.number]
    assert _numbers(people.below, tab="all") == [case.number]
    assert _numbers(people.other_handler) == [case.number]


def test_late_and_sent_back_twice(people):
    with time.at(time.now() - timedelta(days=11)):
        old = brought_to(State.IN_PROGRESS, people)
    twice = brought_to(State.RETURNED, people)
    assign(actor=people.dispatcher.actor, number=twice.number, lead_code="water")
    return_to_desk(
        actor=people.other_handler.actor, number=twice.number, reason="unclear", words="不清楚。"
    )
    assert _numbers(people.supervisor) == [old.number]
    assert _numbers(people.supervisor, tab="sent_back") == [twice.number]
    found = case_list(people.supervisor.actor, Wanted())
    assert found.counts == {"late": 1, "sent_back": 1, "more_time": 0, "open": 2}
    assert found.rows[0].clock.late


def test_filters_narrow_and_unknown_values_find_nothing(people):
    cases = _one_of_each(people)
    mark_conduct(actor=people.clerk.actor, number=cases[State.TRIAGED].number, unit_codes=["water"])
    everything = {"tab": "all"}
    auditor = people.auditor
    working = [cases[state].number for state in (State.ASSIGNED, State.IN_PROGRESS, State.WAITING)]
    assert _numbers(auditor, **everything, state="waiting") == [cases[State.WAITING].number]
    at_housing = {*working, cases[State.ANSWERED].number, cases[State.CLOSED].number}
    assert set(_numbers(auditor, **everything, unit="housing")) == at_housing
    assert set(_numbers(auditor, **everything, unit="county")) == at_housing
    assert _numbers(auditor, **everything, unit="estates") == []
    assert len(_numbers(auditor, **everything, category="living")) == 7
    assert len(_numbers(auditor, **everything, channel="web")) == 8
    assert _numbers(auditor, **everything, conduct=True) == [cases[State.TRIAGED].number]
    assert _numbers(auditor, **everything, late=True) == []
    for unknown in ("state", "unit", "category", "channel"):
        assert _numbers(auditor, **everything, **{unknown: "no such thing"}) == []
    assert len(_numbers(auditor, tab="no such list", sort="no such order")) == 6


def test_counts_stop(people, monkeypatch):
    for _count in range(3):
        taken_in()
    monkeypatch.setattr(queues, "COUNTED", 1)
    found = case_list(people.clerk.actor, Wanted())
    assert (found.count, found.counts["open"], len(found.rows)) == (2, 2, 3)


moments = st.lists(st.integers(min_value=0, max_value=4), min_size=1, max_size=9)


@settings(
    max_examples=25,
)
@given(hours=moments, size=st.integers(min_value=1, max_value=4), sort=st.sampled_from([*ORDERS]))
def test_paging_forth_and_back_shows_every_case_once(county, hours, size, sort):
    begin = time.now()
    made = []
    for hour in hours:
        with time.at(begin + timedelta(hours=hour)):
            made.append(taken_in().pk)
    rows = CaseFile.objects.filter(pk__in=made)
    half = (rows.filter(pk__lt=made[len(made) // 2]), rows.filter(pk__gte=made[len(made) // 2]))
    column, down = ORDERS[sort]
    expected = sorted(rows, key=lambda case: (getattr(case, column), case.pk), reverse=down)
    for parts in ((rows,), half):
        seen, page = [], page_of(parts, sort, "", "", size)
        while True:
            seen += page.rows
            if not page.older:
                break
            page = page_of(parts, sort, page.older, "", size)
        assert seen == expected
        back = list(page.rows)
        while page.newer:
            page = page_of(parts, sort, "", page.newer, size)
            back = page.rows + back
        assert back == expected


@pytest.mark.parametrize(
    "text", ["", "-", "1", "x-y", "1-", "-1", "１-２", "9" * 40 + "-1", "1-" + "9" * 40, "1-1-1"]
)
def test_a_place_that_is_none_is_the_first_page(text):
    assert read_place(text) is None


def test_a_place_is_read_as_it_was_written():
    moment = time.now()
    assert read_place(place_of(moment, 7)) == (moment, 7)


def test_two_roles_see_both_kinds_of_lists(people):
    both = make_person("both", ("desk", "clerk"), ("water", "handler"))
    assert _tabs(both)[:3] == ["sort", "ours", "support"]
    case = brought_to(State.ASSIGNED, people)
    assert _numbers(both, tab="ours") == []
    assert _numbers(both, tab="open") == [case.number]
