"""Signing in and out, and one's own account."""

import pytest
from django import forms
from django.test import Client

from huiying.accounts.models import Account, StaffSession
from huiying.faces.look.fields import inputs_of
from tests.people import PASSWORD

pytestmark = pytest.mark.django_db

SIGN_IN = "/en/desk/sign-in/"
DESK = "/en/desk/"
NEW = "another one, long enough"


def _sign_in(client, username="clerk", password=PASSWORD, **more):
    return client.post(SIGN_IN, {"username": username, "password": password, **more})


def test_signing_in_leads_to_the_queue_with_a_new_session(people):
    client = Client()
    before = client.get(SIGN_IN)
    assert before.status_code == 200
    assert _sign_in(client).headers["Location"] == DESK
    first = client.session.session_key
    assert client.get(DESK).status_code == 200
    assert client.get(SIGN_IN).headers["Location"] == DESK
    client.post("/en/desk/sign-out/")
    _sign_in(client)
    assert client.session.session_key != first


def test_who_only_reviews_begins_with_the_answers_that_wait(people):
    assert _sign_in(Client(), "reviewer").headers["Location"] == "/en/desk/answers/"
    assert _sign_in(Client(), "handler").headers["Location"] == DESK


@pytest.mark.parametrize(("username", "password"), [("clerk", "wrong"), ("nobody", PASSWORD)])
def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(people, username, password):
    response = _sign_in(Client(), username, password)
    assert response.status_code == 422
    assert "User name and password do not match" in response.text
    assert "password do not match" in _sign_in(Client(), username.upper(), "x" * 999).text
    assert not StaffSession.objects.filter(session_data__contains=username).exists()


def test_the_password_is_never_shown_again(people):
    response = _sign_in(Client(), "clerk", "my secret words")
    assert "my secret words" not in response.text
    assert 'value="clerk"' in response.text


def test_guessing_ends_in_a_pause_also_for_the_right_password(people):
    client = Client()
    for _try in range(10):
        _sign_in(client, "handler", "wrong")
    assert _sign_in(client, "handler").status_code == 429
    assert _sign_in(client, "clerk").status_code == 302


def test_an_account_that_was_switched_off_stays_outside(people):
    Account.objects.filter(username="clerk").update(is_active=False)
    assert _sign_in(Client()).status_code == 422
    assert people.clerk.client.get(DESK).status_code == 302


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "evil",
        "http:///evil.example",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(people, elsewhere):
    assert _sign_in(Client(), next=elsewhere).headers["Location"] == DESK


def test_an_address_with_a_null_byte_is_not_followed(people):
    assert _sign_in(Client(), next="\0//evil.example").status_code == 422


def test_after_signing_in_the_page_that_was_asked_for_follows(people):
    client = Client()
    asked = client.get("/en/desk/?tab=all")
    assert asked.status_code == 302
    form = client.get(asked.headers["Location"])
    assert 'value="/en/desk/?tab=all"' in form.text
    assert _sign_in(client, next="/en/desk/?tab=all").headers["Location"] == "/en/desk/?tab=all"


def test_signing_out_needs_a_post_and_ends_the_session(people):
    client = people.clerk.client
    assert client.get("/en/desk/sign-out/").status_code == 405
    key = client.session.session_key
    assert client.post("/en/desk/sign-out/", follow=True).status_code == 200
    assert not StaffSession.objects.filter(session_key=key).exists()
    assert client.get(DESK).status_code == 302


def test_a_forged_form_does_not_sign_anybody_in(people):
    client = Client(enforce_csrf_checks=True)
    assert _sign_in(client).status_code == 403


def test_demo_accounts_are_named_only_in_a_demo(people, settings):
    settings.DEMO, settings.DEMO_PASSWORD = False, "demo words"
    page = Client().get(SIGN_IN + "?as=clerk").text
    assert "clerk.lin" not in page
    assert "demo words" not in page
    assert 'value="clerk"' not in page
    settings.DEMO = True
    page = Client().get(SIGN_IN + "?as=clerk").text
    assert "?as=clerk.lin" in page
    assert "demo words" in page
    assert 'value="clerk"' in page


def _change(client, current=PASSWORD, new=NEW, again=NEW):
    words = {"current": current, "password": new, "again": again}
    return client.post("/en/desk/account/password/", words)


def test_a_new_password_ends_the_other_sessions(people):
    here, elsewhere = people.clerk.client, Client()
    _sign_in(elsewhere)
    assert _change(here).status_code == 302
    assert here.get(DESK).status_code == 200
    assert elsewhere.get(DESK).status_code == 302
    assert _sign_in(Client()).status_code == 422
    assert _sign_in(Client(), password=NEW).status_code == 302


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ({"current": "wrong"}, "do not match"),
        ({"again": "something else here"}, "differ"),
        ({"new": "short", "again": "short"}, "too short"),
        ({"new": "", "again": ""}, "required"),
    ],
)
def test_a_password_that_cannot_be_is_refused(people, words, said):
    response = _change(people.clerk.client, **words)
    assert response.status_code == 422
    assert said in response.text
    assert _sign_in(Client()).status_code == 302


def test_the_chosen_language_is_remembered(people):
    client = people.clerk.client
    response = client.post("/zh-hans/desk/account/language/", {"language": "en"})
    assert response.headers["Location"] == "/en/desk/account/"
    assert Account.objects.get(username="clerk").language == "en"
    assert client.get("/desk/").headers["Location"] == DESK
    client.post("/en/desk/account/language/", {"language": "zh-hans"})
    assert client.get("/desk/").headers["Location"] == "/zh-hans/desk/"
    client.post("/en/desk/account/language/", {"language": "tlh"})
    assert Account.objects.get(username="clerk").language == "zh-hans"


def test_my_account_says_who_i_am(people):
    page = people.unit_reviewer.client.get("/en/desk/account/")
    for words in ("Unit Reviewer", "unit_reviewer", "Housing Department", "Reviewer"):
        assert words in page.text


class EagerForm(forms.Form):
    """Its widget would write the password back."""

    secret = forms.CharField(widget=forms.PasswordInput(render_value=True))


def test_no_password_is_written_back_whatever_its_widget_allows():
    bound = EagerForm({"secret": "hunter2 hunter2"})["secret"]
    assert "hunter2" in str(bound)
    assert inputs_of(bound)["value"] == ""
