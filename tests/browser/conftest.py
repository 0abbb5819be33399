"""Real Chromium over a real server, on the test's own database."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test.testcases import LiveServerThread
from playwright.sync_api import (
    Browser,
    BrowserContext,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from pytest_django import Settings

from tests.people import Person

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
# How long anything in a browser may take, in milliseconds: a busy machine is no failure.
PATIENCE = 60_000
expect.set_options(timeout=PATIENCE)


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
def address(transactional_db: None, settings: Settings) -> Iterator[str]:
    """The application as it is served: its own middleware answers for static files too."""
    settings.ALLOWED_HOSTS = ["localhost"]
    as_it_is: Any = lambda application: application  # noqa: E731 - Django asks for a class to wrap it in
    thread = LiveServerThread("localhost", as_it_is)
    thread.daemon = True
    thread.start()
    thread.is_ready.wait()
    if thread.error:
        raise thread.error
    yield f"http://localhost:{thread.port}"
    thread.terminate()


@pytest.fixture
def opened(browser: Browser, address: str) -> Iterator[Opener]:
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
            base_url=address,
            java_script_enabled=javascript,
            viewport=viewport,
            color_scheme="dark" if scheme == "dark" else "light",
            timezone_id="Asia/Shanghai",
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        if person is not None:
            value = person.client.cookies["staff"].value
            context.add_cookies([{"name": "staff", "value": value, "url": address}])
        page = context.new_page()
        page.on("pageerror", lambda error: pytest.fail(f"script error: {error}"))
        return page

    yield make
    for context in contexts:
        context.close()
