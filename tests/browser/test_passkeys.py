"""Passkeys and codes in a real browser: Chromium's virtual authenticator through its own protocol."""

from typing import Any

import pyotp
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import CDPSession, Page, expect
from pytest_django import Settings

from huiying.accounts.models import Passkey
from huiying.kernel import time
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.browser.test_journey import press
from tests.people import PASSWORD, People

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ACCOUNT = "/zh-hans/desk/account/"
SIGN_IN = "/zh-hans/desk/sign-in/"


@pytest.fixture
def site(address: str, settings: Settings) -> str:
    """The published address is the one that the browser opens: passkeys are bound to it."""
    settings.SITE_URL = address
    return address


def device_of(page: Page) -> tuple[CDPSession, str]:
    """A virtual device beside this page: it holds passkeys and always finds the right finger."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options: dict[str, Any] = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    made = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return session, made["authenticatorId"]


def complaints(page: Page) -> list[str]:
    """What axe finds, and whether the page is wider than its window."""
    found = [each["id"] for each in Axe().run(page, options=RULES).response["violations"]]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return found + ([f"{wide} px too wide"] if wide > 0 else [])


def add_passkey(page: Page, name: str) -> None:
    page.goto(f"{ACCOUNT}passkeys/")
    page.fill("[name=name]", name)
    page.fill("[name=current]", PASSWORD)
    press(page, "main form button[type=submit]")
    press(page, "main form button[type=submit]")


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_a_passkey_is_made_and_signs_in_without_a_name(
    people: People, site: str, opened: Opener, viewport
):
    page = opened(people.clerk, viewport=viewport)
    session, device = device_of(page)
    add_passkey(page, "办公室电脑")
    expect(page.locator(".desk-codes li")).to_have_count(10)
    assert complaints(page) == []
    page.goto(ACCOUNT)
    expect(page.locator("main")).to_contain_text("办公室电脑")
    assert complaints(page) == []
    page.context.clear_cookies()
    page.goto("/zh-hans/desk/sign-in/passkey/")
    assert complaints(page) == []
    press(page, "main form button[type=submit]")
    assert page.url.endswith("/zh-hans/desk/")
    held = session.send("WebAuthn.getCredentials", {"authenticatorId": device})["credentials"]
    assert held[0]["isResidentCredential"]
    assert Passkey.objects.get().counter == held[0]["signCount"] > 0


def test_a_passkey_is_the_second_step_and_a_cancelled_one_can_be_tried_again(
    people: People, site: str, opened: Opener
):
    page = opened(people.clerk)
    session, device = device_of(page)
    add_passkey(page, "手机")
    page.context.clear_cookies()
    page.goto(SIGN_IN)
    page.fill("[name=username]", "clerk")
    page.fill("[name=password]", PASSWORD)
    press(page, "main form button[type=submit]")
    assert complaints(page) == []
    verified = {"authenticatorId": device, "isUserVerified": False}
    session.send("WebAuthn.setUserVerified", verified)
    button = page.locator("form[data-passkey] button")
    button.click()
    expect(page.locator("[data-passkey-problem]")).to_be_visible()
    expect(button).to_be_focused()
    session.send("WebAuthn.setUserVerified", verified | {"isUserVerified": True})
    press(page, "form[data-passkey] button")
    assert page.url.endswith("/zh-hans/desk/")


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_codes_of_an_app_need_no_script(
    people: People, site: str, opened: Opener, javascript: bool
):
    page = opened(people.clerk, javascript=javascript, viewport=NARROW)
    page.goto(f"{ACCOUNT}codes/")
    page.fill("[name=current]", PASSWORD)
    press(page, "main form button[type=submit]")
    picture = page.locator(".desk-qr")
    expect(picture).to_be_visible()
    if javascript:
        assert picture.evaluate("image => image.complete && image.naturalWidth > 100")
        assert complaints(page) == []
    app = pyotp.TOTP(page.locator(".desk-secret").inner_text().replace(" ", ""))
    page.fill("[name=code]", app.at(time.now()))
    press(page, "main form button[type=submit]")
    recovery = page.locator(".desk-codes code").first.inner_text()
    page.context.clear_cookies()
    page.goto(SIGN_IN)
    page.fill("[name=username]", "clerk")
    page.fill("[name=password]", PASSWORD)
    press(page, "main form button[type=submit]")
    page.fill("[name=code]", recovery)
    press(page, "main form button[type=submit]")
    assert page.url.endswith("/zh-hans/desk/")


def test_without_a_script_a_passkey_page_says_what_to_do(site: str, opened: Opener):
    page = opened(javascript=False)
    page.goto("/zh-hans/desk/sign-in/passkey/")
    expect(page.locator("[data-passkey-without]")).to_be_visible()
    expect(page.locator("form[data-passkey] button")).to_be_hidden()
