"""A unit signs or refuses while the text changes or is approved. Each race has a control."""

from datetime import timedelta

import pytest

from huiying.casework.actions.sorting import assign, triage
from huiying.casework.actions.working import accept
from huiying.replies import policy, signing
from huiying.replies.actions import co_signing, reviewing, writing
from huiying.replies.errors import NotNow, OtherSignatures, OtherVersion
from huiying.replies.models import Reply, Signature
from huiying.replies.states import SignatureState, State, signature_step
from huiying.replies.words import Words
from tests.replies.test_races import _meanwhile, elsewhere

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def asked(people, receive, words) -> Signature:
    case = receive()
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    assign(
        actor=people.dispatcher.actor,
        number=case.number,
        lead_code="housing",
        support_codes=["water"],
    )
    accept(actor=people.handler.actor, number=case.number)
    reply = writing.draft(actor=people.handler.actor, number=case.number, words=words)
    co_signing.ask_signatures(
        actor=people.handler.actor,
        label=reply.label,
        seen=1,
        unit_codes=["water"],
        due_on=signing.today() + timedelta(days=9),
    )
    return Signature.objects.select_related("reply").get()


def _edit(people, reply: Reply) -> None:
    words = Words("Another title", "Another question", "Never signed.", "solved", "public")
    writing.save(actor=people.handler.actor, label=reply.label, seen=1, words=words)


def _sign(people, row: Signature) -> None:
    co_signing.sign(actor=people.other_handler.actor, label=row.label, seen=1)


def _refuse(people, row: Signature) -> None:
    co_signing.refuse(
        actor=people.other_handler.actor, label=row.label, seen=1, reason="No.", wording="This."
    )


def test_what_changes_while_a_unit_signs_is_not_signed(people, asked, monkeypatch):
    _meanwhile(monkeypatch, policy, "wrote_part_of", lambda: _edit(people, asked.reply))
    with pytest.raises(OtherVersion):
        _sign(people, asked)
    asked.refresh_from_db()
    assert (asked.state, asked.answered_by) == (SignatureState.VOID, "")


def test_control_without_the_guards_a_void_signature_counts_again(people, asked, monkeypatch):
    def by_id_alone(signature, *, verb, columns=None):
        wanted = {"state": signature_step(verb).target, **(columns or {})}
        Signature.objects.filter(pk=signature.pk).update(**wanted)

    monkeypatch.setattr(co_signing, "_hold", lambda reply: None)
    monkeypatch.setattr(co_signing, "move_signature", by_id_alone)
    _meanwhile(monkeypatch, policy, "wrote_part_of", lambda: _edit(people, asked.reply))
    _sign(people, asked)
    asked.refresh_from_db()
    assert asked.state == SignatureState.SIGNED
    # And even then not for the text that nobody showed to the unit.
    reply = Reply.objects.get(pk=asked.reply_id)
    assert not signing.signed_on([reply]).exists()


def _in_review(people, row: Signature) -> Reply:
    _sign(people, row)
    return writing.submit(actor=people.handler.actor, label=row.reply.label, seen=1)


def test_a_no_that_comes_while_the_reviewer_decides_is_not_passed_over(people, asked, monkeypatch):
    reply = _in_review(people, asked)
    _meanwhile(monkeypatch, policy, "wrote_part_of", lambda: _refuse(people, asked))
    with pytest.raises(OtherSignatures):
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    reply.refresh_from_db()
    assert reply.state == State.IN_REVIEW


def test_control_read_before_the_lock_the_no_is_passed_over(people, asked, monkeypatch):
    reply = _in_review(people, asked)
    before = signing.standing(reply)
    monkeypatch.setattr(signing, "standing", lambda _reply: before)
    _meanwhile(monkeypatch, policy, "wrote_part_of", lambda: _refuse(people, asked))
    reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)
    asked.refresh_from_db()
    assert (asked.state, asked.reply.without_because) == (SignatureState.REFUSED, "")


def test_a_no_that_comes_after_the_decision_waits_and_is_told_so(people, asked, monkeypatch):
    reply = _in_review(people, asked)

    def approve() -> None:
        reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)

    original = signing.why_not

    def hooked(actor, verb, signature):
        found = original(actor, verb, signature)
        elsewhere(approve)
        return found

    monkeypatch.setattr(signing, "why_not", hooked)
    with pytest.raises((NotNow, OtherVersion)):
        _refuse(people, asked)
    asked.refresh_from_db()
    assert asked.state == SignatureState.SIGNED
    assert Reply.objects.get(pk=reply.pk).state == State.PUBLISHED
