"""One letter all the way, in Chinese, in a real browser, with and without JavaScript."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NARROW, WIDE, Opener
from tests.people import PASSWORD, People

LETTER = "村口的路灯坏了三天,晚上接孩子看不清路。"


def press(page: Page, what: str | Locator) -> None:
    """Press a button or a link and wait for the page that answers.

    A click alone returns while the next page is still coming: what is read then is read from either.
    """
    found = page.locator(what).first if isinstance(what, str) else what
    with page.expect_navigation():
        found.click()


def act(page: Page, name: str) -> None:
    """Do one act of the case page, its form filled as it is now."""
    unfold(page, name)
    press(page, f'form[action*="/{name}/"] button[type=submit]')


def unfold(page: Page, name: str) -> None:
    """Open the form of one act, where it is folded."""
    folded = page.locator(f'details:not([open]):has(form[action*="/{name}/"])')
    if folded.count():
        folded.first.locator("summary").first.click()


def sign_in(page: Page, username: str) -> None:
    page.goto("/zh-hans/desk/sign-in/")
    page.fill("[name=username]", username)
    page.fill("[name=password]", PASSWORD)
    press(page, "main form button.hy-button[type=submit]")


def write_in(page: Page) -> tuple[str, str]:
    """Write a letter whose answer may be published; returns code and secret."""
    page.goto("/zh-hans/")
    press(page, 'main a[href$="/write/"]')
    page.fill("[name=body]", LETTER)
    page.fill("[name=title]", "村口路灯不亮")
    page.check("[name=wish][value=public]")
    press(page, "main form button.hy-button[type=submit]")
    code = page.locator(".hy-receipt__code").inner_text()
    secret = page.locator(".hy-receipt__secret").inner_text()
    assert re.fullmatch(r"\d{4}\s\d{4}\s\d{4}", code)
    assert secret.split()[0] not in page.url
    return code, secret


def follow(page: Page, code: str, secret: str) -> None:
    page.goto("/zh-hans/follow/")
    page.fill("[name=code]", code)
    page.fill("[name=secret]", secret)
    press(page, "main form button.hy-button[type=submit]")


@pytest.mark.slow
@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no-script"])
def test_a_letter_from_the_door_to_the_verdict(
    people: People, opened: Opener, javascript: bool, viewport: dict[str, int]
):
    make = {"javascript": javascript, "viewport": viewport}
    resident = opened(**make)
    code, secret = write_in(resident)

    desk = opened(**make)
    sign_in(desk, "dispatcher")
    desk.goto("/zh-hans/desk/?tab=open")
    press(desk, desk.locator("main a", has_text="村口路灯不亮").first)
    expect(desk.locator("main")).to_contain_text(LETTER)
    case = desk.url
    unfold(desk, "triage")
    desk.select_option('form[action*="/triage/"] [name$=category_code]', "noise")
    act(desk, "triage")
    unfold(desk, "assign")
    assert desk.locator('form[action*="/assign/"] [name$=lead_code]').input_value() == "housing"
    act(desk, "assign")

    handler = opened(people.handler, **make)
    handler.goto(case)
    act(handler, "accept")
    press(handler, 'main a[href$="/answer/"]')
    handler.fill("[name$=title]", "村口路灯已修好")
    handler.fill("[name$=question]", "村口的路灯为什么不亮?")
    handler.fill("[name$=text]", "经查,是线路老化。昨天下午已换好,现在每晚六点亮灯。")
    pick(handler, "outcome", "solved")
    pick(handler, "audience", "public")
    press(handler, "button[name=do][value=submit]")

    reviewer = opened(people.reviewer, **make)
    reviewer.goto("/zh-hans/desk/answers/")
    press(reviewer, reviewer.locator("main a", has_text="村口路灯").first)
    expect(reviewer.locator("main")).to_contain_text("是线路老化")
    press(reviewer, "button[name=do][value=publish], form button[value=publish]")

    stranger = opened(**make)
    stranger.goto("/zh-hans/answers/")
    press(stranger, stranger.locator("main a", has_text="村口路灯已修好").first)
    expect(stranger.locator("main")).to_contain_text("是线路老化")
    assert LETTER not in stranger.content()

    follow(resident, code, secret)
    expect(resident.locator("main")).to_contain_text("是线路老化")
    resident.locator('form[action*="/vote/"] [value=solved]').first.check()
    press(resident, 'form[action*="/vote/"] button[type=submit]')

    desk.goto(case)
    expect(desk.locator("main")).to_contain_text("已解决")


def pick(page: Page, name: str, value: str) -> None:
    """Choose in a select or among radio buttons."""
    select = page.locator(f"select[name$={name}]")
    if select.count():
        select.first.select_option(value)
    else:
        page.locator(f"input[name$={name}][value={value}]").first.check()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_danger_to_life_shows_the_numbers_first_and_loses_nothing(county: None, opened: Opener):
    page = opened(viewport=NARROW)
    page.goto("/zh-hans/write/")
    page.fill("[name=body]", LETTER)
    page.check("[name=danger]")
    press(page, "main form button.hy-button[type=submit]")
    expect(page.locator("main")).to_contain_text("120")
    assert page.locator(".hy-receipt__code").count() == 0
    press(page, "main form button.hy-button[type=submit]")
    expect(page.locator(".hy-receipt__code")).to_be_visible()
