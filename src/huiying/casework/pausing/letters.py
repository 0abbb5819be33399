"""The letters of a case while its clock stands still: each by the time in which its answer was promised."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from huiying.casework.deadlines import began, running_pause
from huiying.casework.models import CaseFile, Report
from huiying.clocks.pauses import after_pauses, before
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable
from huiying.harm.urgency import Need
from huiying.routing.paces import pacing, timetable_of

COLUMNS = ("due_at", "paused", "pauses", "waiting_since", "due_after_wait")
AWAITING = Q(ended_at=None, delivered_at=None)

type Timed = tuple[Report, Timetable | None]


def letters_with(case: CaseFile, which: Q = AWAITING) -> list[Timed]:
    """The letters that stand with the case, each with the timetable of its clock, None for day and night."""
    rows = Report.objects.filter(which, case=case).select_related("own_case").order_by("pk")
    return timed(list(rows), case)


def timed(letters: Sequence[Report], home: CaseFile) -> list[Timed]:
    """Each letter with its timetable; those that name no case of their own were made by `home`. Two small
    queries for its own letter, seven at most for those of others.
    """
    if any(letter.own_case_id for letter in letters):
        return _all_timed(letters, home)
    by_start: dict[datetime, Timetable | None] = {}
    for letter in letters:
        start = began(letter, home)
        if start not in by_start:
            by_start[start] = timetable_at(home, start, home.need)
    return [(letter, by_start[began(letter, home)]) for letter in letters]


def timetable_at(case: CaseFile, start: datetime, need: Need) -> Timetable | None:
    """That of a clock of this case that began at `start`."""
    return timetable_of(start, case.category, need=need, channel=case.channel)


def _all_timed(letters: Iterable[Report], home: CaseFile) -> list[Timed]:
    found = pacing()
    timed = []
    for letter in letters:
        made = letter.own_case or home
        digest = found.calendar(
            made.category_id, began(letter, made), need=made.need, channel=made.channel
        )
        timed.append((letter, laid_out(digest) if digest else None))
    return timed


def stands_still(letter: Report, since: datetime, until: datetime, by: Timetable | None) -> None:
    """From `since` on, and after the cap not at all."""
    letter.waiting_since = min(since, until)
    letter.due_after_wait = after_pauses(letter.due_at, [(letter.waiting_since, until)], by)


def runs_again(letter: Report, case: CaseFile, moment: datetime, by: Timetable | None) -> None:
    """Of a letter that was withdrawn meanwhile, only the pause until then counts."""
    if letter.waiting_since is None or case.waiting_until is None:
        pause = running_pause(case.waiting_since, case.waiting_until, moment)
        letter.due_at += pause
        letter.paused += pause
        return
    since, ends = letter.waiting_since, min(moment, case.waiting_until, letter.ended_at or moment)
    if ends == case.waiting_until and letter.due_after_wait is not None:
        letter.due_at = letter.due_after_wait  # as it was told, whatever calendar came since
    elif since < ends:
        letter.due_at = after_pauses(letter.due_at, [(since, ends)], by)
    if since < ends:
        letter.paused += ends - since
        letter.pauses = [*letter.pauses, DateTimeTZRange(since, ends)]
    letter.waiting_since = letter.due_after_wait = None


def as_asked(letter: Report, case: CaseFile, by: Timetable | None) -> datetime:
    """The due time of a letter as if its clock had stood still as long as that of the case: who came later
    gets nothing of the pause before.
    """
    if not case.waiting_since or not letter.waiting_since:
        return letter.due_at
    if letter.waiting_since <= case.waiting_since:
        return letter.due_at
    by = by if case.due_after_wait else None
    return before(letter.due_at, case.waiting_since, letter.waiting_since, by)


def keep(letters: Iterable[Report]) -> None:
    """Write their clocks; after the case was changed, so that rows are locked in one order."""
    Report.objects.bulk_update(letters, COLUMNS)
