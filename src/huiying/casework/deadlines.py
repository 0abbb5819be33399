"""When a case is due and whether it is late, with the pauses that its clock had.

`due_at` holds every pause that has ended. While the desk waits for the writer the clock stands still, until
`waiting_until`: the cap, which all pauses of a round share. Who was late when the desk asked stays late
meanwhile, nobody else is; and after the cap it is due at `due_after_wait`, which is reckoned when the pause
begins, in the time in which the answer was promised. Pauses that began before there was such a column move
the due time with the clock on the wall.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from django.conf import settings
from django.db.models import F, Q
from django.db.models.functions import Coalesce

from huiying.casework.models import CaseFile, Report
from huiying.casework.states import OPEN
from huiying.clocks.pauses import Pausing, Stood, before, stood
from huiying.clocks.working_time import Timetable
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


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause that runs: the columns of a case, of a move, or of a letter that waits with its case."""

    since: datetime
    until: datetime
    due_after: datetime | None

    def due(self, due_at: datetime, moment: datetime) -> datetime:
        """When it is due, as far as can be said at `moment`: within the pause, when at the latest."""
        within = moment <= self.until
        if self.due_after is None:
            in_time = within and due_at >= self.since
            ends = self.until if in_time else moment
            return due_at + running_pause(self.since, self.until, ends)
        return due_at if within and due_at < self.since else self.due_after

    def late(self, due_at: datetime, moment: datetime) -> bool:
        """Whether its time is over at `moment`."""
        if moment <= self.until:
            return due_at < self.since
        return self.due(due_at, moment) < moment


class Waiting(Protocol):
    """What stands still while its writers are asked: a `CaseFile`, a `Move`."""

    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def waiting_until(self) -> datetime | None: ...
    @property
    def due_after_wait(self) -> datetime | None: ...


class Letter(Protocol):
    """What stands still with the case where it is: a `Report`."""

    @property
    def waiting_since(self) -> datetime | None: ...
    @property
    def due_after_wait(self) -> datetime | None: ...


def pause_of(case: Waiting) -> Pause | None:
    """The pause that runs; None where the clock runs."""
    if case.waiting_since is None or case.waiting_until is None:
        return None
    return Pause(case.waiting_since, case.waiting_until, case.due_after_wait)


def pause_of_letter(letter: Letter, case: Waiting) -> Pause | None:
    """The same of a letter that stands with this case, from when it stands still."""
    if case.waiting_since is None or case.waiting_until is None:
        return None
    if letter.waiting_since is None:
        return Pause(case.waiting_since, case.waiting_until, None)
    return Pause(letter.waiting_since, case.waiting_until, letter.due_after_wait)


def clock(
    due_at: datetime, pause: Pause | None, *, ended_at: datetime | None, moment: datetime
) -> Clock:
    """The clock with these columns at `moment`."""
    at = ended_at or moment
    if pause is None:
        return Clock(due_at, ended_at, paused=False, late=due_at < at)
    late = pause.late(due_at, at)
    stands_still = moment <= pause.until and not late and ended_at is None
    return Clock(pause.due(due_at, at), ended_at, stands_still, late)


def clock_of(case: CaseFile, moment: datetime) -> Clock:
    """The unit's clock: ended by the answer, or by closing where there was none."""
    ended_at = case.answered_at or case.closed_at
    return clock(case.due_at, pause_of(case), ended_at=ended_at, moment=moment)


def clock_of_letter(report: Report, moment: datetime) -> Clock:
    """The writer's clock: ended by the answer that reached them, or by their going."""
    pause = pause_of_letter(report, report.case)
    ended_at = report.delivered_at or report.ended_at
    return clock(report.due_at, pause, ended_at=ended_at, moment=moment)


def with_running(paused: Pausing, due_at: datetime, pause: Pause | None, shown: Clock) -> Stood:
    """The pauses that are in the due time of the clock as it is `shown`; its column is `due_at`."""
    found, won = stood(paused), shown.due_at - due_at
    if pause is None or not won:
        return found
    if pause.due_after is None:
        return replace(found, by_wall=found.by_wall + won)
    return found.and_then((pause.since, pause.until))


def extended(
    due_at: datetime,
    until: datetime,
    pause: Pause | None,
    timetable: Timetable | None,
    moment: datetime,
) -> tuple[datetime, bool]:
    """The `due_at` of a clock to which time until `until` is granted at `moment`, and whether it was late.

    What is late then stays as it is: the decision counts, not when somebody asked. Of a pause that runs,
    only what comes after `moment` is added to `until`, in the time of `timetable` (None: by the wall).
    """
    if clock(due_at, pause, ended_at=None, moment=moment).late:
        return due_at, True
    if pause is None:
        return max(due_at, until), False
    by = None if pause.due_after is None else timetable
    return max(due_at, before(until, pause.since, min(moment, pause.until), by)), False


def late_at(moment: datetime) -> Q:
    """Cases that are open and whose time was over at `moment`, going by their columns now."""
    cap = F("waiting_until") - F("waiting_since")
    # The second rule follows from the others; it is what an index needs.
    return Q(state__in=OPEN, due_at__lt=moment) & (
        Q(waiting_since=None)
        | Q(due_at__lt=F("waiting_since"))
        | Q(waiting_until__lt=moment, due_after_wait__lt=moment)
        | Q(waiting_until__lt=moment, due_after_wait=None, due_at__lt=moment - cap)
    )


def letter_late_at(moment: datetime) -> Q:
    """Letters that wait whose time was over at `moment`, each by its own clock."""
    since, until = F("case__waiting_since"), F("case__waiting_until")
    return Q(due_at__lt=moment) & (
        Q(case__waiting_since=None)
        | Q(due_at__lt=Coalesce("waiting_since", since))
        | Q(case__waiting_until__lt=moment, due_after_wait__lt=moment)
        | Q(
            case__waiting_until__lt=moment, due_after_wait=None, due_at__lt=moment - (until - since)
        )
    )
