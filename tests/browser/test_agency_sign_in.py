"""There and back in a real browser: the provider is another site, so cookies and policies must allow it."""

import pytest
from pytest_django import Settings

from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_journey import press
from tests.browser.test_passkeys import complaints
from tests.staff_desk.test_agency_sign_in import other_provider

__all__ = ["other_provider"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(
    ("javascript", "viewport"), [(True, WIDE), (False, NARROW)], ids=["wide", "narrow-no-script"]
)
def test_the_agencys_sign_in_leads_to_the_page_that_was_asked_for(
    other_provider: str,
    settings: Settings,
    address: str,
    opened: Opener,
    javascript: bool,
    viewport,
):
    settings.SITE_URL = address
    page = opened(javascript=javascript, viewport=viewport)
    page.goto("/zh-hans/desk/?tab=all")
    assert "/sign-in/" in page.url
    if javascript:
        assert complaints(page) == []
    with page.expect_navigation():
        page.get_by_role("link", name="用单位账号登录").click()
    assert page.url.startswith(other_provider)
    press(page, "button[name=sub][value=s-1]")
    assert page.url == f"{address}/zh-hans/desk/?tab=all"
    page.goto("/zh-hans/desk/account/")
    assert "统一登录" in page.locator("main").inner_text()
    if javascript:
        assert complaints(page) == []
