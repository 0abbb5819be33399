"""`policy.visible_cases` for lists: the same rule in pieces that each find an index at a million cases.

One query with "leads OR supports, and not kept from them" makes the database read far more than a page;
a test holds both forms to the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import BigIntegerField, BooleanField, F, Func, Q, QuerySet, Value

from huiying.casework import policy
from huiying.casework.models import Assignment, CaseFile, Named
from huiying.kernel.actors import Actor


class IsAnyOf(Func):
    """`id = ANY (…)` of an array: its members are read once, and an index finds each of them."""

    template = "(%(expressions)s))"
    arg_joiner = " = ANY ("
    output_field = BooleanField()


def any_of(column: str, ids: Iterable[int]) -> Q:
    """Rows whose `column` is one of `ids`, however many, as a single parameter."""
    array = Value(list(ids), output_field=ArrayField(BigIntegerField()))
    return Q(IsAnyOf(F(column), array))


def supported_by(units: list[int]) -> Q:
    """Cases in which one of these units (ids) has a supporting part now."""
    parts = Assignment.objects.filter(
        any_of("unit_id", units), ended_at=None, part=Assignment.Part.SUPPORT
    )
    return Q(IsAnyOf(F("pk"), ArraySubquery(parts.values("case_id"))))


@dataclass(frozen=True, slots=True)
class Sight:
    """What one actor reads: everything, or the cases of `units` (ids); without those of `hidden`."""

    everything: bool
    units: list[int]
    hidden: list[int]

    def within(self) -> QuerySet[CaseFile]:
        """The visible cases, for a list that itself asks for cases of the actor's own units."""
        cases = CaseFile.objects.all()
        return cases.exclude(any_of("pk", self.hidden)) if self.hidden else cases

    def cases(self) -> list[QuerySet[CaseFile]]:
        """The visible cases in parts that share no row; none for who reads no letters."""
        seen = self.within()
        if self.everything:
            return [seen]
        if not self.units:
            return []
        led = Q(lead_unit_id__in=self.units)
        return [seen.filter(led), seen.filter(supported_by(self.units)).exclude(led)]


def sight_of(actor: Actor, reach: list[int]) -> Sight:
    """The sight of an actor whose units reach to `reach` (ids); one query."""
    hidden: list[int] = []
    if not actor.has("system"):
        kept = Named.objects.filter(policy.named_to(actor), lifted_at=None, case__conduct=True)
        hidden = list(kept.values_list("case_id", flat=True).distinct())
    units = reach if actor.has(*policy.READS_BELOW) else []
    return Sight(policy.reads_everything(actor), units, hidden)
