"""Searching in a real browser: by the key, without a mouse, and what axe says of what is found."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from huiying.intake.indexing import index_letters
from huiying.replies.tasks import index_answers
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.scene import Scene

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


# All at once: between two keys that came one by one, a slow machine may rest longer than somebody who types.
TYPED = """(list, keys) => [...keys].forEach(
  (key) => list.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true })))"""


def _passes(page: Page) -> None:
    assert Axe().run(page, options=RULES).response["violations"] == []
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


@pytest.mark.parametrize(("size", "scheme"), [(WIDE, "light"), (NARROW, "dark")])
def test_the_desk_searches_by_a_key_and_everybody_the_answers(
    scene: Scene, opened: Opener, size, scheme
):
    index_letters()
    index_answers()
    page = opened(scene.people.clerk, viewport=size, scheme=scheme)
    page.goto("/zh-hans/desk/")
    page.keyboard.press("/")
    expect(page.locator("#search-q")).to_be_focused()
    page.keyboard.type("施工")
    page.keyboard.press("Enter")
    page.wait_for_url("**/zh-hans/desk/search/")
    expect(page.get_by_role("status").first).to_contain_text("找到")
    expect(page.locator("mark").first).to_have_text("施工")
    _passes(page)
    units = page.locator("main select[name=unit]")
    units.evaluate(TYPED, "zfhcx")
    expect(units).to_have_value("housing")
    page.goto("/zh-hans/answers/?q=施工&order=relevance")
    expect(page.locator("mark").first).to_have_text("施工")
    _passes(page)
