"""Real Chromium over a real server, on the test's own database."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests.people import People, Person

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE: ViewportSize = {"width": 1440, "height": 900}
NARROW: ViewportSize = {"width": 390, "height": 844}


def chromium() -> str:
    """The system's Chromium; the suite fails with a hint where there is none."""
    named = os.environ.get("HUIYING_CHROMIUM", "")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), "")
    if not found or not Path(found).exists():
        pytest.fail("No Chromium found: apt install chromium, or name it in HUIYING_CHROMIUM.")
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    # Playwright's own loop makes Django believe that it runs in one; nothing here is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        yield started
        started.close()


type Opener = Callable[..., Page]


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer) -> Iterator[Opener]:
    """Makes pages: `opened(person=…, language=…, javascript=…, viewport=…, scheme=…)`."""
    contexts: list[BrowserContext] = []

    def make(
        person: Person | None = None,
        *,
        javascript: bool = True,
        viewport: ViewportSize = WIDE,
        scheme: str = "light",
    ) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            java_script_enabled=javascript,
            viewport=viewport,
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Asia/Shanghai",
        )
        contexts.append(context)
        if person is not None:
            value = person.client.cookies["staff"].value
            context.add_cookies([{"name": "staff", "value": value, "url": live_server.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()


@pytest.fixture
def county_live(transactional_db: None, people: People) -> People:
    """The people, committed, so that the server's threads see them."""
    return people
