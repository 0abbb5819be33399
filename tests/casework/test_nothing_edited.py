"""What is past stays: the database itself refuses to edit times and marks, by whatever statement."""

import pytest
from django.db import DatabaseError, connection, transaction

from huiying.agencies.actions import end_role, give_role
from huiying.casework.actions.sorting import mark_conduct, reassign
from huiying.casework.actions.writing_back import reopen_own, vote, withdraw
from huiying.casework.models import CaseFile, Report, Verdict
from huiying.intake.reads import resident
from huiying.kernel.actors import SYSTEM
from huiying.notices.models import Outgoing
from huiying.notices.tasks import sweep
from tests.people import People
from tests.scene import answer, letter

pytestmark = pytest.mark.django_db

EDITS = [
    "UPDATE casework_verdict SET vote = 'solved'",
    "UPDATE casework_verdict SET at = now()",
    "DELETE FROM casework_verdict",
    "TRUNCATE casework_verdict",
    "UPDATE casework_named SET since = now()",
    "UPDATE casework_named SET unit_id = NULL",
    "DELETE FROM casework_named",
    "UPDATE casework_casefile SET conduct = false WHERE conduct",
    "UPDATE casework_casefile SET channel = 'phone'",
    "UPDATE casework_casefile SET answered_at = now()",
    "UPDATE casework_casefile SET closed_at = now() WHERE closed_at IS NOT NULL",
    "UPDATE casework_report SET ended_at = NULL WHERE ended_at IS NOT NULL",
    "UPDATE casework_report SET pressed = NOT pressed WHERE pressed IS NOT NULL",
    "UPDATE casework_report SET delivered_at = now()",
    "UPDATE casework_assignment SET since = now()",
    "UPDATE casework_assignment SET ended_at = NULL WHERE ended_at IS NOT NULL",
    "UPDATE agencies_membership SET since = now()",
    "UPDATE agencies_membership SET ended_at = NULL WHERE ended_at IS NOT NULL",
    "UPDATE agencies_membership SET role = 'administrator'",
    "DELETE FROM agencies_membership",
    "UPDATE notices_outgoing SET ended_at = now() WHERE ended_at IS NOT NULL",
    "UPDATE notices_outgoing SET made_at = now()",
    "UPDATE notices_outgoing SET recipient = 'staff:x'",
]


def _writer(case: CaseFile):
    return resident(Report.objects.get(case=case).submission.label)


def _a_past(people: People) -> None:
    """A case answered, voted on and marked, one withdrawn, a role that ended, a notice that was sent."""
    answered, _receipt = letter(people, upto="in_progress", email="a@example.org")
    answer(people, answered, upto="published")
    vote(actor=_writer(answered), verdict="not_solved")
    mark_conduct(actor=people.clerk.actor, number=answered.number, unit_codes=["water"])
    gone, _receipt = letter(people, upto="assigned")
    reassign(actor=people.dispatcher.actor, number=gone.number, lead_code="water", reason="leak")
    withdraw(actor=_writer(gone), pressed=True)
    give_role(actor=SYSTEM, username="clerk", unit_code="desk", role="auditor")
    end_role(actor=SYSTEM, username="clerk", unit_code="desk", role="auditor")
    sweep()
    assert Outgoing.objects.exclude(ended_at=None).exists()


@pytest.mark.django_db(transaction=True)
def test_the_database_refuses_every_edit_of_the_past(people):
    _a_past(people)
    for statement in EDITS:
        with (
            pytest.raises(DatabaseError, match="huiying|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


def test_every_verdict_stays_also_when_the_case_is_opened_again(people):
    case, _receipt = letter(people, upto="in_progress")
    answer(people, case, upto="published")
    writer = _writer(case)
    vote(actor=writer, verdict="partly")
    vote(actor=writer, verdict="not_solved")
    reopen_own(actor=writer, text="还是吵。")
    assert Report.objects.get(case=case).vote == ""
    said = Verdict.objects.order_by("id").values_list("vote", flat=True)
    assert list(said) == ["partly", "not_solved"]


def test_a_case_that_is_opened_again_can_be_assigned_and_answered_again(people):
    case, _receipt = letter(people, upto="in_progress")
    answer(people, case, upto="published")
    reopen_own(actor=_writer(case), text="还是吵。")
    answer(people, CaseFile.objects.get(pk=case.pk), upto="published")
    assert CaseFile.objects.get(pk=case.pk).state == "answered"
    other, _receipt = letter(people)
    mark_conduct(actor=people.clerk.actor, number=other.number, unit_codes=["water"])
    mark_conduct(actor=people.clerk.actor, number=other.number, unit_codes=["water", "roads"])
    assert other.named.count() == 2
