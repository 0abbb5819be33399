"""The clocks of a case's stages beside that of its answer: from what was promised and what was done.

Nothing of them is kept: they follow from the moves, the promises in force when the round began, and the
calendar. A stage ends by an act on record and by nothing else.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from django.conf import settings

from huiying.casework.deadlines import Clock
from huiying.casework.states import STAYS, TAKEN_UP_AGAIN
from huiying.clocks.pauses import Stood
from huiying.routing.promises.definitions import Reckoned, Stage
from huiying.routing.reads import Terms

ENDS = frozenset({"answer", "answer_unreviewed", "answer_at_once", "decline", "withdraw"})
CONTACT = ENDS | {"ask_resident", "extend", "interim"}
INTERIM = ENDS | {"interim"}
UNANSWERED = frozenset({"decline", "withdraw"})
TAKEN_ON = ENDS | {"accept", "return_to_desk"}
GIVEN = frozenset({"assign", "reassign"})
TAKEN_BACK = frozenset({"undo_assign", "take_back_from_named"})
NEVER = Stood()
IN_ORDER = (Stage.FIRST_CONTACT, Stage.ACCEPT, Stage.INTERIM, Stage.SOLVE, Stage.PUBLISH)


class Done(Protocol):
    """A step of the case: a `Move`, or how its writer is told of it."""

    @property
    def at(self) -> datetime: ...
    @property
    def verb(self) -> str: ...
    @property
    def due_after_wait(self) -> datetime | None: ...


class NotPublished(StrEnum):
    """Why an answer for which publication was promised is not published."""

    WISH = "wish"
    CONDUCT = "conduct"
    DECIDED = "decided"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, slots=True)
class StageClock:
    """One stage of the present round. `promises` are those for it, the tightest first: it counts.

    `excused_until`: it is late, and by a calendar that was adopted after its day it would be due then.
    `not_published` says why an answer never will be; with `ended_at` where somebody decided it.
    """

    stage: str
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    late: bool
    provisional: bool
    promises: tuple[Reckoned, ...]
    excused_until: datetime | None = None
    not_published: NotPublished | None = None


def last_taken_up(steps: Iterable[Done]) -> datetime | None:
    """When the case with these steps, oldest first, was last taken up again; None for never."""
    again = [step.at for step in steps if step.verb in TAKEN_UP_AGAIN]
    return again[-1] if again else None


def since[Step: Done](steps: Sequence[Step], again_at: datetime | None) -> Sequence[Step]:
    """The steps of the round that began when it was taken up again at `again_at`; all for None."""
    begin = [
        place
        for place, step in enumerate(steps)
        if step.verb in TAKEN_UP_AGAIN and step.at == again_at
    ]
    return steps[begin[-1] :] if begin else steps


def stage_clocks(
    terms: Terms,
    steps: Sequence[Done],
    start: datetime,
    answer: Clock,
    moment: datetime,
    *,
    paused: Stood = NEVER,
) -> tuple[StageClock, ...]:
    """The stages for which something was promised, in their order; `steps` are those of the round. The
    answer's clock stood still for `paused`.

    Whether an answer was published stands with the answer: `replies` ends that clock.
    """
    told = _first(steps, INTERIM)
    still = stood_still(steps, told or moment)
    found = [
        _clock(terms, Stage.FIRST_CONTACT, start, _first(steps, CONTACT), moment),
        *(_clock(terms, Stage.ACCEPT, *given, moment) for given in _given(steps)),
        _clock(terms, Stage.INTERIM, start, told, moment, still),
    ]
    kept = terms.kept(Stage.SOLVE, start, answer.ended_at, paused)
    promised = kept.promises[0].due
    found.append(
        StageClock(
            stage=Stage.SOLVE,
            started_at=start,
            due_at=answer.due_at,
            ended_at=answer.ended_at,
            late=answer.late,
            provisional=promised.at == answer.due_at and promised.provisional,
            promises=kept.promises,
            excused_until=_excused(terms, Stage.SOLVE, start, kept.promises, paused)
            if answer.late and kept.due_at == answer.due_at
            else None,
        )
    )
    gained = _gained(promised.at, answer.due_at, steps)
    unanswered = _first(steps, UNANSWERED)
    published = _clock(terms, Stage.PUBLISH, start, unanswered, moment, gained)
    if published and unanswered:
        published = replace(published, not_published=NotPublished.UNANSWERED)
    return tuple(each for each in (*found, published) if each is not None)


def _gained(promised: datetime, due: datetime, steps: Iterable[Done]) -> Stood:
    """What the answer's clock won by pauses and more time; by the wall where no pause counted otherwise."""
    if due <= promised:
        return NEVER
    if any(step.due_after_wait for step in steps):
        return Stood(stretches=((promised, due),))
    return Stood(by_wall=due - promised)


def stood_still(steps: Iterable[Done], until: datetime) -> Stood:
    """How these steps waited for the writer up to then, as far as a round may."""
    found, asked = NEVER, None
    left = timedelta(days=settings.WAITING_CAP_DAYS)
    for step in steps:
        if step.at > until:
            break
        if step.verb == "ask_resident":
            asked = step
        elif asked is not None and step.verb not in STAYS:
            found, left = _stood(found, asked, step.at, left)
            asked = None
    return _stood(found, asked, until, left)[0] if asked else found


def _stood(before: Stood, asked: Done, ends: datetime, left: timedelta) -> tuple[Stood, timedelta]:
    """The same with one more pause, of at most `left`; and what is left then."""
    lasted = min(ends - asked.at, left)
    if asked.due_after_wait is None:
        return replace(before, by_wall=before.by_wall + lasted), left - lasted
    stretch = (asked.at, asked.at + lasted) if lasted else None
    return before.and_then(stretch), left - lasted


def _first(steps: Iterable[Done], verbs: frozenset[str]) -> datetime | None:
    return next((step.at for step in steps if step.verb in verbs), None)


def _given(steps: Iterable[Done]) -> list[tuple[datetime, datetime | None]]:
    """When the unit was given the case last, and when it took it on or sent it back."""
    start, end = None, None
    for step in steps:
        if step.verb in GIVEN:
            start, end = step.at, None
        elif step.verb in TAKEN_BACK:
            start = None
        elif step.verb == "undo_accept":
            end = None
        elif step.verb in TAKEN_ON and start is not None and end is None:
            end = step.at
    return [(start, end)] if start is not None else []


def _clock(
    terms: Terms,
    stage: str,
    start: datetime,
    ended_at: datetime | None,
    moment: datetime,
    gained: Stood = NEVER,
) -> StageClock | None:
    """`gained`: by so much it moves on, for pauses and more time that was granted."""
    kept = terms.kept(stage, start, ended_at, gained)
    if kept.due_at is None:
        return None
    provisional = kept.promises[0].due.provisional
    late = kept.due_at < (ended_at or moment)
    excused = _excused(terms, stage, start, kept.promises, gained) if late else None
    return StageClock(
        stage, start, kept.due_at, ended_at, late, provisional, kept.promises, excused
    )


def _excused(
    terms: Terms,
    stage: str,
    start: datetime,
    kept: tuple[Reckoned, ...],
    paused: Stood = NEVER,
) -> datetime | None:
    """When it would be due by the calendar of now, where that is later than what counts."""
    due = terms.of(stage, start)[0].due.at
    by = terms.timetable if terms.in_working_time(stage) else None
    return paused.moved(due, by) if due > kept[0].due.at else None
