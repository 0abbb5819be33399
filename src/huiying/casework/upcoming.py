"""The case that somebody should take up next: of those that wait for an act of theirs, the one that is
due first, and so the latest of the late ones before all others.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models import Q, QuerySet

from huiying.agencies.models import Role
from huiying.casework import policy
from huiying.casework.cursors import page_of
from huiying.casework.models import CaseFile
from huiying.casework.places import Units, all_units
from huiying.casework.queues import sight_over
from huiying.casework.sight import Sight
from huiying.casework.states import OPEN, RETURNS_BEFORE_SUPERVISOR, State, steps_of
from huiying.kernel.actors import Actor

SORTING = ("triage", "assign")


def _to_sort(actor: Actor, sight: Sight) -> list[QuerySet[CaseFile]]:
    """What the desk or the agency's supervisor sorts and assigns; sent back twice, only the latter."""
    verbs = [name for name in SORTING if policy.is_theirs(actor, name)]
    if not verbs:
        return []
    # To sort anew what is sorted already is no work that waits.
    sources = {
        source
        for name in verbs
        for step in steps_of(name)
        for source in step.sources - {step.target}
    }
    rule = Q(state__in=sorted(sources))
    if not actor.has(Role.CLERK, Role.DISPATCHER):  # a supervisor steps in where the desk cannot
        rule &= Q(returns__gte=RETURNS_BEFORE_SUPERVISOR)
    elif "" not in actor.scopes(Role.SUPERVISOR):
        rule &= Q(returns__lt=RETURNS_BEFORE_SUPERVISOR)
    return [part.filter(rule) for part in sight.open_cases()]


def _to_handle(
    actor: Actor, sight: Sight, units: Units, in_review: QuerySet[Any]
) -> list[QuerySet[CaseFile]]:
    """What the actor's units have in hand, unless the answer lies with a reviewer."""
    mine = [line.id for line in units.below(actor.scopes(Role.HANDLER))]
    if not mine:
        return []
    led = sight.led_by(mine).filter(state__in=[State.ASSIGNED, State.IN_PROGRESS])
    return [led.exclude(pk__in=in_review)]


def next_case(
    actor: Actor,
    *,
    left: Sequence[int],
    in_review: QuerySet[Any],
    to_review: QuerySet[Any],
) -> int | None:
    """The number of the case to take up next, or None; never one of `left`, which were passed over.

    `in_review`: ids of the cases whose answer is with a reviewer; `to_review`: those that wait for
    this actor. Three queries.
    """
    units = all_units()
    sight = sight_over(actor, units)
    parts = _to_sort(actor, sight) + _to_handle(actor, sight, units, in_review)
    if actor.has(Role.REVIEWER):
        parts.append(CaseFile.objects.filter(pk__in=to_review, state__in=OPEN))
    parts = [part.exclude(number__in=left) for part in parts]
    found = page_of(parts, "due", "", "", 1).rows if parts else []
    return found[0].number if found else None


def takes_up_cases(actor: Actor) -> bool:
    """True where some act on cases is ever this actor's to take up."""
    sorts = any(policy.is_theirs(actor, name) for name in SORTING)
    return sorts or actor.has(Role.HANDLER, Role.REVIEWER)
