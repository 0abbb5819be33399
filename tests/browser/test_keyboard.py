"""The desk by keyboard alone: lists, acts, what is said to a screen reader; nothing done before Enter."""

import re

import pytest
from playwright.sync_api import Page, expect

from huiying.accounts.models import Account
from huiying.casework.models import CaseFile
from tests.browser.conftest import Opener
from tests.casework.ways import taken_in
from tests.scene import letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SEEN = """() => {
    const style = getComputedStyle(document.activeElement);
    return style.outlineStyle !== "none" || style.boxShadow !== "none";
}"""


def _on(page: Page, selector: str) -> None:
    """The focus is on `selector`, and can be seen."""
    expect(page.locator(selector).first).to_be_focused()
    assert page.evaluate(SEEN), selector


def test_from_the_list_through_sorting_by_keys_alone(people, opened: Opener):
    cases = [taken_in(title=f"路灯 {number}") for number in range(3)]
    page = opened(people.clerk)
    page.goto("/en/desk/")
    page.keyboard.press("j")
    links = "[data-queue] tbody th a"
    expect(page.locator(links).nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(links).nth(1)).to_be_focused()
    page.keyboard.press("k")
    expect(page.locator(links).nth(0)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-queue] input[type=checkbox]").nth(0)).to_be_checked()
    page.keyboard.press("?")
    _on(page, "[data-key-help] summary")
    page.keyboard.press("Escape")
    expect(page.locator(links).nth(0)).to_be_focused()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    # The key of an act brings one there and does nothing.
    page.keyboard.press("s")
    _on(page, "#triage-category_code")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("s")  # now in the title field: a letter like any other
    page.keyboard.press("Shift+Tab")
    assert {case.state for case in CaseFile.objects.all()} == {"received"}
    assert len(cases) == 3


def test_a_wrong_form_begins_with_what_is_missing(people, opened: Opener):
    case = taken_in()
    page = opened(people.clerk)
    page.goto(f"/en/desk/cases/{case.number}/")
    page.keyboard.press("s")
    page.locator("#triage-category_code").press("Tab")
    with page.expect_navigation():
        page.locator("form[action*='/triage/'] button").press("Enter")
    summary = page.locator(".govuk-error-summary").first
    expect(summary).to_be_visible()
    expect(page.get_by_role("alert").first).to_contain_text("Choose a category.")
    summary.get_by_role("link").press("Enter")
    expect(page.locator("#triage-category_code")).to_be_focused()
    told = re.compile("Choose a category.")
    expect(page.locator("#triage-category_code")).to_have_accessible_description(told)


def test_the_focus_stays_where_it_was_after_the_list_is_narrowed(people, opened: Opener):
    for number in range(2):
        letter(people, upto="in_progress", title=f"噪声 {number}")
    page = opened(people.handler)
    page.goto("/en/desk/?tab=ours")
    page.keyboard.press("/")
    _on(page, "#search-q")
    page.locator("#filter-state").focus()
    with page.expect_response(lambda answer: "state=assigned" in answer.url):
        page.locator("#filter-state").select_option("assigned")
    expect(page.get_by_role("status").first).to_have_text("0 cases")
    _on(page, "#filter-state")


def test_what_a_screen_reader_is_told_of_a_case(people, opened: Opener):
    case, _receipt = letter(people, upto="assigned", danger=True)
    page = opened(people.handler)
    page.goto(f"/en/desk/cases/{case.number}/")
    expect(page.get_by_role("heading", level=1)).to_have_count(1)
    said = page.get_by_text("Somebody is said to be in danger.")
    expect(said).to_have_count(1)  # once
    acts = page.get_by_role("region", name="What you can do")
    expect(acts).to_match_aria_snapshot(
        """
        - region "What you can do":
          - heading "What you can do" [level=2]
          - button "Accept"
          - group: Return to the desk
        """
    )
    expect(acts.get_by_role("button", name="Accept", exact=True)).to_have_attribute(
        "aria-keyshortcuts", "t"
    )


def test_whoever_switched_single_keys_off_types_in_peace(people, opened: Opener):
    taken_in()
    Account.objects.filter(pk=people.clerk.account.pk).update(single_keys=False)
    page = opened(people.clerk)
    page.goto("/en/desk/")
    for key in ("j", "x", "?", "/"):
        page.keyboard.press(key)
    expect(page.locator("body")).to_be_focused()
    expect(page.locator("[data-queue] input[type=checkbox]").first).not_to_be_checked()
    expect(page.locator(".hy-keys summary .hy-key")).to_be_hidden()
    expect(page.locator("[aria-keyshortcuts]")).to_have_count(0)


BUSY = """
    window.busy = 0;
    new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) window.busy += entry.duration;
    }).observe({ type: "longtask", buffered: true });
"""
MOST_BUSY = 5_000  # milliseconds; it is a few hundred, and must hold on a loaded machine
HEAVIEST = 150_000


def test_a_slow_computer_is_not_kept_busy(people, opened: Opener):
    """On a quarter of the speed, a full list and a case hold the page up for a moment at the most."""
    for number in range(30):
        case = taken_in(title=f"路灯 {number}")
    page = opened(people.clerk)
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 4})
    page.add_init_script(BUSY)
    for path in ("/en/desk/", f"/en/desk/cases/{case.number}/"):
        page.goto(path)
        for key in ("j", "j", "k", "/", "Escape", "?", "Escape"):
            page.keyboard.press(key)
        assert page.evaluate("window.busy") < MOST_BUSY
        html = page.evaluate("new TextEncoder().encode(document.documentElement.outerHTML).length")
        assert html < HEAVIEST


def test_what_is_typed_is_kept_without_a_button_and_without_script_with_one(people, opened: Opener):
    case = taken_in()
    path = f"/en/desk/cases/{case.number}/"
    page = opened(people.clerk)
    page.goto(path)
    with page.expect_response(lambda answer: "/keep/note/" in answer.url) as kept:
        page.locator("#note-text").press_sequentially("ask the town")
    assert kept.value.status == 204
    expect(page.locator("#notes ~ form [data-kept]")).to_have_text("Kept, not sent.")
    plain = opened(people.clerk, javascript=False)
    plain.goto(path)
    expect(plain.locator("#note-text")).to_have_value("ask the town")
    with plain.expect_navigation():
        plain.locator("#notes ~ form").get_by_role("button", name="Throw away").click()
    expect(plain.locator("#note-text")).to_have_value("")
