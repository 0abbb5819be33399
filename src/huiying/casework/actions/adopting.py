"""Running clocks follow a new version of the calendar by which they were reckoned."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from huiying.casework.deadlines import Pause, began, clock, pause_of, pause_of_letter
from huiying.casework.labels import subject
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import OPEN
from huiying.clocks.pauses import after_pauses, before, stood
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
UPDATE casework_report r SET due_at = new.due, due_after_wait = new.after
FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[]) AS new (id, due, after)
WHERE r.id = new.id
"""
# `version` counts on, so that nobody decides on the due time that was. Each move says of its case what
# `stepping.move_row` says.
NEW_DUE = """
WITH changed AS (
  UPDATE casework_casefile c
  SET due_at = new.due, due_after_wait = new.after, version = c.version + 1
  FROM unnest(%s::bigint[], %s::timestamptz[], %s::timestamptz[], %s::text[])
    AS new (id, due, after, act)
  WHERE c.id = new.id
  RETURNING c.*, new.act
)
INSERT INTO casework_move
  (case_id, at, verb, source, target, unit_id, category_id, due_at, waiting_since, waiting_until,
   due_after_wait, outcome, round)
SELECT id, %s, act, state, state, lead_unit_id, category_id, due_at, waiting_since, waiting_until,
  due_after_wait, outcome, round
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
    due_after_wait: datetime | None

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
    waiting_since: datetime | None
    due_after_wait: datetime | None
    paused: timedelta
    pauses: list[Any]


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
        pause = pause_of_letter(letter, batch.cases[letter.case_id])
        if _has_run_out(letter.due_at, pause):
            continue
        if _follows(letter, _made(letter, batch), pause, reckoning, timetables):
            moved.append(letter)
    if moved:
        rows = zip(*((each.id, each.due_at, each.due_after_wait) for each in moved), strict=True)
        with connection.cursor() as cursor:
            cursor.execute(NEW_DAYS, [list(column) for column in rows])
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


def _has_run_out(due_at: datetime, pause: Pause | None) -> bool:
    """Whether the time of a clock that waits is over now."""
    return clock(due_at, pause, ended_at=None, moment=time.now()).late


def _follows(
    letter: _Letter,
    made: _Case,
    pause: Pause | None,
    reckoning: Reckoning,
    timetables: Sequence[Timetable],
) -> bool:
    """Put the clock to when it is due now, where an earlier version put it to where it stands; and, whatever
    did, reckon anew when it is due after a pause that runs. Whether something changed.
    """
    if made.category_id is None or made.category_id not in reckoning.leaves:
        return False
    start = began(letter, made)
    terms, counts = reckoning.terms(made.category_id, start, need=made.need, channel=made.channel)
    if not counts:
        return False
    before = letter.due_at, letter.due_after_wait
    letter.due_at = (
        _new_due(
            letter,
            [terms.answer_by(start, each) for each in timetables],
            (timetables if letter.pauses and terms.in_working_time() else [None]),
        )
        or letter.due_at
    )
    if pause is not None and pause.due_after is not None:
        by = timetables[0] if terms.in_working_time() else None
        letter.due_after_wait = after_pauses(letter.due_at, [(pause.since, pause.until)], by)
    return (letter.due_at, letter.due_after_wait) != before


def _new_due(
    letter: _Letter, promised: Sequence[datetime], by: Sequence[Timetable | None]
) -> datetime | None:
    """When it is due now, where it stands where an earlier version put it, with its pauses, which may have
    ended by that version or by a later one; else None. All newest first.
    """
    pauses = stood(letter)
    if not letter.pauses:
        dues = iter([due + letter.paused for due in promised])
    else:
        dues = (
            pauses.moved(due, timetable)
            for place, due in enumerate(promised)
            for timetable in by[: place + 1]
        )
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
        before = case.due_at, case.due_after_wait
        due_first = _due_first(case, stand_here)
        if case_id in made:
            yield due_first, "adopt_calendar"
        elif before != (due_first.due_at, due_first.due_after_wait) and any(
            letter.own_case_id in made for letter in stand_here
        ):
            yield due_first, "first_due"


def _due_first(case: _Case, letters: Sequence[_Letter]) -> _Case:
    """The case with the times of the first of its letters."""
    has_run_out = _has_run_out(case.due_at, pause_of(case))
    first = min(_as_asked(letter, case) for letter in letters)
    after = [each.due_after_wait for each in letters if each.due_after_wait]
    case.due_at = min(first, case.due_at) if has_run_out else first
    if case.due_after_wait and after:
        case.due_after_wait = min([*after, case.due_after_wait] if has_run_out else after)
    return case


def _as_asked(letter: _Letter, case: _Case) -> datetime:
    """As `pausing.letters.as_asked`, by the wall: it is near enough to say which is first."""
    if not case.waiting_since or not letter.waiting_since:
        return letter.due_at
    if letter.waiting_since <= case.waiting_since:
        return letter.due_at
    return before(letter.due_at, case.waiting_since, letter.waiting_since, None)


def _due(case: _Case, due: datetime) -> _Case:
    case.due_at = due
    return case


def _keep(actor: Actor, changed: Sequence[tuple[_Case, str]]) -> None:
    rows = zip(
        *((case.id, case.due_at, case.due_after_wait, act) for case, act in changed), strict=True
    )
    with connection.cursor() as cursor:
        cursor.execute(NEW_DUE, [*(list(column) for column in rows), time.now()])
    told = [
        (f"case.{act}", subject(case), {"due_at": case.due_at.isoformat()}) for case, act in changed
    ]
    write_many(actor=actor, told=told)
