"""The shipped maps on the files that they are for. Skipped where the files are not at hand."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db.models import Count, F, Min

from huiying.casework.models import CaseFile, Move
from huiying.doors import importing, mapping
from huiying.doors.importing import DOOR, Report
from huiying.intake.models import Submission
from huiying.record.models import Entry
from huiying.replies.models import Reply, ReplyVersion
from tests.doors.conftest import shared_file
from tests.entries import holds

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def load(name: str, map_name: str) -> Report:
    path = shared_file(name)
    return importing.run(path, mapping.load(map_name), actor=DOOR, tell=lambda _report: None)


def test_letters_with_answers():
    report = load("tipdm2020c-zh/messages_with_replies.csv.gz", "tipdm2020c-replies")
    assert (report.read, report.imported, report.rejected) == (2816, 2816, [])
    assert report.dropped_columns == ["user"]
    assert Counter(CaseFile.objects.values_list("state", flat=True)) == {"answered": 2816}
    assert Reply.objects.filter(state="published").count() == 2816
    assert not Reply.objects.exclude(case__answered_at=F("answered_at")).exists()
    first = Submission.objects.get(source_id="2549")
    assert first.received_at == datetime(2019, 4, 25, 1, 32, 9, tzinfo=UTC)
    version = ReplyVersion.objects.get(reply__case__reports__submission=first)
    assert version.at == datetime(2019, 5, 10, 6, 56, 53, tzinfo=UTC)
    assert version.question == first.body
    assert not Submission.objects.filter(body__contains="R00047").exists()
    assert all(holds(entry) for entry in Entry.objects.values_list("id", flat=True)[:100])
    again = load("tipdm2020c-zh/messages_with_replies.csv.gz", "tipdm2020c-replies")
    assert (again.imported, again.skipped) == (0, 2816)


def test_letters_without_answers():
    report = load("tipdm2020c-zh/messages.csv.gz", "tipdm2020c-messages")
    assert (report.read, report.imported, report.rejected) == (4326, 4326, [])
    assert Counter(CaseFile.objects.values_list("state", flat=True)) == {"received": 4326}
    assert not Reply.objects.exists()


def test_a_city_in_half_a_year():
    report = load("boston311-2011h2/requests.csv.gz", "boston311")
    assert (report.read, report.imported, report.rejected) == (58251, 58251, [])
    states = Counter(CaseFile.objects.values_list("state", flat=True))
    assert states == {"closed": 54570, "in_progress": 3681}
    assert CaseFile.objects.filter(state="in_progress", lead_unit=None).count() == 0
    assert CaseFile.objects.values("category").distinct().count() == 141
    assert Move.objects.filter(verb="receive").count() == 58251
    first = CaseFile.objects.get(reports__submission__source_id="101000295613")
    assert first.received_at == datetime(2011, 7, 1, 5, 32, 33, tzinfo=UTC)
    assert first.due_at == datetime(2011, 7, 15, 5, 32, 32, tzinfo=UTC)
    assert first.closed_at == datetime(2011, 7, 1, 9, 6, 58, tzinfo=UTC)
    histories = Move.objects.values("case").annotate(moves=Count("id"), first=Min("verb"))
    assert set(histories.values_list("moves", flat=True)) <= {1, 2, 3}
    assert Reply.objects.filter(state="published").count() == ReplyVersion.objects.count() > 54_000
