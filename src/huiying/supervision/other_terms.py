"""Other promises, or another calendar, tried on the clocks of past weeks: what would have been due at another
time, late, and told.

Each round is reckoned by what was in force and by what is tried. A clock that stands where neither the
promises nor more time that was granted put it stays as it is, and is counted apart: an import's own day, or
a harm that was learned of later. Complaints about conduct are left out, as in every rehearsal.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from huiying.casework.models import Move
from huiying.casework.places import Names, all_units
from huiying.harm.facts import Level
from huiying.harm.urgency import Need
from huiying.kernel import time
from huiying.routing.trying import OtherTerms
from huiying.supervision.reads import in_force
from huiying.supervision.rehearsing import MOST_DAYS, Round, Trial, ran_since, rounds


class _Case(NamedTuple):
    """What the clocks of a case hang on."""

    pk: int
    category_id: int | None
    urgency: int
    legal_date: date | None
    channel: str


@dataclass(slots=True)
class Moved:
    """Rounds of the cases of a unit: how many ran, would have been due sooner and later, were late, and
    would have been.
    """

    name: Names = field(default_factory=dict)
    cases: int = 0
    sooner: int = 0
    later: int = 0
    late: int = 0
    late_then: int = 0


@dataclass(frozen=True, slots=True)
class Told:
    """Notices by the escalation policy in force: as it is, and as it would have been."""

    notices: int
    notices_then: int


@dataclass(frozen=True, slots=True)
class TermsRehearsal:
    """`units` are those for which something changes, the most changed first. `apart`: how many clocks stay,
    since nothing that was promised put them where they stand. `told` is None where no policy is in force.
    """

    since: datetime
    total: Moved
    units: list[Moved]
    apart: int
    told: Told | None
    cut: bool


def rehearse_terms(terms: OtherTerms, *, days: int, most: int | None = None) -> TermsRehearsal:
    """Try these terms on all cases whose clock ran in the last `days`; at most the newest `most`."""
    until = time.now()
    since = until - timedelta(days=max(1, min(days, MOST_DAYS)))
    newest = ran_since(since).order_by("-pk").values_list(*_Case._fields)
    cases = {row[0]: _Case(*row) for row in newest[: most and most + 1]}
    cut = most is not None and len(cases) > most
    if cut:
        del cases[min(cases)]
    granted = Move.objects.filter(case_id__in=cases, verb="extend").values_list(
        "case_id", flat=True
    )
    trial = _TermsTrial(terms, since, until)
    extended = set(granted)
    for one in rounds(cases):
        if one.ended is None or one.ended >= since:
            trial.take(one, cases[one.case_id], extended)
    return trial.result(cut=cut)


def _walked(due: datetime, pauses: Iterable[tuple[datetime, datetime]]) -> datetime:
    """The due time with the pauses that began before it was over."""
    for begins, ends in pauses:
        if begins < due:
            due += ends - begins
    return due


class _TermsTrial:
    """Counts what the other terms would have moved, made late, and told."""

    def __init__(self, terms: OtherTerms, since: datetime, until: datetime) -> None:
        self._terms, self._since, self._until = terms, since, until
        self._units: dict[int | None, Moved] = defaultdict(Moved)
        self._apart = 0
        policy = in_force()
        self._trials = (
            [Trial(policy.definition, since, until) for _side in range(2)] if policy else []
        )

    def take(self, one: Round, case: _Case, extended: Collection[int]) -> None:
        """Count one round of a case."""
        settled = one.settled()
        due = self._due(one, case, settled, extended=one.case_id in extended)
        if due is None:
            self._apart += 1
            due = one.due_at
        line = self._units[one.unit_at(self._until)]
        running = one.pauses[len(settled) :]
        ended = one.ended or self._until
        line.cases += 1
        line.sooner += due < one.due_at
        line.later += due > one.due_at
        line.late += _walked(one.due_at, running) < ended
        line.late_then += _walked(due, running) < ended
        for trial, tried in zip(self._trials, (one, replace(one, due_at=due)), strict=False):
            trial.take(tried)

    def _due(
        self,
        one: Round,
        case: _Case,
        settled: Iterable[tuple[datetime, datetime]],
        *,
        extended: bool,
    ) -> datetime | None:
        """When it would have been due, with the pauses that have ended; None where that cannot be said."""
        need = Need(Level(case.urgency), case.legal_date)
        sides = [
            (_walked(now, settled), _walked(then, settled))
            for now, then in self._terms.dues(
                case.category_id, one.started, need=need, channel=case.channel
            )
        ]
        stood = next((then for now, then in sides if now == one.due_at), None)
        if stood is None and extended and sides[0][0] < one.due_at:
            return max(sides[0][1], one.due_at)  # the day that was granted
        return stood

    def result(self, *, cut: bool) -> TermsRehearsal:
        """What came of it."""
        names = all_units()
        lines = [replace(line, name=names.name(unit)) for unit, line in self._units.items()]
        changed = [each for each in lines if each.sooner or each.later]
        changed.sort(key=lambda each: -(each.sooner + each.later))
        told = None
        if self._trials:
            results = [each.result(0, cut=False) for each in self._trials]
            told = Told(*(sum(step.notices for step in each.steps) for each in results))
        return TermsRehearsal(self._since, _sum(lines), changed, self._apart, told, cut)


def _sum(lines: Iterable[Moved]) -> Moved:
    total = Moved()
    for line in lines:
        total.cases += line.cases
        total.sooner += line.sooner
        total.later += line.later
        total.late += line.late
        total.late_then += line.late_then
    return total
