"""The same matter? While a resident or a clerk writes, and beside a case: with a script and without."""

import os
import re

import pytest
from playwright.sync_api import Page, expect

from huiying.casework.desk_models import Likened
from huiying.intake.indexing import index_letters
from huiying.replies.tasks import index_answers
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_call import fine
from tests.scene import WORDS, Scene, letter

SAME = "晚上十点后工地还在施工，吵得睡不着。"


def looks(page: Page, name: str) -> None:
    """axe and the width, where there is least room; pictures where LOOKS_FOLDER names a folder."""
    folder = os.environ.get("LOOKS_FOLDER", "")
    for viewport in (WIDE, NARROW) if folder else (NARROW,):
        page.set_viewport_size(viewport)
        for scheme in ("light", "dark") if folder else ("dark",):
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if folder:
                path = f"{folder}/{name}-{viewport['width']}-{scheme}.png"
                page.screenshot(path=path, full_page=True)
    fine(page)
    page.set_viewport_size(WIDE)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_resident_writes_is_shown_what_is_public_and_says_me_too(scene: Scene, opened: Opener):
    index_answers()
    page = opened()
    page.goto("/zh-hans/write/")
    field = page.locator("#id_body")
    field.fill(SAME)
    listed = page.locator("[data-alike]")
    expect(listed).to_contain_text(WORDS.title)
    expect(field).to_be_focused()
    expect(field).to_have_value(SAME)
    expect(page.locator("[role=status]:has(+ [data-alike])")).to_contain_text("条公开的答复")
    looks(page, "write-zh")
    # Enter in another field sends the letter as it is; nobody says "me too" by mistake.
    first = "document.querySelector('form[data-draft] [type=submit]')"
    assert page.evaluate(f"{first}.name") == ""
    listed.get_by_role("button", name=re.compile("我也一样")).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("您的信收到了")
    expect(page.locator("main")).to_contain_text("和一条公开答复是同一件事")
    assert Likened.objects.get().said == "writer"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_without_a_script_a_button_shows_it_and_the_letter_goes_past_it(
    scene: Scene, opened: Opener
):
    index_answers()
    page = opened(javascript=False)
    page.goto("/en/write/")
    page.locator("#id_body").fill(SAME)
    page.get_by_role("button", name="First see whether it was answered before").click()
    expect(page.locator("[data-alike]")).to_contain_text(WORDS.title)
    expect(page.locator("#id_body")).to_have_value(SAME)
    page.get_by_role("button", name="Send the letter").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("We have your letter")
    assert not Likened.objects.exists()


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_a_clerk_types_and_a_dispatcher_sees_what_was_proposed(scene: Scene, opened: Opener):
    case, _receipt = letter(scene.people, body=SAME, title="工地夜里施工", place="城东工地")
    index_letters()
    page = opened(scene.people.clerk)
    page.goto("/en/desk/call/")
    page.locator("#id_body").fill(SAME)
    listed = page.locator("[data-alike]")
    expect(listed).to_contain_text(str(case.number))
    expect(page.locator("#id_body")).to_be_focused()
    looks(page, "call-en")
    listed.get_by_role("button", name=re.compile(str(case.number))).click()
    expect(page.locator("main")).to_contain_text("PIN")
    made = Likened.objects.get().case

    page = opened(scene.people.dispatcher)
    page.goto(f"/zh-hans/desk/cases/{made.number}/")
    beside = page.locator("[data-alike-load]")
    expect(beside).to_contain_text("记下来件的同事说是同一件事")
    looks(page, "case-zh")
    page.goto(f"/en/desk/cases/{made.number}/")
    expect(beside).to_contain_text("The clerk who took the letter says")
    beside.get_by_role("button", name=re.compile(rf"Not the same {case.number}")).click()
    expect(page.locator("main")).to_contain_text("Said not to be the same")
    page.locator("summary", has_text="Said not to be the same").click()
    looks(page, "alike-en")
    page.get_by_role("button", name=re.compile("Take that back")).click()
    expect(page.locator(".hy-messages")).to_contain_text("may be shown beside this one again")
