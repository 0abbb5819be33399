"""Shifts in words: hours on the wall of their roster, days, people."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from huiying.agencies.duty.patterns import DAYS, HOLIDAY, MAKEUP, WHOLE_DAY, Turn
from huiying.agencies.duty.reads import ShiftShown
from huiying.clocks.definitions import WEEKDAYS as NAMES
from huiying.faces.look import dates
from huiying.kernel.names import listed, localized

DAY = timedelta(days=1)


def clock(minutes: int) -> str:
    """Minutes after midnight as a time: 08:00."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


def wall(moment: datetime, zone: str) -> datetime:
    """What the clock of the roster shows."""
    return moment.astimezone(ZoneInfo(zone))


def hours(shift: ShiftShown) -> str:
    """08:00–20:00; with a mark where it ends on the next day."""
    begins, ends = wall(shift.starts_at, shift.zone), wall(shift.ends_at, shift.zone)
    if f"{ends:%H:%M}" == clock(0):
        return f"{begins:%H:%M}–{clock(WHOLE_DAY)}"
    text = f"{begins:%H:%M}–{ends:%H:%M}"
    return text if begins.date() == ends.date() else _("%(hours)s next day") % {"hours": text}


def who(shift: ShiftShown) -> str:
    return localized(shift.who) or _("nobody")


def day(shift: ShiftShown) -> str:
    """11月24日 星期二 · 24 Nov Tuesday."""
    return f"{dates.short_day(shift.day)} {WEEKDAYS[shift.day.weekday()]}"


def shift_in_words(shift: ShiftShown) -> str:
    return f"{day(shift)} {hours(shift)} {localized(shift.name)}"


def shift_and_who(shift: ShiftShown) -> str:
    """Whose it is first: a narrow chooser shows only the beginning."""
    return f"{who(shift)} · {shift_in_words(shift)}"


def stretch(starts: datetime, ends: datetime, zone: str) -> str:
    """From when to when, on the roster's wall."""
    begins, until = wall(starts, zone), wall(ends, zone)
    first = f"{dates.short_day(begins.date())} {begins:%H:%M}"
    last = f"{until:%H:%M}"
    if begins.date() != until.date():
        last = f"{dates.short_day(until.date())} {last}"
    return _("%(first)s to %(last)s") % {"first": first, "last": last}


def stretches(spans: Iterable[tuple[datetime, datetime]], zone: str) -> list[str]:
    """In words, in order; those that come back day after day at the same hours in one line."""
    runs: list[list[tuple[datetime, datetime]]] = []
    for span in spans:
        # As the clock on the wall shows them, so that summer time parts no line.
        begins, ends = (wall(moment, zone) for moment in span)
        if runs and runs[-1][-1] == (begins - DAY, ends - DAY):
            runs[-1].append((begins, ends))
        else:
            runs.append([(begins, ends)])
    return [_run(run, zone) for run in runs]


def _run(run: list[tuple[datetime, datetime]], zone: str) -> str:
    (begins, ends), (last, _ends) = run[0], run[-1]
    if len(run) == 1:
        return stretch(begins, ends, zone)
    hours = f"{begins:%H:%M}–{ends:%H:%M}"
    if begins.date() != ends.date():
        hours = _("%(hours)s next day") % {"hours": hours}
    return _("%(first)s to %(last)s, each day %(hours)s") % {
        "first": dates.short_day(begins.date()),
        "last": dates.short_day(last.date()),
        "hours": hours,
    }


def days_of(turn: Turn) -> str:
    """The days on which it is kept."""
    if turn.days == frozenset(DAYS):
        return _("every day")
    chosen = [str(WEEKDAYS_ABBR[place]) for place, name in enumerate(NAMES) if name in turn.days]
    if HOLIDAY in turn.days:
        chosen.append(_("public holidays"))
    if MAKEUP in turn.days:
        chosen.append(_("make-up workdays"))
    return listed(chosen)


def turn_in_words(turn: Turn, names: Iterable[str]) -> str:
    """One shift of a pattern: hours, days, people."""
    ends = clock(turn.ends % WHOLE_DAY or WHOLE_DAY)
    text = f"{clock(turn.begins)}–{ends}"
    if turn.ends > WHOLE_DAY:
        text = _("%(hours)s next day") % {"hours": text}
    return f"{text} · {days_of(turn)}\n{listed(names)}"
