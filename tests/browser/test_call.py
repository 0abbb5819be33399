"""A call by keyboard alone: the letter is told, answered and kept; later opened again by its PIN."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from huiying.accounts.models import UnsentWords
from huiying.agencies.divisions import load_divisions
from huiying.intake.models import Submission
from huiying.kernel.actors import SYSTEM
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.people import PASSWORD
from tests.scene import Scene


def fine(page: Page) -> None:
    """axe finds nothing, and the page fits its width."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [(each["id"], [node["target"] for node in each["nodes"]]) for each in found]
    wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0, f"{wide} px wider than the window"


def tab_to(page: Page, name: str) -> None:
    """Tab on until the field or button called `name` has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name || document.activeElement.id") == name:
            return
    raise AssertionError(f"Tab never reached {name}")


def kept(page: Page) -> None:
    """Wait until the desk has what was typed so far."""
    expect(page.locator("[data-kept]")).not_to_be_empty()


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_call_by_keyboard_alone(scene: Scene, opened: Opener):
    load_divisions(
        actor=SYSTEM,
        rows=[
            {"code": "990101001", "name": {"zh-hans": "槐堂街道"}},
            {"code": "990101001001", "name": {"zh-hans": "文庙街社区"}},
        ],
    )
    page = opened(scene.people.clerk)
    page.goto("/zh-hans/desk/call/")
    fine(page)
    page.keyboard.press("?")
    expect(page.locator("[data-key-help]")).to_have_attribute("open", "")
    page.keyboard.press("w")
    page.keyboard.type("垃圾什么时候收?sw")  # single keys are letters while one types
    expect(page.locator("[name=body]")).to_have_value("垃圾什么时候收?sw")
    tab_to(page, "place")
    page.keyboard.type("文庙街社区")
    page.keyboard.press("Escape")
    page.keyboard.press("c")
    page.keyboard.type("噪声")
    expect(page.locator("[name=topic]")).to_have_value("噪声")
    kept(page)
    page.keyboard.press("F2")
    enter(page)
    expect(page.locator("[name=body]")).to_have_value("垃圾什么时候收?sw")
    fine(page)
    tab_to(page, "standard")
    enter(page)
    fine(page)
    assert not UnsentWords.objects.exists()
    code, pin = (page.locator(".hy-receipt__code").nth(place).inner_text() for place in (0, 1))
    assert re.fullmatch(r"\d{3} \d{3}", pin)
    assert page.locator(".call-print-only").count() == 0

    page.goto("/zh-hans/desk/call/open/")
    fine(page)
    tab_to(page, "code")
    page.keyboard.type(code)
    tab_to(page, "pin")
    page.keyboard.type(pin)
    enter(page)
    fine(page)
    page.locator("summary", has_text="来件人评价").press("Enter")
    tab_to(page, "verdict")
    page.keyboard.press("Space")
    enter(page)
    expect(page.locator("main")).to_contain_text("您通过工作人员告诉我们")
    fine(page)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_danger_first_and_nothing_stays_after_signing_out(scene: Scene, opened: Opener):
    page = opened(scene.people.clerk, viewport=NARROW, scheme="dark")
    page.goto("/en/desk/call/")
    fine(page)
    page.fill("[name=body]", "A live wire lies on the road.")
    page.check("[name=danger]")
    page.fill("[name=email]", "caller@example.org")
    page.fill("[name=phone]", "555 0100")
    kept(page)
    with page.expect_navigation():
        page.click("[name=take]")
    fine(page)
    expect(page.locator(".hy-emergency--now")).to_be_visible()
    expect(page.locator("[name=sure]")).to_be_in_viewport()
    assert not Submission.objects.filter(channel="phone").exists()
    page.evaluate("document.querySelector('[data-sign-out]').requestSubmit()")
    page.wait_for_url("**/sign-in/")
    assert page.evaluate("localStorage.length") == 0
    clerk = scene.people.clerk
    given = {"username": clerk.account.username, "password": PASSWORD}
    clerk.client.post("/en/desk/sign-in/", given, headers={"host": "localhost"})
    page = opened(clerk, viewport=NARROW, scheme="dark")
    page.goto("/en/desk/call/")
    fine(page)
    expect(page.locator("[name=body]")).to_have_value("")
    with page.expect_navigation():
        page.get_by_role("link", name="Go on with it").click()
    expect(page.locator("[name=body]")).to_have_value("A live wire lies on the road.")
    expect(page.locator("[name=email]")).to_have_value("")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_call_without_a_script(scene: Scene, opened: Opener):
    page = opened(scene.people.clerk, javascript=False, viewport=WIDE)
    page.goto("/en/desk/call/")
    page.fill("[name=body]", "The lamp is out.")
    page.check("[name=via][value=counter]")
    page.fill("[name=place]", "River Street")
    with page.expect_navigation():
        page.locator("[name=place]").press("Enter")  # looks for answers; sends nothing
    expect(page.locator("[name=body]")).to_have_value("The lamp is out.")
    assert not Submission.objects.filter(channel="counter").exists()
    with page.expect_navigation():
        page.click("[name=take]")
    page.emulate_media(media="print")
    expect(page.locator(".call-print-only")).to_be_visible()
    expect(page.get_by_role("heading", name="To read out")).to_be_hidden()
    expect(page.locator(".call-paper .hy-receipt__code")).to_be_visible()
    page.emulate_media(media="screen")
    expect(page.locator(".call-print-only")).to_be_hidden()
