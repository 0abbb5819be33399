"""axe on every page, in both languages, wide and narrow, light and dark (WCAG 2.2 AA)."""

from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, ViewportSize

from tests.browser.conftest import NARROW, WIDE, Opener
from tests.house.test_addresses import TABLE, named_patterns
from tests.people import Person
from tests.scene import Scene

RULES = {
    "runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]},
    "resultTypes": ["violations"],  # what passes need not be told
}
# Half of what axe costs. The colours are those of the Chinese page, which meets every scheme and width.
COLOURS_SEEN = {"rules": {"color-contrast": {"enabled": False}}}
LOOK = "async (rules) => (await axe.run(document, rules)).violations"
# They lead to another page, which is looked at by itself, or are a picture.
ELSEWHERE = {"staff_desk:sign_in", "staff_desk:next", "public_site:letter", "staff_desk:file"}
ELSEWHERE |= {"staff_desk:my_next", "staff_desk:several"}
ELSEWHERE |= {
    "staff_desk:import_map",
    "staff_desk:import_report",
    "staff_desk:erasure_run_json",
    "staff_desk:duty_calendar",
    "staff_desk:duty_now",
}  # to take away
# With an open letter these are looked at in test_call.py.
ELSEWHERE |= {
    f"staff_desk:call_{act}"
    for act in ("letter", "answer", "vote", "reopen", "add", "withdraw", "show", "helpers")
}
ELSEWHERE |= {f"staff_desk:call_part_{act}" for act in ("answer", "vote", "reopen", "add")}
# Each page is loaded once a language and looked at twice, so that every width meets both schemes.
LOOKS: dict[str, tuple[tuple[ViewportSize, Literal["light", "dark"]], ...]] = {
    "zh-hans": ((WIDE, "light"), (NARROW, "dark")),
    "en": ((WIDE, "dark"), (NARROW, "light")),
}


def addresses(scene: Scene, language: str) -> dict[str, str]:
    """Every page that can be opened by a link, with somebody's right to it."""
    found = {}
    with translation.override(language):
        for name, _pattern in named_patterns():
            if (
                TABLE[name].get
                and name not in ELSEWHERE
                and not name.startswith(
                    ("staff_desk:case_", "monitoring:")
                )  # the latter for machines
            ):
                found[name] = reverse(name, kwargs=TABLE[name].arguments(scene))
    return found


def who(name: str, scene: Scene) -> Person | None:
    """Somebody who may open this page."""
    row = TABLE[name]
    if row.open_to_all:
        return None
    for person in ("handler", "reviewer", "supervisor", "clerk", "administrator", "other_handler"):
        if person in (row.get or ()):
            return getattr(scene.people, person)  # type: ignore[no-any-return]
    raise AssertionError(f"nobody to open {name}")


def violations(page: Page, language: str) -> list[str]:
    """What axe, which was put into the page before, has against it as it looks now."""
    rules = RULES if language == "zh-hans" else RULES | COLOURS_SEEN
    return [
        f"{violation['id']}: {violation['help']}: "
        + "; ".join(str(node["target"]) for node in violation["nodes"][:4])
        for violation in page.evaluate(LOOK, rules)
    ]


def beyond_the_window(page: Page) -> int:
    """By how many pixels the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - window.innerWidth"))


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", LOOKS)
def test_every_page_passes_axe_and_fits_its_width(scene, opened: Opener, language):
    axe = Axe().axe_script
    pages: dict[str, Page] = {}
    found = []
    for name, path in addresses(scene, language).items():
        person = who(name, scene)
        key = person.account.username if person else ""
        if key not in pages:
            pages[key] = opened(person)
            pages[key].add_init_script(axe)
        page = pages[key]
        answer = page.goto(path)
        assert answer is not None
        assert answer.status == 200, f"{name}: {answer.status}"
        for viewport, scheme in LOOKS[language]:
            page.set_viewport_size(viewport)
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            look = f"{name} ({viewport['width']}, {scheme})"
            found += [f"{look}: {violation}" for violation in violations(page, language)]
            if (wide := beyond_the_window(page)) > 0:
                found.append(f"{look}: {wide} px wider than the window")
        if page.evaluate("document.documentElement.lang").lower() != language:
            found.append(f"{name}: not marked as {language}")
    assert not found, "\n".join(found)
