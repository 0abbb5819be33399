"""Two cases beside each other, for whoever is about to join one to the other: no letter is opened by it."""

from dataclasses import dataclass
from datetime import datetime

from huiying.casework import policy
from huiying.casework.deadlines import Clock, clock_of
from huiying.casework.joined import way_up, why_apart
from huiying.casework.models import CaseFile, Report
from huiying.kernel import time
from huiying.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class CaseBeside:
    """One case in a few lines; `writers` is how many people's letters stand with it."""

    number: int
    version: int
    title: str
    state: str
    category: dict[str, str]
    lead: dict[str, str]
    received_at: datetime
    clock: Clock
    writers: int


@dataclass(frozen=True, slots=True)
class Pair:
    """The case, the one that it could be joined to (None where none is given), and why that cannot be."""

    case: CaseBeside
    into: CaseBeside | None
    why_not: str


def _beside(case: CaseFile) -> CaseBeside:
    return CaseBeside(
        number=case.number,
        version=case.version,
        title=case.title,
        state=case.state,
        category=case.category.name if case.category else {},
        lead=case.lead_unit.name if case.lead_unit else {},
        received_at=case.received_at,
        clock=clock_of(case, time.now()),
        writers=Report.objects.filter(case=case, ended_at=None).count(),
    )


def pair(actor: Actor, number: int, into: int | None) -> Pair:
    """Raises NotFound, and what `may_step` says of joining this case."""
    case = policy.find(actor, number)
    policy.require_step(actor, "join", case)
    if into is None:
        return Pair(_beside(case), None, "")
    target = policy.find(actor, into)
    refusal = why_apart(case, target)
    return Pair(_beside(case), _beside(target), str(refusal) if refusal else "")


def stands_with(actor: Actor, case: CaseFile) -> int | None:
    """The number of the case with which the letters of a joined case stand, where this actor may see it."""
    if case.joined_to_id is None:
        return None
    root = policy.visible_cases(actor).filter(pk=way_up(case.pk)[-1])
    return root.values_list("number", flat=True).first()
