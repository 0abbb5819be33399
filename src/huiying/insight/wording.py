"""The words of a brief: what its figures, buckets and times are called, in the active language."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import dateformat, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from huiying.casework.states import Outcome, State
from huiying.insight.figures import FIGURES, NOTHING
from huiying.insight.reads import BriefHead, DailyBrief
from huiying.insight.states import Decision
from huiying.intake.states import Channel
from huiying.kernel.days import day_in_words
from huiying.kernel.names import chinese, localized

LABELS: dict[str, str | Promise] = {
    "in_hand": gettext_lazy("In hand in the period"),
    "carried": gettext_lazy("Open when the period began"),
    "received": gettext_lazy("New cases"),
    "came_back": gettext_lazy("Reopened after an answer"),
    "split_off": gettext_lazy("Split off from a letter with several matters"),
    "open": gettext_lazy("Open now"),
    "done": gettext_lazy("Answered, closed or joined to another"),
    "late": gettext_lazy("Late now"),
    "paused": gettext_lazy("Clock paused, waiting for the resident"),
    "soon": gettext_lazy("Due within three days"),
    "in_time": gettext_lazy("More than three days left"),
    "waiting": gettext_lazy("Waiting for the resident"),
    "decision": gettext_lazy("Needs a decision"),
    "danger_open": gettext_lazy("Open, and the writer spoke of danger to life"),
    "conduct_open": gettext_lazy("Open complaints about conduct"),
    "danger_received": gettext_lazy("Of the new ones, with danger to life"),
    "conduct_received": gettext_lazy("Of the new ones, complaints about conduct"),
    "assigned": gettext_lazy("Given to a unit"),
    "returned": gettext_lazy("Sent back by a unit"),
    "answered": gettext_lazy("Answered"),
    "answered_on_time": gettext_lazy("Answered on time"),
    "answered_late": gettext_lazy("Answered late"),
    "answered_again": gettext_lazy("Answered again after reopening"),
    "settled": gettext_lazy("First round ended, as far as promises go"),
    "withdrawn_first": gettext_lazy("Withdrawn by the writer before an answer"),
    "joined_late": gettext_lazy("Joined to another case when already late"),
    "joined": gettext_lazy("Handled together with another case"),
    "split": gettext_lazy("Split into parts, each a case of its own"),
    "reopened": gettext_lazy("Reopened"),
    "declined": gettext_lazy("Declined as another body's"),
    "withdrawn": gettext_lazy("Withdrawn by the writer"),
    "closed": gettext_lazy("Closed"),
    "closed_unanswered": gettext_lazy("Closed without an answer on record"),
    "submissions_in_hand": gettext_lazy("Letters behind the cases in hand"),
    "submissions_done": gettext_lazy("Letters behind the cases that are done"),
    "submissions_answered": gettext_lazy("Letters behind the answered cases"),
    "submissions_answered_on_time": gettext_lazy("Letters answered on time"),
    "submissions_answered_late": gettext_lazy("Letters answered late"),
    "submissions_answered_again": gettext_lazy("Letters answered again after reopening"),
    "submissions_open": gettext_lazy("Letters behind the open cases"),
    "submissions_late": gettext_lazy("Letters behind the late cases"),
    "submissions_received": gettext_lazy("Letters received"),
    "submissions_withdrawn": gettext_lazy("Letters withdrawn"),
    "votes": gettext_lazy("Writers who said how it stands"),
    "votes_solved": gettext_lazy("Writers who said: solved"),
    "votes_partly": gettext_lazy("Writers who said: partly solved"),
    "votes_not_solved": gettext_lazy("Writers who said: not solved"),
}


def label(figure: str) -> str:
    """What a figure is called."""
    return str(LABELS[figure])


def amount(figure: str, number: int) -> str:
    """`12 cases` or `12 letters`, as the figure counts."""
    if FIGURES[figure].of_submissions:
        return ngettext("%(count)d letter", "%(count)d letters", number) % {"count": number}
    return cases(number)


def cases(number: int) -> str:
    return ngettext("%(count)d case", "%(count)d cases", number) % {"count": number}


def _of(choices: type[State | Outcome | Channel | Decision]) -> Callable[[str], str]:
    return lambda key: str(choices(key).label) if key in choices.values else _("not stated")


OF_CODES: dict[str, Callable[[str], str]] = {
    "channel": _of(Channel),
    "state": _of(State),
    "decision": _of(Decision),
    "answered_outcome": _of(Outcome),
    "closed_outcome": _of(Outcome),
}


def code_label(dimension: str, key: str) -> str:
    """What a part with this key is called, where the key is a code or there is none."""
    if dimension in OF_CODES:
        return OF_CODES[dimension](key)
    if key in {"", NOTHING}:
        return _("with no unit") if dimension == "unit" else _("not sorted yet")
    return key


def part_label(brief: DailyBrief, dimension: str, key: str) -> str:
    """What one part of a figure is called; a unit or category by its name."""
    known = {"unit": brief.units, "category": brief.categories}.get(dimension, {})
    return localized(known[key].name) if key in known else code_label(dimension, key)


def day_of(brief: BriefHead) -> str:
    """The day on which the brief's period ends: 2026年11月24日 星期二 · Tuesday 24 November 2026."""
    return day_in_words(brief.ends_at, weekday=True, zone=ZoneInfo(brief.zone))


def moment_in_words(moment: datetime, zone: str) -> str:
    """11月24日 07:00 · 24 November, 07:00."""
    local = timezone.localtime(moment, ZoneInfo(zone))
    return dateformat.format(local, "n月j日 H:i" if chinese() else "j F, H:i")
