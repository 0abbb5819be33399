"""The shipped maps on the files that they are for. Skipped where the files are not at hand."""

from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db.models import Count, F, Min

from huiying.casework.models import CaseFile, Move
from huiying.doors import importing, mapping
from huiying.doors.importing import DOOR, Report
from huiying.intake.models import Submission
from huiying.intake.opening import words_of
from huiying.record.models import Entry
from huiying.replies.models import Reply, ReplyVersion
from tests.doors.conftest import shared_file
from tests.entries import holds

pytestmark = pytest.mark.django_db(transaction=True)


def load(name: str, map_name: str) -> Report:
    path = shared_file(name)
    return importing.run(path, mapping.load(map_name), actor=DOOR, tell=lambda _report: None)


@pytest.mark.slow
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
    assert version.question == words_of(first).body
    assert not any(
        "R00047" in words_of(each).body for each in Submission.objects.select_related("seal")
    )
    assert all(holds(entry) for entry in Entry.objects.values_list("id", flat=True)[:100])
    again = load("tipdm2020c-zh/messages_with_replies.csv.gz", "tipdm2020c-replies")
    assert (again.imported, again.skipped) == (0, 2816)


@pytest.mark.slow
def test_letters_without_answers():
    report = load("tipdm2020c-zh/messages.csv.gz", "tipdm2020c-messages")
    assert (report.read, report.imported, report.rejected) == (4326, 4326, [])
    assert Counter(CaseFile.objects.values_list("state", flat=True)) == {"received": 4326}
    assert not Reply.objects.exists()


@pytest.mark.slow
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


NEW_YORK = "nyc311-sample/portal_export_2022-05-01.csv"
NEW_YORK_OLDER = "nyc311-sample/portal_export_2018-01-22_old_schema.csv"


def test_one_hour_of_a_large_city():
    report = load(NEW_YORK, "nyc311")
    assert (report.read, report.imported, report.rejected) == (924, 924, [])
    assert {"Incident Zip", "BBL", "Latitude", "Location"} <= set(report.dropped_columns)
    assert Counter(CaseFile.objects.values_list("state", flat=True)) == {
        "closed": 480,
        "in_progress": 444,
    }
    assert Counter(Submission.objects.values_list("channel", flat=True)) == {
        "web": 501,
        "app": 280,
        "phone": 139,
        "other": 4,
    }
    outcomes = Counter(CaseFile.objects.values_list("outcome", flat=True))
    assert outcomes["solved"] == 216
    assert outcomes["not_ours"] == 4
    assert Reply.objects.filter(state="published").count() == 480
    assert CaseFile.objects.values("category").distinct().count() == 37
    first = Submission.objects.get(source_id="54046813")
    assert first.received_at == datetime(2022, 5, 1, 4, 0, 9, tzinfo=UTC)  # 00:00:09 EDT
    assert words_of(first).place == (
        "364 WEST  127 STREET · ST NICHOLAS TERRACE · CONVENT AVENUE · WEST  127 STREET · MANHATTAN"
    )


def test_the_same_city_in_its_older_columns():
    report = load(NEW_YORK_OLDER, "nyc311")
    reasons = Counter(each.reason for each in report.rejected)
    assert (report.read, report.imported) == (155, 139)
    assert reasons == {"closed before it was received": 16}
    assert "School Phone Number" in report.dropped_columns
    assert set(Submission.objects.values_list("channel", flat=True)) == {"other"}
    first = CaseFile.objects.get(reports__submission__source_id="38280561")
    assert first.due_at == datetime(2018, 2, 21, 15, 15, 8, tzinfo=UTC)  # as the city promised it


def test_both_exports_of_a_city_know_each_other():
    """A newer export with other columns names the same source: nothing comes twice."""
    load(NEW_YORK_OLDER, "nyc311")
    newer = load(NEW_YORK, "nyc311")
    again = load(NEW_YORK_OLDER, "nyc311")
    assert newer.imported == 924
    assert (again.imported, again.skipped, len(again.rejected)) == (0, 139, 16)
