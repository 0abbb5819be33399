"""What is late now, by unit: for everybody, by itself, without anyone's leave. Counts and days only."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce

from django.db.models import Count, DateTimeField, F, Min, Value
from django.db.models.functions import Coalesce, Least

from huiying.casework.deadlines import late_at
from huiying.casework.models import CaseFile
from huiying.casework.places import Names, all_units
from huiying.casework.states import OPEN
from huiying.kernel import time


@dataclass(frozen=True, slots=True)
class LateUnit:
    """`running` cases that a unit has, `late` of them, and the days by which the longest is late; no
    name where the desk has yet to give them to a unit.
    """

    name: Names
    running: int
    late: int
    days: int


@dataclass(frozen=True, slots=True)
class LateNow:
    """By unit, the most late ones first. Complaints about conduct stand in a line of their own, since
    a unit's own line would say where one lies.
    """

    at: datetime
    units: list[LateUnit]
    conduct: LateUnit
    total: LateUnit


def late_now() -> LateNow:
    """Two queries, whatever the number of cases."""
    now = time.now()
    late = late_at(now)
    pause = Coalesce(Least(Value(now), F("waiting_until")) - F("waiting_since"), timedelta())
    rows = (
        CaseFile.objects.filter(state__in=OPEN)
        .order_by()
        .values("lead_unit_id", "conduct")
        .annotate(running=Count("pk"), late=Count("pk", filter=late))
        .annotate(due=Min(F("due_at") + pause, filter=late, output_field=DateTimeField()))
        .values_list("lead_unit_id", "conduct", "running", "late", "due")
    )
    names = all_units()
    by_unit: dict[int | None, LateUnit] = {}
    conduct = LateUnit({}, 0, 0, 0)
    for unit_id, of_conduct, running, how_many, due in rows:
        line = LateUnit({}, running, how_many, (now - due).days if due else 0)
        if of_conduct:
            conduct = _sum(conduct, line)
        else:
            by_unit[unit_id] = replace(line, name=names.name(unit_id))
    units = sorted(by_unit.values(), key=lambda line: (-line.late, -line.days, -line.running))
    return LateNow(now, units, conduct, reduce(_sum, units, conduct))


def _sum(one: LateUnit, other: LateUnit) -> LateUnit:
    return LateUnit(
        {}, one.running + other.running, one.late + other.late, max(one.days, other.days)
    )
