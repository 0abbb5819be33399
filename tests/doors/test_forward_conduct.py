"""A file brought a case; the desk marked it as a complaint about conduct; the file comes again."""

import pytest

from huiying.casework.actions.sorting import mark_conduct
from huiying.casework.models import CaseFile
from huiying.kernel.actors import SYSTEM
from huiying.replies.models import Reply
from tests.doors.conftest import File, row


@pytest.mark.django_db(transaction=True)
def test_no_file_answers_a_complaint_about_conduct_in_public(file: File, county, people):
    file.write(row(1))
    assert file.load().imported == 1
    case = CaseFile.objects.get()
    mark_conduct(actor=SYSTEM, number=case.number, unit_codes=["water"])
    file.write(
        row(1, state="done", answer="We have spoken to him.", answered="2026-03-20 09:00:00")
    )
    report = file.load()
    case.refresh_from_db()
    assert (report.updated, len(report.rejected)) == (0, 1)
    assert not Reply.objects.exists()
    assert case.lead_unit is None, "and it is given to nobody whom it is about"
