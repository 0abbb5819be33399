"""What changed in somebody's cases since they last looked: read from moves and entries, for them alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, Max, OuterRef, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone

from huiying.agencies.models import Role
from huiying.casework import policy
from huiying.casework.desk_models import LastLook
from huiying.casework.models import CaseFile, Move, Report
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.record.models import Entry

MOST = 100
AT_MOST_BACK = timedelta(days=14)
# Moves that are news, by the kind under which they stand.
KIND_OF = {
    "receive": "new",
    "assign": "given",
    "reassign": "given",
    "return_to_desk": "returned",
    "reopen": "reopened",
    "take_out": "reopened",
    "answer": "answered",
    "answer_unreviewed": "answered",
    "answer_at_once": "answered",
}
OF_THE_DESK = ("new", "returned", "reopened", "wrote", "answered")
OF_A_UNIT = ("given", "returned", "reopened", "wrote", "answered")
WRITTEN = ("exchange.words", "exchange.answer", "exchange.reopening")
SUBMISSION = "submission:"


@dataclass(frozen=True, slots=True)
class Change:
    """One piece of news on one case."""

    kind: str
    number: int
    title: str
    state: str
    at: datetime


def looked_at(actor: Actor) -> datetime:
    """Since when things are news: when this person last said that they had looked, at the most
    `AT_MOST_BACK`; the beginning of yesterday where they never did. One query.
    """
    accounts = [int(each) for each in actor.scopes("account")]
    mark = LastLook.objects.filter(account_id__in=accounts).values_list("at", flat=True).first()
    yesterday = timezone.localtime(time.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    return max(mark or yesterday - timedelta(days=1), time.now() - AT_MOST_BACK)


def kinds_of(actor: Actor) -> tuple[str, ...]:
    """What is news to the roles of this actor."""
    desk = actor.has(Role.CLERK, Role.DISPATCHER) or "" in actor.scopes(Role.SUPERVISOR)
    return OF_THE_DESK if desk else OF_A_UNIT


def changes_since(actor: Actor, since: datetime) -> list[Change]:
    """The newest changes in the cases that this actor may read, newest first. Three queries."""
    kinds = kinds_of(actor)
    verbs = [verb for verb, kind in KIND_OF.items() if kind in kinds]
    seen = policy.visible_cases(actor)
    moves = (
        Move.objects.filter(at__gt=since, verb__in=verbs, case__in=seen)
        .select_related("case")
        .order_by("-at", "-id")[:MOST]
    )
    found = [_change(KIND_OF[move.verb], move.case, move.at) for move in moves]
    return sorted([*found, *_written(seen, since)], key=lambda each: each.at, reverse=True)[:MOST]


def _change(kind: str, case: CaseFile, at: datetime) -> Change:
    return Change(kind, case.number, case.title, case.state, at)


def _written(seen: QuerySet[CaseFile], since: datetime) -> Iterable[Change]:
    """Where a writer added words, answered or said why they reopened, once a letter.

    What others may read is left out before the newest are taken: a busy agency hides nobody's news.
    """
    mine = Report.objects.filter(submission__label=OuterRef("label"), case__in=seen)
    acts = (
        Entry.objects.filter(action__in=WRITTEN, at__gte=since)
        .annotate(label=Substr("subject", len(SUBMISSION) + 1))
        .filter(Exists(mine))
    )
    newest: dict[str, datetime] = dict(
        acts.values("label")
        .annotate(last=Max("at"))
        .order_by("-last", "label")
        .values_list("label", "last")[:MOST]
    )
    if not newest:
        return
    reports = Report.objects.filter(submission__label__in=newest, case__in=seen)
    for report in reports.select_related("submission", "case"):
        yield _change("wrote", report.case, newest[report.submission.label])
