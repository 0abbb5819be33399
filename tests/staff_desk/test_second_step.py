"""The second step of signing in: codes of an app, recovery codes, passkeys; required, lost, reset."""

import html
import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from django.test import Client

from huiying.accounts.actions.second_step import reset_second_step
from huiying.accounts.models import CodeApp, Passkey, RecoveryCode
from huiying.agencies.actions import give_role
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed
from huiying.notices.models import Outgoing
from huiying.record.models import Entry, Payload
from tests.accounts.authenticator import SoftPasskey
from tests.people import PASSWORD, People, Person

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HALF_A_MINUTE = timedelta(seconds=30)
DESK = "/en/desk/"
SIGN_IN = "/en/desk/sign-in/"
SECOND = "/en/desk/sign-in/second/"
BY_PASSKEY = "/en/desk/sign-in/passkey/"
ACCOUNT = "/en/desk/account/"
SET_UP = "/en/desk/account/codes/"
OFF = "/en/desk/account/codes/off/"
RENEW = "/en/desk/account/recovery-codes/"
PASSKEYS = "/en/desk/account/passkeys/"
CODES = re.compile(r"<code>((?:[0-9a-z]{4}-){3}[0-9a-z]{4})</code>")


@pytest.fixture(autouse=True)
def noon():
    with time.at(NOON):
        yield


def value(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"[^>]*value="([^"]*)"|value="([^"]*)"[^>]*name="{name}"', page)
    assert found, f"no field {name}"
    return html.unescape(found[1] or found[2] or "")


def options(page: str) -> str:
    found = re.search(r'data-options="([^"]*)"', page)
    assert found, "no question for a passkey"
    return html.unescape(found[1])


def set_up(person: Person) -> tuple[pyotp.TOTP, list[str]]:
    """Turn codes on as a person would; the app and the recovery codes."""
    shown = person.client.post(SET_UP, {"current": PASSWORD}).text
    secret = re.search(r'desk-secret">([A-Z2-7 ]+)<', shown)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    said = {"offered": value(shown, "offered"), "code": app.at(time.now())}
    done = person.client.post(SET_UP, said)
    assert done.status_code == 200, done.text
    return app, CODES.findall(done.text)


def add_passkey(person: Person, device: SoftPasskey, name: str = "office computer"):
    shown = person.client.post(PASSKEYS, {"name": name, "current": PASSWORD}).text
    return person.client.post(PASSKEYS, {"answer": device.made(options(shown))})


def at_second_step(username: str = "clerk", **more: str) -> Client:
    """A browser in which the password was right."""
    client = Client()
    response = client.post(SIGN_IN, {"username": username, "password": PASSWORD, **more})
    assert response.headers["Location"] == SECOND
    return client


def is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def test_with_an_app_the_password_alone_opens_nothing(people: People):
    app, _codes = set_up(people.clerk)
    client = at_second_step(next="/en/desk/?tab=all")
    assert not is_in(client)
    assert client.get(SECOND).status_code == 200
    with time.at(NOON + HALF_A_MINUTE):
        before = client.session.session_key
        done = client.post(SECOND, {"code": f" {app.at(time.now())[:3]} {app.at(time.now())[3:]} "})
    assert done.headers["Location"] == "/en/desk/?tab=all"
    assert client.session.session_key != before
    assert is_in(client)


def test_a_code_is_used_once_and_an_earlier_one_never_after_a_later(people: People):
    app, _codes = set_up(people.clerk)
    used_at_set_up = app.at(NOON)
    assert at_second_step().post(SECOND, {"code": used_at_set_up}).status_code == 422
    with time.at(NOON + 2 * HALF_A_MINUTE):
        later, earlier = app.at(time.now()), app.at(NOON + HALF_A_MINUTE)
        assert at_second_step().post(SECOND, {"code": later}).status_code == 302
        assert at_second_step().post(SECOND, {"code": later}).status_code == 422
        assert at_second_step().post(SECOND, {"code": earlier}).status_code == 422


@pytest.mark.parametrize("steps", [-2, 2])
def test_a_code_of_another_time_does_not_fit(people: People, steps):
    app, _codes = set_up(people.clerk)
    with time.at(NOON + timedelta(hours=1)):
        code = app.at(time.now() + steps * HALF_A_MINUTE)
        assert at_second_step().post(SECOND, {"code": code}).status_code == 422


@pytest.mark.parametrize(
    "typed", ["", "000000", "abcdef", "９９９９９９", "1" * 40, "x" * 41, "\0"]
)
def test_what_is_no_code_is_refused_with_a_sentence(people: People, typed):
    set_up(people.clerk)
    response = at_second_step().post(SECOND, {"code": typed})
    assert response.status_code == 422
    assert "govuk-error-summary" in response.text or "error" in response.text


def test_guessing_ends_in_a_pause_that_outlives_a_new_password_step(people: People):
    app, codes = set_up(people.clerk)
    with time.at(NOON + HALF_A_MINUTE):
        client = at_second_step()
        for _try in range(10):
            client.post(SECOND, {"code": "000000"})
        assert at_second_step().post(SECOND, {"code": app.at(time.now())}).status_code == 429
        assert at_second_step().post(SECOND, {"code": codes[0]}).status_code == 429
    assert people.clerk.client.get(DESK).status_code == 200, "who is in stays in"


def test_nobody_comes_to_the_second_step_without_the_first(people: People):
    app, _codes = set_up(people.clerk)
    stranger = Client()
    assert stranger.get(SECOND).headers["Location"] == SIGN_IN
    assert stranger.post(SECOND, {"code": app.at(time.now())}).headers["Location"] == SIGN_IN


def test_who_was_switched_off_between_the_steps_stays_outside(people: People):
    app, _codes = set_up(people.clerk)
    client = at_second_step()
    people.clerk.account.is_active = False
    people.clerk.account.save(update_fields=["is_active"])
    assert client.post(SECOND, {"code": app.at(time.now())}).headers["Location"] == SIGN_IN


def test_recovery_codes_are_shown_once_and_each_lets_in_once(people: People):
    _app, codes = set_up(people.clerk)
    assert len(set(codes)) == 10
    assert not any(code in people.clerk.client.get(ACCOUNT).text for code in codes)
    typed = codes[0].upper().replace("-", " ").replace("0", "O").replace("1", "I")
    assert at_second_step().post(SECOND, {"code": typed}).status_code == 302
    assert at_second_step().post(SECOND, {"code": codes[0]}).status_code == 422
    assert "9 left" in people.clerk.client.get(ACCOUNT).text
    assert Payload.objects.get(entry__action="account.recovery_code_used").data == {"left": 9}
    assert Outgoing.objects.filter(kind="account", data={"what": "recovery_code_used"}).exists()


def test_a_recovery_code_of_somebody_else_does_not_fit(people: People):
    _app, codes = set_up(people.clerk)
    set_up(people.handler)
    assert at_second_step("handler").post(SECOND, {"code": codes[0]}).status_code == 422


def test_new_recovery_codes_void_the_old_and_need_the_password(people: People):
    _app, old = set_up(people.clerk)
    assert people.clerk.client.post(RENEW, {"current": "wrong"}).status_code == 422
    new = CODES.findall(people.clerk.client.post(RENEW, {"current": PASSWORD}).text)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert at_second_step().post(SECOND, {"code": old[0]}).status_code == 422
    assert at_second_step().post(SECOND, {"code": new[0]}).status_code == 302


def test_setting_up_needs_the_password_and_a_code_that_fits(people: People):
    client = people.clerk.client
    refused = client.post(SET_UP, {"current": "wrong"})
    assert refused.status_code == 422
    assert "desk-secret" not in refused.text
    shown = client.post(SET_UP, {"current": PASSWORD}).text
    wrong = client.post(SET_UP, {"offered": value(shown, "offered"), "code": "000000"})
    assert wrong.status_code == 422
    assert re.search(r'desk-secret">([A-Z2-7 ]+)<', shown)[1] in wrong.text, "the same secret again"  # type: ignore[index]
    assert not CodeApp.objects.exists()


def test_an_offer_is_for_its_account_and_for_half_an_hour(people: People):
    shown = people.clerk.client.post(SET_UP, {"current": PASSWORD}).text
    offered = value(shown, "offered")
    secret = re.search(r'desk-secret">([A-Z2-7 ]+)<', shown)
    assert secret
    app = pyotp.TOTP(secret[1].replace(" ", ""))
    other = people.handler.client.post(SET_UP, {"offered": offered, "code": app.at(NOON)})
    assert other.status_code == 422
    assert people.clerk.client.post(SET_UP, {"offered": offered}).status_code == 422
    for forged in ("", "1.00", "1.zz", "x", "9.00", offered[:-2] + "00"):
        answer = people.clerk.client.post(SET_UP, {"offered": forged, "code": app.at(NOON)})
        assert answer.status_code == 422
    with time.at(NOON + timedelta(minutes=31)):
        late = people.clerk.client.post(SET_UP, {"offered": offered, "code": app.at(time.now())})
        assert late.status_code == 422
        assert "longer than half an hour" in late.text
    assert not CodeApp.objects.exists()


def test_the_secret_lies_sealed_and_in_no_entry(people: People):
    app, codes = set_up(people.clerk)
    held = bytes(CodeApp.objects.get().sealed)
    assert app.secret.encode() not in held
    entries = str(list(Payload.objects.values_list("data", flat=True)))
    assert app.secret not in entries
    assert not any(code in entries for code in codes)
    assert not any(
        code.encode() in bytes(row.digest) for code in codes for row in RecoveryCode.objects.all()
    )


def test_a_sealed_secret_moved_to_another_account_does_not_open(people: People):
    _app, _codes = set_up(people.clerk)
    app, _codes = set_up(people.handler)
    stolen = CodeApp.objects.get(account=people.handler.account).sealed
    CodeApp.objects.filter(account=people.clerk.account).update(sealed=stolen)
    with time.at(NOON + HALF_A_MINUTE):
        answer = at_second_step().post(SECOND, {"code": app.at(time.now())})
    assert answer.status_code == 422


def test_turning_off_needs_the_password_and_takes_the_recovery_codes_along(people: People):
    set_up(people.clerk)
    assert people.clerk.client.post(OFF, {"current": "wrong"}).status_code == 422
    assert people.clerk.client.post(OFF, {"current": PASSWORD}).status_code == 302
    assert not CodeApp.objects.exists()
    assert not RecoveryCode.objects.exists()
    client = Client()
    assert (
        client.post(SIGN_IN, {"username": "clerk", "password": PASSWORD}).headers["Location"]
        == DESK
    )


def test_turning_on_signs_out_elsewhere_and_stays_here(people: People):
    second = Client()
    second.force_login(people.clerk.account)
    set_up(people.clerk)
    assert is_in(people.clerk.client)
    assert not is_in(second)


def test_an_administrator_resets_and_reads_nothing(people: People):
    app, _codes = set_up(people.clerk)
    add_passkey(people.clerk, SoftPasskey())
    for name in ("colleague", "supervisor", "clerk"):
        with pytest.raises(NotAllowed):
            reset_second_step(actor=getattr(people, name).actor, username="clerk")
    reset_second_step(actor=people.administrator.actor, username="clerk")
    assert not CodeApp.objects.exists()
    assert not Passkey.objects.exists()
    assert not RecoveryCode.objects.exists()
    assert not is_in(people.clerk.client)
    assert app.secret not in people.administrator.client.get(ACCOUNT).text
    entry = Entry.objects.get(action="account.second_step_reset")
    assert entry.subject == f"staff:{people.clerk.account.label}"
    notice = Outgoing.objects.get(data={"what": "second_step_reset"})
    assert notice.recipient == f"staff:{people.clerk.account.label}"


# Required ---------------------------------------------------------------------------------------


@pytest.fixture
def required(settings):
    settings.SECOND_FACTOR, settings.SECOND_FACTOR_ROLES = "required", frozenset({"clerk"})


def test_where_it_is_required_nothing_else_opens_before(people: People, required):
    client = people.clerk.client
    assert client.get(DESK).headers["Location"] == ACCOUNT
    assert client.post("/en/desk/find/", {"q": "x"}).headers["Location"] == ACCOUNT
    assert "First set up a second step" in client.get(ACCOUNT).text
    assert is_in(people.handler.client), "not of a handler"
    set_up(people.clerk)
    assert is_in(client)
    assert "First set up a second step" not in client.get(ACCOUNT).text


def test_required_of_everybody_where_no_role_is_named(people: People, settings):
    settings.SECOND_FACTOR = "required"
    assert people.leader.client.get(DESK).headers["Location"] == ACCOUNT


def test_a_new_role_that_needs_it_asks_at_the_next_sign_in(people: People, required):
    give_role(actor=SYSTEM, username="handler", unit_code="desk", role="clerk")
    client = Client()
    client.post(SIGN_IN, {"username": "handler", "password": PASSWORD})
    assert client.get(DESK).headers["Location"] == ACCOUNT


def test_switched_off_it_is_neither_offered_nor_asked(people: People, settings):
    set_up(people.clerk)
    settings.SECOND_FACTOR = "off"
    client = Client()
    done = client.post(SIGN_IN, {"username": "clerk", "password": PASSWORD})
    assert done.headers["Location"] == DESK
    assert "Codes from an app" not in client.get(ACCOUNT).text
    assert client.get(SET_UP).status_code == 404


# Passkeys ---------------------------------------------------------------------------------------


def test_a_passkey_signs_in_without_name_and_password(people: People):
    device = SoftPasskey()
    done = add_passkey(people.clerk, device)
    assert len(CODES.findall(done.text)) == 10, "the first one brings recovery codes"
    client = Client()
    asked = options(client.get(f"{BY_PASSKEY}?next=/en/desk/?tab=all").text)
    answer = {"answer": device.proved(asked), "next": "/en/desk/?tab=all"}
    assert client.post(BY_PASSKEY, answer).headers["Location"] == "/en/desk/?tab=all"
    assert is_in(client)
    assert Passkey.objects.get().used_at is not None


def test_a_passkey_serves_as_second_step_and_the_password_alone_no_more(people: People):
    device = SoftPasskey()
    add_passkey(people.clerk, device)
    client = at_second_step()
    asked = options(client.get(SECOND).text)
    assert client.post(SECOND, {"answer": device.proved(asked)}).status_code == 302
    assert is_in(client)


def test_a_proof_counts_once(people: People):
    device = SoftPasskey()
    add_passkey(people.clerk, device)
    client = Client()
    proof = device.proved(options(client.get(BY_PASSKEY).text))
    assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 302
    client.post("/en/desk/sign-out/")
    again = Client()
    again.get(BY_PASSKEY)
    assert again.post(BY_PASSKEY, {"answer": proof}).status_code == 422, "another challenge"
    assert Client().post(BY_PASSKEY, {"answer": proof}).status_code == 422, "no challenge at all"


@pytest.mark.parametrize(
    "wrong",
    [
        {"origin": "https://evil.example"},
        {"host": "evil.example"},
        {"verifies": False},
        {"counter": -1},
    ],
    ids=["origin", "host", "unverified", "counter"],
)
def test_a_proof_that_is_not_quite_right_is_refused(people: People, wrong):
    device = SoftPasskey(counter=5)
    add_passkey(people.clerk, device)
    for name, held in wrong.items():
        setattr(device, name, held)
    client = Client()
    proof = device.proved(options(client.get(BY_PASSKEY).text))
    assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 422
    assert not is_in(client)


@pytest.mark.parametrize("answer", ["", "x", "[]", "{}", '{"rawId": "!"}', '{"rawId": "YQ"}', "\0"])
def test_what_is_no_proof_is_refused_with_a_sentence(people: People, answer):
    client = Client()
    client.get(BY_PASSKEY)
    response = client.post(BY_PASSKEY, {"answer": answer})
    assert response.status_code == 422
    assert "not accepted" in response.text
    assert 'name="answer" value=""' in response.text, "the next try sends a new one"


def test_another_key_under_a_known_name_is_refused(people: People):
    add_passkey(people.clerk, SoftPasskey())
    client = Client()
    forged = SoftPasskey(counter=9).proved(options(client.get(BY_PASSKEY).text))
    assert client.post(BY_PASSKEY, {"answer": forged}).status_code == 422


def test_somebody_elses_passkey_is_no_second_step(people: People):
    device, other = SoftPasskey(), SoftPasskey(credential=b"another")
    add_passkey(people.clerk, device)
    add_passkey(people.handler, other)
    client = at_second_step("clerk")
    proof = other.proved(options(client.get(SECOND).text))
    assert client.post(SECOND, {"answer": proof}).status_code == 422
    assert not is_in(client)


def test_a_passkey_of_a_switched_off_account_opens_nothing(people: People):
    device = SoftPasskey()
    add_passkey(people.clerk, device)
    people.clerk.account.is_active = False
    people.clerk.account.save(update_fields=["is_active"])
    client = Client()
    proof = device.proved(options(client.get(BY_PASSKEY).text))
    assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 422


def test_several_passkeys_are_listed_by_name_and_removed_one_by_one(people: People):
    first, second = SoftPasskey(), SoftPasskey(credential=b"another")
    add_passkey(people.clerk, first, "office computer")
    assert add_passkey(people.clerk, second, "my <b>phone").status_code == 302
    page = people.clerk.client.get(ACCOUNT).text
    assert "office computer" in page
    assert "my &lt;b&gt;phone" in page
    label = Passkey.objects.get(name="office computer").label
    assert people.colleague.client.get(f"{PASSKEYS}{label}/").status_code == 404
    assert people.clerk.client.post(f"{PASSKEYS}{label}/", {"current": "no"}).status_code == 422
    assert people.clerk.client.post(f"{PASSKEYS}{label}/", {"current": PASSWORD}).status_code == 302
    client = Client()
    proof = first.proved(options(client.get(BY_PASSKEY).text))
    assert client.post(BY_PASSKEY, {"answer": proof}).status_code == 422
    assert RecoveryCode.objects.exists(), "one passkey remains"


def test_the_same_passkey_is_added_once(people: People):
    device = SoftPasskey()
    add_passkey(people.clerk, device)
    again = add_passkey(people.clerk, device)
    assert again.status_code == 422
    assert "known here already" in again.text


def test_adding_a_passkey_needs_the_password(people: People):
    refused = people.clerk.client.post(PASSKEYS, {"name": "x", "current": "wrong"})
    assert refused.status_code == 422
    assert "data-options" not in refused.text
    assert people.clerk.client.post(PASSKEYS, {"answer": "{}"}).status_code == 422
    assert not Passkey.objects.exists()


def test_without_a_script_the_page_says_what_to_do(people: People):
    page = Client().get(BY_PASSKEY).text
    assert "Passkeys need JavaScript" in page
    assert SIGN_IN in page


# Mail -------------------------------------------------------------------------------------------


def test_a_mail_address_is_given_checked_and_taken_back(people: People):
    client = people.clerk.client
    assert client.post(f"{ACCOUNT}mail/", {"email": "no address"}).status_code == 422
    client.post(f"{ACCOUNT}mail/", {"email": "lin@agency.example"})
    people.clerk.account.refresh_from_db()
    assert people.clerk.account.email == "lin@agency.example"
    assert "lin@agency" not in str(list(Payload.objects.values_list("data", flat=True)))
    client.post(f"{ACCOUNT}mail/", {"email": ""})
    people.clerk.account.refresh_from_db()
    assert people.clerk.account.email == ""
