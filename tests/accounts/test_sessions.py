"""Sessions of staff: how long they last, what ends them, where one is signed in."""

from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from huiying.accounts import session_store
from huiying.accounts.models import StaffSession
from huiying.accounts.session_store import SessionStore
from huiying.agencies.actions import end_role, give_role
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db

DESK = "/en/desk/"
ACCOUNT = "/en/desk/account/"
ELSEWHERE = "/en/desk/account/elsewhere/"
NEW = "another one, long enough"


@pytest.fixture(autouse=True)
def as_served(monkeypatch: pytest.MonkeyPatch) -> None:
    """Here a use is noted as outside of tests."""
    monkeypatch.setattr(session_store, "NOTED_EVERY", timedelta(minutes=1))


def browser(person) -> Client:
    """The same person in one more browser."""
    client = Client()
    client.force_login(person.account)
    return client


def is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def rewind(client: Client, **passed: timedelta) -> None:
    """Let `started` or `used` lie so far back."""
    session = client.session
    for name, time in passed.items():
        session[name] = (timezone.now() - time).isoformat()
    session.save()


def noted(client: Client) -> datetime:
    """The last use that is written down for this browser."""
    used = StaffSession.objects.get(session_key=client.session.session_key).used_at
    assert used is not None
    return used


def test_an_hour_without_use_ends_it_and_use_keeps_it_open(people: People):
    client = people.clerk.client
    rewind(client, used=timedelta(minutes=59))
    assert is_in(client), "used within the hour"
    assert noted(client) > timezone.now() - timedelta(minutes=1), "from now it counts anew"
    rewind(client, used=timedelta(minutes=61))
    assert not is_in(client)


def test_how_long_is_a_setting(people: People, settings):
    settings.IDLE_MINUTES = 5
    rewind(people.clerk.client, used=timedelta(minutes=6))
    assert not is_in(people.clerk.client)


def test_after_twelve_hours_it_ends_however_busy(people: People):
    client = people.clerk.client
    rewind(client, started=timedelta(hours=11, minutes=59))
    assert is_in(client)
    rewind(client, started=timedelta(hours=12, minutes=1))
    assert not is_in(client)


def test_use_is_written_down_once_a_minute_and_no_oftener(people: People):
    client = people.leader.client
    client.get(ACCOUNT)
    before = noted(client)
    client.get(ACCOUNT)
    assert noted(client) == before
    rewind(client, used=timedelta(seconds=61))
    client.get(ACCOUNT)
    assert noted(client) > before


@pytest.mark.parametrize("act", [give_role, end_role])
def test_a_change_of_role_ends_every_session(people: People, act):
    unit_code, role = ("water", "reviewer") if act is give_role else ("housing", "handler")
    second = browser(people.handler)
    act(actor=SYSTEM, username="handler", unit_code=unit_code, role=role)
    assert not is_in(people.handler.client)
    assert not is_in(second)
    assert is_in(people.colleague.client), "nobody else is sent out"


def test_a_role_given_twice_ends_nothing(people: People):
    give_role(actor=SYSTEM, username="handler", unit_code="housing", role="handler")
    assert is_in(people.handler.client)


def test_a_new_password_ends_the_others_and_keeps_this_one(people: People):
    second = browser(people.clerk)
    said = {"current": PASSWORD, "password": NEW, "again": NEW}
    assert people.clerk.client.post(f"{ACCOUNT}password/", said).status_code == 302
    assert is_in(people.clerk.client)
    assert not is_in(second)
    assert StaffSession.objects.filter(account=people.clerk.account).count() == 1


def test_my_account_lists_where_i_am_signed_in_and_ends_the_others(people: People):
    alone = people.clerk.client.get(ACCOUNT).text
    assert "This browser" in alone
    assert "Another browser" not in alone
    second = browser(people.clerk)
    assert "Another browser" in people.clerk.client.get(ACCOUNT).text
    assert "Another browser" not in people.handler.client.get(ACCOUNT).text
    page = people.clerk.client.post(ELSEWHERE, follow=True).text
    assert "Elsewhere you are signed out." in page
    assert "Another browser" not in page
    assert not is_in(second)
    assert is_in(people.handler.client)
    entry = Entry.objects.get(action="account.signed_out_elsewhere")
    assert entry.payload.data == {"sessions": 1}
    assert str(people.clerk.client.session.session_key) not in str(entry.payload.data)


def test_what_is_kept_of_a_session_tells_no_address_and_no_browser(people: People):
    client = Client(REMOTE_ADDR="203.0.113.9", HTTP_USER_AGENT="Telltale/7")
    client.post("/en/desk/sign-in/", {"username": "clerk", "password": PASSWORD})
    held = SessionStore(client.session.session_key).load()
    assert set(held) <= {
        "_auth_user_id", "_auth_user_backend", "_auth_user_hash", "started", "used", "way",
    }  # fmt: skip
    assert "203.0.113" not in str(held)
    assert "Telltale" not in str(held)


def test_residents_get_no_session(people: People):
    before = StaffSession.objects.count()
    stranger = Client()
    for page in ("/en/", "/en/write/", "/en/follow/", "/en/answers/"):
        assert "staff" not in stranger.get(page).cookies
    assert StaffSession.objects.count() == before


def test_a_form_that_comes_after_the_session_shows_words_and_no_password():
    said = {"current": "four words of mine", "password": "新 密 码 句", "again": "新 密 码 句"}
    stranger = Client()
    assert stranger.post(f"{ACCOUNT}password/", said).status_code == 302
    came = stranger.post(f"{ACCOUNT}password/", said | {"note": "周五前报来"})
    assert "周五前报来" in came.text
    assert not [each for each in said.values() if each in came.text]


def test_a_key_that_nobody_gave_out_is_no_session():
    stranger = Client()
    stranger.cookies["staff"] = "no key of\0ours"
    assert stranger.get("/en/desk/").status_code == 302
