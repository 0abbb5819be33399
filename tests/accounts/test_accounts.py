import pytest
from django.test import Client, RequestFactory
from django.utils.module_loading import import_string

from huiying.accounts import signing_in
from huiying.accounts.actions import (
    UsernameTaken,
    choose_language,
    create_account,
    set_password,
    switch_off,
)
from huiying.accounts.models import Account
from huiying.accounts.signing_in import TRIES_PER_NAME, Busy, WrongPassword, check
from huiying.config import settings as installation
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import Invalid, NotAllowed, TooMany
from tests.people import PASSWORD, People


def sign_in(username: str, password: str, address: str = "192.0.2.1") -> Account:
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return check(request, username=username, password=password)


@pytest.mark.django_db
def test_an_account_signs_in_whatever_the_case_of_its_name():
    create_account(
        actor=SYSTEM, username=" Lin ", name={"en": "Lin"}, password="four plain words x"
    )
    assert sign_in("LIN", "four plain words x").username == "lin"
    assert Account.objects.get().password.startswith("argon2")


@pytest.mark.django_db
@pytest.mark.parametrize("password", ["short", "password1234", "zhang-xiaoming"])
def test_weak_passwords_are_refused(password):
    with pytest.raises(Invalid) as refused:
        create_account(actor=SYSTEM, username="zhang-xiaoming", name={}, password=password)
    assert refused.value.field == "password"
    assert not Account.objects.exists()


def test_a_name_is_taken_once(people: People):
    with pytest.raises(UsernameTaken):
        create_account(actor=SYSTEM, username="clerk", name={}, password="four plain words x")


def test_unknown_name_and_wrong_password_are_refused_alike_and_counted(people: People):
    for username in ("clerk", "nobody"):
        with pytest.raises(WrongPassword):
            sign_in(username, "wrong")
    for _try in range(TRIES_PER_NAME):
        with pytest.raises(WrongPassword):
            sign_in("handler", "wrong")
    with pytest.raises(TooMany):
        sign_in("handler", PASSWORD)
    assert sign_in("clerk", PASSWORD)


def test_nobody_locks_a_colleague_out_from_elsewhere(people: People, monkeypatch):
    for _try in range(TRIES_PER_NAME + 1):
        with pytest.raises((WrongPassword, TooMany)):
            sign_in("handler", "wrong", "198.51.100.7")
    with pytest.raises(TooMany):
        sign_in("handler", PASSWORD, "198.51.100.7")
    assert sign_in("handler", PASSWORD)
    monkeypatch.setattr(signing_in, "TRIES_PER_NAME_ANYWHERE", 15)
    for each in range(15):
        with pytest.raises(WrongPassword):
            sign_in("handler", "wrong", f"203.0.113.{each}")
    with pytest.raises(TooMany):
        sign_in("handler", PASSWORD)


@pytest.mark.django_db
def test_more_sign_ins_at_once_than_memory_allows_are_asked_to_wait(people: People, monkeypatch):
    monkeypatch.setattr(signing_in, "SEAT_SECONDS", 0.05)
    seats = [signing_in._seats.acquire(timeout=1) for _seat in range(signing_in.CHECKS_AT_ONCE)]
    try:
        with pytest.raises(Busy):
            sign_in("clerk", PASSWORD)
        page = Client().post("/en/desk/sign-in/", {"username": "clerk", "password": PASSWORD})
        assert page.status_code == 503
        assert "try again in a minute" in page.text
    finally:
        for _seat in seats:
            signing_in._seats.release()
    assert sign_in("clerk", PASSWORD)


def test_a_switched_off_account_signs_in_no_more(people: People):
    switch_off(actor=people.administrator.actor, username="clerk")
    with pytest.raises(WrongPassword):
        sign_in("clerk", PASSWORD)
    assert people.clerk.client.get("/zh-hans/desk/").status_code == 302


def test_a_password_is_set_by_its_owner_or_an_administrator(people: People):
    with pytest.raises(NotAllowed):
        set_password(
            actor=people.colleague.actor, username="handler", password="four plain words x"
        )
    set_password(actor=people.handler.actor, username="handler", password="four plain words x")
    assert sign_in("handler", "four plain words x")
    with pytest.raises(NotAllowed):
        choose_language(
            actor=people.colleague.actor, account_id=people.handler.account.pk, language="en"
        )


def test_an_installation_checks_a_password_at_its_full_price():
    """The tests have a quicker hasher of their own."""
    (name,) = installation.PASSWORD_HASHERS
    assert import_string(name)().memory_cost >= 100 * 1024
