"""What the worker does for the lists of what grows."""

from datetime import date

from django.utils import timezone

from huiying.insight.growing.actions import count_growth
from huiying.insight.growing.models import GrowthList
from huiying.insight.growing.weeks import CORRECTED, WEEK, latest
from huiying.insight.periods import usual_hour
from huiying.intake.placing import place_letters
from huiying.kernel import time
from huiying.kernel.actors import SYSTEM


def count_due_growth() -> int:
    """Count the last weeks that are missing, and once a day those that may have changed; how many lists
    were kept. Safe to stop and to repeat.
    """
    newest = latest(time.now())
    weeks = [newest - WEEK * back for back in range(CORRECTED)]
    missing = _missing(weeks)
    again = timezone.localtime(time.now()).hour == usual_hour().hour
    if not missing and not again:
        return 0
    place_letters()
    chosen = weeks if again else missing
    return sum(count_growth(actor=SYSTEM, week=week) for week in reversed(chosen))


def _missing(weeks: list[date]) -> list[date]:
    there = set(GrowthList.objects.filter(week__in=weeks).values_list("week", flat=True))
    return [week for week in weeks if week not in there]
