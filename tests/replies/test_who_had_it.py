"""A correction or a withdrawal reaches everyone who had the first text, and nobody else."""

import pytest
from django.db import DatabaseError, connection, transaction

from huiying.casework.actions.writing_back import reopen
from huiying.casework.actions.writing_back import withdraw as take_back_letter
from huiying.casework.models import CaseFile, Report
from huiying.intake.reads import resident
from huiying.notices import tasks
from huiying.notices.models import Outgoing
from huiying.replies.actions import mending, reviewing, writing
from huiying.replies.models import Given, Reply

pytestmark = pytest.mark.django_db


def _published(people, case, words) -> Reply:
    reply = writing.put_forward(actor=people.handler.actor, number=case.number, words=words)
    return reviewing.approve_and_issue(actor=people.reviewer.actor, label=reply.label, seen=1)


def _corrected(people, reply, words) -> Reply:
    correction = mending.correct_and_submit(
        actor=people.handler.actor, label=reply.label, words=words, reason="The hour was wrong."
    )
    return reviewing.approve_and_issue(actor=people.reviewer.actor, label=correction.label, seen=1)


def _joined(receive, case: CaseFile) -> Report:
    """Another letter, pointed at this case as joining does."""
    other = receive(email="b@example.org")
    Report.objects.filter(case=other).update(case=case)
    return Report.objects.filter(case=case).order_by("-id")[0]


def _withdrawn(people, case: CaseFile, report: Report) -> None:
    """The case is taken up again, and this writer withdraws."""
    reopen(actor=people.supervisor.actor, number=case.number, words="It is loud again.")
    take_back_letter(actor=resident(report.submission.label))


def _told(kind: str) -> set[str]:
    return set(Outgoing.objects.filter(kind=kind).values_list("recipient", flat=True))


def _label(report: Report) -> str:
    return f"submission:{report.submission.label}"


def test_everyone_who_had_it_is_told_even_where_the_letter_went_elsewhere(
    people, in_hand, receive, words
):
    case = in_hand()
    first = Report.objects.get(case=case)
    second = _joined(receive, case)
    reply = _published(people, case, words)
    assert Given.objects.filter(reply=reply).count() == 2
    Report.objects.filter(pk=second.pk).update(case=receive(email=""))  # unjoined since
    late = _joined(receive, case)  # joined since: never had it
    correction = _corrected(people, reply, words)
    assert _told("corrected") == {_label(first), _label(second)}
    mending.withdraw(
        actor=people.supervisor.actor, label=correction.label, reason="About another site."
    )
    assert _told("answer_withdrawn") == {_label(first), _label(second)}
    assert _label(late) not in _told("corrected") | _told("answer_withdrawn")


def test_a_letter_withdrawn_before_gets_nothing(people, in_hand, receive, words):
    case = in_hand()
    first, second = Report.objects.get(case=case), _joined(receive, case)
    reply = _published(people, case, words)
    _withdrawn(people, case, second)
    _corrected(people, reply, words)
    assert _told("corrected") == {_label(first)}


def test_a_letter_withdrawn_before_the_moment_of_sending_gets_nothing(
    people, in_hand, receive, words
):
    case = in_hand()
    second = _joined(receive, case)
    reply = _published(people, case, words)
    tasks.sweep()
    _corrected(people, reply, words)
    _withdrawn(people, case, second)
    tasks.sweep()
    ended = dict(Outgoing.objects.filter(kind="corrected").values_list("recipient", "result"))
    assert ended.pop(_label(second)) == "withdrawn"
    assert set(ended.values()) == {"sent"}
    answered = Outgoing.objects.filter(kind="answered", recipient=_label(second))
    assert answered.get().result == "sent"


def test_an_answer_from_before_goes_by_who_had_come_by_then(
    people, in_hand, receive, words, monkeypatch
):
    """What was imported, or given by an earlier version, has no rows of whom it was given."""
    case = in_hand()
    first = Report.objects.get(case=case)
    monkeypatch.setattr(reviewing, "keep_given", lambda reply: None)
    reply = _published(people, case, words)
    late = _joined(receive, case)
    correction = _corrected(people, reply, words)
    assert _told("corrected") == {_label(first)}
    assert [row.submission for row in Given.objects.filter(reply=correction)] == [first.submission]
    assert _label(late) not in _told("corrected")


def test_whom_it_was_given_stays(people, in_hand, words):
    _published(people, in_hand(), words)
    for statement in ("UPDATE replies_given SET at = now()", "DELETE FROM replies_given"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
