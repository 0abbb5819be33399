"""The stages of many cases at once, by the same reckoning as the page of one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings

from huiying.casework.deadlines import Clock, clock_of
from huiying.casework.extension_models import Extension
from huiying.casework.harm_models import HarmDecision
from huiying.casework.models import CaseFile, Move, Report
from huiying.casework.stages.clocks import ENDS, GIVEN, NEVER, Done, StageClock, since
from huiying.casework.stages.standing import Book, Given, RoundSteps, round_steps, stages_of
from huiying.casework.states import STAYS, TAKEN_UP_AGAIN
from huiying.casework.urgency.standing import RoundNeed, Row, round_need
from huiying.harm.facts import DANGER
from huiying.kernel import time
from huiying.routing.all_terms import AllTerms
from huiying.routing.promises.definitions import Stage


class MoveRow(NamedTuple):
    """One move, as the query gives it."""

    case_id: int
    at: datetime
    verb: str
    category_id: int | None
    unit_id: int | None
    target: str
    due_at: datetime
    due_after_wait: datetime | None
    round: int


@dataclass(frozen=True, slots=True)
class Standing:
    """One case with the stages of its present round; `waits` are the pauses of it, one that runs until its
    cap.
    """

    case: CaseFile
    stages: tuple[StageClock, ...]
    waits: tuple[tuple[datetime, datetime], ...]


@dataclass(frozen=True, slots=True)
class RoundStanding:
    """The same of one round, past or present, with its moves; a clock for each unit that was given the case.
    `following` is when the next round began, None for the present one.
    """

    case: CaseFile
    steps: Sequence[MoveRow]
    stages: Sequence[StageClock]
    waits: tuple[tuple[datetime, datetime], ...]
    following: datetime | None


def standing_of_many(ids: Iterable[int], terms: AllTerms) -> Iterator[Standing]:
    """Each of these cases (ids) that is there, for whoever was found to know of it. Five queries at most."""
    found = list(CaseFile.objects.filter(pk__in=list(ids)).order_by("pk"))
    book = Book(terms.kept, terms.categories)
    facts = _Known(found)
    for case in found:
        if case.category_id is not None:
            case.category = terms.categories[case.category_id]
        answer = clock_of(case, time.now())
        done = round_steps(case, facts.moves(case), facts.given_in(case, case.round), answer)
        need = facts.need(case, done.again_at)
        waits = waits_of(since(done.steps, done.again_at))
        yield Standing(case, stages_of(case, done, answer, need, book), waits)


def rounds_of_many(ids: Iterable[int], terms: AllTerms) -> Iterator[RoundStanding]:
    """Every round of these cases (ids), the oldest first. Five queries at most."""
    found = list(CaseFile.objects.filter(pk__in=list(ids)).order_by("pk"))
    book = Book(terms.kept, terms.categories)
    facts = _Known(found)
    for case in found:
        moves = facts.moves(case)
        numbers = sorted({move.round for move in moves})
        for number, following in zip(numbers, [*numbers[1:], None], strict=True):
            steps = [move for move in moves if move.round == number]
            after = next((move.at for move in moves if move.round == following), None)
            stages = _stages_then(case, steps, facts, book)
            yield RoundStanding(case, steps, stages, waits_of(steps), after)


def _stages_then(
    case: CaseFile, steps: Sequence[MoveRow], facts: "_Known", book: Book
) -> list[StageClock]:
    """The clocks of that round as they stood in its end; and those of units that gave it on before."""
    last = steps[-1]
    case.category = book.topics_of([last.category_id]).get(last.category_id or 0)
    again_at = steps[0].at if steps[0].verb in TAKEN_UP_AGAIN else None
    need = facts.need(case, again_at)
    ended_at = next((step.at for step in steps if step.verb in ENDS), None)
    answer = Clock(last.due_at, ended_at, paused=False, late=False)

    def stages(some: Sequence[MoveRow]) -> tuple[StageClock, ...]:
        sorts = [(move.at, move.verb, move.category_id) for move in some]
        done = RoundSteps(some, sorts, facts.given_in(case, last.round), again_at, NEVER)
        return stages_of(case, done, answer, need, book)

    given = [place for place, step in enumerate(steps) if step.verb in GIVEN]
    before = [
        replace(clock, ended_at=clock.ended_at or steps[place].at)
        for place in given[1:]
        for clock in stages(steps[:place])
        if clock.stage == Stage.ACCEPT
    ]
    return [*before, *stages(steps)]


class _Known:
    """What the clocks of these cases hang on beside their columns. Four queries at most."""

    def __init__(self, cases: Sequence[CaseFile]) -> None:
        ids = [case.pk for case in cases]
        self._moves: dict[int, list[MoveRow]] = {}
        moves = Move.objects.filter(case__in=ids).order_by("case", "at", "id")
        for move in map(MoveRow._make, moves.values_list(*MoveRow._fields)):
            self._moves.setdefault(move.case_id, []).append(move)
        self._given: dict[tuple[int, int], list[Given]] = {}
        granted = Extension.objects.filter(case__in=ids, granted=True, late=False).order_by("pk")
        for key, number, at, until in granted.values_list("case", "round", "decided_at", "until"):
            self._given.setdefault((key, number), []).extend([(at, until)] if at else [])
        self._said: dict[int, list[Row]] = {}
        weighed = HarmDecision.objects.filter(case__in=ids).order_by("pk")
        for key, fact, holds, at in weighed.values_list("case", "fact", "holds", "at"):
            self._said.setdefault(key, []).append((fact, holds, at))
        self._ticked = self._own_facts()

    def _own_facts(self) -> dict[int, frozenset[str]]:
        """What the writers ticked, where anybody said something of it since."""
        if not self._said:
            return {}
        own = Report.objects.filter(case__in=list(self._said), own_case=None)
        rows = own.order_by("-pk").values_list("case", "submission__harm", "submission__danger")
        return {
            key: frozenset([*harm, *([DANGER] if danger else [])]) for key, harm, danger in rows
        }

    def moves(self, case: CaseFile) -> list[MoveRow]:
        return self._moves.get(case.pk, [])

    def given_in(self, case: CaseFile, number: int) -> list[Given]:
        return self._given.get((case.pk, number), [])

    def need(self, case: CaseFile, again_at: datetime | None) -> RoundNeed:
        rows = self._said.get(case.pk)
        if not rows:
            return RoundNeed(case.need)
        ticked = self._ticked.get(case.pk, frozenset())
        return round_need(case, ticked, rows, again_at or case.received_at)


def waits_of(steps: Iterable[Done]) -> tuple[tuple[datetime, datetime], ...]:
    """When these steps waited for the writer, as far as a round may; what runs still, to its cap."""
    left, begun = timedelta(days=settings.WAITING_CAP_DAYS), None
    found = list[tuple[datetime, datetime]]()
    for step in steps:
        if step.verb == "ask_resident":
            begun = step.at
        elif begun is not None and step.verb not in STAYS:
            lasted = min(step.at - begun, left)
            found, left, begun = [*found, (begun, begun + lasted)], left - lasted, None
    if begun is not None:
        found.append((begun, begun + left))
    return tuple(each for each in found if each[1] > each[0])
