"""Nothing in the database tells that two letters came from the same person."""

import json
from typing import Any

import pytest
from django.db import connection

from tests.people import People
from tests.public_site.conftest import Writer

pytestmark = pytest.mark.django_db
COLUMNS = """
    SELECT table_name, column_name FROM information_schema.columns
    WHERE table_schema = current_schema()
"""
SAME = "li.wei.7731@example.org"


def values_of(writer: Writer) -> dict[tuple[str, str], set[str]]:
    """Each column of each row that belongs to this letter, as text."""
    submission, report = writer.submission, writer.report
    keys: dict[str, Any] = {
        "submission_id": submission.pk,
        "report_id": report.pk,
        "case_id": report.case_id,
        "submission_label": submission.label,
    }
    subjects = (f"submission:{submission.label}", f"case:{report.case.label}")
    columns: dict[str, set[str]] = {}
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS)
        for table, column in cursor.fetchall():
            columns.setdefault(table, set()).add(column)
        found: dict[tuple[str, str], set[str]] = {}
        for table, names in columns.items():
            wanted = [(name, keys[name]) for name in keys if name in names]
            wanted += [("id", submission.pk)] if table == "intake_submission" else []
            wanted += [("id", report.case_id)] if table == "casework_casefile" else []
            wanted += [("subject", each) for each in subjects if "subject" in names]
            wanted += [("recipient", subjects[0])] if "recipient" in names else []
            for name, value in wanted:
                query = f'SELECT to_jsonb(t) FROM "{table}" t WHERE "{name}" = %s'
                cursor.execute(query, [value])
                for (row,) in cursor.fetchall():
                    for column, held in _decoded(row).items():
                        found.setdefault((table, column), set()).add(str(held))
    return found


def _decoded(row: Any) -> dict[str, Any]:
    return dict(json.loads(row) if isinstance(row, str) else row)


def in_common(one: Writer, other: Writer) -> set[tuple[str, str]]:
    mine, theirs = values_of(one), values_of(other)
    return {column for column in mine.keys() & theirs.keys() if mine[column] & theirs[column]}


def letter(email: str, body: str) -> Writer:
    writer = Writer()
    writer.write(body, email=email)
    return writer


def test_two_letters_of_one_person_have_no_more_in_common_than_two_of_two(people: People):
    """Whatever would be drawn from a contact (a hash, a key, a number) would be equal in the first
    two letters alone. The control: a column that is equal for everybody is in both.
    """
    one, again = letter(SAME, "路灯不亮"), letter(SAME, "井盖坏了")
    other = letter("zhang@example.org", "垃圾没人收")
    common = in_common(one, other)
    assert ("intake_submission", "channel") in common
    assert in_common(one, again) <= common


def test_the_comparison_sees_a_column_that_links(people: People):
    """Broken on purpose: with something of the person in a column, the letters are told apart."""
    one, again = letter(SAME, "路灯不亮"), letter(SAME, "井盖坏了")
    other = letter("zhang@example.org", "垃圾没人收")
    for writer, mark in ((one, "h1"), (again, "h1"), (other, "h2")):
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE notices_outgoing SET last_error = %s WHERE recipient = %s",
                [mark, f"submission:{writer.submission.label}"],
            )
    assert in_common(one, again) - in_common(one, other) == {("notices_outgoing", "last_error")}
