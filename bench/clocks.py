"""Deadlines: derived by a calendar with holidays, and 100,000 running ones moved by a new version of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from bench import filling
from bench.processor import Spent, spent
from bench.rows import Report
from huiying.agencies.working_hours import give_calendar
from huiying.casework.actions.adopting import adopt_calendar
from huiying.casework.models import CaseFile
from huiying.clocks.actions import add_holidays, adopt_calendar_version
from huiying.clocks.calendar_files import read_calendar
from huiying.clocks.holiday_files import china
from huiying.clocks.reads import earlier_timetables
from huiying.harm.urgency import NO_NEED
from huiying.kernel import time as huiying_time
from huiying.kernel.actors import SYSTEM
from huiying.record.models import Entry
from huiying.routing.reads import reckoned_by

CLOCKS = 100_000
SPREAD = timedelta(days=10) / CLOCKS
CALENDAR = """
code = "bench"
name = {{ en = "Bench" }}
zone = "Asia/Shanghai"
makeup = "08:30-12:00 14:00-17:30"
[week]
monday = "08:30-12:00 14:00-{closes}"
tuesday = "08:30-12:00 14:00-{closes}"
wednesday = "08:30-12:00 14:00-{closes}"
thursday = "08:30-12:00 14:00-{closes}"
friday = "08:30-12:00 14:00-{closes}"
"""
# Every case runs, taken up again within the last ten days, and its letter stands where the first version of
# the calendar puts it.
RUNNING = """
UPDATE casework_casefile c SET state = 'in_progress', outcome = '', answered_at = NULL, closed_at = NULL,
  waiting_since = NULL, waiting_until = NULL, due_at = new.due,
  lead_unit_id = coalesce(lead_unit_id, (SELECT id FROM agencies_unit WHERE code = 'u1'))
FROM unnest(%(ids)s::bigint[], %(dues)s::timestamptz[]) AS new (id, due) WHERE c.id = new.id
"""
LETTERS = """
UPDATE casework_report r SET ended_at = NULL, delivered_at = NULL, paused = interval '0',
  again_at = new.start, due_at = new.due
FROM unnest(%(ids)s::bigint[], %(starts)s::timestamptz[], %(dues)s::timestamptz[])
  AS new (id, start, due) WHERE r.case_id = new.id
"""
PLAIN = "UPDATE casework_casefile SET version = version + 1 WHERE id = ANY(%(ids)s)"


def run(report: Report) -> None:
    """Both figures; the raw limit beside each is what the same count costs without any meaning."""
    # What the part of the intake left has no category, and no promise of its own.
    filling.fill(CLOCKS + CaseFile.objects.filter(category=None).count())
    count_working_days()
    sorted_cases = CaseFile.objects.filter(category__isnull=False).order_by("pk")
    cases = sorted_cases.values_list("pk", "category")[:CLOCKS]
    now = huiying_time.now()
    rows = [(pk, leaf, now - place * SPREAD) for place, (pk, leaf) in enumerate(cases)]
    taken, dues = _timed(lambda: _derived(rows))
    bare, _added = _timed(lambda: [at.astimezone(UTC) + timedelta(days=21) for *_ids, at in rows])
    report.beside("deadlines derived", CLOCKS / taken.wall, "a second", limit=CLOCKS / bare.wall)
    _set_going(rows, dues)
    _recompute(report, [row[0] for row in rows])


def count_working_days() -> None:
    """Every topic by working days, and a calendar with the holidays of all years that are known."""
    _adopt("17:30")
    add_holidays(actor=SYSTEM, code="bench", holidays=china())
    give_calendar(actor=SYSTEM, unit_code="county", calendar_code="bench")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE routing_category SET working_days = true WHERE is_leaf")


def _derived(rows: Sequence[tuple[int, int, datetime]]) -> list[datetime]:
    timetable, *_earlier = earlier_timetables("bench")
    reckoning, found = reckoned_by("bench"), []
    for _pk, category, start in rows:
        terms, _counts = reckoning.terms(category, start, need=NO_NEED, channel="web")
        found.append(terms.by(timetable).answer(start).at)
    return found


def _set_going(rows: Sequence[tuple[int, int, datetime]], dues: Sequence[datetime]) -> None:
    given: dict[str, Any] = {
        "ids": [row[0] for row in rows],
        "starts": [row[2] for row in rows],
        "dues": list(dues),
    }
    with connection.cursor() as cursor:
        # A letter that was answered cannot become one that waits, but here.
        cursor.execute("ALTER TABLE casework_report DISABLE TRIGGER USER")
        cursor.execute(RUNNING, given)
        cursor.execute(LETTERS, given)
        cursor.execute("ALTER TABLE casework_report ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE casework_casefile, casework_report")


def _recompute(report: Report, ids: Sequence[int]) -> None:
    with connection.cursor() as cursor:
        bare, _done = _timed(lambda: cursor.execute(PLAIN, {"ids": list(ids)}))
        cursor.execute("VACUUM casework_casefile")
    entries = Entry.objects.filter(action="case.adopt_calendar")
    before = entries.count()
    _adopt("17:00")
    taken, moved = _timed(_adopt_all)
    told = entries.count() - before
    if moved != len(ids) or told != len(ids):
        raise AssertionError(f"{moved} clocks moved and {told} entries for {len(ids)}")
    name = f"{CLOCKS:,} clocks after a calendar change"
    report.beside(name, taken.wall, "s", limit=bare.wall)
    report.beside(f"{name}, processor", taken.processor, "s", limit=bare.processor)


def _adopt_all() -> int:
    moved = 0
    after: int | None = 0
    while after is not None:
        more, after = adopt_calendar(actor=SYSTEM, code="bench", after=after)
        moved += more
    return moved


def _adopt(closes: str) -> None:
    file = read_calendar(CALENDAR.format(closes=closes))
    adopt_calendar_version(actor=SYSTEM, code=file.code, name=file.name, definition=file.definition)


def _timed[Found](work: Callable[[], Found]) -> tuple[Spent, Found]:
    started = spent()
    found = work()
    return spent() - started, found
