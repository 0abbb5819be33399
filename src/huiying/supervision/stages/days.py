"""When each clock of a case beside that of its answer comes to the steps of a policy.

The clocks are those that the page of the case shows. Their shares are counted as that of an answer is: in
working time where they were promised so, and standing still while the desk waits for the writer, where
the clock does.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from huiying.casework.stages.clocks import StageClock
from huiying.casework.stages.many import Standing, standing_of_many
from huiying.casework.states import OPEN, State
from huiying.clocks.working_time import Timetable, add_working, working_between
from huiying.kernel import time
from huiying.routing.all_terms import AllTerms
from huiying.routing.promises.definitions import Stage
from huiying.supervision.paces import SHORTEST, moment_of
from huiying.supervision.stages.publication import still_runs

# The clocks that a pause of the case moves.
PAUSED = frozenset({Stage.INTERIM, Stage.PUBLISH})
ANSWERED = frozenset({State.ANSWERED, State.CLOSED})

type Percents = Mapping[str, Sequence[int]]
type Waits = Sequence[tuple[datetime, datetime]]


@dataclass(frozen=True, slots=True)
class StageDue:
    """One clock that runs, as a notice names it."""

    stage: str
    began_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class StepDay:
    """When a clock comes to a step, if nothing moves it before."""

    clock: StageDue
    percent: int
    at: datetime


@dataclass(frozen=True, slots=True)
class CaseDays:
    """A case, by its version, with the steps of its clocks that run."""

    case_id: int
    version: int
    steps: list[StepDay] = field(default_factory=list)


def days_of_many(ids: Iterable[int], percents: Percents, terms: AllTerms) -> list[CaseDays]:
    """Those of these cases (ids), by the percentages that the policy names for each stage."""
    found = []
    for standing in standing_of_many(ids, terms):
        case = standing.case
        timetable = terms.timetable(case.category_id)
        days = CaseDays(case.pk, case.version)
        for clock in _running(standing):
            steps = step_days(clock, percents.get(clock.stage, ()), standing.waits, timetable)
            if steps and (clock.stage != Stage.PUBLISH or _to_be_published(steps, clock, standing)):
                days.steps.extend(steps)
        found.append(days)
    return found


def running_of(ids: Iterable[int], terms: AllTerms) -> dict[tuple[int, str, datetime], StageDue]:
    """The clocks of these cases that run now, by case (id), stage and when they began."""
    return {
        (standing.case.pk, clock.stage, clock.started_at): _due(clock)
        for standing in standing_of_many(ids, terms)
        for clock in _running(standing)
        if clock.stage != Stage.PUBLISH or still_runs(clock, standing.case)
    }


def _running(standing: Standing) -> list[StageClock]:
    """Those that have not ended; once the case is answered only that of its publication is left."""
    state = State(standing.case.state)
    left = [
        each
        for each in standing.stages
        if each.stage != Stage.SOLVE and each.ended_at is None and each.not_published is None
    ]
    if state in OPEN:
        return left
    answered = state in ANSWERED and standing.case.answered_at is not None
    return [each for each in left if answered and each.stage == Stage.PUBLISH]


def _to_be_published(steps: Sequence[StepDay], clock: StageClock, standing: Standing) -> bool:
    """Replies are asked no earlier than there is something to tell: at that moment it is reckoned again."""
    return steps[0].at > time.now() or still_runs(clock, standing.case)


def step_days(
    clock: StageClock, percents: Sequence[int], waits: Waits, timetable: Timetable | None
) -> list[StepDay]:
    """When this clock comes to each of these percentages of its time; `timetable` that of its topic.

    No step is reached within a pause that runs: it is put off until the cap, and reckoned again then.
    """
    counted = waits if clock.stage in PAUSED else ()
    by = timetable if clock.promises[0].promise.span.by_calendar else None
    now = time.now()
    run = next((each for each in counted if each[1] > now), None)
    stood = [(begins, min(ends, now)) for begins, ends in counted]
    found = []
    for percent in percents:
        moment = _reached(percent, clock, stood, by)
        if clock.late and percent <= 100:
            moment = min(moment, clock.due_at)
        elif run is not None and moment > run[0]:
            moment = max(moment, run[1])
        found.append(StepDay(_due(clock), percent, moment))
    return found


def _reached(
    percent: int, clock: StageClock, waits: Waits, timetable: Timetable | None
) -> datetime:
    """100 is the day itself, whatever the calendar says of that hour."""
    start, due = clock.started_at, clock.due_at
    allowed = _without(start, due, waits, timetable)
    if allowed < SHORTEST and timetable is not None:
        timetable = None
        allowed = _without(start, due, waits, None)
    if allowed < SHORTEST:
        return moment_of(percent, start, due, None)[0]
    if percent == 100:
        return due
    if percent < 100:
        return _past(start, -(-allowed * percent // 100), waits, timetable)
    after = [each for each in waits if each[0] >= due]
    return _past(due, -(-allowed * (percent - 100) // 100), after, timetable)


def _past(start: datetime, share: timedelta, waits: Waits, timetable: Timetable | None) -> datetime:
    """When so much of its time has passed, the pauses left out."""
    moment = _later(start, share, timetable)
    for begins, ends in waits:
        if begins < moment:
            moment = _later(moment, _lasted(begins, ends, timetable), timetable)
    return moment


def _without(
    start: datetime, end: datetime, waits: Waits, timetable: Timetable | None
) -> timedelta:
    within = ((max(start, begins), min(end, ends)) for begins, ends in waits)
    paused = (_lasted(*each, timetable) for each in within if each[0] < each[1])
    return _lasted(start, end, timetable) - sum(paused, timedelta())


def _lasted(begins: datetime, ends: datetime, timetable: Timetable | None) -> timedelta:
    return working_between(begins, ends, timetable) if timetable else ends - begins


def _later(moment: datetime, lasted: timedelta, timetable: Timetable | None) -> datetime:
    return add_working(moment, lasted, timetable).at if timetable else moment + lasted


def _due(clock: StageClock) -> StageDue:
    return StageDue(clock.stage, clock.started_at, clock.due_at)
