"""What changed since somebody last looked, in the cases that they may read and in no others."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.noting import write_note
from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.actions.writing_back import add_words
from huiying.casework.desk_models import LastLook
from huiying.casework.states import State
from huiying.kernel import time
from huiying.record.models import Entry
from tests.casework.ways import brought_to, taken_in, writer_of

pytestmark = pytest.mark.django_db

CHANGES = "/en/desk/changes/"


def _groups(person) -> dict[str, str]:
    page = person.client.get(CHANGES).text
    parts = re.split(r'aria-labelledby="changed-(\w+)"', page)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def _read(person, **sent):
    upto = re.search(r'name="upto" value="([^"]+)"', person.client.get(CHANGES).text)
    assert upto is not None
    return person.client.post(CHANGES, {"upto": upto[1]} | sent)


def test_each_role_has_its_own_news(people):
    taken_in(title="路灯坏了")
    assigned = brought_to(State.ASSIGNED, people, title="夜间施工")
    brought_to(State.RETURNED, people, title="漏水")
    add_words(actor=writer_of(assigned), text="昨晚又吵。")
    clerk, handler = _groups(people.clerk), _groups(people.handler)
    assert set(clerk) == {"new", "returned", "wrote"}
    assert "路灯坏了" in clerk["new"]
    assert "漏水" in clerk["returned"]
    assert set(handler) == {"given", "wrote"}
    assert "夜间施工" in handler["given"]
    assert "漏水" not in handler["given"]
    assert _groups(people.other_handler) == {}


def test_what_others_are_written_hides_nobodys_news(people):
    case = brought_to(State.ASSIGNED, people, title="夜间施工")
    add_words(actor=writer_of(case), text="昨晚又吵。")
    now = time.now()
    entries = [
        Entry(
            at=now, action="exchange.words", actor="x", subject=f"submission:{n}", commitment=b"x"
        )
        for n in range(1_001)
    ]
    Entry.objects.bulk_create(entries)
    assert "夜间施工" in _groups(people.handler)["wrote"]
    assert "夜间施工" in _groups(people.clerk)["wrote"]


def test_what_was_read_is_no_news_any_more(people):
    case = brought_to(State.ASSIGNED, people)
    assert _read(people.handler).status_code == 302
    assert _groups(people.handler) == {}
    assert LastLook.objects.count() == 1
    add_words(actor=writer_of(case), text="昨晚又吵。")
    assert set(_groups(people.handler)) == {"wrote"}
    assert set(_groups(people.colleague)) == {"given", "wrote"}


def test_opening_the_page_leaves_no_trace(people):
    people.handler.client.get(CHANGES)
    assert not LastLook.objects.exists()


@pytest.mark.parametrize(
    "sent", ["", "x", "2999-01-01T00:00:00+00:00", "2026-13-99T00:00:00+00:00"]
)
def test_a_moment_to_come_hides_nothing(people, sent):
    case = brought_to(State.ASSIGNED, people)
    _read(people.handler, upto=sent)
    add_words(actor=writer_of(case), text="昨晚又吵。")
    assert set(_groups(people.handler)) == {"wrote"}


def test_before_yesterday_is_old(people):
    brought_to(State.ASSIGNED, people)
    with time.at(time.now() + timedelta(days=2)):
        assert _groups(people.handler) == {}


def test_a_complaint_is_no_news_to_those_it_names(people):
    case = brought_to(State.ASSIGNED, people, title="夜间施工")
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["housing"])
    assert _groups(people.handler) == {}


def test_a_note_that_names_one_is_said_and_who_reads_no_letters_is_refused(people):
    case = brought_to(State.ASSIGNED, people)
    name = people.handler.account.username
    write_note(actor=people.clerk.actor, number=case.number, text=f"@{name}")
    assert "1 unread note names you" in people.handler.client.get(CHANGES).text
    assert people.administrator.client.get(CHANGES).status_code == 403
    assert people.administrator.client.post(CHANGES).status_code == 403


def test_it_costs_the_same_at_one_row_and_at_thirty(people):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert people.handler.client.get(CHANGES).status_code == 200
        return len(found)

    add_words(actor=writer_of(brought_to(State.ASSIGNED, people)), text="昨晚又吵。")
    one = queries()
    for _number in range(10):
        add_words(actor=writer_of(brought_to(State.ASSIGNED, people)), text="昨晚又吵。")
    assert queries() == one <= 12
