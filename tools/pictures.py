"""The pictures of the README, from a running demo: `python tools/pictures.py ADDRESS PASSWORD`."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "pictures"
USERNAME = "dispatcher.fang"
LETTERS = {
    "zh-hans": (
        "河堤步道的路灯",
        "河堤步道从桥头到闸口，晚上有一半路灯不亮，散步的老人看不清台阶。",
    ),
    "en": (
        "Lights along the river",
        "Half of the lamps along the river walk are dark; people miss the steps.",
    ),
}


def sign_in(page: Page, password: str) -> None:
    page.goto("/en/desk/sign-in/")
    page.fill("[name=username]", USERNAME)
    page.fill("[name=password]", password)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_load_state()


def write_in(page: Page, language: str) -> None:
    title, body = LETTERS[language]
    page.goto(f"/{language}/write/")
    page.fill("[name=title]", title)
    page.fill("[name=body]", body)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_selector(".hy-receipt__code")


def take(browser: Browser, address: str, password: str) -> None:
    """Queue, receipt and answers in both languages, 1280 × 800."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    page = browser.new_page(base_url=address, viewport={"width": 1280, "height": 800})
    sign_in(page, password)
    for language in LETTERS:
        page.goto(f"/{language}/desk/?tab=open")
        page.screenshot(path=FOLDER / f"queue.{language}.png")
        page.goto(f"/{language}/answers/")
        page.screenshot(path=FOLDER / f"answers.{language}.png")
        write_in(page, language)
        page.screenshot(path=FOLDER / f"receipt.{language}.png")


def main() -> int:
    address, password = sys.argv[1:3]
    chromium = os.environ.get("HUIYING_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        take(browser, address, password)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
