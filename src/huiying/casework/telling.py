"""Telling the writers of a case: one outbox row for each who left a contact."""

from typing import Any

from huiying.casework.models import CaseFile, Report
from huiying.intake import letters
from huiying.notices.actions import queue
from huiying.notices.states import Way


def tell_writers(case: CaseFile, *, kind: str, data: dict[str, Any] | None = None) -> None:
    """Queue a notice of `kind` to each writer who can be reached and has not withdrawn."""
    reports = (
        Report.objects.filter(case=case, ended_at=None, submission__reachable=True)
        .exclude(submission__hears_by=Way.PAGE)
        .select_related("submission")
    )
    for report in reports:
        queue(
            kind=kind,
            recipient=letters.subject(report.submission),
            language=report.submission.language,
            data={"code": report.submission.code, **(data or {})},
        )
