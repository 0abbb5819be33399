"""What was sent to staff, for the administrator: to whom, what kind, when, how it went. Never of which case.

That something was kept from somebody says too much about a complaint. So what is not for its reader any more,
and what waited for a mail of the day, of which a part may be, stands here like what went; and nothing
stands here before it has ended, so that nothing vanishes or changes its name.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from huiying.kernel import paging
from huiying.kernel.actors import Actor
from huiying.notices.models import FAILURE, TO_STAFF, Outgoing
from huiying.notices.policy import require_staff_mender
from huiying.notices.states import FAILED, Result

ROWS = 30
ALIKE = (Result.SENT, Result.NOT_THEIRS, Result.GATHERED)


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """One notice to a member of staff that has ended; `result` is SENT for all that are told alike.
    `problem`: the class of an error, or the status of a bounce. `again`: it failed and was not sent again.
    """

    id: int
    recipient: str
    kind: str
    way: str
    result: str
    made_at: datetime
    ended_at: datetime | None
    tries: int
    problem: str
    again: bool


@dataclass(frozen=True, slots=True)
class StaffNotices:
    """One page of them, newest first; `after` is the place of its last row where more follow."""

    rows: tuple[StaffNotice, ...]
    after: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the list is narrowed: to one label, to some kinds, to a `Result`, or (`failed`) to what did not
    arrive and was not sent again. Empty for no narrowing; unknown values find nothing.
    """

    recipient: str = ""
    kinds: Collection[str] = ()
    result: str = ""
    failed: bool = False


def staff_notices(actor: Actor, wanted: Wanted, *, after: str = "") -> StaffNotices:
    """A page of what was sent to staff. One query. Raises NotAllowed."""
    require_staff_mender(actor)
    repeated = Exists(Outgoing.objects.filter(again_of=OuterRef("pk")))
    rows = (
        Outgoing.objects.filter(TO_STAFF).exclude(result=Result.WAITING).annotate(repeated=repeated)
    )
    rows = rows.filter(
        Q(recipient=wanted.recipient) if wanted.recipient else Q(),
        Q(kind__in=wanted.kinds) if wanted.kinds else Q(),
        Q(result__in=_meant(wanted.result)) if wanted.result else Q(),
        FAILURE & Q(repeated=False) if wanted.failed else Q(),
    )
    place = paging.read_place(after)
    if place is not None:
        rows = rows.filter(paging.beyond("made_at", place, down=True))
    found = [_line(row) for row in rows.order_by("-made_at", "-id")[: ROWS + 1]]
    lines = tuple(found[:ROWS])
    more = len(found) > ROWS
    return StaffNotices(lines, paging.place_of(lines[-1].made_at, lines[-1].id) if more else "")


def _meant(result: str) -> Collection[str]:
    if result == Result.SENT:
        return ALIKE
    return () if result in ALIKE else (result,)


def _line(row: Outgoing) -> StaffNotice:
    alike = row.result in ALIKE
    return StaffNotice(
        id=row.pk,
        recipient=row.recipient,
        kind=row.kind,
        way=row.way,
        result=Result.SENT if alike else row.result,
        made_at=row.made_at,
        ended_at=row.ended_at,
        tries=0 if alike else row.tries,
        problem="" if alike else row.last_error,
        again=row.result in FAILED and not getattr(row, "repeated", False),
    )
