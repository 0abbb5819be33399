"""Splitting a letter and what its writer sees, in a real browser: axe, and nothing wider than the page."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect

from huiying.casework.actions import working
from huiying.intake.letters import receipt_of
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.casework.test_splitting import answered, begun
from tests.casework.ways import split_by, taken_in
from tests.people import People

SEVERAL = "村口的路灯三天不亮，老人晚上不敢出门。另外晚上十点以后工地还在施工，吵得睡不着。"


def shown(page: Page, url: str, name: str) -> None:
    page.goto(url)
    found = Axe().run(page, options=RULES)
    assert not found.response["violations"], found.generate_report()
    wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    assert not wide, f"{name} is wider than the page"
    if os.environ.get("SHOTS"):
        page.screenshot(path=f"{os.environ['SHOTS']}/{name}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "viewport", "scheme"),
    [("zh-hans", WIDE, "light"), ("en", NARROW, "dark")],
)
def test_the_pages_of_a_split_letter(people: People, opened: Opener, language, viewport, scheme):
    fresh = taken_in(title="两件事", body=SEVERAL)
    case = taken_in(title="两件事", body=SEVERAL, email="a@example.org")
    receipt = receipt_of(case.reports.get().submission)
    first, second = split_by(people, case.number)
    begun(people, first, "water")
    begun(people, second, "housing")
    working.ask_resident(
        actor=people.other_handler.actor, number=first.number, question="第几盏灯？"
    )
    answered(people, second, "经查，该工地未办夜间施工许可。已责令二十二点后停工。")
    with translation.override(language):
        split, whole, part = (
            reverse("staff_desk:case_split", args=[fresh.number]),
            reverse("staff_desk:case", args=[case.number]),
            reverse("staff_desk:case", args=[first.number]),
        )
        follow = reverse("public_site:follow")
    desk = opened(people.dispatcher, viewport=viewport, scheme=scheme)
    for url, name in ((split, "split"), (whole, "whole"), (part, "part")):
        shown(desk, url, f"{name}-{language}")
    writer = opened(viewport=viewport, scheme=scheme)
    writer.goto(follow)
    writer.locator("[name=code]").fill(receipt.code)
    writer.locator("[name=secret]").fill(receipt.secret)
    writer.locator("main form button[type=submit]").first.click()
    expect(writer.locator("#part2")).to_be_visible()
    shown(writer, writer.url, f"writer-{language}")
