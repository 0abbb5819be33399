"""Which weeks a week is held against. A week is named by its Monday, in the agency's zone."""

from datetime import date, datetime, timedelta

from django.utils import timezone

from huiying.insight.periods import period, usual_hour

RECENT = 13  # weeks: a quarter
SKIPPED = 1  # week just before: what began to grow in it is not yet usual
FEWEST_USUAL = 8
SEASON = range(49, 56)  # weeks back: three before and three after the same week of the year before
FEWEST_SEASON = 5
CORRECTED = 4  # weeks that are counted again
WEEK = timedelta(days=7)


def monday(day: date) -> date:
    """The Monday of the day's week."""
    return day - timedelta(days=day.weekday())


def usual(week: date) -> list[date]:
    """The weeks before, the latest first."""
    return [week - WEEK * back for back in range(SKIPPED + 1, SKIPPED + 1 + RECENT)]


def season(week: date) -> list[date]:
    """The weeks around the same one of the year before."""
    return [week - WEEK * back for back in SEASON]


def latest(now: datetime) -> date:
    """The newest week that is over, from its next Monday's hour of the brief on."""
    today = timezone.localtime(now).date()
    found = monday(today) - WEEK
    ready = period(found + WEEK, usual_hour()).ends_at
    return found if now >= ready else found - WEEK
