"""Who has looked, for the writer: units and days, and each look at the contact. Never who by name."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count
from django.db.models.functions import TruncDate, TruncMonth
from django.utils import timezone

from huiying.casework import policy
from huiying.casework.models import Opening, Report
from huiying.intake.actions.revealing import may_reveal
from huiying.intake.models import Reveal
from huiying.intake.states import RevealReason
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed, NotFound

MOST_DAYS = 60
MONTHS = 12


@dataclass(frozen=True, slots=True)
class ContactLook:
    """One look at the contact: when, for which unit, why."""

    at: datetime
    unit: str
    reason: str


@dataclass(frozen=True, slots=True)
class OpenedOn:
    """The units that opened the letter on one day, in the order of the tree."""

    day: date
    units: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Looks:
    """Newest first; days beyond the newest sixty are left out."""

    contact: tuple[ContactLook, ...]
    opened: tuple[OpenedOn, ...]


@dataclass(frozen=True, slots=True)
class WhomToReach:
    """One letter whose writer left a contact, for the page that asks why a clerk needs it."""

    number: int
    case_title: str
    report_id: int


@dataclass(frozen=True, slots=True)
class RevealMonth:
    """How often contacts were looked at in one month, in the order of `RevealReason`."""

    month: date
    counts: tuple[int, ...]


def looks_at(report: Report) -> Looks:
    """Who has looked at this letter and its contact. Two queries."""
    contact = Reveal.objects.filter(submission=report.submission_id).select_related("unit")
    return Looks(
        tuple(
            ContactLook(
                row.at,
                localized(row.unit.name) if row.unit else "",
                str(RevealReason(row.reason).label),
            )
            for row in contact.order_by("-at", "-id")
        ),
        _opened(report),
    )


def _opened(report: Report) -> tuple[OpenedOn, ...]:
    rows = (
        Opening.objects.filter(report=report)
        .annotate(day=TruncDate("at"))
        .order_by("-day", "unit__path")
        .values_list("day", "unit__name")
        .distinct()
    )
    days: dict[date, list[str]] = {}
    for day, name in rows:
        days.setdefault(day, []).append(localized(name) if name else "")
    newest = list(days.items())[:MOST_DAYS]
    return tuple(OpenedOn(day, tuple(filter(None, units))) for day, units in newest)


def whom_to_reach(actor: Actor, number: int, report_id: int) -> WhomToReach:
    """The letter whose writer this clerk may reach.

    Raises NotFound where the case is not in their sight or the letter left no contact, NotAllowed for
    whoever is no clerk of the desk.
    """
    case = policy.find(actor, number)
    if not may_reveal(actor):
        raise NotAllowed
    reachable = Report.objects.filter(case=case, pk=report_id, submission__reachable=True)
    if not reachable.exists():
        raise NotFound
    return WhomToReach(case.number, case.title, report_id)


def reveals_by_month() -> tuple[RevealMonth, ...]:
    """The newest twelve months in which a contact was looked at, newest first. One query."""
    rows = (
        Reveal.objects.annotate(month=TruncMonth("at"))
        .values_list("month", "reason")
        .annotate(count=Count("id"))
        .order_by("-month")
    )
    found: dict[date, dict[str, int]] = {}
    for month, reason, count in rows:
        found.setdefault(timezone.localtime(month).date(), {})[reason] = count
    return tuple(
        RevealMonth(month, tuple(counts.get(reason, 0) for reason in RevealReason.values))
        for month, counts in list(found.items())[:MONTHS]
    )
