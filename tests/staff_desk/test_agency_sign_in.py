"""Signing in through the agency's own provider, over real HTTP, with all that must not be believed."""

import html
import json
import re
import subprocess
import sys
import time as clock
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener, urlopen

import pytest
from django.test import Client
from pytest_django import Settings

from huiying.accounts import agency_sign_in
from huiying.accounts.actions import set_password, switch_off
from huiying.accounts.actions.accounts import SignsInElsewhere
from huiying.accounts.models import Account, AgencyIdentity
from huiying.agencies.models import Membership
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry, Payload
from tests.accounts import provider as providers
from tests.accounts.provider import CLIENT, SECRET, Provider, running
from tests.engine.commands import free_port

pytestmark = pytest.mark.django_db

START, BACK = "/en/desk/sign-in/agency/", "/zh-hans/desk/sign-in/agency/back/"
DESK, SIGN_IN = "/en/desk/", "/zh-hans/desk/sign-in/"
ROLES = """
[roles]
"clerks" = ["clerk@desk"]
"housing" = ["handler@housing", "reviewer@housing"]
"""
LIN = {"sub": "s-1", "preferred_username": "Lin.Xiao", "name": "林晓", "groups": ["clerks", "x"]}


def arrange(settings: Settings, folder: Path, issuer: str) -> None:
    mapping = folder / "roles.toml"
    mapping.write_text(ROLES, "utf-8")
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = issuer, CLIENT
    settings.OIDC_CLIENT_SECRET, settings.OIDC_ROLES = SECRET, str(mapping)
    agency_sign_in._described.cache_clear()


@pytest.fixture
def provider(county: None, settings: Settings, tmp_path: Path) -> Iterator[Provider]:
    with running(Provider(person=dict(LIN))) as started:
        arrange(settings, tmp_path, started.issuer)
        yield started
    agency_sign_in._described.cache_clear()


def there(client: Client, **query: str) -> str:
    """To the provider's address."""
    return str(client.get(START, query).headers["Location"])


def sign_in(provider: Provider, client: Client | None = None, **query: str) -> Client:
    """All the way there and back; `client.last` is the answer to the return."""
    client = client or Client()
    answer = provider.authorize(there(client, **query))
    client.last = client.get(f"{BACK}?{answer}")  # type: ignore[attr-defined]
    return client


def is_in(client: Client) -> bool:
    return client.get(DESK).status_code == 200


def roles() -> set[tuple[str, str]]:
    held = Membership.objects.filter(ended_at=None, account__identity__isnull=False)
    return set(held.values_list("role", "unit__code"))


def test_the_first_sign_in_makes_the_account_with_the_roles_of_the_mapping(provider: Provider):
    client = sign_in(provider)
    assert is_in(client)
    account = Account.objects.get(identity__subject="s-1")
    assert account.username == "lin.xiao"
    assert account.name["zh-hans"] == "林晓"
    assert not account.has_usable_password()
    assert roles() == {("clerk", "desk")}
    subject = f"staff:{account.label}"
    actions = list(Entry.objects.filter(subject=subject).values_list("action", flat=True))
    assert sorted(actions) == ["account.created", "role.given"]
    assert "s-1" not in str(list(Payload.objects.values_list("data", flat=True)))


def test_roles_follow_the_mapping_at_each_sign_in(provider: Provider):
    first = sign_in(provider)
    provider.person["groups"] = ["housing"]
    second = sign_in(provider)
    assert roles() == {("handler", "housing"), ("reviewer", "housing")}
    assert is_in(second)
    assert not is_in(first), "a change of role ends other sessions"
    third = sign_in(provider)
    assert is_in(second), "no change ends none"
    assert is_in(third)
    assert Account.objects.filter(identity__isnull=False).count() == 1


@pytest.mark.parametrize("groups", [[], ["x"], None, 7, {"clerks": 1}, ""])
def test_whom_the_mapping_gives_nothing_gets_no_account(provider: Provider, groups):
    provider.person["groups"] = groups
    client = sign_in(provider)
    assert client.last.headers["Location"] == SIGN_IN  # type: ignore[attr-defined]
    assert not is_in(client)
    assert not AgencyIdentity.objects.exists()
    assert "还没有岗位" in client.get(SIGN_IN).text


def test_who_has_nothing_left_loses_every_role_and_stays_outside(provider: Provider):
    first = sign_in(provider)
    provider.person["groups"] = []
    assert not is_in(sign_in(provider))
    assert roles() == set()
    assert not is_in(first)


def test_a_switched_off_account_stays_outside(provider: Provider):
    sign_in(provider)
    switch_off(actor=SYSTEM, username="lin.xiao")
    assert not is_in(sign_in(provider))
    assert roles() == set()


def test_nested_claims_and_single_words_are_read(provider: Provider, settings: Settings):
    settings.OIDC_ROLE_CLAIM = "realm_access.roles"
    provider.person["realm_access"] = {"roles": "clerks"}
    assert is_in(sign_in(provider))


def test_a_taken_user_name_gets_something_behind_it(provider: Provider):
    sign_in(provider)
    provider.person |= {"sub": "s-2", "preferred_username": "LIN.xiao"}
    assert is_in(sign_in(provider))
    assert Account.objects.get(identity__subject="s-2").username.startswith("lin.xiao-")


def test_such_an_account_has_no_password_and_no_second_step_here(provider: Provider):
    client = sign_in(provider)
    page = client.get("/en/desk/account/").text
    assert "through the agency's own sign-in" in page
    assert "Add a passkey" not in page
    with pytest.raises(SignsInElsewhere):
        set_password(actor=SYSTEM, username="lin.xiao", password="four plain words x")


def test_it_counts_as_a_second_step(provider: Provider, settings: Settings):
    settings.SECOND_FACTOR = "required"
    assert is_in(sign_in(provider))


def signed_out(client: Client) -> str:
    """The page after signing out, as it stands there."""
    return html.unescape(client.post("/en/desk/sign-out/", follow=True).text)


def test_after_signing_out_the_provider_can_be_left_too(provider: Provider):
    provider.described = {"end_session_endpoint": f"{provider.issuer}/leave?x=1"}
    page = signed_out(sign_in(provider))
    found = re.search(r'href="([^"]*/leave[^"]*)"', page)
    assert found
    said = parse_qs(urlsplit(found[1]).query)
    assert said["client_id"] == [CLIENT]
    assert said["post_logout_redirect_uri"] == ["http://127.0.0.1:8000/en/desk/sign-in/"]


@pytest.mark.parametrize(
    "described", [{}, {"end_session_endpoint": "javascript:alert(1)"}, {"end_session_endpoint": 7}]
)
def test_where_the_provider_cannot_be_left_the_page_says_so_all_the_same(
    provider: Provider, described
):
    provider.described = described
    page = signed_out(sign_in(provider))
    assert "you may still be signed in" in page
    assert "Sign out there" not in page
    assert "javascript:" not in page


def test_who_signed_in_with_a_password_is_told_nothing_of_it(provider: Provider, people):
    assert "you may still be signed in" not in signed_out(people.clerk.client)


# What must not be believed ----------------------------------------------------------------------

PAST = int(clock.time()) - 3600


@pytest.mark.parametrize(
    "changed",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"iss": "https://evil.example"},
        {"iss": None},
        {"aud": "another client"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"exp": PAST},
        {"exp": None},
        {"iat": PAST + 7200},
        {"iat": None},
        {"sub": None},
        {"sub": ""},
        {"sub": 7},
        {"sub": "x" * 256},
        {"nbf": PAST + 7200},
    ],
    # By the claim's name: every process must give a test the same name, whatever the second.
    ids=lambda changed: next(iter(changed)),
)
def test_a_token_with_one_wrong_claim_opens_nothing(provider: Provider, changed):
    provider.changed = changed
    assert not is_in(sign_in(provider))
    assert not AgencyIdentity.objects.exists()


@pytest.mark.parametrize(
    "sign",
    [
        providers.unsigned,
        providers.by_a_stranger,
        providers.by_shared_secret,
        providers.tampered,
        lambda _claims, _provider: "x",
        lambda _claims, _provider: "a.b.c",
        lambda _claims, _provider: 7,
    ],
    ids=["none", "stranger", "shared-secret", "tampered", "no-token", "no-parts", "number"],
)
def test_a_token_with_another_signature_opens_nothing(provider: Provider, sign):
    provider.sign = sign
    assert not is_in(sign_in(provider))
    assert not AgencyIdentity.objects.exists()


def test_clocks_may_differ_by_a_minute(provider: Provider):
    provider.changed = {"iat": int(clock.time()) + 30, "exp": int(clock.time()) - 30}
    assert is_in(sign_in(provider))


def test_an_answer_counts_once_and_in_its_own_browser(provider: Provider):
    client = Client()
    answer = provider.authorize(there(client))
    assert Client().get(f"{BACK}?{answer}").headers["Location"] == SIGN_IN, "another browser"
    assert client.get(f"{BACK}?{answer}").headers["Location"] != SIGN_IN
    client.post("/en/desk/sign-out/")
    assert client.get(f"{BACK}?{answer}").headers["Location"] == SIGN_IN, "replayed"


@pytest.mark.parametrize("state", ["", "another", "é"])
def test_another_state_is_refused_and_uses_it_up(provider: Provider, state):
    client = Client()
    answer = parse_qs(provider.authorize(there(client)))
    code = answer["code"][0]
    refused = client.get(BACK, {"code": code, "state": state})
    assert refused.headers["Location"] == SIGN_IN
    right = client.get(BACK, {"code": code, "state": answer["state"][0]})
    assert right.headers["Location"] == SIGN_IN
    assert not is_in(client)


@pytest.mark.parametrize(
    "more", [{"error": "access_denied"}, {"code": ""}, {"iss": "https://evil.example"}]
)
def test_what_comes_back_without_a_yes_is_no(provider: Provider, more):
    client = Client()
    answer = {name: each[0] for name, each in parse_qs(provider.authorize(there(client))).items()}
    assert client.get(BACK, answer | more).headers["Location"] == SIGN_IN
    assert not is_in(client)


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x"]
)
def test_after_signing_in_nobody_is_led_elsewhere(provider: Provider, elsewhere):
    client = sign_in(provider, next=elsewhere)
    assert client.last.headers["Location"].endswith("/desk/")  # type: ignore[attr-defined]
    asked = sign_in(provider, next="/en/desk/?tab=all")
    assert asked.last.headers["Location"] == "/en/desk/?tab=all"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "described",
    [
        {"issuer": "https://evil.example"},
        {"authorization_endpoint": None},
        {"authorization_endpoint": 7},
    ],
)
def test_a_provider_that_describes_itself_wrongly_is_not_asked(provider: Provider, described):
    provider.described = described
    assert there(Client()) == "/en/desk/sign-in/"


@pytest.mark.parametrize(
    "described",
    [
        {"token_endpoint": "http://10.0.0.1/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"jwks_uri": "ftp://127.0.0.1/keys"},
    ],
)
def test_only_private_ways_are_taken(provider: Provider, described):
    provider.described = described
    assert not is_in(sign_in(provider))


def test_a_provider_that_is_down_leaves_the_passwords_in_place(
    county: None, settings: Settings, tmp_path: Path
):
    arrange(settings, tmp_path, "http://127.0.0.1:9")
    client = Client()
    page = client.get(START, follow=True).text
    assert "did not answer as it should" in page
    assert 'name="password"' in page


@pytest.mark.parametrize("content", ["", "[roles]\nclerks = ['mayor@desk']", "x", None])
def test_a_mapping_that_cannot_be_read_lets_nobody_in(provider: Provider, tmp_path, content):
    mapping = tmp_path / "roles.toml"
    mapping.unlink() if content is None else mapping.write_text(content)
    assert not is_in(sign_in(provider))
    assert not AgencyIdentity.objects.exists()


def test_a_mapping_to_a_unit_that_is_not_there_lets_nobody_in(provider: Provider, tmp_path):
    (tmp_path / "roles.toml").write_text('[roles]\nclerks = ["clerk@nowhere"]')
    assert not is_in(sign_in(provider))


def test_where_no_provider_is_named_none_is_offered(county: None):
    client = Client()
    assert "sign-in/agency" not in client.get(SIGN_IN).text
    assert client.get(START).headers["Location"] == DESK
    assert client.get(BACK, {"code": "x", "state": "y"}).headers["Location"] == SIGN_IN


# A provider by other hands ----------------------------------------------------------------------


class Stay(HTTPRedirectHandler):
    def redirect_request(self, *args, **more):
        return None


@pytest.fixture
def other_provider(county: None, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """oidc-provider-mock in a process of its own; its issuer."""
    port = free_port()
    command = [sys.executable, "-m", "oidc_provider_mock", "--port", str(port)]
    command += ["--require-nonce", "true", "--user-claims", json.dumps(LIN)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        try:
            issuer = f"http://127.0.0.1:{port}"
            wait_for(f"{issuer}/.well-known/openid-configuration")
            arrange(settings, tmp_path, issuer)
            yield issuer
        finally:
            started.terminate()


def wait_for(address: str) -> None:
    for _try in range(600):
        try:
            with urlopen(address, timeout=10):
                return
        except OSError:
            clock.sleep(0.1)
    raise AssertionError(f"nothing answers at {address}")


def consent(address: str) -> str:
    """Sign in at the provider's own page as a browser would; where it sends us back to."""
    with urlopen(address, timeout=60) as page:
        form = page.read().decode()
    action = re.search(r'<form[^>]*action="([^"]*)"', form)
    target = urljoin(address, html.unescape(action[1])) if action else address
    content = urlencode({"sub": "s-1"}).encode()
    try:
        with build_opener(Stay).open(target, content, timeout=60) as stayed:
            raise AssertionError(stayed.read().decode()[:500])
    except OSError as answer:
        return str(answer.headers["Location"])  # type: ignore[attr-defined]


def test_it_works_with_a_provider_by_other_hands(other_provider: str):
    client = Client()
    back = urlsplit(consent(there(client, next="/en/desk/?tab=all")))
    assert back.path == BACK
    done = client.get(f"{back.path}?{back.query}")
    assert done.headers["Location"] == "/en/desk/?tab=all"
    assert is_in(client)
    assert roles() == {("clerk", "desk")}
