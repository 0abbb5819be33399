"""No import answers in the agency's name where the agency has a say of its own."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from huiying.casework.actions.receiving import receive
from huiying.casework.actions.sorting import triage
from huiying.casework.models import CaseFile
from huiying.doors import tasks
from huiying.doors.file_actions import NEVER_PUBLISHES
from huiying.doors.models import FileImport
from huiying.doors.states import FileState
from huiying.faces.staff_desk.imports.words import in_words
from huiying.intake.letters import Letter
from huiying.intake.models import Submission
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from huiying.replies.models import Reply, ReplyVersion
from tests.doors.conftest import File, row
from tests.doors.test_import_page import at, do, folder, mapped  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERED = {"state": "done", "answer": "Mended.", "answered": "2026-11-20 09:00:00"}
CLOSED = {"state": "closed", "closed": "2026-11-20 09:00:00"}
PUBLISHES = """
publish = true
source = "partner"
language = "en"
[targets]
id = "编号"
body = "内容"
received = "时间"
"""


def test_an_answer_to_a_private_letter_stays_between_two(client, file: File, county):
    file.map.write_text(file.map.read_text().replace("publish = true", "publish = false"))
    assert file.load(row(1)).imported == 1
    file.map.write_text(file.map.read_text().replace("publish = false", "publish = true"))
    assert file.load(row(1, **ANSWERED)).updated == 1
    reply = Reply.objects.get()
    assert (reply.state, reply.audience, ReplyVersion.objects.get().audience) == (
        "sent",
        "private",
        "private",
    )
    address = reverse("public_site:answer", args=[reply.address])
    assert client.get(address).status_code == 404
    assert "Title 1" not in client.get(reverse("public_site:answers")).content.decode()


def test_a_public_answer_says_where_it_came_from(client, file: File, county):
    file.load(row(1))
    file.load(row(1, **ANSWERED))
    address = reverse("public_site:answer", args=[Reply.objects.get().address])
    shown = client.get(address, headers={"accept-language": "en"}).content.decode()
    assert "<bdi>partner</bdi>" in shown


@pytest.mark.parametrize("end", [ANSWERED, CLOSED])
def test_a_letter_that_came_another_way_is_not_answered_by_a_file(file: File, county, end):
    letter = Letter(
        body="Mine.",
        category_code="leak",
        language="en",
        wish="private",
        channel="web",
        source="partner",
        source_id="1",
    )
    receive(actor=SYSTEM, letter=letter)
    CaseFile.objects.update(
        moved_at=datetime(2026, 11, 19, tzinfo=UTC)
    )  # the row names a later time
    report = file.load(row(1, came="2026-11-19 08:00:00", **end))
    assert (report.updated, report.unfit, report.rejected[0].line) == (0, 1, 2)
    assert CaseFile.objects.get().answered_at is None
    assert CaseFile.objects.get().closed_at is None
    assert not Reply.objects.exists()


@pytest.mark.parametrize("end", [ANSWERED, CLOSED])
def test_a_case_that_somebody_here_moved_is_theirs_even_by_a_later_row(
    file: File, county, people, end
):
    file.load(row(1, unit=""))
    case = CaseFile.objects.get()
    triage(actor=people.clerk.actor, number=case.number, category_code="noise")
    # the row names a later time than theirs
    CaseFile.objects.update(moved_at=case.received_at)
    report = file.load(row(1, **end))
    assert (report.updated, report.unfit) == (0, 1)
    assert "worked on here" in report.rejected[0].reason
    case.refresh_from_db()
    assert case.state == "triaged"
    assert not Reply.objects.exists()


def test_a_draft_alone_is_enough(file: File, county, people):
    file.load(row(1))
    case = CaseFile.objects.get()
    Reply.objects.create(
        label="d",
        case=case,
        unit=case.lead_unit,
        language="en",
        address="d",
        drafted_by="staff:handler",
        drafted_at=case.received_at,
    )
    assert file.load(row(1, **ANSWERED)).unfit == 1
    assert CaseFile.objects.get().state == "in_progress"


def test_the_page_takes_no_map_that_publishes(county, people, folder):  # noqa: F811
    client = people.administrator.client
    job = mapped(client)
    before = job.map
    answer = client.post(at("import_map", job), {"text": PUBLISHES})
    assert answer.status_code == 422
    assert in_words(NEVER_PUBLISHES)[:20] in answer.content.decode()
    job.refresh_from_db()
    assert job.map == before
    assert 'name="publish"' not in client.get(at("import_columns", job)).content.decode()


@pytest.mark.parametrize("act", ["check", "start"])
def test_nor_does_one_that_was_set_up_before(county, people, folder, act):  # noqa: F811
    client = people.administrator.client
    job = do(client, mapped(client), "check")
    FileImport.objects.update(map=PUBLISHES)
    assert client.post(at("import_act", job), {"do": act}).status_code == 422
    FileImport.objects.update(state=FileState.IMPORTING)
    tasks.run_next()
    job.refresh_from_db()
    assert (job.state, job.problem) == ("failed", NEVER_PUBLISHES)
    assert not Submission.objects.exists()
    assert not Entry.objects.filter(action="import.started").exists()
