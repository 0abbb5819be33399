"""Who checks an answer: the unit's own reviewers, else those above it; nobody where the matter exempts it."""

from dataclasses import replace

import pytest

from huiying.agencies.actions import end_role
from huiying.agencies.models import Role, Unit
from huiying.agencies.reads import nearest_with
from huiying.casework.actions.sorting import assign, mark_conduct, triage
from huiying.casework.actions.working import accept
from huiying.casework.models import CaseFile, Move
from huiying.casework.states import State as CaseState
from huiying.kernel.actors import SYSTEM
from huiying.kernel.refusals import NotAllowed, NotFound, Refusal
from huiying.record.models import Entry
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.errors import NeedsReviewer, OtherVersion
from huiying.replies.models import Reply
from huiying.replies.states import State
from huiying.routing.actions.categories import load_categories
from huiying.routing.models import Category

pytestmark = pytest.mark.django_db


@pytest.fixture
def private(words):
    return replace(words, audience="private")


@pytest.fixture
def exempt(county) -> None:
    row = Category.objects.get(code="noise")
    load_categories(
        actor=SYSTEM,
        rows=[
            {"code": "living", "parent": "", "name": {"en": "Living here"}},
            {
                "code": "noise", "parent": "living", "name": row.name, "lead": "housing",
                "target_days": 10, "private_unreviewed": True,
            },
        ],
    )  # fmt: skip


def _below(people, receive) -> CaseFile:
    """A case in the hand of the estates office, which has no reviewer of its own."""
    case = receive()
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assign(actor=people.dispatcher.actor, number=case.number, lead_code="estates")
    return accept(actor=people.below.actor, number=case.number)


def test_a_unit_without_a_reviewer_uses_its_parents(people, receive, words):
    case = _below(people, receive)
    editor = f"/en/desk/cases/{case.number}/answer/"
    assert "Checked by a reviewer of: Housing Department" in people.below.client.get(editor).text
    reply = writing.put_forward(actor=people.below.actor, number=case.number, words=words)
    assert "夜间施工噪声" in people.unit_reviewer.client.get("/en/desk/answers/").text
    reply = reviewing.approve_and_issue(actor=people.unit_reviewer.actor, label=reply.label, seen=1)
    assert reply.state == State.PUBLISHED


def _reviewing(path: str) -> str | None:
    found = nearest_with(Role.REVIEWER, path)
    return found["en"] if found else None


def test_the_next_reviewer_is_found_upwards_and_a_former_one_is_none(people, receive):
    path = Unit.objects.get(code="estates").path
    assert _reviewing(path) == "Housing Department"
    end_role(actor=SYSTEM, username="unit_reviewer", unit_code="housing", role="reviewer")
    assert _reviewing(path) == "Yundu County"
    case = _below(people, receive)
    end_role(actor=SYSTEM, username="reviewer", unit_code="county", role="reviewer")
    assert _reviewing(path) is None
    editor = people.below.client.get(f"/en/desk/cases/{case.number}/answer/").text
    assert "has a reviewer. Ask the administrator" in editor


def test_every_private_answer_is_reviewed_unless_its_matter_exempts_it(people, in_hand, private):
    case = in_hand()
    assert (
        "without a reviewer"
        not in people.handler.client.get(f"/en/desk/cases/{case.number}/answer/").text
    )
    reply = writing.draft(actor=people.handler.actor, number=case.number, words=private)
    with pytest.raises(NeedsReviewer):
        reviewing.send_unreviewed(actor=people.handler.actor, label=reply.label, seen=1)
    reply.refresh_from_db()
    assert reply.state == State.DRAFT


def test_where_the_matter_exempts_it_the_unit_sends_it_itself(people, in_hand, exempt, private):
    case = in_hand()
    editor = f"/en/desk/cases/{case.number}/answer/"
    assert "Send to the writer without a reviewer" in people.handler.client.get(editor).text
    typed = {
        "title": private.title, "question": private.question, "text": private.text,
        "outcome": "solved", "label": "", "seen": "", "do": "send_unreviewed",
    }  # fmt: skip
    refused = people.handler.client.post(editor, typed | {"audience": "public"})
    assert refused.status_code == 422
    assert "A second person must check this answer first." in refused.text
    assert not Reply.objects.exists()
    lacking = people.handler.client.post(editor, typed | {"audience": "private", "text": ""})
    assert lacking.status_code == 422
    sent = people.handler.client.post(editor, typed | {"audience": "private"})
    assert sent.status_code == 302
    reply = Reply.objects.get()
    assert (reply.state, reply.approved_by) == (State.SENT, reviewing.BY_CATEGORY)
    case.refresh_from_db()
    assert (case.state, case.outcome) == (CaseState.ANSWERED, "solved")
    assert Move.objects.filter(case=case, verb="answer_unreviewed").count() == 1
    assert Entry.objects.filter(action="reply.send_unreviewed").count() == 1
    page = people.handler.client.get(f"/en/desk/cases/{case.number}/").text
    assert "without a reviewer, as this matter allows" in page
    correction = mending.correct(
        actor=people.handler.actor, label=reply.label, words=private, reason="The hour."
    )
    with pytest.raises(NeedsReviewer):
        reviewing.send_unreviewed(actor=people.handler.actor, label=correction.label, seen=1)


def test_nobody_else_sends_it_and_no_other_version(people, in_hand, exempt, private):
    case = in_hand()
    reply = writing.draft(actor=people.handler.actor, number=case.number, words=private)
    for name in ("reviewer", "clerk", "supervisor", "other_handler", "administrator"):
        with pytest.raises((NotAllowed, NotFound)):
            reviewing.send_unreviewed(actor=getattr(people, name).actor, label=reply.label, seen=1)
    with pytest.raises(OtherVersion):
        reviewing.send_unreviewed(actor=people.handler.actor, label=reply.label, seen=7)


def test_a_complaint_about_conduct_is_always_reviewed(people, in_hand, exempt, private):
    case = in_hand()
    reply = writing.draft(actor=people.handler.actor, number=case.number, words=private)
    mark_conduct(actor=people.clerk.actor, number=case.number, unit_codes=["water"])
    with pytest.raises(Refusal):
        reviewing.send_unreviewed(actor=people.handler.actor, label=reply.label, seen=1)
    reply.refresh_from_db()
    assert reply.state == State.DRAFT


def test_the_exemption_stands_on_record(exempt):
    entry = Entry.objects.filter(action="category.changed", subject="category:noise").get()
    assert (entry.payload.data or {})["private_unreviewed"] is True
