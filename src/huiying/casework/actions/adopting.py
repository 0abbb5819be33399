"""Running clocks follow a new version of the calendar by which they were reckoned."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max, Min

from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import OPEN, TAKEN_UP_AGAIN
from huiying.casework.stepping import move_row
from huiying.clocks.policy import require_keeper
from huiying.clocks.reads import earlier_timetables
from huiying.clocks.working_time import Timetable
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import entry_rows, write_together
from huiying.routing.reads import Terms, reckoned_by

BATCH = 500

# `version` counts on, so that nobody decides on the due time that was.
NEW_DUE = """
WITH changed AS (
  SELECT * FROM unnest(%(ids)s::bigint[], %(own)s::timestamptz[], %(dues)s::timestamptz[])
    AS new (id, own, due)
), reports AS (
  UPDATE casework_report r SET due_at = changed.own FROM changed
  WHERE r.case_id = changed.id AND r.ended_at IS NULL AND r.delivered_at IS NULL
    AND r.own_case_id IS NULL
)
UPDATE casework_casefile c SET due_at = changed.due, version = c.version + 1
FROM changed WHERE c.id = changed.id
"""


@verb
def adopt_calendar(*, actor: Actor, code: str, after: int = 0) -> tuple[int, int | None]:
    """Reckon the running clocks of one batch of cases anew; how many changed, and after which row the
    next batch begins, None where this was the last.

    Only a clock that stands where an earlier version of this calendar put it is moved, with one entry and
    one move each: a due time from elsewhere is nobody's mistake. So it can be run again at any time.
    Raises NotFound for an unknown calendar.
    """
    require_keeper(actor)
    now, *earlier = earlier_timetables(code)
    reckoning = reckoned_by(code)
    cases = list(
        CaseFile.objects.select_for_update()
        .filter(pk__gt=after, state__in=OPEN, category__in=reckoning.leaves)
        .order_by("pk")[:BATCH]
    )
    starts = _round_starts(cases)
    changed = []
    for case in cases:
        start = starts[case.pk]
        terms = reckoning.terms(
            case.category_id or 0, start, danger=case.danger, channel=case.channel
        )
        due = _new_due(case, terms, start, (now, earlier)) if terms else None
        if due is not None:
            case.due_at, case.version = due, case.version + 1
            changed.append(case)
    if changed:
        own = [case.due_at for case in changed]
        _keep(actor, _with_joined(changed), own)
    return len(changed), cases[-1].pk if len(cases) == BATCH else None


def _with_joined(changed: list[CaseFile]) -> list[CaseFile]:
    """The same cases, none due later than the first of the letters joined to it. One query."""
    rows = Report.objects.filter(
        case__in=changed, own_case__isnull=False, ended_at=None, delivered_at=None
    )
    first = dict(rows.values("case").annotate(first=Min("due_at")).values_list("case", "first"))
    for case in changed:
        case.due_at = min(case.due_at, first.get(case.pk, case.due_at))
    return changed


def _round_starts(cases: Sequence[CaseFile]) -> dict[int, datetime]:
    """When the present round of each began."""
    again = [case.pk for case in cases if case.round > 1]
    moves = Move.objects.filter(case__in=again, verb__in=TAKEN_UP_AGAIN).values("case")
    reopened = dict(moves.annotate(last=Max("at")).values_list("case", "last"))
    return {case.pk: reopened.get(case.pk, case.received_at) for case in cases}


def _new_due(
    case: CaseFile, terms: Terms, start: datetime, timetables: tuple[Timetable, Sequence[Timetable]]
) -> datetime | None:
    """When it is due now, where an earlier version put the clock to where it stands; else None."""
    now, earlier = timetables
    due = terms.by(now).answer(start).at + case.paused
    if due == case.due_at:
        return None
    before = (terms.by(each).answer(start).at + case.paused for each in earlier)
    return due if case.due_at in before else None


def _keep(actor: Actor, changed: Sequence[CaseFile], own: Sequence[datetime]) -> None:
    """`own` is when each is due without the letters joined to it: the day of its own letter."""
    dues = [case.due_at for case in changed]
    given: dict[str, Any] = {"ids": [case.pk for case in changed], "own": list(own), "dues": dues}
    with connection.cursor() as cursor:
        cursor.execute(NEW_DUE, given)
    Move.objects.bulk_create(
        [move_row(case, verb="adopt_calendar", source=case.state) for case in changed]
    )
    write_together(
        [
            entry_rows(
                actor=actor,
                action="case.adopt_calendar",
                subject=subject(case),
                data={"due_at": case.due_at.isoformat()},
            )
            for case in changed
        ]
    )
