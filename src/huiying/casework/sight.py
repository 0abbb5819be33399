"""`policy.visible_cases` for lists: the same rule in pieces that each find an index at a million cases.

One query with "leads OR supports, and not kept from them" makes the database read far more than a page;
a test holds both forms to the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, Q, QuerySet, Value

from huiying.casework import policy
from huiying.casework.models import Assignment, CaseFile, Named, Report
from huiying.casework.reach_models import UnitLetter
from huiying.casework.states import OPEN
from huiying.kernel.actors import Actor
from huiying.kernel.kept_queries import IsAnyOf

NO_UNIT = 0


def any_of(column: str, ids: Iterable[int]) -> Q:
    """Rows whose `column` is one of `ids`, however many, as a single parameter."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    return Q(IsAnyOf(column, array))


def _supporting(units: list[int]) -> QuerySet[Assignment]:
    """The supporting parts that these units (ids) have now."""
    return Assignment.objects.filter(
        any_of("unit_id", units), ended_at=None, part=Assignment.Part.SUPPORT
    )


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor reads: everything, or the cases of `units` (ids); without those of `hidden`.

    `helping` are the open cases that one of the actor's units supports, as (case, unit).
    """

    everything: bool
    units: list[int]
    hidden: list[int]
    helping: list[tuple[int, int]]

    def _seen(self) -> QuerySet[CaseFile]:
        cases = CaseFile.objects.all()
        return cases.exclude(any_of("pk", self.hidden)) if self.hidden else cases

    def _with(self, helped: Q) -> list[QuerySet[CaseFile]]:
        if self.everything:
            return [self._seen()]
        if not self.units:
            return []
        led = Q(lead_unit_id__in=self.units)
        return [self._seen().filter(led), self._seen().filter(helped).exclude(led)]

    def cases(self) -> list[QuerySet[CaseFile]]:
        """The visible cases in parts that share no row; none for who reads no letters."""
        parts = _supporting(self.units).values("case_id")
        return self._with(Q(IsAnyOf("pk", ArraySubquery(parts))))

    def open_cases(self) -> list[QuerySet[CaseFile]]:
        """The visible cases that are open, in parts that share no row."""
        helped = any_of("pk", {case for case, _unit in self.helping})
        return [part.filter(state__in=OPEN) for part in self._with(helped)]

    def led_by(self, units: list[int]) -> QuerySet[CaseFile]:
        """The visible cases that these of the actor's units lead."""
        return self._seen().filter(lead_unit_id__in=units)

    def helped_by(self, units: list[int]) -> QuerySet[CaseFile]:
        """The visible open cases that these of the actor's units support."""
        wanted = frozenset(units)
        return self._seen().filter(any_of("pk", {c for c, unit in self.helping if unit in wanted}))


def sight_of(actor: Actor, reach: list[int]) -> Sight:
    """The sight of an actor whose units reach to `reach` (ids); one query."""
    kept = Named.objects.none() if actor.has("system") else Named.objects.all()
    kept = kept.filter(policy.named_to(actor), case__conduct=True)
    units = reach if actor.has(*policy.READS_BELOW) else []
    helping = _supporting(units).filter(case__state__in=OPEN)
    hidden_ids = kept.annotate(of_unit=Value(NO_UNIT)).values_list("case_id", "of_unit")
    rows = list(hidden_ids.union(helping.values_list("case_id", "unit_id")))
    return Sight(
        everything=policy.reads_everything(actor),
        units=units,
        hidden=[case for case, unit in rows if unit == NO_UNIT],
        helping=[(case, unit) for case, unit in rows if unit != NO_UNIT],
    )


def stranded_complaints() -> list[int]:
    """The numbers of open complaints about conduct that nobody who sorts letters may see: whoever could
    has left since.
    """
    open_ones = CaseFile.objects.filter(conduct=True, state__in=OPEN).order_by("number")
    return [case.number for case in open_ones.iterator() if not policy.sorter_left(case)]


def letters_of_units(actor: Actor) -> QuerySet[UnitLetter, tuple[datetime, int]] | None:
    """(time, id) of every letter that an actor may read whose sight ends at some units, and of some that
    they may not; None for everybody else.
    """
    if policy.reads_everything(actor) or not actor.has(*policy.READS_BELOW):
        return None
    units = policy.units_below(actor.scopes(*policy.READS_BELOW)).values("pk")
    return UnitLetter.objects.filter(unit_id__in=units).values_list("at", "submission_id")


def letters_kept_from(actor: Actor) -> QuerySet[Report, Any] | None:
    """Ids of the letters that an actor may not read who reads all others; None for everybody else.

    Every letter stands in one case.
    """
    if actor.has("system") or not policy.reads_everything(actor):
        return None
    kept = CaseFile.objects.filter(policy.kept_from(actor))
    return Report.objects.filter(case__in=kept.values("pk")).values("submission_id")
