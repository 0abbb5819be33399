from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case, Exists, F, Q, QuerySet, Value, When
from django.db.models.expressions import Combinable
from django.db.models.functions import Concat, JSONObject

from huiying.kernel import paging
from huiying.kernel.actors import Actor
from huiying.notices.models import FAILURE, LOGGED, Errand, Outgoing
from huiying.notices.policy import require_mender
from huiying.notices.states import FAILED, CallResult, ErrandState, Result

ROWS = 30


@dataclass(frozen=True, slots=True)
class Delivery:
    """One notice in the log of whom it is for: `result` is a `Result`, `way` a `Way`, empty before.

    `errand` is the state of what a clerk does, where one brings it; `ended_at` then when they did.
    """

    kind: str
    way: str
    result: str
    made_at: datetime
    ended_at: datetime | None
    errand: str = ""

    @property
    def waits(self) -> bool:
        """Whether it is still on its way: with the worker, or on a clerk's list."""
        return not self.result or self.errand == ErrandState.WAITING

    @property
    def failed(self) -> bool:
        return self.result in FAILED or self.errand == ErrandState.FAILED


def log_of(label: Combinable) -> ArraySubquery:
    """The notices to "submission:" and this label, as a column that `deliveries` reads; no query more.

    The mere confirmation that a letter came is left out unless it failed.
    """
    rows = Outgoing.objects.filter(LOGGED, recipient=Concat(Value("submission:"), label))
    return ArraySubquery(
        rows.order_by("id").values(
            row=JSONObject(
                kind="kind",
                way="way",
                result="result",
                made_at="made_at",
                ended_at=Case(
                    When(result=Result.BY_HAND, then="errand__ended_at"), default="ended_at"
                ),
                errand="errand__state",
            )
        )
    )


def newest_to(recipient: str, most: int) -> list[Delivery]:
    """What ended of the notices to this label, the newest first. Left out is what is not for them any more,
    since that there was something would say too much; and so what waited for the mail of the day, of
    which a part may be. One query.
    """
    rows = Outgoing.objects.filter(LOGGED, recipient=recipient, ended_at__isnull=False)
    newest = rows.exclude(result__in=(Result.NOT_THEIRS, Result.GATHERED)).order_by("-id")[:most]
    columns = newest.values_list("kind", "way", "result", "made_at", "ended_at")
    return [Delivery(*row) for row in columns]


def deliveries(column: Iterable[dict[str, Any]]) -> tuple[Delivery, ...]:
    """What `log_of` found, oldest first."""
    return tuple(
        Delivery(
            kind=row["kind"],
            way=row["way"],
            result=row["result"],
            made_at=datetime.fromisoformat(row["made_at"]),
            ended_at=datetime.fromisoformat(row["ended_at"]) if row["ended_at"] else None,
            errand=row["errand"] or "",
        )
        for row in column
    )


@dataclass(frozen=True, slots=True)
class Failure:
    """A notice that did not arrive. `problem`: the class of an error, or the status of a bounce; empty
    where a clerk could not bring it.
    """

    id: int
    recipient: str
    kind: str
    way: str
    result: str
    made_at: datetime
    ended_at: datetime
    problem: str


@dataclass(frozen=True, slots=True)
class Failures:
    """One page of them, newest first; `after` is the place of its last row where more follow."""

    rows: tuple[Failure, ...]
    after: str


def failures(
    actor: Actor, *, hidden: Exists, way: str = "", result: str = "", after: str = ""
) -> Failures:
    """Notices that did not arrive and were not sent again, for those who look after them.

    `hidden` holds (over `OuterRef("recipient")`) for what is kept from this actor. `way` and `result`
    narrow the list; unknown values find nothing.
    """
    require_mender(actor)
    place = paging.read_place(after)
    kept = Outgoing.objects.filter(~hidden, again=None)
    kept = kept.filter(Q(way=way) if way else Q(), Q(result=result) if result else Q())
    # Two lists with an index each, made one: an OR over both would read the whole outbox.
    sent = kept.filter(FAILURE, ended_at__isnull=False)
    brought = kept.filter(result=Result.BY_HAND, errand__state=ErrandState.FAILED)
    found = [*_newest(sent, "ended_at", place), *_newest(brought, "errand__ended_at", place)]
    found.sort(key=lambda each: (each.ended_at, each.id), reverse=True)
    lines = tuple(found[:ROWS])
    more = len(found) > ROWS
    return Failures(lines, paging.place_of(lines[-1].ended_at, lines[-1].id) if more else "")


def _newest(rows: QuerySet[Outgoing], column: str, place: paging.Place | None) -> list[Failure]:
    """One row more than a page holds, past `place`, by the time in `column` at which each ended."""
    if place is not None:
        rows = rows.filter(paging.beyond(column, place, down=True))
    found = rows.annotate(over_at=F(column)).order_by("-over_at", "-id")[: ROWS + 1]
    return [
        Failure(
            row.pk,
            row.recipient,
            row.kind,
            row.way,
            row.result,
            row.made_at,
            row.over_at,
            row.last_error,
        )
        for row in found
    ]


@dataclass(frozen=True, slots=True)
class ErrandLine:
    """A letter to post, or a call to make. `calls` are those made before: (when, what came of it)."""

    id: int
    way: str
    kind: str
    recipient: str
    made_at: datetime
    due_at: datetime
    calls: tuple[tuple[datetime, str], ...]


def waiting_errands() -> QuerySet[Errand]:
    """Every errand that waits, the one that is due first before the others."""
    rows = Errand.objects.filter(state=ErrandState.WAITING).select_related("notice")
    return rows.prefetch_related("attempts").order_by("due_at", "notice_id")


def errand_line(row: Errand) -> ErrandLine:
    """One of `waiting_errands`, read."""
    calls = sorted(row.attempts.all(), key=lambda each: each.number)
    return ErrandLine(
        row.pk,
        row.way,
        row.notice.kind,
        row.notice.recipient,
        row.made_at,
        row.due_at,
        tuple((each.at, str(CallResult(each.result).label)) for each in calls),
    )
