"""Looking at a letter and at its writer's contact: both are kept, and told to the writer."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from huiying.casework import policy
from huiying.casework.models import Report
from huiying.intake.actions.revealing import reveal_contact
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotFound
from huiying.kernel.verbs import single_statement_verb, verb

# The unit is the one of the reader's that has the case or is nearest above it, otherwise the lowest.
OPENING = """
    INSERT INTO casework_opening (report_id, account_id, unit_id, at, hour)
    SELECT report.id, %(account)s, via.id, %(now)s, %(hour)s
    FROM casework_casefile file
    JOIN casework_report report ON report.case_id = file.id
    LEFT JOIN agencies_unit lead ON lead.id = file.lead_unit_id
    LEFT JOIN LATERAL (
        SELECT unit.id FROM agencies_unit unit
        WHERE unit.path = ANY(%(paths)s)
        ORDER BY starts_with(coalesce(lead.path, ''), unit.path) DESC, length(unit.path) DESC
        LIMIT 1
    ) via ON true
    WHERE {which}
    ON CONFLICT DO NOTHING
"""
OF_CASE = OPENING.format(which="file.number = %(number)s")
SHOWN = OPENING.format(which="report.submission_id = ANY(%(letters)s)")


@single_statement_verb
def record_opening(*, actor: Actor, number: int) -> None:
    """Keep that this member of staff has read the letters of a case: once within an hour.

    For a page that has found the case for its reader; one statement, and no lock to wait for.
    """
    _record(actor, OF_CASE, number=number)


@verb
def record_shown(*, actor: Actor, letters: Sequence[int]) -> None:
    """The same for words of these letters (ids of submissions) that stood in what a search found."""
    if letters:
        _record(actor, SHOWN, letters=list(letters))


def _record(actor: Actor, statement: str, **which: Any) -> None:
    account = next(iter(actor.scopes("account")), "")
    if not account:
        return
    now = time.now()
    given: dict[str, Any] = {
        "account": int(account),
        "now": now,
        "hour": now.replace(minute=0, second=0, microsecond=0),
        "paths": list(actor.scopes("belongs")),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, given | which)


@verb
def reveal(*, actor: Actor, number: int, report_id: int, reason: str) -> dict[str, str]:
    """Show one writer's contact to a clerk who may see their case, by kind.

    Raises NotFound where the case is not theirs to see, and what `reveal_contact` raises.
    """
    case = policy.find(actor, number)
    report = Report.objects.select_related("submission").filter(case=case, pk=report_id).first()
    if report is None:
        raise NotFound
    return reveal_contact(actor=actor, submission=report.submission, reason=reason)
