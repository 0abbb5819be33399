"""Notes between units: who writes, who reads, who is told, and that nobody else ever is."""

import re

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.desk_models import CaseNote, Mention
from huiying.casework.states import State
from huiying.record.models import Entry, Payload
from tests.casework.ways import brought_to, taken_in
from tests.scene import letter

pytestmark = pytest.mark.django_db

MENTIONS = "/en/desk/mentions/"
SECRET = "井盖归谁，先别往外说"


def _url(case) -> str:
    return f"/en/desk/cases/{case.number}/"


def _note(person, case, text=SECRET):
    return person.client.post(f"{_url(case)}note/", {"text": text})


def test_a_note_is_read_by_case_readers_and_by_nobody_else(people):
    case, receipt = letter(people, upto="in_progress")
    assert _note(people.handler, case).status_code == 302
    for name in ("handler", "colleague", "clerk", "dispatcher", "reviewer", "auditor"):
        page = getattr(people, name).client.get(_url(case)).text
        assert SECRET in page, name
        assert "Housing Department" in page
    for name in ("other_handler", "below", "leader", "administrator"):
        assert getattr(people, name).client.get(_url(case)).status_code in {403, 404}, name
        assert _note(getattr(people, name), case).status_code in {403, 404}, name
    assert _note(people.auditor, case).status_code == 403
    client = Client()
    words = {"code": receipt.code, "secret": receipt.secret}
    assert SECRET not in client.post("/en/follow/", words, follow=True).text
    assert SECRET not in str(list(Payload.objects.values_list("data", flat=True)))
    assert "Wrote a note between units" in people.clerk.client.get(_url(case)).text


def test_who_is_named_finds_it_and_the_mark_goes_when_it_is_opened(people):
    case = brought_to(State.IN_PROGRESS, people)
    _note(people.handler, case, "请 @clerk 看一下，另问 @Dispatcher。mail: a@handler.example")
    queue = people.clerk.client.get("/en/desk/").text
    assert "1 unread note names you" in queue
    page = people.clerk.client.get(MENTIONS).text
    assert "Unread" in page
    opens = re.findall(r'action="(/en/desk/mentions/\d+/)"', page)
    assert people.colleague.client.post(opens[0]).status_code == 404
    assert people.clerk.client.post(opens[0]).url == f"{_url(case)}#notes"
    assert people.clerk.client.post(opens[0]).status_code == 302
    assert "Unread" not in people.clerk.client.get(MENTIONS).text
    assert "unread note" not in people.clerk.client.get("/en/desk/").text
    assert "1 unread note" in people.dispatcher.client.get("/en/desk/").text
    assert Mention.objects.count() == 2


@pytest.mark.parametrize("name", ["other_handler", "leader", "nobody_here"])
def test_only_who_may_read_the_case_can_be_named(people, name):
    case = brought_to(State.IN_PROGRESS, people)
    page = _note(people.handler, case, f"问 @{name}")
    assert page.status_code == 422
    assert f"has the user name {name}" in page.text
    assert f"问 @{name}" in page.text
    assert not CaseNote.objects.exists()


def test_a_complaint_takes_notes_and_mentions_from_whom_it_names(people):
    case = taken_in()
    _note(people.clerk, case, f"{SECRET} @dispatcher")
    assert SECRET in people.dispatcher.client.get(MENTIONS).text
    mark_conduct(
        actor=people.clerk.actor,
        number=case.number,
        usernames=["dispatcher"],
        unit_codes=["housing"],
    )
    assert SECRET not in people.dispatcher.client.get(MENTIONS).text
    assert "unread note" not in people.dispatcher.client.get("/en/desk/").text
    mention = Mention.objects.get()
    assert people.dispatcher.client.post(f"{MENTIONS}{mention.pk}/").status_code == 404
    assert _note(people.clerk, case, "@dispatcher 说过").status_code == 422


def test_a_double_click_is_one_note_and_empty_or_hostile_ones_are_none(people):
    case = taken_in()
    for _time in range(2):
        _note(people.clerk, case)
    assert CaseNote.objects.count() == Entry.objects.filter(action="case.note").count() == 1
    for text in ("", "  ", "长" * 4001, " ".join(f"@a{n}b" for n in range(12))):
        assert _note(people.clerk, case, text).status_code == 422
    _note(people.clerk, case, "<script>alert(1)</script> {{ 7*7 }} @ @@ a@b")
    assert "<script>alert" not in people.clerk.client.get(_url(case)).text


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE casework_casenote SET text = 'x'",
        "UPDATE casework_casenote SET text = '', at = now()",
        "DELETE FROM casework_casenote",
        "TRUNCATE casework_casenote CASCADE",
        "DELETE FROM casework_mention",
    ],
)
def test_the_database_keeps_what_was_said(people, sql):
    case = taken_in()
    _note(people.clerk, case, "@dispatcher")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)
    CaseNote.objects.update(text="")  # an erasure
    assert "The text was erased." in people.clerk.client.get(_url(case)).text


def test_pages_cost_the_same_at_one_note_and_at_thirty(people):
    case = taken_in()
    urls = [_url(case), MENTIONS, "/en/desk/"]
    _note(people.dispatcher, case, "@clerk 一")
    found = []
    for _round in range(2):
        costs = []
        for url in urls:
            with CaptureQueriesContext(connection) as queries:
                page = people.clerk.client.get(url)
            assert len(page.content) <= 150_000
            costs.append(sum("SAVEPOINT" not in query["sql"] for query in queries.captured_queries))
        found.append(costs)
        for number in range(30):
            _note(people.dispatcher, case, f"@clerk {number}")
    assert found[0] == found[1]
    assert max(found[0]) <= 12
