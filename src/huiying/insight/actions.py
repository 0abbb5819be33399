"""Counting a brief and keeping it."""

from datetime import date, time

from django.db import connection, transaction

from huiying.insight import policy, reads
from huiying.insight.counting import write_lines
from huiying.insight.models import Brief
from huiying.insight.periods import Period, period, require_countable
from huiying.insight.reads import BriefHead
from huiying.insight.sheets import write_sheets
from huiying.kernel import time as clock
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.kernel.verbs import verb
from huiying.record.actions import write

LOCK = 0x6272696566  # "brief"; one count at a time


def subject(brief: BriefHead) -> str:
    """The label by which the record knows a brief: `brief:2026-11-21@07:00`."""
    return f"brief:{brief.day:%Y-%m-%d}@{brief.until:%H:%M}"


def _wait_for_other_counts() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])


def _next_id() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('insight_brief', 'id'))")
        return int(cursor.fetchone()[0])


def _count(wanted: Period, known: BriefHead | None) -> BriefHead:
    """Write lines and sheets, then the brief they belong to: its number of lines and their hash are
    known only then, and a brief is never updated. Where the lines are those of `known`, nothing is
    kept and `known` returned.
    """
    with transaction.atomic():
        brief_id = _next_id()
        count, digest = write_lines(brief_id, wanted)
        if known is not None and known.digest == digest:
            transaction.set_rollback(True)
            return known
        write_sheets(brief_id)
        kept = Brief.objects.create(
            id=brief_id,
            day=wanted.day,
            until=wanted.until,
            version=known.version + 1 if known else 1,
            zone=wanted.zone,
            starts_at=wanted.starts_at,
            ends_at=wanted.ends_at,
            computed_at=clock.now(),
            line_count=count,
            digest=digest,
        )
        return reads.head_of(kept)


@verb
def count_brief(*, actor: Actor, day: date, until: time) -> BriefHead:
    """Count the brief of `day` from the steps of all cases and keep it.

    Where the last version says the same of every case, that one is returned and nothing is written;
    otherwise the new one stands beside it. Raises TooEarly before the period is over and settled, and
    OddHour for an hour that is neither the usual nor a full one.
    """
    if not policy.may_count(actor):
        raise NotAllowed
    wanted = period(day, until)
    require_countable(wanted, clock.now())
    _wait_for_other_counts()
    known = reads.newest(day, until)
    brief = _count(wanted, known)
    if brief == known:
        return brief
    data = {"version": brief.version, "lines": brief.line_count, "digest": brief.digest}
    write(actor=actor, action="brief.counted", subject=subject(brief), data=data)
    return brief
