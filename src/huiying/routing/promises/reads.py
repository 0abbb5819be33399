"""The promises in force at a moment, and the versions as pages show them."""

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from huiying.kernel.prepared import run_prepared
from huiying.routing.models import PromiseVersion
from huiying.routing.promises.definitions import PromiseSet, from_data

KEPT = 16
# Which version was in force, and the codes of a category and all above it, in one small query.
PROMISED = b"""
SELECT (
  SELECT digest FROM routing_promiseversion WHERE adopted_at <= $1
  ORDER BY adopted_at DESC, number DESC LIMIT 1
), ARRAY(
  WITH RECURSIVE above AS (
    SELECT code, parent_id FROM routing_category WHERE id = $2
    UNION ALL
    SELECT up.code, up.parent_id FROM routing_category up JOIN above ON up.id = above.parent_id
  ) SELECT code FROM above
)"""


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version; `adopted_at` is None while it waits for a second person."""

    number: int
    note: str
    digest: str
    proposed_by: str
    proposed_at: datetime
    adopted_by: str
    adopted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Shown:
    """The promises in force, the proposal that waits for a second person, and all versions, newest first."""

    in_force: PromiseSet | None
    number: int
    since: datetime | None
    proposed: PromiseSet | None
    waiting: VersionLine | None
    versions: tuple[VersionLine, ...]


@dataclass(frozen=True, slots=True)
class VersionShown:
    """One version, whether it `waits` for a second person, and the one `before`: in force now where it waits,
    else when it was put in force or, never put in force, proposed. `before_number` is 0 where there was none.
    """

    line: VersionLine
    promises: PromiseSet
    before_number: int
    before: PromiseSet | None
    waits: bool


def promised(moment: datetime, category_id: int | None) -> tuple[PromiseSet | None, frozenset[str]]:
    """The promises in force at `moment`, and the codes of the category and all above it. One query."""
    digest, codes = run_prepared(PROMISED, [moment, category_id]) or (None, ())
    return promise_set(digest) if digest else None, frozenset(codes)


def history() -> list[tuple[datetime, PromiseSet]]:
    """Every version that was put in force, oldest first, with when. One query."""
    rows = PromiseVersion.objects.filter(adopted_at__isnull=False).order_by("adopted_at", "number")
    found = rows.values_list("adopted_at", "definition")
    return [(at, from_data(data)) for at, data in found if at is not None]


def at(moment: datetime, versions: Sequence[tuple[datetime, PromiseSet]]) -> PromiseSet | None:
    """Which of these versions was in force at `moment`."""
    return next((each for since, each in reversed(versions) if since <= moment), None)


@functools.lru_cache(maxsize=KEPT)
def promise_set(digest: str) -> PromiseSet:
    """The version with this digest, read once in each process."""
    rows = PromiseVersion.objects.filter(digest=digest).values_list("definition", flat=True)
    return from_data(rows[:1].get())


def version(number: int) -> VersionShown | None:
    """One version beside what it took, or would take, the place of. Three queries."""
    row = PromiseVersion.objects.filter(number=number).first()
    if row is None:
        return None
    passed = PromiseVersion.objects.filter(number__gt=number).exists()
    waits = row.adopted_at is None and not passed
    earlier = PromiseVersion.objects.filter(adopted_at__isnull=False).exclude(number=number)
    if not waits:
        earlier = earlier.filter(adopted_at__lte=row.adopted_at or row.proposed_at)
    if row.adopted_at is not None:
        earlier = earlier.exclude(adopted_at=row.adopted_at, number__gt=number)
    before = earlier.order_by("-adopted_at", "-number").first()
    return VersionShown(
        line=_line(row),
        promises=from_data(row.definition),
        before_number=before.number if before else 0,
        before=from_data(before.definition) if before else None,
        waits=waits,
    )


def in_force() -> PromiseSet | None:
    """What the agency promises now. One query."""
    rows = PromiseVersion.objects.filter(adopted_at__isnull=False).order_by(
        "-adopted_at", "-number"
    )
    data = rows.values_list("definition", flat=True).first()
    return from_data(data) if data else None


def shown() -> Shown:
    """Everything that the page of the desk shows. One query."""
    rows = list(PromiseVersion.objects.order_by("-number"))
    adopted = [row for row in rows if row.adopted_at is not None]
    waits = rows[0] if rows and rows[0].adopted_at is None else None
    return Shown(
        in_force=from_data(adopted[0].definition) if adopted else None,
        number=adopted[0].number if adopted else 0,
        since=adopted[0].adopted_at if adopted else None,
        proposed=from_data(waits.definition) if waits else None,
        waiting=_line(waits) if waits else None,
        versions=tuple(_line(row) for row in rows),
    )


def _line(row: PromiseVersion) -> VersionLine:
    return VersionLine(
        number=row.number,
        note=row.note,
        digest=row.digest,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        adopted_by=row.adopted_by,
        adopted_at=row.adopted_at,
    )
