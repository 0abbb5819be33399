"""The clock of a case while its writers are asked: due with the first of its letters."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from huiying.casework.deadlines import pause_of, pause_so_far
from huiying.casework.models import CaseFile, Report
from huiying.casework.pausing.letters import (
    AWAITING,
    Timed,
    as_asked,
    keep,
    letters_with,
    runs_again,
    stands_still,
    timetable_at,
)
from huiying.clocks.pauses import after_pauses
from huiying.clocks.working_time import Timetable
from huiying.kernel import time

STILL = Q(waiting_since__isnull=False)


@dataclass(frozen=True, slots=True)
class Change:
    """What a pause changes: columns of the case, and letters that `letters.keep` writes after it."""

    columns: dict[str, Any]
    letters: list[Report]


def begins(case: CaseFile, until: datetime) -> Change:
    """The clocks stand still from now on, until that moment at most."""
    now = time.now()
    letters = letters_with(case)
    asked = [letter.due_at for letter, _by in letters]
    for letter, by in letters:
        stands_still(letter, now, until, by)
    after = [letter.due_after_wait for letter, _by in letters if letter.due_after_wait]
    due = _first(case, letters, asked, after, (now, until))
    columns = {"waiting_since": now, "waiting_until": until, "due_after_wait": due}
    return Change(columns, [letter for letter, _by in letters])


def ends(case: CaseFile) -> Change:
    """The clocks run again."""
    now, pause = time.now(), pause_so_far(case)
    letters = letters_with(case, AWAITING | STILL)
    waiting = [(letter, by) for letter, by in letters if letter.ended_at is None]
    asked = [as_asked(letter, case, by) for letter, by in waiting]
    for letter, by in letters:
        runs_again(letter, case, now, by)
    columns: dict[str, Any] = {
        "waiting_since": None,
        "waiting_until": None,
        "due_after_wait": None,
        "paused": case.paused + pause,
    }
    since, until = case.waiting_since, case.waiting_until
    if since is None or until is None or case.due_after_wait is None:
        columns["due_at"] = case.due_at + pause
    else:
        stretch = (since, min(now, until))
        if stretch[1] == until:
            columns["due_at"] = case.due_after_wait
        else:
            due = [letter.due_at for letter, _by in waiting]
            columns["due_at"] = _first(case, waiting, asked, due, stretch)
        if pause:
            columns["pauses"] = [*case.pauses, DateTimeTZRange(*stretch)]
    return Change(columns, [letter for letter, _by in letters])


def reckon_wait(case: CaseFile) -> None:
    """After a due time was set within a pause: when it is due that nobody answers. What has run out keeps
    its moment. No query where the case does not wait.
    """
    pause = pause_of(case)
    if pause is None or pause.due_after is None:
        return
    letters, now = letters_with(case), time.now()
    asked = [as_asked(letter, case, by) for letter, by in letters]
    for letter, by in letters:
        told = letter.due_after_wait
        if letter.waiting_since is not None and told is not None:
            stands_still(letter, letter.waiting_since, pause.until, by)
            if now > pause.until:
                letter.due_after_wait = _kept(told, letter.due_after_wait or told, now)
    keep([letter for letter, _by in letters])
    after = [letter.due_after_wait for letter, _by in letters if letter.due_after_wait]
    due = _first(case, letters, asked, after, (pause.since, pause.until))
    case.due_after_wait = _kept(pause.due_after, due, now) if now > pause.until else due
    CaseFile.objects.filter(pk=case.pk).update(due_after_wait=case.due_after_wait)


def first_of(case: CaseFile, day: datetime | None = None) -> datetime | None:
    """When the first of the letters of a case that waits is due, as of its question; `day` stands for the
    letters of its own, None for their own days. None where there are no letters.
    """
    letters = letters_with(case)
    found = [
        as_asked(letter, case, by)
        for letter, by in letters
        if day is None or letter.own_case_id is not None
    ]
    return min([*found, day] if day else found, default=None)


def own_timetable(case: CaseFile) -> Timetable | None:
    """By which its own clock runs, as far as its category says."""
    return timetable_at(case, case.received_at, case.need)


def _kept(told: datetime, due: datetime, now: datetime) -> datetime:
    return min(told, due) if told < now else due


def _first(
    case: CaseFile,
    letters: list[Timed],
    asked: list[datetime],
    after: list[datetime],
    stretch: tuple[datetime, datetime],
) -> datetime:
    """The first of `after`; where the case was due before all of its letters, its own day moves on."""
    if after and len(after) == len(asked) and case.due_at >= min(asked):
        return min(after)
    own = [by for letter, by in letters if letter.own_case_id is None]
    return after_pauses(case.due_at, [stretch], own[0] if own else own_timetable(case))
