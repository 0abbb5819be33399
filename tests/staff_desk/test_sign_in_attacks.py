"""What somebody with a borrowed session, or another site's page, tries at the ways in."""

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from django.test import Client
from pytest_django import Settings

from huiying.accounts import agency_sign_in, signing_in
from huiying.accounts.models import Passkey, StaffSession
from huiying.faces.staff_desk.account import second_step
from huiying.kernel import time
from tests.accounts.authenticator import SoftPasskey
from tests.people import PASSWORD, People

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DESK, SIGN_IN = "/en/desk/", "/en/desk/sign-in/"
SECOND, BY_PASSKEY = "/en/desk/sign-in/second/", "/en/desk/sign-in/passkey/"
AGENCY, BACK = "/en/desk/sign-in/agency/", "/zh-hans/desk/sign-in/agency/back/"
PASSKEYS = "/en/desk/account/passkeys/"
PICTURE = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
LINK = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}


@pytest.fixture(autouse=True)
def noon():
    with time.at(NOON):
        yield


def options(page: str) -> str:
    found = re.search(r'data-options="([^"]*)"', page)
    assert found, "no question for a passkey"
    return html.unescape(found[1])


def ask_to_make(client: Client) -> str:
    """A name and the password: what the browser is then asked."""
    return options(client.post(PASSKEYS, {"name": "mine", "current": PASSWORD}).text)


def add_passkey(client: Client, device: SoftPasskey) -> None:
    client.post(PASSKEYS, {"answer": device.made(ask_to_make(client))})


# A passkey without the password -----------------------------------------------------------------


def test_a_borrowed_session_adds_no_passkey_with_a_challenge_from_the_door(people: People):
    client = people.clerk.client
    shown = client.get(f"{BY_PASSKEY}?next=/en/desk/find/")
    found = re.search(r'data-options="([^"]*)"', shown.text)
    asked = html.unescape(found[1]) if found else options(Client().get(BY_PASSKEY).text)
    client.raise_request_exception = False
    refused = client.post(PASSKEYS, {"answer": SoftPasskey().made(asked)})
    assert not Passkey.objects.exists()
    assert refused.status_code == 422
    assert "not accepted" in refused.text
    assert 'name="current"' in refused.text, "the password is asked"
    assert shown.headers["Location"] == "/en/desk/find/", "whoever is in needs no door"
    assert client.post(BY_PASSKEY, {"answer": "{}"}).headers["Location"] == DESK


@pytest.mark.parametrize("purpose", ["sign-in", "second", ""])
def test_a_challenge_for_something_else_makes_no_passkey(people: People, purpose: str):
    client = people.clerk.client
    asked = ask_to_make(client)
    session = client.session
    session["challenge"] |= {"for": purpose}
    session.save()
    assert client.post(PASSKEYS, {"answer": SoftPasskey().made(asked)}).status_code == 422
    assert not Passkey.objects.exists()


def test_a_challenge_without_the_name_that_came_with_the_password_makes_none(people: People):
    client = people.clerk.client
    asked = ask_to_make(client)
    session = client.session
    del session["passkey_name"]
    session.save()
    refused = client.post(PASSKEYS, {"answer": SoftPasskey().made(asked)})
    assert refused.status_code == 422
    assert not Passkey.objects.exists()


def test_a_wrong_answer_needs_the_password_before_the_next(people: People):
    client = people.clerk.client
    asked = ask_to_make(client)
    refused = client.post(PASSKEYS, {"answer": "{}"})
    assert refused.status_code == 422
    assert "data-options" not in refused.text
    assert 'value="mine"' in refused.text
    assert client.post(PASSKEYS, {"answer": SoftPasskey().made(asked)}).status_code == 422
    assert not Passkey.objects.exists()
    add_passkey(client, SoftPasskey())
    assert Passkey.objects.count() == 1


@pytest.mark.parametrize(("minutes", "added"), [(9, 1), (11, 0)])
def test_the_password_opens_the_making_for_ten_minutes(people: People, minutes: int, added: int):
    client = people.clerk.client
    asked = ask_to_make(client)
    with time.at(NOON + timedelta(minutes=minutes)):
        client.post(PASSKEYS, {"answer": SoftPasskey().made(asked)})
    assert Passkey.objects.count() == added


def test_a_challenge_of_the_second_step_does_not_sign_in_by_itself(people: People):
    device = SoftPasskey()
    add_passkey(people.clerk.client, device)
    client = Client()
    client.post(SIGN_IN, {"username": "clerk", "password": PASSWORD})
    proof = device.proved(options(client.get(SECOND).text))
    assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 422
    proof = device.proved(options(client.get(BY_PASSKEY).text))
    assert client.post(SECOND, {"answer": proof}).status_code == 422
    assert client.get(DESK).status_code == 302


# A whole office locked out ----------------------------------------------------------------------


@pytest.fixture
def offered(county: None, settings: Settings) -> Iterator[None]:
    """A provider that knows where people sign in; it is asked over the net for nothing else here."""
    issuer = "https://sign-in.agency.example"
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = issuer, "desk"
    described = {"authorization_endpoint": f"{issuer}/authorize"}
    with patch.object(agency_sign_in, "_document", return_value=described):
        yield


@pytest.mark.parametrize("address", [BY_PASSKEY, AGENCY, BACK])
@pytest.mark.usefixtures("offered")
def test_pictures_on_another_sites_page_lock_nobody_out(address: str):
    for _picture in range(61):
        assert Client().get(address, headers=PICTURE).status_code == 403
    assert not StaffSession.objects.exists(), "nor do they begin sessions"
    for way_here in (LINK, {}):
        assert Client().get(address, headers=way_here).status_code in {200, 302}


@pytest.mark.parametrize("address", [BY_PASSKEY, BACK])
@pytest.mark.usefixtures("offered")
def test_looking_in_counts_for_nothing(address: str):
    for _look in range(61):
        assert Client().get(address).status_code in {200, 302}


@pytest.mark.usefixtures("offered")
def test_beginning_at_the_provider_is_counted():
    answers = [Client().get(AGENCY).status_code for _try in range(61)]
    assert answers == [302] * 60 + [429]


def test_signing_in_by_passkey_counts_its_failures_only(people: People, monkeypatch):
    monkeypatch.setattr(second_step, "TRIES_PER_ADDRESS", 2)
    device = SoftPasskey()
    add_passkey(people.clerk.client, device)
    for _colleague in range(4):
        client = Client()
        proof = device.proved(options(client.get(BY_PASSKEY).text))
        assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 302
    answers = [Client().post(BY_PASSKEY, {"answer": "{}"}).status_code for _try in range(3)]
    assert answers == [422, 422, 429]


def test_an_office_behind_one_address_signs_in_all_morning(people: People, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_PER_ADDRESS", 2)
    for _colleague in range(4):
        done = Client().post(SIGN_IN, {"username": "clerk", "password": PASSWORD})
        assert done.headers["Location"] == DESK


def test_an_account_of_ones_own_buys_no_tries_at_others(people: People, monkeypatch):
    monkeypatch.setattr(signing_in, "TRIES_PER_ADDRESS", 2)

    def wrong(name: str) -> str:
        return Client().post(SIGN_IN, {"username": name, "password": "wrong"}).text

    wrong("handler")
    Client().post(SIGN_IN, {"username": "clerk", "password": PASSWORD})
    assert "do not match" in wrong("reviewer")
    assert "Too many" in wrong("supervisor")
