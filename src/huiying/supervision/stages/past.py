"""The clocks beside that of the answer as they ran in the past, for trying a policy on them.

Each round is reckoned as the page of the case reckons the present one, from its own moves; where a case was
given from unit to unit, each unit's time to take it on is one clock.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched

from huiying.casework.stages.clocks import StageClock
from huiying.casework.stages.many import RoundStanding, rounds_of_many
from huiying.casework.states import OPEN
from huiying.clocks.working_time import Timetable
from huiying.routing.all_terms import all_terms
from huiying.routing.promises.definitions import Stage
from huiying.supervision.stages.days import Waits, step_days
from huiying.supervision.stages.publication import on_record

BATCH = 1000


@dataclass(frozen=True, slots=True)
class StageRun:
    """One clock from its beginning until `ended`, None where it runs; `units` say since when which unit had
    the case.
    """

    case_id: int
    stage: Stage
    clock: StageClock
    waits: Waits
    timetable: Timetable | None
    units: Sequence[tuple[datetime, int | None]]
    ended: datetime | None

    def reached(self, percent: int) -> datetime:
        """When it came to this share of its time, had it run on."""
        return step_days(self.clock, [percent], self.waits, self.timetable)[0].at

    def unit_at(self, moment: datetime) -> int | None:
        """Which unit had it then."""
        held = [unit for since, unit in self.units if since <= moment]
        return held[-1] if held else None


def stage_runs(cases: Iterable[int], stages: Collection[str]) -> Iterator[StageRun]:
    """Those of these stages that ran in these cases (ids), in any round. Eleven queries, and five more a
    thousand cases; two for each publication that was promised.
    """
    terms = all_terms()
    for ids in batched(cases, BATCH):
        for one in rounds_of_many(ids, terms):
            for clock in one.stages:
                ran = _as_it_ran(one, clock) if clock.stage in stages else None
                if ran is not None:
                    yield StageRun(
                        one.case.pk,
                        Stage(ran.stage),
                        ran,
                        one.waits,
                        terms.timetable(one.case.category_id),
                        [(step.at, step.unit_id) for step in one.steps],
                        _until(one, ran),
                    )


def _as_it_ran(one: RoundStanding, clock: StageClock) -> StageClock | None:
    """None where there was nothing to do: what is never to be published."""
    if clock.stage == Stage.PUBLISH and clock.not_published is None:
        clock = on_record(clock, one.case)
    return None if clock.not_published is not None and clock.ended_at is None else clock


def _until(one: RoundStanding, clock: StageClock) -> datetime | None:
    """When it ended, at the latest with the next round; None where it runs."""
    left = _left(one) if clock.stage != Stage.PUBLISH else None
    return min((at for at in (clock.ended_at, left, one.following) if at), default=None)


def _left(one: RoundStanding) -> datetime | None:
    """When nobody had it any more: answered, closed, or joined or split and not taken apart since."""
    ended = None
    for step in one.steps:
        ended = None if step.target in OPEN else ended or step.at
    return ended
