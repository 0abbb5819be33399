"""What was sent to staff, for the administrator: who, about what, how it went; never of which case."""

from datetime import timedelta

import pytest

from huiying.accounts.models import Account
from huiying.kernel import time
from huiying.kernel.identifiers import random_label
from huiying.notices.models import Outgoing
from huiying.record.models import Entry
from tests.people import People, Person

pytestmark = pytest.mark.django_db

PAGE = "/en/desk/failures/staff/"


def _notice(
    to: Person | str, kind: str = "escalation", result: str = "sent", ago: int = 0
) -> Outgoing:
    moment = time.now() - timedelta(minutes=ago)
    return Outgoing.objects.create(
        made_at=moment, due_at=moment, ended_at=moment if result else None, kind=kind,
        recipient=to if isinstance(to, str) else f"staff:{to.account.label}", language="en",
        message_id=random_label(26), result=result, tries=2, last_error="OSError",
        data={"number": 100777},
    )  # fmt: skip


def _page(people: People, **asked: str) -> str:
    reply = people.administrator.client.get(PAGE, asked)
    assert reply.status_code == 200
    text: str = reply.text
    return text.partition("<main")[2]


def test_failures_come_first_and_everything_is_a_step_away(people):
    _notice(people.handler, "matter")
    failed = _notice(people.colleague, result="gave_up")
    _notice(people.reviewer, result="bounced", ago=1)
    page = _page(people)
    assert page.index("Colleague</bdi>") < page.index("Reviewer</bdi>")
    assert page.count("Send again") == 2
    assert "Handler</bdi>" not in page
    everything = _page(people, show="all")
    assert "Handler</bdi>" in everything
    assert "100777" not in everything
    again = f"{PAGE}{failed.pk}/again/"
    assert people.clerk.client.post(again).status_code == 403
    assert "on its way again" in people.administrator.client.post(again, follow=True).text
    assert Entry.objects.filter(action="notice.again").count() == 1
    assert _page(people).count("Send again") == 1


def test_it_is_narrowed_by_person_topic_and_result(people):
    _notice(people.handler, "matter")
    _notice(people.handler, "duty")
    _notice(people.colleague, "duty", result="no_address")
    label = people.handler.account.label
    assert _page(people, who=label).count("Handler</bdi>") == 2
    assert _page(people, who=label, about="duty").count('<li class="hy-card') == 1
    nobody = _page(people, result="no_address")
    assert "Colleague</bdi>" in nobody
    assert "Handler</bdi>" not in nobody


def test_residents_and_what_is_on_its_way_are_not_there(people):
    _notice("submission:abc", "question", result="gave_up")
    _notice(people.handler, result="")
    for asked in ({}, {"show": "all"}, {"result": "not_theirs"}):
        assert "hy-card" not in _page(people, **asked)


def test_what_was_kept_from_somebody_looks_like_what_went(people):
    with time.at(time.now()):
        for result in ("sent", "not_theirs", "gathered"):
            _notice(people.handler, result=result)
    for asked in ({"show": "all"}, {"result": "sent"}):
        cards = _page(people, **asked).partition('<ul class="hy-list')[2].partition("</ul>")[0]
        each = [card.strip() for card in cards.split("<li ")[1:]]
        assert len(each) == 3
        assert len(set(each)) == 1
        assert "Dealt with" in each[0]


def test_those_without_an_address_are_named(people):
    Account.objects.exclude(username="auditor").update(email="a@example.org")
    page = _page(people)
    assert "No mail reaches them: Auditor." in page
    Account.objects.update(email="a@example.org")
    assert "No mail reaches them" not in _page(people)


def test_pages_follow_each_other(people):
    for number in range(31):
        _notice(people.handler, "matter" if number < 30 else "duty", ago=number)
    first = _page(people, show="all")
    assert first.count("Handler</bdi>") == 30
    after = first.partition("after=")[2].partition('"')[0]
    assert _page(people, show="all", after=after).count("Handler</bdi>") == 1


def test_only_the_administrator_finds_the_way(people):
    for name in ("clerk", "auditor", "supervisor", "handler"):
        assert getattr(people, name).client.get(PAGE).status_code == 403
    assert PAGE in people.administrator.client.get("/en/desk/failures/").text
    assert PAGE not in people.clerk.client.get("/en/desk/failures/").text
