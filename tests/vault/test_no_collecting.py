"""No page, no command and no module collects contacts; letters opened beside an answer are kept too."""

import ast
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

import huiying
from huiying.casework.models import Opening
from tests.house.test_addresses import TABLE
from tests.scene import Scene

PACKAGE = Path(huiying.__file__).parent
HIDDEN = b"a@example.org"
ASKED = frozenset({"clerk", "handler", "supervisor", "auditor", "administrator", "stranger"})


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


@pytest.mark.slow
def test_no_address_shows_a_contact_but_the_one_post_of_a_clerk(shared_scene: Scene):
    """Every address of the site, by everybody who may call it; the scene has one contact."""
    people = shared_scene.people
    # Before the first call, since calls move cases on.
    urls = {name: reverse(name, kwargs=row.arguments(shared_scene)) for name, row in TABLE.items()}
    for name, row in TABLE.items():
        url = urls[name]
        for method, allowed in (("get", row.get), ("post", row.post)):
            for person in sorted((allowed or frozenset()) & ASKED):
                client = Client()
                if person != "stranger":
                    client.force_login(getattr(people, person).account)
                response = getattr(client, method)(url)
                content = b"" if response.streaming else response.content
                assert HIDDEN not in content, f"{person} {method} {name}"
                assert HIDDEN.decode() not in str(response.headers), f"{person} {method} {name}"


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
