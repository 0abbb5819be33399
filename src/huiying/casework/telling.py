"""Telling the writers of a case: one outbox row for each who left a contact."""

from typing import Any

from django.db.models import QuerySet

from huiying.casework.models import CaseFile, Report
from huiying.casework.splitting.letters import WHOLE, heard
from huiying.intake import letters
from huiying.notices.actions import queue
from huiying.notices.states import Way


def tell_writers(case: CaseFile, *, kind: str, data: dict[str, Any] | None = None) -> None:
    """Queue a notice of `kind` to each writer who can be reached and has not withdrawn."""
    tell(Report.objects.filter(case=case), kind=kind, data=data)


def tell(letters_of: QuerySet[Report], *, kind: str, data: dict[str, Any] | None = None) -> None:
    """The same to the writers of these letters alone."""
    reports = letters_of.filter(ended_at=None).select_related("submission", WHOLE)
    for letter in map(heard, reports):
        if letter.reachable and letter.hears_by != Way.PAGE:
            queue(
                kind=kind,
                recipient=letters.subject(letter),
                language=letter.language,
                data={"code": letter.code, **(data or {})},
            )
