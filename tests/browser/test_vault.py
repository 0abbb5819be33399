"""The pages of the vault in a real browser: axe, and nothing wider than the page."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import translation
from playwright.sync_api import Page, expect

from huiying.casework.actions.looking import record_opening, reveal
from huiying.intake.letters import receipt_of
from huiying.kernel import time
from huiying.retention.actions import approve_rules, grant_hold, propose_rules
from huiying.retention.models import Run
from huiying.retention.tasks import erase_due
from tests.browser.conftest import NARROW, WIDE, Opener
from tests.browser.test_accessibility import RULES
from tests.browser.test_journey import press
from tests.scene import Scene


def brought_on(scene: Scene) -> None:
    """A look, an opening, rules in force, a hold, and a run with something in it."""
    people, new = scene.people, scene.new
    report = new.reports.get()
    record_opening(actor=people.clerk.actor, number=new.number)
    reveal(actor=people.clerk.actor, number=new.number, report_id=report.pk, reason="call_back")
    rules = propose_rules(
        actor=people.administrator.actor,
        contact_months=6,
        contact_basis="《信访工作条例》第四十三条",
        words_months=24,
        words_basis="《机关档案管理规定》",
    )
    approve_rules(actor=people.supervisor.actor, number=rules.number)
    grant_hold(actor=people.auditor.actor, label=scene.hold.label)
    scene.answered.__class__.objects.filter(pk=scene.answered.pk).update(
        state="closed", closed_at=time.now() - timedelta(days=800)
    )
    assert erase_due() == 1


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("language", "viewport", "scheme"),
    [("zh-hans", WIDE, "light"), ("en", NARROW, "dark")],
)
def test_the_pages_of_the_vault(scene: Scene, opened: Opener, language, viewport, scheme):
    brought_on(scene)
    people, new = scene.people, scene.new
    report = new.reports.select_related("submission").get()
    receipt = receipt_of(report.submission)
    with translation.override(language):
        contact = reverse("staff_desk:case_contact", args=[new.number, report.pk])
        hold = reverse("staff_desk:case_hold", args=[scene.at_work.number])
        run = reverse("staff_desk:erasure_run", args=[Run.objects.latest("id").label])
        overview, rules = reverse("staff_desk:erasure"), reverse("staff_desk:erasure_rules")
        follow = reverse("public_site:follow")
        erase, privacy = reverse("public_site:letter_erase"), reverse("public_site:privacy")
    clerk = opened(people.clerk, viewport=viewport, scheme=scheme)
    supervisor = opened(people.supervisor, viewport=viewport, scheme=scheme)
    writer = opened(None, viewport=viewport, scheme=scheme)
    for page, path in (
        (clerk, contact),
        (supervisor, hold),
        (supervisor, run),
        (supervisor, overview),
        (supervisor, rules),
        (writer, privacy),
    ):
        page.goto(path)
        looked_at(page, path)
    clerk.goto(contact)
    clerk.get_by_role("radio").first.check()
    press(clerk, clerk.get_by_role("main").get_by_role("button").first)
    expect(clerk.locator("main")).to_contain_text("a@example.org")
    looked_at(clerk, "contact shown")
    supervisor.goto(rules)
    press(supervisor, "button[value=rehearse]")
    looked_at(supervisor, "rehearsed")
    writer.goto(follow)
    writer.fill("[name=code]", receipt.code)
    writer.fill("[name=secret]", receipt.secret)
    press(writer, writer.get_by_role("main").get_by_role("button").first)
    looked_at(writer, "letter")
    writer.goto(erase)
    looked_at(writer, "erase")


def looked_at(page: Page, name: str) -> None:
    """No violation of WCAG 2.2 AA that axe can see, and no scrolling to the side."""
    found = Axe().run(page, options=RULES).response["violations"]
    assert not found, f"{name}: {[(each['id'], each['nodes'][0]['html'][:200]) for each in found]}"
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name
