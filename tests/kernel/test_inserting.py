"""Rows in one statement are the rows that one INSERT each would have made."""

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile, Move, Report
from huiying.intake.models import Seal, Submission
from huiying.kernel.actors import SYSTEM, Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.inserting import insert_together, new_row
from huiying.kernel.verbs import running, single_statement_verb
from huiying.notices.models import Outgoing
from huiying.record.models import Entry, Payload

pytestmark = [pytest.mark.server, pytest.mark.django_db(transaction=True)]
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def letter(code: str, **changes: object) -> Submission:
    values = {
        "label": random_label(),
        "code": code,
        "code_key": 1,
        "received_at": NOON,
        "channel": "web",
        "language": "zh-hans",
        "source": "%s $1 '; DROP TABLE x; --",
        "source_id": f"{code} 路灯坏了\n\\x00 “引号” \U0001f6a6",
        "sealed": b"\x00\\x00'\xff",
        "wish": "private",
        "named_units": ["water", "a,b{}\"'"],
    }
    return Submission(**values | changes)


def case(label: str) -> CaseFile:
    return CaseFile(
        label=label, title="t", channel="web", received_at=NOON, due_at=NOON, moved_at=NOON
    )


def stored(row: CaseFile | Submission) -> dict[str, object]:
    drawn = {"id", "label", "code", "number", "source_id"}
    found = type(row).objects.values().get(pk=row.pk)
    return {name: value for name, value in found.items() if name not in drawn}


def test_the_same_rows_as_one_insert_each():
    together, alone = letter("1"), letter("2")
    case_together, case_alone = case("a"), case("b")
    insert_together(together, case_together)
    alone.save()
    case_alone.save()
    assert stored(together) == stored(alone)
    assert stored(case_together) == stored(case_alone)
    assert case_alone.number == case_together.number + 1


def test_a_row_may_point_at_one_before_it():
    submission, file = letter("3"), case("c")
    report = Report(submission=submission, case=file, due_at=NOON)
    with CaptureQueriesContext(connection) as queries:
        insert_together(submission, file, report)
    assert len(queries.captured_queries) == 1
    kept = Report.objects.get(submission__code="3")
    assert (kept.pk, kept.submission_id, kept.case_id) == (report.pk, submission.pk, file.pk)
    assert (report.submission_id, report.case_id) == (submission.pk, file.pk)
    report.refresh_from_db()


@pytest.mark.parametrize(
    "model", [Submission, CaseFile, Report, Seal, Move, Entry, Payload, Outgoing]
)
def test_a_new_row_is_what_django_makes_of_no_values(model):
    row, usual = new_row(model), model()
    columns = [field.attname for field in model._meta.concrete_fields]
    assert {name: getattr(row, name) for name in columns} == {
        name: getattr(usual, name) for name in columns
    }
    lists = [name for name in columns if isinstance(getattr(row, name), list | dict)]
    assert not [name for name in lists if getattr(row, name) is getattr(new_row(model), name)]


def test_a_new_row_knows_what_it_points_at_and_no_column_that_is_not_there():
    case_file, submission = case("e"), letter("6")
    report = new_row(Report, submission=submission, case=case_file, due_at=NOON)
    assert (report.case, submission.report) == (case_file, report)
    insert_together(submission, case_file)
    later = new_row(Report, submission_id=submission.pk, case=case_file, due_at=NOON)
    assert (later.submission_id, later.case_id) == (submission.pk, case_file.pk)
    assert later.submission == submission
    with pytest.raises(TypeError, match="no column titel"):
        new_row(CaseFile, titel="t")


def test_all_or_nothing():
    insert_together(letter("4"))
    with pytest.raises(IntegrityError):
        insert_together(case("d"), letter("5"), letter("4"))
    assert not CaseFile.objects.filter(label="d").exists()
    assert not Submission.objects.filter(code="5").exists()
    insert_together(letter("5"))  # the connection is good for more


@single_statement_verb
def make_two(*, actor: Actor, code: str) -> None:
    assert running()
    insert_together(
        Unit(code=f"{code}-a", path=f"{code}-a/", name={}),
        Unit(code=code, path=f"{code}/", name={}),
    )


def test_a_verb_of_one_statement_is_a_transaction_of_its_own():
    make_two(actor=SYSTEM, code="one")
    with pytest.raises(IntegrityError):
        make_two(actor=SYSTEM, code="one")
    assert Unit.objects.filter(code__startswith="one").count() == 2
    assert not connection.in_atomic_block
    assert not running()
