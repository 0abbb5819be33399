"""The case that somebody should take up next."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.working import accept
from huiying.casework.models import CaseFile
from huiying.casework.states import State
from huiying.kernel import time
from tests.casework.ways import brought_to, taken_in
from tests.people import make_person
from tests.scene import answer, letter

pytestmark = pytest.mark.django_db

NEXT = "/en/desk/my-next/"


def _due_in(case: CaseFile, days: int) -> CaseFile:
    CaseFile.objects.filter(pk=case.pk).update(due_at=time.now() + time.days(days))
    return case


def _next(person, url: str = NEXT) -> int | None:
    answered = person.client.get(url)
    found = re.search(r"/cases/(\d+)/", answered.url)
    return int(found[1]) if found else None


def test_late_first_then_by_due_and_one_passed_over_does_not_come_back(people):
    soon, late, later = (_due_in(taken_in(), days) for days in (1, -2, 5))
    client, url = people.clerk.client, NEXT
    met: list[int] = []
    while "/cases/" in (where := client.get(url).url) and len(met) < 5:
        page = client.get(where).text
        met += [int(number) for number in re.findall(r"/cases/(\d+)/", where)]
        url = re.findall(r'href="(/en/desk/my-next/[^"]*)"', page)[0].replace("&amp;", "&")
    assert met == [late.number, soon.number, later.number]
    assert "passed over" in client.get(where).text


def test_each_role_gets_what_is_theirs_to_do(people):
    assigned = _due_in(brought_to(State.ASSIGNED, people), 3)
    _due_in(brought_to(State.WAITING, people), -5)
    _due_in(brought_to(State.ANSWERED, people), -9)
    received = _due_in(taken_in(), 2)
    assert _next(people.handler) == assigned.number
    assert _next(people.clerk) == _next(people.dispatcher) == received.number
    for name in ("other_handler", "reviewer", "supervisor"):
        assert _next(getattr(people, name)) is None, name
    for name in ("auditor", "leader", "administrator"):
        assert getattr(people, name).client.get(NEXT).status_code == 403


def test_an_answer_in_review_is_the_reviewers_and_no_longer_the_handlers(people):
    case, _receipt = letter(people, upto="in_progress")
    assert _next(people.handler) == case.number
    answer(people, case, upto="in_review")
    assert _next(people.handler) is None
    assert _next(people.unit_reviewer) == case.number
    assert _next(people.reviewer) == case.number
    both = make_person("both", ("housing", "handler"), ("housing", "reviewer"))
    assert _next(both) == case.number


def test_what_was_sent_back_twice_is_the_supervisors(people):
    case = brought_to(State.RETURNED, people)
    assert _next(people.dispatcher) == case.number
    assert _next(people.supervisor) is None
    CaseFile.objects.filter(pk=case.pk).update(returns=2)
    assert _next(people.dispatcher) is None
    assert _next(people.supervisor) == case.number


def test_a_complaint_is_never_the_next_case_of_whom_it_names(people):
    case = brought_to(State.ASSIGNED, people)
    accept(actor=people.handler.actor, number=case.number)
    mark_conduct(
        actor=people.clerk.actor, number=case.number, usernames=[people.clerk.account.username]
    )
    assert _next(people.handler) == case.number
    mark_conduct(actor=people.dispatcher.actor, number=case.number, unit_codes=["housing"])
    assert _next(people.handler) is None
    assert _next(people.clerk) is None
    assert _next(people.dispatcher) == case.number


def test_hostile_addresses_and_a_constant_price(people):
    taken_in()
    for left in ("x", "9" * 90, "1.2.%00", "１.２", "." * 100):
        assert people.clerk.client.get(NEXT, {"left": left}).status_code == 302
    found = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            people.clerk.client.get(NEXT)
        found.append(len(queries))
        for _case in range(30):
            taken_in()
    assert found[0] == found[1] <= 12
