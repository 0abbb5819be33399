"""No page, no command and no module collects contacts; letters opened beside an answer are kept too."""

import ast
from pathlib import Path

from django.urls import reverse

import huiying
from huiying.casework.models import Opening
from tests.scene import CONTACT, Scene

PACKAGE = Path(huiying.__file__).parent


def test_beside_the_editor_the_review_and_the_standard_answers_too(shared_scene: Scene):
    people = shared_scene.people
    pages = (
        (people.handler, "answer_edit", [shared_scene.at_work.number], shared_scene.at_work),
        (people.reviewer, "answer_review", [shared_scene.in_review.label], None),
        (people.clerk, "standard_use", [shared_scene.new.number], shared_scene.new),
    )
    for person, name, arguments, _case in pages:
        before = Opening.objects.filter(account=person.account).count()
        assert person.client.get(reverse(f"staff_desk:{name}", args=arguments)).status_code == 200
        assert Opening.objects.filter(account=person.account).count() == before + 1, name


def test_the_one_post_of_a_clerk_shows_the_contact_that_no_other_address_shows(
    shared_scene: Scene,
):
    """The control of `test_who_may_call_it`, which looks for it in every answer to everybody."""
    case = shared_scene.new
    page = reverse("staff_desk:case_contact", args=[case.number, case.reports.get().pk])
    shown = shared_scene.people.clerk.client.post(page, {"reason": "call_back"})
    assert CONTACT in shown.text


def test_no_command_and_no_page_can_open_the_vault():
    """Only the resolver that sends and the one verb that shows one contact; so no command prints one."""
    openers = {"way_to", "email_of", "contact_of", "key_of", "key_for"}
    found: set[tuple[str, str]] = set()
    for path in PACKAGE.rglob("*.py"):
        name = str(path.relative_to(PACKAGE))
        if name == "intake/vault.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            used = getattr(node, "attr", None) or getattr(node, "name", None)
            if isinstance(node, ast.Attribute | ast.alias) and used in openers:
                found.add((name, str(used)))
    contacts = {each for each in found if each[1] in {"way_to", "email_of", "contact_of"}}
    assert contacts == {
        ("config/wiring.py", "way_to"),
        ("intake/actions/revealing.py", "contact_of"),
    }
    models = [
        str(path.relative_to(PACKAGE))
        for path in PACKAGE.rglob("*.py")
        if "Contact.objects" in path.read_text()
    ]
    assert set(models) == {"intake/vault.py", "intake/actions/erasing.py"}  # which destroys it
