"""Photos with a letter, as somebody with a telephone sends them, with and without JavaScript."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from huiying.casework.models import CaseFile
from huiying.intake.tasks import make_thumbnails
from tests import files
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.browser.test_journey import LETTER, follow, press
from tests.people import People

SHOWN = "image => image.complete && image.naturalWidth > 0"
TRIES = 600


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> None:
    settings.FILES_FOLDER, settings.INCOMING_FOLDER = tmp_path / "kept", tmp_path / "incoming"


def chosen(tmp_path: Path) -> list[str]:
    """A photo, a PDF, and something that is neither."""
    made = {
        "照片.jpg": files.photo((1200, 900)),
        "收据.pdf": files.pdf(),
        "视频.jpg": b"\x00\x00\x00\x18ftypmp42" + bytes(900),
    }
    for name, content in made.items():
        (tmp_path / name).write_bytes(content)
    return [str(tmp_path / name) for name in made]


def passes_axe(page: Page) -> None:
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, [
        (each["id"], [str(node["target"]) for node in each["nodes"]]) for each in found
    ]
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0


def shows(page: Page, selector: str) -> None:
    """The picture is there: it is loaded once it comes into view."""
    picture = page.locator(selector)
    picture.scroll_into_view_if_needed()
    for _try in range(TRIES):
        if picture.evaluate(SHOWN):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{selector} is not shown")


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("javascript", "viewport"), [(True, NARROW), (False, WIDE)], ids=["script", "no-script"]
)
def test_photos_from_the_door_to_the_desk(
    people: People, opened: Opener, tmp_path: Path, javascript: bool, viewport: dict[str, int]
):
    resident = opened(javascript=javascript, viewport=viewport)
    resident.goto("/zh-hans/write/")
    resident.fill("[name=body]", LETTER)
    resident.set_input_files("[name=enclosed]", chosen(tmp_path))
    if javascript:
        expect(resident.locator("[data-chosen]")).to_contain_text("收据.pdf")
    press(resident, "main form button.hy-button[type=submit]")
    expect(resident.locator("#id_enclosed-error")).to_contain_text("视频.jpg")
    assert resident.locator("[name=waiting]:checked").count() == 2
    if javascript:
        passes_axe(resident)
    press(resident, "main form button.hy-button[type=submit]")
    expect(resident.locator(".hy-receipt")).to_contain_text("随信 2 个")
    code = resident.locator(".hy-receipt__code").inner_text()
    secret = resident.locator(".hy-receipt__secret").inner_text()
    make_thumbnails()

    follow(resident, code, secret)
    expect(resident.locator(".hy-files")).to_contain_text("照片 1")
    shows(resident, ".hy-files img")
    if javascript:
        passes_axe(resident)
    with resident.expect_download() as download:
        resident.locator(".hy-files a", has_text="文件 2").click()
    assert Path(download.value.path()).read_bytes().startswith(b"%PDF")
    press(resident, resident.locator(".hy-files a", has_text="照片 1"))
    shows(resident, "img")

    desk = opened(people.clerk, javascript=javascript, viewport=viewport)
    desk.goto(f"/zh-hans/desk/cases/{CaseFile.objects.get().number}/")
    shows(desk, ".hy-files img")
    if javascript:
        passes_axe(desk)
    press(desk, desk.locator(".hy-files a", has_text="照片 1"))
    shows(desk, "img")
