"""What the worker does for the briefs."""

from datetime import timedelta

from huiying.insight import reads
from huiying.insight.actions import count_brief
from huiying.insight.periods import latest_day, usual_hour
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM

MOST_DAYS_BACK = 31


def freeze_due_brief() -> int:
    """Count the daily briefs that are due and missing; returns how many. Cheap when there is none.

    After a standstill of up to 31 days the days since the last brief are made up for.
    """
    until = usual_hour()
    today = latest_day(until, time.now())
    newest = reads.newest_day(until)
    missing = (today - newest).days if newest else 1
    if missing > MOST_DAYS_BACK:
        missing = 1
    days = [today - timedelta(days=back) for back in range(missing)]
    for day in reversed(days):
        count_brief(actor=SYSTEM, day=day, until=until)
    return len(days)
