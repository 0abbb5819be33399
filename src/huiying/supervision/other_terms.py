"""Other promises, or another calendar, tried on the clocks of past weeks: what would have been due at another
time, late, and told.

Each round is reckoned by what was in force and by what is tried. A clock that stands where neither the
promises nor more time that was granted put it stays as it is, and is counted apart: an import's own day, or
a harm that was learned of later. Complaints about conduct are left out, as in every rehearsal.

Who may not read all of these letters is told little: see `casework.landing.discretion`, and the end of
docs/decisions/0057-other-terms-are-tried-by-reckoning-both.md.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet

from huiying.casework.landing.discretion import (
    SETTLED_FOR,
    Count,
    coarse,
    coarse_number,
    reads_all,
    seen_by,
    settled_long,
)
from huiying.casework.models import CaseFile, Move
from huiying.casework.places import Names, all_units
from huiying.harm.facts import Level
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.routing.trying import OtherTerms
from huiying.supervision.reads import in_force
from huiying.supervision.rehearsing import MOST_DAYS, Round, Trial, ran_since, rounds, walked
from huiying.supervision.stages.tried import Chosen, StageTried, by_stage, stages_tried

type Kind = tuple[int | None, int, str]


class _Case(NamedTuple):
    """What the clocks of a case hang on."""

    pk: int
    category_id: int | None
    urgency: int
    legal_date: date | None
    channel: str

    @property
    def kind(self) -> Kind:
        """What promises choose it by."""
        return self.category_id, self.urgency, self.channel


@dataclass(frozen=True, slots=True)
class Moved:
    """Rounds of the cases of a unit: how many ran, would have been due sooner and later, were late, and
    would have been. Counts as in `TermsRehearsal`.
    """

    name: Names
    cases: int
    sooner: int
    later: int
    late: int
    late_then: int


@dataclass(frozen=True, slots=True)
class Told:
    """Notices by the escalation policy in force: as it is, and as it would have been."""

    notices: int
    notices_then: int


class Tried(NamedTuple):
    """One round, and what would have become of it; `apart` where that cannot be said and it stays."""

    case_id: int
    unit_id: int | None
    due: datetime
    due_then: datetime
    late: bool
    late_then: bool
    apart: bool
    runs: bool


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage beside the answer: rounds for which something is promised, as it is or by this. Counts as in
    `TermsRehearsal`.
    """

    stage: str
    cases: int
    late: int
    late_then: int


@dataclass(frozen=True, slots=True)
class TermsRehearsal:
    """`units` are those for which something changes, the most changed first. `apart`: how many clocks stay,
    since nothing that was promised put them where they stand. `told` is None where no policy is in force.

    `exact` only where the reader may read all of these letters. Else counts are coarse, units with few
    letters are left out, and promises are tried on `settled` letters alone. `moved` are the rounds that
    would have been due at another time of cases that the reader may read, the newest case first; `unread`
    counts the others. `running` clocks would be due at another time now. `promised`: promises were tried,
    not a calendar.
    """

    since: datetime
    total: Moved
    units: list[Moved]
    apart: int
    told: Told | None
    cut: bool
    exact: bool
    settled: bool
    stages: list[StageLine]
    moved: list[Tried | StageTried]
    unread: int
    running: int
    promised: bool


@dataclass(frozen=True, slots=True)
class Among:
    """The cases that are tried, and in which days their rounds ran. Those of other kinds than `common` stay
    as they are, but for the `seen`; None where none does.
    """

    cases: dict[int, _Case]
    cut: bool
    since: datetime
    until: datetime
    common: Collection[Kind] | None = None
    seen: Collection[int] = ()

    def ran(self, one: Round) -> bool:
        """Whether this round ran in these days."""
        return self.since <= (one.ended or self.until) <= self.until

    def told(self, case: _Case) -> bool:
        """Whether anything may be told of this kind of case."""
        return self.common is None or case.kind in self.common or case.pk in self.seen


def rehearse_terms(
    terms: OtherTerms, *, actor: Actor, days: int, most: int | None = None
) -> TermsRehearsal:
    """Try these terms on all cases whose clock ran in the last `days`; at most the newest `most`."""
    days = max(1, min(days, MOST_DAYS))
    among = _ran(days, most)
    exact = reads_all(actor, among.cases)
    settled = not exact and terms.promises is not None
    if settled:
        terms, among = terms.in_full_hours(), _settled(terms, days, most)
        among = replace(among, seen=seen_by(actor, among.cases))
    trial = _TermsTrial(terms, among)
    tried = list(trial.each())
    count = len if exact else coarse
    staged = list(trial.stages())
    both: list[Tried | StageTried] = [*reversed(tried), *staged]
    moved = [each for each in both if each.due != each.due_then]
    seen = seen_by(actor, {each.case_id for each in moved})
    return TermsRehearsal(
        since=among.since,
        total=_moved({}, tried, count),
        units=_by_unit(tried, count),
        apart=count([each.case_id for each in tried if each.apart]),
        told=trial.told(tried, exact=exact),
        cut=among.cut,
        exact=exact,
        settled=settled,
        stages=_by_stage(staged, count),
        moved=[each for each in moved if each.case_id in seen],
        unread=count([each.case_id for each in moved if each.case_id not in seen]),
        running=count([each.case_id for each in tried if _would_move(each)]),
        promised=terms.promises is not None,
    )


def _ran(days: int, most: int | None) -> Among:
    until = time.now()
    since = until - timedelta(days=days)
    return Among(*_newest(ran_since(since), most), since, until)


def _settled(terms: OtherTerms, days: int, most: int | None) -> Among:
    """What was answered in as many days before the last `SETTLED_FOR`: nothing that somebody sends today to
    lift a count. Where the terms choose, kinds of case that few letters have stay as they are: a promise
    for one kind alone would tell of the only case of it.
    """
    until = time.now() - SETTLED_FOR
    since = until - timedelta(days=days)
    cases, cut = _newest(ran_since(since).filter(settled_long("")), most)
    if terms.holds_for_all():
        return Among(cases, cut, since, until)
    kinds = defaultdict(list)
    for case in cases.values():
        kinds[case.kind].append(case.pk)
    common = {kind for kind, those in kinds.items() if coarse(those)}
    return Among(cases, cut, since, until, common)


def _newest(found: QuerySet[CaseFile], most: int | None) -> tuple[dict[int, _Case], bool]:
    """These cases by id, and whether there were more than `most`."""
    rows = found.order_by("-pk").values_list(*_Case._fields)
    cases = {row[0]: _Case(*row) for row in rows[: most and most + 1]}
    cut = most is not None and len(cases) > most
    if cut:
        del cases[min(cases)]
    return cases, cut


class _TermsTrial:
    """Reckons each round by the other terms, and lets the policy in force tell of both."""

    def __init__(self, terms: OtherTerms, among: Among) -> None:
        self._terms, self._among = terms, among
        granted = Move.objects.filter(case_id__in=among.cases, verb="extend")
        self._extended = set(granted.values_list("case_id", flat=True))
        policy = in_force()
        sides = range(2) if policy else ()
        self._trials = [
            Trial(policy.definition, among.since, among.until) for _side in sides if policy
        ]

    def each(self) -> Iterator[Tried]:
        """The rounds of these days."""
        for one in rounds(self._among.cases):
            if self._among.ran(one):
                yield self._try(one, self._among.cases[one.case_id])

    def stages(self) -> Iterable[StageTried]:
        """The other stages of rounds that began in these days."""
        among = self._among
        chosen = {
            case.pk: Chosen(
                case.category_id, Need(Level(case.urgency), case.legal_date), case.channel
            )
            for case in among.cases.values()
            if among.told(case)
        }
        return stages_tried(self._terms, chosen, among.since, among.until)

    def _try(self, one: Round, case: _Case) -> Tried:
        due = self._due(one, case) if self._among.told(case) else None
        then = one.due_at if due is None else due
        if self._trials:
            as_they_are, as_tried = self._trials
            as_they_are.take(one)
            as_tried.take(replace(one, due_at=then))
        running = [halt for halt in one.pauses if not halt.ended]
        ended = one.ended or self._among.until
        return Tried(
            case_id=one.case_id,
            unit_id=one.unit_at(self._among.until),
            due=one.due_at,
            due_then=then,
            late=walked(one.due_at, running, one.timetable) < ended,
            late_then=walked(then, running, one.timetable) < ended,
            apart=due is None,
            runs=one.ended is None,
        )

    def _due(self, one: Round, case: _Case) -> datetime | None:
        """When it would have been due, with the pauses that have ended; None where that cannot be said."""
        need = Need(Level(case.urgency), case.legal_date)
        settled = [halt for halt in one.pauses if halt.ended]
        sides = [
            (walked(now.due_at, settled, now.pace), walked(then.due_at, settled, then.pace))
            for now, then in self._terms.dues(
                case.category_id, one.started, need=need, channel=case.channel
            )
        ]
        stood = next((then for now, then in sides if now == one.due_at), None)
        if stood is None and one.case_id in self._extended and sides[0][0] < one.due_at:
            return max(sides[0][1], one.due_at)  # the day that was granted
        return stood

    def told(self, tried: Iterable[Tried], *, exact: bool) -> Told | None:
        """The notices of both sides; None where no policy is in force."""
        if not self._trials:
            return None
        results = [each.result((), cut=False) for each in self._trials]
        counts = [sum(step.notices for step in each.steps) for each in results]
        if not exact:
            cases = [each.case_id for each in tried]
            counts = [coarse_number(count, [*cases, count]) for count in counts]
        return Told(*counts)


def _would_move(each: Tried) -> bool:
    """Whether it runs, has not run out, and would be due at another time."""
    return each.runs and not each.late and each.due != each.due_then


def _by_stage(tried: Iterable[StageTried], count: Count) -> list[StageLine]:
    return [
        StageLine(
            stage,
            count([each.case_id for each in those]),
            count([each.case_id for each in those if each.late]),
            count([each.case_id for each in those if each.late_then]),
        )
        for stage, those in by_stage(tried).items()
    ]


def _by_unit(tried: Iterable[Tried], count: Count) -> list[Moved]:
    """The units for which something changes, without those of which nothing may be told."""
    names, units = all_units(), defaultdict(list)
    for each in tried:
        units[each.unit_id].append(each)
    lines = [_moved(names.name(unit), those, count) for unit, those in units.items()]
    changed = [each for each in lines if each.sooner or each.later]
    return sorted(changed, key=lambda each: -(each.sooner + each.later))


def _moved(name: Names, tried: Sequence[Tried], count: Count) -> Moved:
    def those(chosen: Iterable[bool]) -> int:
        return count([each.case_id for each, is_one in zip(tried, chosen, strict=True) if is_one])

    return Moved(
        name=name,
        cases=those(True for _each in tried),
        sooner=those(each.due_then < each.due for each in tried),
        later=those(each.due_then > each.due for each in tried),
        late=those(each.late for each in tried),
        late_then=those(each.late_then for each in tried),
    )
