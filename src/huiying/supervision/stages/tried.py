"""The other stages of past rounds by other terms: first contact, taking on, interim report; by what was done.

Publication is left out: whether an answer was published stands with the answer.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from huiying.casework.deadlines import Clock
from huiying.casework.models import Move
from huiying.casework.stages.clocks import StageClock, stage_clocks
from huiying.harm.urgency import Need
from huiying.routing.promises.definitions import Stage
from huiying.routing.reads import Terms
from huiying.routing.trying import OtherTerms

STAGES = (Stage.FIRST_CONTACT, Stage.ACCEPT, Stage.INTERIM)
AT_ONCE = 5000


class Chosen(NamedTuple):
    """What the terms of a case hang on."""

    category_id: int | None
    need: Need
    channel: str


class StageTried(NamedTuple):
    """One stage of a round: when it was due and would have been, None where nothing was promised."""

    case_id: int
    stage: str
    due: datetime | None
    due_then: datetime | None
    late: bool
    late_then: bool


class _Step(NamedTuple):
    case_id: int
    round: int
    at: datetime
    verb: str
    due_after_wait: datetime | None


def stages_tried(
    terms: OtherTerms, cases: Mapping[int, Chosen], since: datetime, until: datetime
) -> Iterator[StageTried]:
    """The stages of the rounds of these cases that began between the two, as they stood at `until`. One
    query, read in pieces.
    """
    moves = Move.objects.filter(case_id__in=cases, at__lte=until).order_by("case_id", "id")
    steps = map(_Step._make, moves.values_list(*_Step._fields).iterator(chunk_size=AT_ONCE))
    for (case_id, _round), done in groupby(steps, key=lambda step: (step.case_id, step.round)):
        found = list(done)
        if found[0].at >= since:
            yield from _tried(terms, case_id, cases[case_id], found, until)


def _tried(
    terms: OtherTerms, case_id: int, chosen: Chosen, steps: Sequence[_Step], until: datetime
) -> Iterator[StageTried]:
    start = steps[0].at
    now, then = terms.both(chosen.category_id, start, need=chosen.need, channel=chosen.channel)
    before = _stages(now, steps, until)
    after = before if then == now else _stages(then, steps, until)
    for stage in STAGES:
        old, new = before.get(stage), after.get(stage)
        if old or new:
            yield StageTried(
                case_id,
                stage,
                old.due_at if old else None,
                new.due_at if new else None,
                late=old is not None and old.late,
                late_then=new is not None and new.late,
            )


def _stages(terms: Terms, steps: Sequence[_Step], until: datetime) -> dict[str, StageClock]:
    if not any(each.stage in STAGES for each in terms.promises):
        return {}
    start = steps[0].at
    answer = Clock(start, None, paused=False, late=False)  # not asked for here
    found = stage_clocks(terms, steps, start, answer, until)
    return {each.stage: each for each in found}


def by_stage(tried: Iterable[StageTried]) -> dict[str, list[StageTried]]:
    """The same under each stage, in the order of a case's way."""
    found: dict[str, list[StageTried]] = defaultdict(list)
    for each in tried:
        found[each.stage].append(each)
    return {stage: found[stage] for stage in STAGES if stage in found}
