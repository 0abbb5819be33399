"""Two people act on one answer at once. Each race has a control that shows it without the guard."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, connections
from django.db.models import F

from huiying.casework import stepping as case_stepping
from huiying.casework.actions.writing_back import withdraw
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import State as CaseState
from huiying.intake.reads import resident
from huiying.kernel.refusals import MovedOn, Refusal
from huiying.replies import policy, stepping
from huiying.replies.actions import reviewing, writing
from huiying.replies.errors import OtherVersion
from huiying.replies.models import Reply, ReplyVersion
from huiying.replies.states import State, step_of
from huiying.replies.words import Words

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(act: Callable[[], Any]) -> None:
    """Do `act` on a connection of its own, to its commit; raises what it raised."""
    raised: list[Exception] = []

    def run() -> None:
        try:
            act()
        except (Refusal, DatabaseError) as error:
            raised.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(60)
    assert not thread.is_alive()
    if raised:
        raise raised[0]


@pytest.fixture
def submitted(people, in_hand, words) -> Reply:
    case = in_hand()
    return writing.put_forward(actor=people.handler.actor, number=case.number, words=words)


def _meanwhile(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, act: Callable[[], Any]):
    """Let `act` happen, once and elsewhere, just before `owner.name` is called."""
    original = getattr(owner, name)
    done: list[bool] = []

    def hooked(*args: Any, **kwargs: Any) -> Any:
        if not done:
            done.append(True)
            elsewhere(act)
        return original(*args, **kwargs)

    monkeypatch.setattr(owner, name, hooked)


def _edit(people, reply: Reply, text: str) -> None:
    actor = people.handler.actor
    words = Words("Another title", "Another question", text, "solved", "public")
    writing.take_back(actor=actor, label=reply.label)
    writing.save(actor=actor, label=reply.label, seen=1, words=words)
    writing.submit(actor=actor, label=reply.label, seen=2)


def test_what_was_edited_while_it_was_approved_is_not_approved(people, submitted, monkeypatch):
    reviewer = people.reviewer.actor
    _meanwhile(
        monkeypatch, policy, "wrote_part_of", lambda: _edit(people, submitted, "Never seen.")
    )
    with pytest.raises(OtherVersion):
        reviewing.approve_and_issue(actor=reviewer, label=submitted.label, seen=1)
    submitted.refresh_from_db()
    assert (submitted.state, submitted.version) == (State.IN_REVIEW, 2)
    assert CaseFile.objects.get(pk=submitted.case_id).state == CaseState.IN_PROGRESS


def test_control_without_the_guard_an_unseen_text_is_published(people, submitted, monkeypatch):
    def by_id_alone(reply, *, verb, columns=None):
        wanted = {"state": step_of(verb).target, **(columns or {})}
        if verb == "approve":
            wanted["approved_version"] = F("version")
        Reply.objects.filter(pk=reply.pk).update(**wanted)
        reply.refresh_from_db()

    monkeypatch.setattr(stepping, "move", by_id_alone)
    monkeypatch.setattr(reviewing, "move", by_id_alone)
    reviewer = people.reviewer.actor
    _meanwhile(
        monkeypatch, policy, "wrote_part_of", lambda: _edit_plainly(submitted, "Never seen.")
    )
    reviewing.approve_and_issue(actor=reviewer, label=submitted.label, seen=1)
    submitted.refresh_from_db()
    assert submitted.state == State.PUBLISHED
    current = ReplyVersion.objects.get(reply=submitted, number=submitted.version)
    assert current.text == "Never seen."


def _edit_plainly(reply: Reply, text: str) -> None:
    """What `_edit` leaves behind."""
    Reply.objects.filter(pk=reply.pk).update(version=2)
    first = ReplyVersion.objects.get(reply=reply, number=1)
    ReplyVersion.objects.create(
        reply=reply,
        number=2,
        at=first.at,
        author=first.author,
        title="Another title",
        question="Another question",
        text=text,
        outcome="solved",
        audience="public",
    )


def test_the_database_itself_refuses_an_approval_of_another_version(submitted):
    with pytest.raises(IntegrityError, match="reply_approval_names_version"):
        Reply.objects.filter(pk=submitted.pk).update(
            state="approved", approved_by="staff:x", approved_version=7
        )


def test_two_who_save_at_once_do_not_overwrite_each_other(people, in_hand, words, monkeypatch):
    reply = writing.draft(actor=people.handler.actor, number=in_hand().number, words=words)
    handler, colleague = people.handler.actor, people.colleague.actor
    _meanwhile(
        monkeypatch,
        writing,
        "move",
        lambda: writing.save(actor=colleague, label=reply.label, seen=1, words=Words("Theirs")),
    )
    with pytest.raises(OtherVersion):
        writing.save(actor=handler, label=reply.label, seen=1, words=Words("Mine"))
    assert ReplyVersion.objects.filter(reply=reply).count() == 2


def _writer(reply: Reply):
    return resident(Report.objects.get(case_id=reply.case_id).submission.label)


def test_a_letter_withdrawn_while_it_is_answered_is_not_answered(people, submitted, monkeypatch):
    writer, reviewer = _writer(submitted), people.reviewer.actor
    _meanwhile(monkeypatch, reviewing, "mark_answered", lambda: withdraw(actor=writer))
    with pytest.raises(MovedOn):
        reviewing.approve_and_issue(actor=reviewer, label=submitted.label, seen=1)
    submitted.refresh_from_db()
    assert submitted.state == State.IN_REVIEW
    assert CaseFile.objects.get(pk=submitted.case_id).outcome == "withdrawn"


def test_control_without_the_guard_a_withdrawn_letter_is_answered(people, submitted, monkeypatch):
    def by_id_alone(case, **columns):
        CaseFile.objects.filter(pk=case.pk).update(**columns)
        for name, value in columns.items():
            setattr(case, name, value)

    writer, reviewer = _writer(submitted), people.reviewer.actor
    _meanwhile(monkeypatch, reviewing, "mark_answered", lambda: withdraw(actor=writer))
    monkeypatch.setattr(case_stepping, "change", by_id_alone)
    reviewing.approve_and_issue(actor=reviewer, label=submitted.label, seen=1)
    case = CaseFile.objects.get(pk=submitted.case_id)
    assert case.state == CaseState.ANSWERED
    assert Report.objects.get(case=case).ended_at is not None


def test_withdrawing_and_answering_at_once_end_in_one_of_the_two(people, in_hand, words):
    """Really at once, several times: one wins, the other is refused, nobody is left waiting."""
    reviewer = people.reviewer.actor
    handler = people.handler.actor
    for _round in range(8):
        case = in_hand()
        reply = writing.put_forward(actor=handler, number=case.number, words=words)
        writer = _writer(reply)
        gate = threading.Barrier(2)
        outcomes: list[str] = []

        def attempt(act: Callable[[], Any], gate=gate, outcomes=outcomes) -> None:
            try:
                connection.ensure_connection()
                gate.wait(60)
                act()
                outcomes.append("done")
            except Refusal as refusal:
                outcomes.append(f"refused {refusal.code}")
            except DatabaseError as error:
                outcomes.append(repr(error))
            finally:
                connections.close_all()

        acts = (
            lambda reply=reply: reviewing.approve_and_issue(
                actor=reviewer, label=reply.label, seen=1
            ),
            lambda writer=writer: withdraw(actor=writer),
        )
        threads = [threading.Thread(target=attempt, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert sorted(outcome.split()[0] for outcome in outcomes) == ["done", "refused"], outcomes
