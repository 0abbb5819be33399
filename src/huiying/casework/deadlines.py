"""When a case is due and whether it is late, with the pauses that its clock had.

`due_at` holds every pause that has ended. While the desk waits for the writer the due time moves on
with the clock on the wall, until `waiting_until`: the cap, which all pauses of a round share.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db.models import F, Q

from huiying.casework.models import CaseFile, Report
from huiying.casework.states import OPEN
from huiying.kernel import time


@dataclass(frozen=True, slots=True)
class Clock:
    """A deadline as it stands: `ended_at` is when it was met or missed for good, `late` says which."""

    due_at: datetime
    ended_at: datetime | None
    paused: bool
    late: bool


class TakenUp(Protocol):
    """A letter whose clock may have begun again: a `Report`."""

    @property
    def again_at(self) -> datetime | None: ...


class Received(Protocol):
    """What came at a moment: a `CaseFile`."""

    @property
    def received_at(self) -> datetime: ...


def began(letter: TakenUp, made: Received) -> datetime:
    """When the clock of a letter began: with it, or when it was last taken up again. `made` is the case that
    it made.
    """
    return letter.again_at or made.received_at


def pause_left(case: CaseFile) -> timedelta:
    """How much longer this round's clock may stand still."""
    cap = timedelta(days=settings.WAITING_CAP_DAYS)
    return max(cap - case.paused, timedelta())


def running_pause(
    waiting_since: datetime | None, waiting_until: datetime | None, moment: datetime
) -> timedelta:
    """How long the clock has stood still at `moment` in the pause that began at `waiting_since`."""
    if waiting_since is None or waiting_until is None:
        return timedelta()
    return max(min(moment, waiting_until) - waiting_since, timedelta())


def pause_so_far(case: CaseFile) -> timedelta:
    """How long the clock has stood still in the present pause, up to the cap."""
    return running_pause(case.waiting_since, case.waiting_until, time.now())


def clock(
    due_at: datetime,
    *,
    waiting_since: datetime | None,
    waiting_until: datetime | None,
    ended_at: datetime | None,
    moment: datetime,
) -> Clock:
    """The clock with these columns (of a case, a writer's report or a move) at `moment`."""
    due = due_at + running_pause(waiting_since, waiting_until, ended_at or moment)
    late = due < (ended_at or moment)
    standing_still = waiting_until is not None and moment <= waiting_until
    return Clock(due, ended_at, standing_still and not late and ended_at is None, late)


def clock_of(case: CaseFile, moment: datetime) -> Clock:
    """The unit's clock: ended by the answer, or by closing where there was none."""
    return clock(
        case.due_at,
        waiting_since=case.waiting_since,
        waiting_until=case.waiting_until,
        ended_at=case.answered_at or case.closed_at,
        moment=moment,
    )


def clock_of_letter(report: Report, moment: datetime) -> Clock:
    """The writer's clock: ended by the answer that reached them, or by their going."""
    return clock(
        report.due_at,
        waiting_since=report.case.waiting_since,
        waiting_until=report.case.waiting_until,
        ended_at=report.delivered_at or report.ended_at,
        moment=moment,
    )


class Pausing(Protocol):
    """What stands still while its writers are asked: a `CaseFile`."""

    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def waiting_until(self) -> datetime | None: ...


def extended(
    due_at: datetime, until: datetime, case: Pausing, moment: datetime
) -> tuple[datetime, bool]:
    """The `due_at` of a clock to which time until `until` is granted at `moment`, and whether it was late.

    What is late then stays as it is: the decision counts, not when somebody asked. Of a pause that runs,
    only what comes after `moment` is added to `until`.
    """
    pause = running_pause(case.waiting_since, case.waiting_until, moment)
    if due_at + pause < moment:
        return due_at, True
    return max(due_at, until - pause), False


def late_at(moment: datetime) -> Q:
    """Cases that are open and whose time was over at `moment`, going by their columns now."""
    cap = F("waiting_until") - F("waiting_since")
    # The second rule follows from the others; it is what an index needs.
    return Q(state__in=OPEN, due_at__lt=moment) & (
        Q(waiting_since=None)
        | Q(due_at__lt=F("waiting_since"))
        | Q(waiting_until__lt=moment, due_at__lt=moment - cap)
    )
