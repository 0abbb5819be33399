"""Running clocks follow a new version of the calendar by which they were reckoned."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.db import connection
from django.db.models import Q, QuerySet

from huiying.casework.deadlines import began, clock
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.states import OPEN
from huiying.casework.stepping import move_row
from huiying.clocks.policy import require_keeper
from huiying.clocks.reads import earlier_timetables
from huiying.clocks.working_time import Timetable
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import entry_rows, write_together
from huiying.routing.reads import Reckoning, reckoned_by

BATCH = 500
DUE = "SELECT * FROM unnest(%s::bigint[], %s::timestamptz[]) AS new (id, due)"
NEW_DAYS = f"""
UPDATE casework_report r SET due_at = new.due FROM ({DUE}) AS new WHERE r.id = new.id
"""  # noqa: S608 - our own text
# `version` counts on, so that nobody decides on the due time that was.
NEW_DUE = f"""
UPDATE casework_casefile c SET due_at = new.due, version = c.version + 1
FROM ({DUE}) AS new WHERE c.id = new.id
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class _Batch:
    """Cases locked, by id, and the letters that wait at the open ones of them, case by case; `after` is where
    the next batch begins, None where this is the last.
    """

    cases: dict[int, CaseFile]
    letters: list[Report]
    after: int | None


@verb
def adopt_calendar(*, actor: Actor, code: str, after: int = 0) -> tuple[int, int | None]:
    """Reckon the running clocks of one batch of cases anew; of how many letters the day changed, and after
    which row the next batch begins, None where this was the last.

    Each letter has its own clock, wherever it stands. Only a clock that stands where an earlier version of
    this calendar put it is moved, with an entry and a move at the case that the letter made: a due time
    from elsewhere is nobody's mistake. One that has run out stays where it is: late stays late. So it can
    be run again at any time. Raises NotFound for an unknown calendar.
    """
    require_keeper(actor)
    timetables = earlier_timetables(code)
    reckoning = reckoned_by(code)
    batch = _batch(reckoning.leaves, after)
    moved = []
    for letter in batch.letters:
        if has_run_out(letter.due_at, batch.cases[letter.case_id]):
            continue
        due = _new_due(letter, _made(letter, batch), reckoning, timetables)
        if due is not None:
            letter.due_at = due
            moved.append(letter)
    if moved:
        _write(NEW_DAYS, moved)
        _keep(actor, list(_changed(batch, moved)))
    return len(moved), batch.after


def _waiting() -> QuerySet[Report]:
    return Report.objects.filter(ended_at=None, delivered_at=None)


def _batch(leaves: Collection[int], after: int) -> _Batch:
    """All rows are locked at once and in one order, as whoever joins and takes apart locks them; where a
    letter came from elsewhere since they were looked for, its case is left to the next batch.
    """
    own = Q(category__in=leaves)
    joined = Q(pk__in=_waiting().filter(own_case__category__in=leaves).values("case"))
    ids = list(
        CaseFile.objects.filter(own | joined, pk__gt=after, state__in=OPEN)
        .order_by("pk")
        .values_list("pk", flat=True)[:BATCH]
    )
    away = _waiting().filter(case__in=ids, own_case__isnull=False)
    wanted = {*ids, *away.values_list("own_case", flat=True)}
    rows = CaseFile.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    cases = {row.pk: row for row in rows}
    letters = [
        letter
        for letter in _waiting().filter(case__in=ids).order_by("case", "pk")
        if cases[letter.case_id].state in OPEN
    ]
    following = ids[-1] if len(ids) == BATCH else None
    late = [letter.case_id for letter in letters if (letter.own_case_id or ids[0]) not in cases]
    if late:
        letters = [letter for letter in letters if letter.case_id < late[0]]
        following = late[0] - 1
    return _Batch(cases, letters, following)


def _made(letter: Report, batch: _Batch) -> CaseFile:
    """The case that the letter made."""
    return batch.cases[letter.own_case_id or letter.case_id]


def has_run_out(due_at: datetime, case: CaseFile) -> bool:
    """Whether the time of a clock that stands with this case and waits is over now."""
    return clock(
        due_at,
        waiting_since=case.waiting_since,
        waiting_until=case.waiting_until,
        ended_at=None,
        moment=time.now(),
    ).late


def _new_due(
    letter: Report, made: CaseFile, reckoning: Reckoning, timetables: Sequence[Timetable]
) -> datetime | None:
    """When it is due now, where an earlier version put the clock to where it stands; else None."""
    if made.category_id not in reckoning.leaves:
        return None
    start = began(letter, made)
    terms = reckoning.terms(made.category_id, start, danger=made.danger, channel=made.channel)
    if terms is None:
        return None
    due, *before = (terms.by(each).answer(start).at + letter.paused for each in timetables)
    return due if due != letter.due_at and letter.due_at in before else None


def _changed(batch: _Batch, moved: Iterable[Report]) -> Iterator[tuple[CaseFile, str]]:
    """Each case that the moved letters made, due anew, and what is due with one of them: `first_due`."""
    made = {_made(letter, batch).pk for letter in moved}
    for case_id, letters in groupby(batch.letters, key=lambda letter: letter.case_id):
        stand_here = list(letters)
        for letter in stand_here:
            if letter.own_case_id in made:
                yield _due(batch.cases[letter.own_case_id], letter.due_at), "adopt_calendar"
        case = batch.cases[case_id]
        first = min(letter.due_at for letter in stand_here)
        if has_run_out(case.due_at, case):
            first = min(first, case.due_at)
        if case_id in made:
            yield _due(case, first), "adopt_calendar"
        elif first != case.due_at and any(letter.own_case_id in made for letter in stand_here):
            yield _due(case, first), "first_due"


def _due(case: CaseFile, due: datetime) -> CaseFile:
    case.due_at, case.version = due, case.version + 1
    return case


def _write(statement: str, rows: Sequence[Report] | Sequence[CaseFile]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [[row.pk for row in rows], [row.due_at for row in rows]])


def _keep(actor: Actor, changed: Sequence[tuple[CaseFile, str]]) -> None:
    _write(NEW_DUE, [case for case, _act in changed])
    Move.objects.bulk_create([move_row(case, verb=act, source=case.state) for case, act in changed])
    write_together(
        [
            entry_rows(
                actor=actor,
                action=f"case.{act}",
                subject=subject(case),
                data={"due_at": case.due_at.isoformat()},
            )
            for case, act in changed
        ]
    )
