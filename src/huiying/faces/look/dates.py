"""Days and times as people say them, in the agency's zone and the page's language."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import dateformat, timezone
from django.utils.translation import gettext, ngettext, pgettext

from huiying.kernel import time
from huiying.kernel.days import day_in_words
from huiying.kernel.names import chinese

SOON = 3  # days left from which a deadline asks for attention


def _local(moment: datetime | date) -> datetime | date:
    return timezone.localtime(moment) if isinstance(moment, datetime) else moment


def on_day(moment: datetime | date) -> str:
    """2026年11月24日 星期二 · Tuesday 24 November 2026."""
    return day_in_words(moment, weekday=True)


def at_time(moment: datetime) -> str:
    """2026年11月24日 17:30 · 24 November 2026, 17:30."""
    comma = "" if chinese() else ","
    return f"{day_in_words(moment)}{comma} {timezone.localtime(moment):%H:%M}"


def day_and_time(moment: datetime) -> str:
    """2026年11月24日 星期二 17:30 · Tuesday 24 November 2026 17:30."""
    return f"{on_day(moment)} {timezone.localtime(moment):%H:%M}"


def short_day(moment: datetime | date) -> str:
    """11月24日 · 24 Nov; with the year where it is not this year."""
    local = _local(moment)
    this_year = local.year == timezone.localdate(time.now()).year
    if chinese():
        return dateformat.format(local, "n月j日" if this_year else "Y年n月j日")
    return dateformat.format(local, "j M" if this_year else "j M Y")


def since(moment: datetime) -> str:
    """3 天前 · 3 days ago; the plain day when it is over a month ago."""
    passed = time.now() - moment
    seconds = int(passed.total_seconds())
    if seconds < 60:
        return gettext("just now")
    if seconds < 3600:
        count = seconds // 60
        return ngettext("%(count)d minute ago", "%(count)d minutes ago", count) % {"count": count}
    if seconds < 86400:
        count = seconds // 3600
        return ngettext("%(count)d hour ago", "%(count)d hours ago", count) % {"count": count}
    if passed < timedelta(days=31):
        return ngettext("%(count)d day ago", "%(count)d days ago", passed.days) % {
            "count": passed.days
        }
    return short_day(moment)


@dataclass(frozen=True, slots=True)
class Due:
    """A clock in words, `day` those for its end, empty where `words` name it.

    `tone` is plain, info, success, warning or danger.
    """

    tone: str
    words: str
    day: str
    icon: str = "clock"


def due(due_at: datetime, ended_at: datetime | None = None, *, paused: bool = False) -> Due:
    """How a deadline stands now, or how it ended."""
    day = gettext("due %(day)s") % {"day": short_day(due_at)}
    if ended_at:
        if ended_at <= due_at:
            return Due("success", gettext("Answered in time"), day, "closed")
        comma = "，" if chinese() else ", "
        late = (
            pgettext("clock", "Answered")
            + comma
            + _late_words(due_at, ended_at, gettext("hours late"))
        )
        return Due("plain", late, day, "late")
    now = time.now()
    if paused:
        latest = gettext("due %(day)s at the latest") % {"day": short_day(due_at)}
        return Due("info", gettext("Paused"), latest, "waiting")
    left = _days_between(now, due_at)
    if now > due_at:
        words = _late_words(due_at, now, gettext("late since today"))
        return Due("danger", words, day if left else "", "late")
    if left == 0:
        at = timezone.localtime(due_at).strftime("%H:%M")
        return Due("warning", gettext("Due today at %(time)s") % {"time": at}, "")
    words = ngettext("%(count)d day left", "%(count)d days left", left) % {"count": left}
    return Due("warning" if left <= SOON else "plain", words, day)


def _days_between(earlier: datetime, later: datetime) -> int:
    return (timezone.localdate(later) - timezone.localdate(earlier)).days


def _late_words(due_at: datetime, until: datetime, same_day: str) -> str:
    days = _days_between(due_at, until)
    if not days:
        return same_day
    return ngettext("%(count)d day late", "%(count)d days late", days) % {"count": days}
