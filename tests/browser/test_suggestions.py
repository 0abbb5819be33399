"""A suggestion fills the form by one key, without sending it; the page with it passes axe."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from huiying.casework.landing.at_intake import suggest_new
from tests.browser.conftest import NARROW, Opener
from tests.browser.test_accessibility import RULES
from tests.models import model_in_use
from tests.scene import letter


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_one_key_fills_the_form_and_sends_nothing(people, opened: Opener):
    model_in_use(people)
    case, _receipt = letter(people, title="", body="我家附近水管漏水，自来水发黄，请尽快处理。")
    assert suggest_new() == 1
    page = opened(people.clerk, viewport=NARROW, scheme="light")
    page.goto(f"/zh-hans/desk/cases/{case.number}/")
    field = page.locator("#triage-category_code")
    expect(field).to_have_value("")
    page.keyboard.press("1")
    expect(field).to_have_value("leak")
    expect(field).to_be_focused()
    result = Axe().run(page, options=RULES)
    assert not result.response["violations"]
    page.locator("[data-fill=noise]").click()
    expect(field).to_have_value("noise")
    case.refresh_from_db()
    assert case.state == "received"
