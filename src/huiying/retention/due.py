"""What is due for erasure at a moment, under one version of the rules."""

from calendar import monthrange
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import Combinable

from huiying.casework.models import Joined, Report
from huiying.casework.part_models import Part
from huiying.casework.states import State
from huiying.retention.models import Hold, Rules, What


def months_before(moment: datetime, months: int) -> datetime:
    """The same day and hour so many months earlier; the last of the month where there is no such day."""
    index = moment.year * 12 + moment.month - 1 - months
    year, month = index // 12, index % 12 + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))


def held_at(moment: datetime) -> Q:
    """Holds that stop an erasure at this moment."""
    return Q(granted_at__lte=moment, until__gt=moment, ended_at=None)


def ended(before: datetime | None = None) -> Q:
    """Letters that nobody works on any more: their case is closed or was split, or they were withdrawn,
    and every part is over. An answered part outlives the withdrawal of the whole, and may be reopened.
    """
    over, whole = Q(ended_at__isnull=False), Q(case__state=State.CLOSED)
    if before is not None:
        over, whole = (
            Q(ended_at__lte=before),
            Q(case__state=State.CLOSED, case__closed_at__lte=before),
        )
    running = Q(Exists(_parts(OuterRef("pk"), ~_over(before))))
    return (whole | over | Q(case__state=State.SPLIT)) & ~running


def _parts(letter: Combinable, *where: Q) -> QuerySet[Part]:
    return Part.objects.filter(*where, letter=letter, taken_back_at=None)


def _over(before: datetime | None) -> Q:
    """Parts that nobody works on any more."""
    closed, gone = Q(report__case__state=State.CLOSED), Q(report__ended_at__isnull=False)
    if before is None:
        return closed | gone
    return (closed & Q(report__case__closed_at__lte=before)) | (
        gone & Q(report__ended_at__lte=before)
    )


def holding(what: str) -> Q:
    """Letters that still have it."""
    if what == What.CONTACT:
        return Q(submission__contact__isnull=False)
    return Q(submission__words_erased_at=None)


def not_held(moment: datetime) -> Q:
    """Letters without a hold on their case, on one with which they have stood, or on that of a part of
    them: taking a letter out of a case that is held ends no hold.
    """
    letter = OuterRef(OuterRef("pk"))
    standing = Q(case=OuterRef("case_id")) | Q(case=OuterRef("own_case_id"))
    between = Q(case__in=Joined.objects.filter(report=letter).values("case"))
    parts = Q(case__in=_parts(letter).values("report__case"))
    whole = Q(case__in=Part.objects.filter(report=letter).values("letter__case"))
    return ~Q(
        Exists(Hold.objects.filter(held_at(moment)).filter(standing | between | parts | whole))
    )


def months_of(rules: Rules, what: str) -> int | None:
    """Months after closing, or None where this is not erased."""
    return rules.contact_months if what == What.CONTACT else rules.words_months


def due(rules: Rules, what: str, moment: datetime) -> QuerySet[Report]:
    """The letters whose contact or words are to be erased now, those that ended first at the head."""
    months = months_of(rules, what)
    if months is None:
        return Report.objects.none()
    return Report.objects.filter(
        ended(months_before(moment, months)), holding(what), not_held(moment)
    ).order_by("case__closed_at", "pk")
