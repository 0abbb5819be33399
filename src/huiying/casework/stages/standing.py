"""The stages of one case or letter, by what was said of it while they ran: its topic, and the harm.

Both may change in a round. Each change moves the clocks that run, and none that had ended or run out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import Coalesce, JSONObject

from huiying.casework import policy
from huiying.casework.deadlines import Clock, clock_of, pause_of, with_running
from huiying.casework.extension_models import Extension
from huiying.casework.models import CaseFile, Move
from huiying.casework.stages.clocks import (
    IN_ORDER,
    Done,
    StageClock,
    last_taken_up,
    since,
    stage_clocks,
    stood_still,
)
from huiying.casework.urgency.standing import RoundNeed, need_of_round
from huiying.clocks.pauses import Stood
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.routing.models import Category
from huiying.routing.promises.definitions import Stage
from huiying.routing.reads import Terms, terms_kept

# The only moves that say what a case is about, and that take this back.
SORTED, UNSORTED = "triage", "undo_triage"

type Sorted = tuple[datetime, str, int | None]
type Given = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class RoundSteps:
    """What was done in one round: `steps` of the case, oldest first; `sorts` its moves with topic (when,
    verb, category's id), `given` the time that was granted (when, until). `again_at` is when the round
    began, None for the first; the answer's clock stood still for `paused`.
    """

    steps: Sequence[Done]
    sorts: Sequence[Sorted]
    given: Sequence[Given]
    again_at: datetime | None
    paused: Stood


class TermsBy(Protocol):
    """What was promised: `terms_kept`, or the same out of what was read for many cases."""

    def __call__(
        self, start: datetime, category: Category | None, *, need: Need, channel: str
    ) -> Terms: ...


@dataclass(frozen=True, slots=True)
class Book:
    """Where the promises and topics of a case are looked up: `topics` (by row id) those that were read
    already, None where they are asked for.
    """

    terms: TermsBy = terms_kept
    topics: Mapping[int, Category] | None = None

    def topics_of(self, ids: Iterable[int | None]) -> Mapping[int, Category]:
        """These topics by row id. One query at most."""
        wanted = {each for each in ids if each}
        if self.topics is None:
            return Category.objects.in_bulk(wanted) if wanted else {}
        return self.topics


ASKED = Book()


def topics(sorts: Iterable[Sorted]) -> list[tuple[int | None, datetime]]:
    """The topics (ids) that a round had before the last one, each with until when; what was taken back never
    counted.
    """
    held: list[tuple[datetime, int | None]] = []
    for at, verb, category in sorts:
        if verb == UNSORTED and len(held) > 1:
            held.pop()
        elif verb == SORTED or not held:
            held.append((at, category))
    pairs = pairwise(held)
    return [(before, until) for (_at, before), (until, after) in pairs if before != after]


def _over_time(
    topic: Category | None,
    before: list[tuple[int | None, datetime]],
    need: RoundNeed,
    book: Book,
) -> list[tuple[Category | None, Need, datetime | None]]:
    """Topic and need one after the other, each with until when; None for those of now. One query where there
    was another topic.
    """
    known = book.topics_of(each for each, _at in before)
    ends = sorted({until for _each, until in (*before, *need.before)})
    return [
        (
            next((known.get(each or 0) for each, until in before if until >= end), topic),
            next((asked for asked, until in need.before if until >= end), need.need),
            end,
        )
        for end in ends
    ] + [(topic, need.need, None)]


def stages_of(
    made: CaseFile, done: RoundSteps, answer: Clock, need: RoundNeed, book: Book = ASKED
) -> tuple[StageClock, ...]:
    """The stages of the round that began with the letter that `made` is about, or when it was taken up again,
    by what was known then of its harm. One or two small queries, and as many for each time that the topic
    was changed or the desk took a fact away: what had ended or run out by then keeps its moment.
    """
    start = done.again_at or made.received_at
    kept: dict[str, StageClock] = {}
    found: tuple[StageClock, ...] = ()
    steps = since(done.steps, done.again_at)
    now = time.now()
    for topic, asked, until in _over_time(made.category, topics(done.sorts), need, book):
        terms = book.terms(start, topic, need=asked, channel=made.channel)
        found = stage_clocks(terms, steps, start, answer, now, paused=done.paused)
        if until is not None:
            over = _over_by(terms, steps, start, until, done.given)
            kept = {each.stage: _as_then(each, over) for each in found if _same(each, over)} | kept
    standing = {each.stage: each for each in found} | kept
    return tuple(sorted(standing.values(), key=lambda each: IN_ORDER.index(Stage(each.stage))))


def _over_by(
    terms: Terms, steps: Sequence[Done], start: datetime, until: datetime, given: Sequence[Given]
) -> dict[str, StageClock]:
    """The stages that had ended or run out at `until`, as they stood then; never the answer, which keeps its
    own day.
    """
    done = [step for step in steps if step.at < until]
    paused = stood_still(done, until)

    def stood(by: Terms) -> dict[str, StageClock]:
        due = by.kept(Stage.SOLVE, start, None, paused).due_at
        later = [day for at, day in given if at <= until]
        answer = Clock(max([*later, due or start]), None, paused=False, late=False)
        found = stage_clocks(by, done, start, answer, until, paused=paused)
        return {each.stage: each for each in found if each.stage != Stage.SOLVE}

    over = {
        stage for stage, each in stood(terms.known(until)).items() if each.ended_at or each.late
    }
    return {stage: each for stage, each in stood(terms).items() if stage in over}


def _same(now: StageClock, over: dict[str, StageClock]) -> bool:
    """Whether it had run out, and was not begun anew since: another unit has its own time."""
    then = over.get(now.stage)
    return then is not None and then.started_at == now.started_at


def _as_then(now: StageClock, over: dict[str, StageClock]) -> StageClock:
    then = over[now.stage]
    late = then.due_at < (now.ended_at or time.now())
    return replace(then, ended_at=now.ended_at, late=late, not_published=now.not_published)


def sorts_of_own() -> ArraySubquery:
    """The moves of the case that a letter made, as a column of the letter, for `read_sorts`."""
    rows = Move.objects.filter(case=Coalesce(OuterRef("own_case"), OuterRef("case")))
    row = JSONObject(at="at", verb="verb", category="category_id")
    return ArraySubquery(rows.order_by("at", "id").values(row=row))


def read_sorts(rows: Iterable[dict[str, Any]], start: datetime) -> list[Sorted]:
    """What `sorts_of_own` found, of the round that began at `start`."""
    found = [(datetime.fromisoformat(row["at"]), row["verb"], row["category"]) for row in rows]
    return [each for each in found if each[0] >= start]


def case_stages(actor: Actor, number: int) -> tuple[CaseFile, tuple[StageClock, ...]]:
    """The case for this reader with its stages; NotFound where it is not theirs."""
    case = policy.find(actor, number)
    moves = list(Move.objects.filter(case=case).order_by("at", "id"))
    answer = clock_of(case, time.now())
    done = round_steps(case, moves, _granted(case), answer)
    return case, stages_of(case, done, answer, need_of_round(case, done.again_at))


class Moved(Done, Protocol):
    """A move, with what the case was about then."""

    @property
    def category_id(self) -> int | None: ...


def round_steps(
    case: CaseFile, moves: Sequence[Moved], given: Sequence[Given], answer: Clock
) -> RoundSteps:
    """The present round of a case whose moves these are, oldest first; `answer` is its clock now."""
    again_at = last_taken_up(moves)
    return RoundSteps(
        moves,
        [(move.at, move.verb, move.category_id) for move in since(moves, again_at)],
        given,
        again_at,
        with_running(case, case.due_at, pause_of(case), answer),
    )


def _granted(case: CaseFile) -> list[Given]:
    rows = Extension.objects.filter(case=case, round=case.round, granted=True, late=False)
    return [(at, until) for at, until in rows.values_list("decided_at", "until") if at]
