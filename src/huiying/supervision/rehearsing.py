"""A policy tried on the clocks of past weeks: who would have been told, and how often.

Each round of a case is laid out again from its moves, with its pauses. What cannot be known is left out:
who would have taken note, so nobody is told above; and the staff are those of today, the hours of the
units too. Who was on duty is asked of the roster as its shifts came to be. Complaints about conduct are
left out: who hears of one instead of whom says that there is one.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple

from django.db.models import Q, QuerySet
from django.utils import timezone

from huiying.casework.models import CaseFile, Move
from huiying.casework.states import OPEN
from huiying.clocks.pauses import Stretch, after_pauses, worked
from huiying.clocks.reads import laid_out
from huiying.clocks.working_time import Timetable, add_working
from huiying.kernel import time
from huiying.routing.paces import Pacing, pacing
from huiying.routing.promises.definitions import Stage
from huiying.supervision.audiences import Staff, Told
from huiying.supervision.definitions import Definition, Step
from huiying.supervision.paces import calendar_of, moment_of
from huiying.supervision.stages.past import StageRun, stage_runs
from huiying.supervision.timing import sending_hours

MOST_DAYS = 90


class _Row(NamedTuple):
    """One move, as the query gives it."""

    case_id: int
    at: datetime
    target: str
    unit_id: int | None
    due_at: datetime
    waiting_since: datetime | None
    waiting_until: datetime | None
    due_after_wait: datetime | None
    round: int
    category_id: int | None
    case__urgency: int
    case__channel: str


class Halt(NamedTuple):
    """A pause: the due time holds it where it has ended; `by_wall` where it is added by the clock on the wall
    whatever was promised.
    """

    begins: datetime
    ends: datetime
    ended: bool
    by_wall: bool

    @property
    def stretch(self) -> Stretch:
        return self.begins, self.ends


@dataclass(slots=True)
class Round:
    """One round of a case: `ended` is None where it runs. `units` say since when which unit had it.

    `due_at` holds the pauses that have ended. By `timetable` its time runs down; None for day and night.
    """

    case_id: int
    started: datetime
    due_at: datetime
    ended: datetime | None = None
    pauses: list[Halt] = field(default_factory=list)
    units: list[tuple[datetime, int | None]] = field(default_factory=list)
    timetable: Timetable | None = None
    stage: Stage = Stage.SOLVE

    def reached(self, percent: int) -> datetime:
        """When its clock came to this share of its time, had it run on."""
        settled = [halt for halt in self.pauses if halt.ended]
        by_wall = (halt.ends - halt.begins for halt in settled if halt.by_wall)
        stood = [halt.stretch for halt in settled if not halt.by_wall]
        due = self.due_at - sum(by_wall, timedelta())
        moment, timetable = moment_of(percent, self.started, due, self.timetable, stood)
        for halt in self.pauses:
            if halt.begins < moment and (halt.by_wall or timetable is None):
                moment += halt.ends - halt.begins
            elif halt.begins < moment and timetable is not None:
                moment = add_working(moment, worked([halt.stretch], timetable), timetable).at
        return max(moment, self._over()) if percent >= 100 and self._counts() else moment

    def _counts(self) -> bool:
        return not all(halt.by_wall for halt in self.pauses)

    def _over(self) -> datetime:
        """When its day came. Where it had come before a pause that has ended, its share says when."""
        if any(self.due_at < halt.ends for halt in self.pauses if halt.ended):
            return self.started
        return walked(self.due_at, [each for each in self.pauses if not each.ended], self.timetable)

    def unit_at(self, moment: datetime) -> int | None:
        """Which unit had it then."""
        held = [unit for since, unit in self.units if since <= moment]
        return held[-1] if held else None


def walked(due: datetime, pauses: Iterable[Halt], timetable: Timetable | None) -> datetime:
    """The due time with these pauses."""
    for halt in pauses:
        if not halt.by_wall:
            due = after_pauses(due, [halt.stretch], timetable)
        elif halt.begins < due:
            due += halt.ends - halt.begins
    return due


@dataclass(frozen=True, slots=True)
class Behind:
    """The cases (ids) that a number hangs on, and how much of it one of them makes at most."""

    cases: frozenset[int]
    most: int = 1


@dataclass(frozen=True, slots=True)
class StepTold:
    """How many cases came to a step, and how many notices that would have been; a digest counts once,
    at the step that it is sent for first.
    """

    step: Step
    cases: int
    notices: int
    behind_cases: Behind
    behind_notices: Behind


@dataclass(frozen=True, slots=True)
class PersonTold:
    """How many notices somebody would have had, and on their worst day."""

    recipient: str
    notices: int
    most_a_day: int
    behind_notices: Behind
    behind_day: Behind


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """`cases` ran in these days, `told` came to at least one step. `people` those told most first;
    `cut` where there were more cases than were tried.
    """

    since: datetime
    cases: int
    told: int
    steps: list[StepTold]
    people: list[PersonTold]
    cut: bool
    behind_cases: Behind
    behind_told: Behind


def rehearse(definition: Definition, *, days: int, most: int | None = None) -> Rehearsal:
    """Try the policy on all cases whose clock ran in the last `days`; at most the newest `most`."""
    until = time.now()
    since = until - timedelta(days=max(1, min(days, MOST_DAYS)))
    cases = ran_since(since)
    chosen = list(cases.order_by("-pk").values_list("pk", flat=True)[: most and most + 1])
    cut = most is not None and len(chosen) > most
    chosen = chosen[:most]
    trial = Trial(definition, since, until)
    for one in rounds(chosen):
        trial.take(one)
    beside = {step.stage for step in definition.beside_answer}
    for run in stage_runs(chosen, beside) if beside else ():
        trial.take(run)
    return trial.result(chosen, cut=cut)


def ran_since(since: datetime) -> QuerySet[CaseFile]:
    """The cases whose clock ran after that moment."""
    moved = Move.objects.filter(at__gte=since).values("case_id")
    return CaseFile.objects.filter(Q(pk__in=moved) | Q(state__in=OPEN), conduct=False)


def rounds(cases: Iterable[int]) -> Iterator[Round]:
    """The rounds of these cases from their moves. One query, read in pieces; and five for the promises."""
    moves = Move.objects.filter(case_id__in=list(cases)).order_by("case_id", "id")
    found = pacing()
    rows = map(_Row._make, moves.values_list(*_Row._fields).iterator(chunk_size=5000))
    for _key, steps in groupby(rows, key=lambda row: (row.case_id, row.round)):
        yield _round(list(steps), found)


def _pace(found: Pacing, first: _Row, last: _Row) -> Timetable | None:
    """By what was promised when it began for what it is about in the end."""
    digest = calendar_of(
        found, last.category_id, first.case__urgency, first.case__channel, first.at
    )
    return laid_out(digest) if digest else None


def _round(rows: list[_Row], found: Pacing) -> Round:
    one = Round(rows[0].case_id, rows[0].at, rows[-1].due_at)
    one.timetable = _pace(found, rows[0], rows[-1])
    for row, following in zip(rows, [*rows[1:], None], strict=True):
        one.units.append((row.at, row.unit_id))
        goes_on = following is not None and following.waiting_since == row.waiting_since
        if row.waiting_since and row.waiting_until and not goes_on:
            ends = min(following.at if following else time.now(), row.waiting_until)
            halt = Halt(
                begins=row.waiting_since,
                ends=max(ends, row.waiting_since),
                ended=following is not None,
                by_wall=row.due_after_wait is None,
            )
            one.pauses.append(halt)
        if row.target in OPEN:  # also again, where a joined case was taken apart
            one.ended = None
        elif one.ended is None:
            one.ended = row.at
    return one


class Trial:
    """Counts what the policy would have told."""

    def __init__(self, definition: Definition, since: datetime, until: datetime) -> None:
        self._definition, self._since, self._until = definition, since, until
        self._staff = Staff()
        self._timing = sending_hours(definition)
        self._there = self._staff.roster_between(since, until)
        self._known: dict[tuple[int | None, Step], set[Told]] = {}
        self._cases: dict[Step, Counter[int]] = defaultdict(Counter)
        self._notices: dict[Step, Counter[int]] = defaultdict(Counter)
        self._digests: set[tuple[Told, datetime]] = set()
        self._days: dict[Told, dict[date, Counter[int]]] = defaultdict(lambda: defaultdict(Counter))
        self._told: set[int] = set()

    def take(self, one: Round | StageRun) -> None:
        """Count the steps that this clock came to in these days."""
        for step in self._definition.steps_of(one.stage):
            moment = one.reached(step.at)
            if self._since <= moment <= min(one.ended or self._until, self._until):
                self._told.add(one.case_id)
                self._cases[step][one.case_id] += 1
                at_once = self._on_duty(one, step, moment)
                for person in at_once:
                    self._count(step, person, moment, one.case_id)
                usual = self._whom(one, step, moment)
                for person in usual if step.digest else usual - at_once:
                    self._tell(step, person, moment, one.case_id)

    def _on_duty(self, one: Round | StageRun, step: Step, moment: datetime) -> set[Told]:
        """Who is on duty and told at once, where nobody of the unit worked then."""
        unit = one.unit_at(moment)
        if not step.on_duty or not self._timing.at_rest(self._staff.path(unit), moment):
            return set()
        return self._staff.on_duty(unit, there=self._there(moment))

    def _tell(self, step: Step, person: Told, moment: datetime, case: int) -> None:
        if not step.digest:
            self._count(step, person, self._timing.send_at(moment), case)
            return
        sent = self._timing.digest_at(moment)
        self._count(step, person, sent, case, number=int((person, sent) not in self._digests))
        self._digests.add((person, sent))

    def _count(
        self, step: Step, person: Told, sent: datetime, case: int, *, number: int = 1
    ) -> None:
        """A case that is only one more in a notice makes none, but is one of those behind it."""
        self._notices[step][case] += number
        self._days[person][timezone.localdate(sent)][case] += number

    def _whom(self, one: Round | StageRun, step: Step, moment: datetime) -> set[Told]:
        key = (one.unit_at(moment), step)
        if key not in self._known:
            self._known[key] = self._staff.told(key[0], step.tell)
        return self._known[key]

    def result(self, cases: Collection[int], *, cut: bool) -> Rehearsal:
        """What came of it, of these cases (ids)."""
        people = [_person(person, days) for person, days in self._days.items()]
        people.sort(key=lambda each: (-each.notices, each.recipient))
        return Rehearsal(
            since=self._since,
            cases=len(cases),
            told=len(self._told),
            steps=[
                _step(step, self._cases[step], self._notices[step])
                for step in self._definition.steps
            ],
            people=people,
            cut=cut,
            behind_cases=Behind(frozenset(cases)),
            behind_told=Behind(frozenset(self._told)),
        )


def _step(step: Step, cases: Counter[int], notices: Counter[int]) -> StepTold:
    return StepTold(step, cases.total(), notices.total(), _behind(cases), _behind(notices))


def _person(person: Told, days: dict[date, Counter[int]]) -> PersonTold:
    worst = max(days.values(), key=Counter.total)
    everything: Counter[int] = Counter()
    for day in days.values():
        everything.update(day)
    return PersonTold(
        recipient=person.recipient,
        notices=everything.total(),
        most_a_day=worst.total(),
        behind_notices=_behind(everything),
        behind_day=_behind(worst),
    )


def _behind(counted: Counter[int]) -> Behind:
    return Behind(frozenset(counted), max(counted.values(), default=1) or 1)
