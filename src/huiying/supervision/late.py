"""What is late now, by unit: for everybody, by itself, without anyone's leave. Counts and days only.

Cases and letters apart: forty letters about one street are one case, and forty people wait.
"""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from django.db import connection
from django.db.models import (
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Least
from django.utils import timezone

from huiying.casework.deadlines import late_at, letter_late_at
from huiying.casework.models import CaseFile, Report
from huiying.casework.places import Names, all_units
from huiying.casework.states import OPEN
from huiying.kernel import time


@dataclass(frozen=True, slots=True)
class LateUnit:
    """`running` cases that a unit has, `late` of them, and the days by which the longest is late; the same
    of the letters that stand with these cases and wait. No name where no unit has them yet.
    """

    name: Names
    running: int = 0
    late: int = 0
    days: int = 0
    letters: int = 0
    letters_late: int = 0


@dataclass(frozen=True, slots=True)
class LateNow:
    """By unit, the most late ones first. Complaints about conduct stand in a line of their own, since
    a unit's own line would say where one lies.
    """

    at: datetime
    units: list[LateUnit]
    conduct: LateUnit
    total: LateUnit


KEPT = timedelta(minutes=2)
LONGEST_KEPT = timedelta(minutes=5)
WAITS = Q(case__state__in=OPEN, ended_at=None, delivered_at=None)
type _Line = tuple[int | None, bool, LateUnit]


class _Kept:
    """The last count of this process. One thread counts at a time; the others show what there is, up to
    five minutes old. So whoever asks a thousand times a second has it counted once in two minutes.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: tuple[str, LateNow] | None = None

    def get(self) -> LateNow:
        now, database = time.now(), str(connection.settings_dict["NAME"])
        found = self._found
        if found is not None and found[0] == database:
            age = now - found[1].at
            if timedelta() <= age < (LONGEST_KEPT if self._lock.locked() else KEPT):
                return found[1]
        with self._lock:
            if self._found is found or self._found is None:
                self._found = (database, count_late())
            return self._found[1]


_kept = _Kept()


def late_now() -> LateNow:
    """What was counted at most two minutes ago, or now."""
    return _kept.get()


def count_late() -> LateNow:
    """Three queries, whatever the number of cases."""
    now = time.now()
    names = all_units()
    by_unit: dict[int | None, LateUnit] = {}
    conduct = LateUnit({})
    for unit_id, of_conduct, line in (*_cases(now), *_letters(now)):
        if of_conduct:
            conduct = _sum(conduct, line)
        else:
            before = by_unit.get(unit_id, LateUnit({}))
            by_unit[unit_id] = replace(_sum(before, line), name=names.name(unit_id))
    units = sorted(by_unit.values(), key=lambda line: (-line.late, -line.days, -line.running))
    return LateNow(now, units, conduct, reduce(_sum, units, conduct))


def _cases(now: datetime) -> Iterator[_Line]:
    late = late_at(now)
    rows = (
        CaseFile.objects.filter(state__in=OPEN)
        .order_by()
        .values("lead_unit_id", "conduct")
        .annotate(running=Count("pk"), late=Count("pk", filter=late))
        .annotate(due=Min(_due_late(now), filter=late, output_field=DateTimeField()))
        .values_list("lead_unit_id", "conduct", "running", "late", "due")
    )
    for unit_id, conduct, running, how_many, due in rows:
        # As the desk counts them: from day to day, not in whole twenty-four hours.
        days = (timezone.localdate(now) - timezone.localdate(due)).days if due else 0
        yield unit_id, conduct, LateUnit({}, running, how_many, days)


def _due_late(now: datetime) -> Case:
    """When a late case was due: within a pause it stands where it was when the desk asked."""
    pause = Least(Value(now), F("waiting_until")) - F("waiting_since")
    by_wall = F("due_at") + Coalesce(pause, timedelta())
    return Case(
        When(due_after_wait=None, then=by_wall),
        When(waiting_until__lt=now, then="due_after_wait"),
        default="due_at",
        output_field=DateTimeField(),
    )


def _letters(now: datetime) -> Iterator[_Line]:
    """Each letter by its own day, with the unit that has the case with which it stands; one that was split
    once, with the part that is due first. Its parts about conduct are counted apart: else what a unit
    does with its part would move the count of complaints, and tell who complained.
    """
    rows = (
        Report.objects.filter(WAITS)
        .filter(Q(part=None) | ~Exists(_due_before()))
        .order_by()
        .values("case__lead_unit_id", "case__conduct")
        .annotate(waiting=Count("pk"), late=Count("pk", filter=letter_late_at(now)))
        .values_list("case__lead_unit_id", "case__conduct", "waiting", "late")
    )
    for unit_id, conduct, waiting, how_many in rows:
        yield unit_id, conduct, LateUnit({}, letters=waiting, letters_late=how_many)


def _due_before() -> QuerySet[Report]:
    """Other parts of the same letter that wait, and are due before this one."""
    place = Q(due_at=OuterRef("due_at"), part__place__lt=OuterRef("part__place"))
    return Report.objects.filter(
        WAITS,
        Q(due_at__lt=OuterRef("due_at")) | place,
        part__letter=OuterRef("part__letter"),
        part__taken_back_at=None,
        case__conduct=OuterRef("case__conduct"),
    )


def _sum(one: LateUnit, other: LateUnit) -> LateUnit:
    return LateUnit(
        {},
        one.running + other.running,
        one.late + other.late,
        max(one.days, other.days),
        one.letters + other.letters,
        one.letters_late + other.letters_late,
    )
