"""Running clocks follow a new version of the calendar by which they were reckoned."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import groupby

from django.db import connection
from django.db.models import Q, QuerySet

from huiying.casework.deadlines import Pausing, began, clock
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import OPEN
from huiying.clocks.policy import require_keeper
from huiying.clocks.reads import earlier_timetables
from huiying.clocks.working_time import Timetable
from huiying.harm.facts import Level
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.verbs import verb
from huiying.record.actions import write_many
from huiying.routing.reads import Reckoning, reckoned_by

# Its cases are locked for as long as the batch takes: less than a second.
BATCH = 2000
NEW_DAYS = """
UPDATE casework_report r SET due_at = new.due
FROM unnest(%s::bigint[], %s::timestamptz[]) AS new (id, due) WHERE r.id = new.id
"""
# `version` counts on, so that nobody decides on the due time that was. Each move says of its case what
# `stepping.move_row` says.
NEW_DUE = """
WITH changed AS (
  UPDATE casework_casefile c SET due_at = new.due, version = c.version + 1
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::text[]) AS new (id, due, act) WHERE c.id = new.id
  RETURNING c.*, new.act
)
INSERT INTO casework_move
  (case_id, at, verb, source, target, unit_id, category_id, due_at, waiting_since, waiting_until,
   outcome, round)
SELECT id, %s, act, state, state, lead_unit_id, category_id, due_at, waiting_since, waiting_until,
  outcome, round
FROM changed
"""


@dataclass(slots=True)
class _Case:
    """The columns of a case that its clocks hang on."""

    id: int
    label: str
    state: str
    category_id: int | None
    urgency: int
    legal_date: date | None
    channel: str
    received_at: datetime
    due_at: datetime
    waiting_since: datetime | None
    waiting_until: datetime | None

    @property
    def need(self) -> Need:
        """How urgent it is by its facts; the level was derived when they were said."""
        return Need(Level(self.urgency), self.legal_date)


@dataclass(slots=True)
class _Letter:
    """The columns of a letter's clock."""

    id: int
    case_id: int
    own_case_id: int | None
    due_at: datetime
    again_at: datetime | None
    paused: timedelta


CASE = [each.name for each in fields(_Case)]
LETTER = [each.name for each in fields(_Letter)]


@dataclass(frozen=True, slots=True)
class _Batch:
    """Cases locked, by id, and the letters that wait at the open ones of them, case by case; `after` is where
    the next batch begins, None where this is the last.
    """

    cases: dict[int, _Case]
    letters: list[_Letter]
    after: int | None


def clocks_by(code: str) -> int:
    """How many cases `adopt_calendar` looks at in all its batches. Four queries."""
    return _reckoned_by(reckoned_by(code).leaves).count()


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
        if _has_run_out(letter.due_at, batch.cases[letter.case_id]):
            continue
        due = _new_due(letter, _made(letter, batch), reckoning, timetables)
        if due is not None:
            letter.due_at = due
            moved.append(letter)
    if moved:
        with connection.cursor() as cursor:
            cursor.execute(
                NEW_DAYS, [[letter.id for letter in moved], [letter.due_at for letter in moved]]
            )
        _keep(actor, list(_changed(batch, moved)))
    return len(moved), batch.after


def _waiting() -> QuerySet[Report]:
    return Report.objects.filter(ended_at=None, delivered_at=None)


def _reckoned_by(leaves: Collection[int | None]) -> QuerySet[CaseFile]:
    """The open cases with a letter whose category is one of these, wherever it stands."""
    own = Q(category__in=leaves)
    joined = Q(pk__in=_waiting().filter(own_case__category__in=leaves).values("case"))
    return CaseFile.objects.filter(own | joined, state__in=OPEN)


def _batch(leaves: Collection[int | None], after: int) -> _Batch:
    """All rows are locked at once and in one order, as whoever joins and takes apart locks them; where a
    letter came from elsewhere since they were looked for, its case is left to the next batch.
    """
    found = _reckoned_by(leaves).filter(pk__gt=after).order_by("pk")
    ids = list(found.values_list("pk", flat=True)[:BATCH])
    away = _waiting().filter(case__in=ids, own_case__isnull=False)
    wanted = {*ids, *away.values_list("own_case", flat=True)}
    rows = CaseFile.objects.select_for_update().filter(pk__in=wanted).order_by("pk")
    cases = {row[0]: _Case(*row) for row in rows.values_list(*CASE)}
    waiting = _waiting().filter(case__in=ids).order_by("case", "pk").values_list(*LETTER)
    letters = [each for row in waiting if cases[(each := _Letter(*row)).case_id].state in OPEN]
    following = ids[-1] if len(ids) == BATCH else None
    late = [letter.case_id for letter in letters if (letter.own_case_id or ids[0]) not in cases]
    if late:
        letters = [letter for letter in letters if letter.case_id < late[0]]
        following = late[0] - 1
    return _Batch(cases, letters, following)


def _made(letter: _Letter, batch: _Batch) -> _Case:
    """The case that the letter made."""
    return batch.cases[letter.own_case_id or letter.case_id]


def _has_run_out(due_at: datetime, case: Pausing) -> bool:
    """Whether the time of a clock that stands with this case and waits is over now."""
    return clock(
        due_at,
        waiting_since=case.waiting_since,
        waiting_until=case.waiting_until,
        ended_at=None,
        moment=time.now(),
    ).late


def _new_due(
    letter: _Letter, made: _Case, reckoning: Reckoning, timetables: Sequence[Timetable]
) -> datetime | None:
    """When it is due now, where an earlier version put the clock to where it stands; else None."""
    if made.category_id is None or made.category_id not in reckoning.leaves:
        return None
    start = began(letter, made)
    terms, counts = reckoning.terms(made.category_id, start, need=made.need, channel=made.channel)
    if not counts:
        return None
    dues = (terms.answer_by(start, each) + letter.paused for each in timetables)
    due = next(dues)
    return due if due != letter.due_at and letter.due_at in dues else None


def _changed(batch: _Batch, moved: Iterable[_Letter]) -> Iterator[tuple[_Case, str]]:
    """Each case that the moved letters made, due anew, and what is due with one of them: `first_due`."""
    made = {_made(letter, batch).id for letter in moved}
    for case_id, letters in groupby(batch.letters, key=lambda letter: letter.case_id):
        stand_here = list(letters)
        for letter in stand_here:
            if letter.own_case_id in made:
                yield _due(batch.cases[letter.own_case_id], letter.due_at), "adopt_calendar"
        case = batch.cases[case_id]
        first = min(letter.due_at for letter in stand_here)
        if _has_run_out(case.due_at, case):
            first = min(first, case.due_at)
        if case_id in made:
            yield _due(case, first), "adopt_calendar"
        elif first != case.due_at and any(letter.own_case_id in made for letter in stand_here):
            yield _due(case, first), "first_due"


def _due(case: _Case, due: datetime) -> _Case:
    case.due_at = due
    return case


def _keep(actor: Actor, changed: Sequence[tuple[_Case, str]]) -> None:
    ids, dues = [case.id for case, _act in changed], [case.due_at for case, _act in changed]
    with connection.cursor() as cursor:
        cursor.execute(NEW_DUE, [ids, dues, [act for _case, act in changed], time.now()])
    told = [
        (f"case.{act}", subject(case), {"due_at": case.due_at.isoformat()}) for case, act in changed
    ]
    write_many(actor=actor, told=told)
