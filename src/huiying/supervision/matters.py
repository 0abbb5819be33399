"""The supervision list as its readers see it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, Max, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.utils import timezone

from huiying.agencies.models import Membership, Role
from huiying.casework.places import Names
from huiying.casework.policy import visible_cases
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.paging import page_of
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.supervision.models import Matter
from huiying.supervision.policy import known_cases, may_close, may_report, reads_list

MOST = 200  # matters of one case
ROWS = 50  # on a page of the list


@dataclass(frozen=True, slots=True)
class MatterLine:
    """A matter in the list. `title` is empty for who does not read the case's letters, `topic` what it is
    about. `late`: nobody had reported by its day.
    """

    label: str
    number: int
    title: str
    topic: Names
    kind: str
    unit: Names
    state: str
    due_on: date
    late: bool
    reported_at: datetime | None
    closed_at: datetime | None
    leader: Names


@dataclass(frozen=True, slots=True)
class Said:
    """A report on a matter; `text` is empty where it was erased."""

    at: datetime
    who: Names
    text: str


@dataclass(frozen=True, slots=True)
class MatterShown:
    """One matter. `may_open_case`: the reader reads the case's letters too."""

    line: MatterLine
    asked: str
    opened_by: Names
    opened_at: datetime
    closed_by: Names
    progress: list[Said]
    may_open_case: bool
    may_report: bool
    may_close: bool


def _rows(actor: Actor) -> QuerySet[Matter]:
    if not reads_list(actor):
        raise NotAllowed
    known = Matter.objects.filter(case__in=known_cases(actor))
    beside = ("case__lead_unit", "case__category", "leader", "opened_by", "closed_by")
    return known.select_related(*beside).annotate(
        reports=Count("progress"),
        reported_at=Max("progress__at"),
        reads_letters=Exists(visible_cases(actor).filter(pk=OuterRef("case_id"))),
    )


def _line(row: Matter) -> MatterLine:
    reported: datetime | None = row.reported_at  # type: ignore[attr-defined]
    over = timezone.localdate(row.closed_at or time.now()) > row.due_on
    in_time = reported is not None and timezone.localdate(reported) <= row.due_on
    return MatterLine(
        label=row.label,
        number=row.case.number,
        title=row.case.title if row.reads_letters else "",  # type: ignore[attr-defined]
        topic=row.case.category.name if row.case.category and not row.case.conduct else {},
        kind=row.kind,
        unit=row.case.lead_unit.name if row.case.lead_unit else {},
        state=row.case.state,
        due_on=row.due_on,
        late=over and not in_time,
        reported_at=reported,
        closed_at=row.closed_at,
        leader=row.leader.name if row.leader else {},
    )


def on_list(actor: Actor, *, closed: bool = False, page: int = 1) -> tuple[list[MatterLine], bool]:
    """What is on the list, what is due first before the rest; with `closed`, what was taken off, newest
    first. One page of it, and whether more follow. One query. Raises NotAllowed where there is no list
    for this actor.
    """
    rows = _rows(actor).filter(closed_at__isnull=not closed)
    ordered = rows.order_by("-closed_at", "-id") if closed else rows.order_by("due_on", "id")
    found, more = page_of(ordered, page, ROWS)
    return [_line(row) for row in found], more


def matters_within() -> ArraySubquery:
    """What is on the list of a case, as a column of a query of cases, for `on_case`."""
    rows = Matter.objects.filter(case=OuterRef("pk"), closed_at=None).order_by("due_on", "id")
    return ArraySubquery(
        rows.values(row=JSONObject(label="label", kind="kind", due_on="due_on"))[:MOST]
    )


def on_case(rows: Iterable[dict[str, str]]) -> list[tuple[str, str, date]]:
    """Label, kind and day of what `matters_within` found."""
    return [(row["label"], row["kind"], date.fromisoformat(row["due_on"])) for row in rows]


def matter_shown(actor: Actor, label: str) -> MatterShown:
    """One matter; NotFound where it is not on this actor's list."""
    row = _rows(actor).filter(label=label).first()
    if row is None:
        raise NotFound
    runs = row.closed_at is None
    progress = row.progress.select_related("author").order_by("id")
    return MatterShown(
        line=_line(row),
        asked=row.asked,
        opened_by=row.opened_by.name,
        opened_at=row.opened_at,
        closed_by=row.closed_by.name if row.closed_by else {},
        progress=[Said(each.at, each.author.name, each.text) for each in progress],
        may_open_case=row.reads_letters,  # type: ignore[attr-defined]
        may_report=runs and may_report(actor, row),
        may_close=runs and may_close(actor, row) and row.reports > 0,  # type: ignore[attr-defined]
    )


def leaders() -> list[tuple[str, Names]]:
    """User name and name of everybody who leads a unit now. One query."""
    rows = Membership.objects.filter(role=Role.LEADER, ended_at=None, account__is_active=True)
    names = rows.order_by("account__username").values_list("account__username", "account__name")
    return list(names.distinct())
