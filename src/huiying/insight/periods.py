"""From which moment to which a brief counts."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings

from huiying.insight.errors import NoBrief, OddHour, StillToCome, TooEarly, WrongHour

# An act's moment is set when it begins and seen by others when it commits; the last of a period need this.
SETTLING = timedelta(minutes=2)
YEARS = range(1970, 9000)


@dataclass(frozen=True, slots=True)
class Period:
    """`starts_at` is in it, `ends_at` is not; both in UTC."""

    day: date
    until: time
    zone: str
    starts_at: datetime
    ends_at: datetime

    @property
    def hours(self) -> float:
        """24, or where the clocks changed 23 or 25."""
        return (self.ends_at - self.starts_at) / timedelta(hours=1)


def period(day: date, until: time) -> Period:
    """The time from `until` on the day before to `until` on `day`, by the clock on the agency's wall.

    So the briefs of one hour follow each other without a gap or an overlap, also when clocks change.
    A time that the clock shows twice is taken the first time; one that it skips, as if it had not.
    """
    if day.year not in YEARS:
        raise NoBrief
    zone = ZoneInfo(settings.TIME_ZONE)
    ends = datetime.combine(day, until, zone).astimezone(UTC)
    starts = datetime.combine(day - timedelta(days=1), until, zone).astimezone(UTC)
    return Period(day, until, settings.TIME_ZONE, starts, ends)


def read_hour(text: str) -> time:
    """`07:00` as a time; raises WrongHour."""
    try:
        return datetime.strptime(text.strip(), "%H:%M").time()  # noqa: DTZ007 - a wall clock's time
    except ValueError:
        raise WrongHour(field="until") from None


def usual_hour() -> time:
    """The hour of the daily brief."""
    return read_hour(settings.BRIEF_HOUR)


def may_count(wanted: Period, now: datetime) -> bool:
    """Whether the period is over and its last acts have had time to commit."""
    return now >= wanted.ends_at + SETTLING


def require_countable(wanted: Period, now: datetime) -> None:
    """Raise OddHour, StillToCome or TooEarly where this period is not one to be counted now."""
    if wanted.until.minute and wanted.until != usual_hour():
        raise OddHour(field="until")
    if wanted.starts_at > now:
        raise StillToCome
    if not may_count(wanted, now):
        raise TooEarly


def latest_day(until: time, now: datetime) -> date:
    """The newest day whose brief can be counted at `now`."""
    today = now.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return today if may_count(period(today, until), now) else today - timedelta(days=1)
