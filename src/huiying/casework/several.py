"""One verb for many cases of a list: what it would do to each, and what came of each.

Every case is moved by its own verb in its own transaction. One that is refused stops no other, and
sending the same again does nothing twice: each carries the version that the person saw.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.actions.sorting import assign, triage
from huiying.casework.actions.undoing import undo
from huiying.casework.models import CaseFile
from huiying.casework.places import Names
from huiying.casework.states import steps_of
from huiying.casework.undoing import last_act
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import Invalid, MovedOn, NotAllowed, NotFound, Refusal

MOST = 50
VERBS = ("triage", "assign")


@dataclass(frozen=True, slots=True)
class Chosen:
    """A case of a list as somebody saw it there."""

    number: int
    seen: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """What a verb would meet; `reason` says why it cannot be done, empty where it can."""

    number: int
    seen: int
    title: str
    state: str
    suggested_code: str
    suggested: Names
    reason: str | Promise


class Came(StrEnum):
    DONE = "done"
    REFUSED = "refused"
    MOVED_ON = "moved_on"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of one case, `seen` its version then. Without a title it is not in the person's sight
    (any more).
    """

    number: int
    title: str
    came: Came
    reason: str | Promise = ""
    seen: int = 0


def verbs_of(actor: Actor) -> tuple[str, ...]:
    """What this actor may do to several cases at once."""
    return tuple(name for name in VERBS if policy.is_theirs(actor, name))


def states_for(verbs: Sequence[str]) -> frozenset[str]:
    """The states from which any of `verbs` starts."""
    return frozenset(source for name in verbs for step in steps_of(name) for source in step.sources)


def _check(actor: Actor, verb: str, chosen: Sequence[Chosen]) -> None:
    if verb not in verbs_of(actor):
        raise NotAllowed
    if len(chosen) > MOST:
        raise Invalid(_("Choose at most %(most)d cases at once.") % {"most": MOST})


def _visible(actor: Actor, chosen: Sequence[Chosen]) -> dict[int, CaseFile]:
    rows = policy.visible_cases(actor).select_related("lead_unit", "category__lead_unit")
    return {case.number: case for case in rows.filter(number__in=[one.number for one in chosen])}


def candidates(actor: Actor, verb: str, chosen: Sequence[Chosen]) -> list[Candidate]:
    """The chosen cases that this actor sees, in their order. One query.

    Raises NotAllowed where the verb is not theirs, Invalid beyond `MOST`.
    """
    _check(actor, verb, chosen)
    cases = _visible(actor, chosen)
    pairs = [(one, cases[one.number]) for one in chosen if one.number in cases]
    return [_candidate(actor, verb, one, case) for one, case in pairs]


def _candidate(actor: Actor, verb: str, one: Chosen, case: CaseFile) -> Candidate:
    refusal = policy.may_step(actor, verb, case)
    if case.version != one.seen:
        refusal = MovedOn()
    unit = case.category.lead_unit if case.category else None
    return Candidate(
        number=case.number,
        seen=one.seen,
        title=case.title,
        state=case.state,
        suggested_code=unit.code if unit and unit.active else "",
        suggested=unit.name if unit and unit.active else {},
        reason=refusal.said if refusal else "",
    )


@dataclass(frozen=True, slots=True)
class _Act:
    """A verb for one case after another. `do` is told the case's number, version and the `choice`."""

    actor: Actor
    verb: str
    names: str  # under which the entry keeps the choice
    do: Callable[[Chosen, str], CaseFile]
    choice: Callable[[CaseFile], str]


def triage_several(
    actor: Actor, chosen: Sequence[Chosen], *, category_code: str
) -> tuple[Result, ...]:
    """Sort each of the cases into one category."""

    def do(one: Chosen, code: str) -> CaseFile:
        return triage(actor=actor, number=one.number, seen=one.seen, category_code=code)

    return _each(_Act(actor, "triage", "category", do, lambda _case: category_code), chosen)


def assign_several(actor: Actor, chosen: Sequence[Chosen], *, lead_code: str) -> tuple[Result, ...]:
    """Give each of the cases to a unit; with no code, to the one that its category suggests."""

    def do(one: Chosen, code: str) -> CaseFile:
        return assign(actor=actor, number=one.number, seen=one.seen, lead_code=code)

    def choice(case: CaseFile) -> str:
        unit = case.category.lead_unit if case.category else None
        return lead_code or (unit.code if unit else "")

    return _each(_Act(actor, "assign", "lead", do, choice), chosen)


def undo_several(actor: Actor, chosen: Sequence[Chosen]) -> tuple[Result, ...]:
    """Take back one's own last step on each of the cases, where nobody has acted since."""
    return tuple(_undone(actor, one) for one in chosen[:MOST])


def _undone(actor: Actor, one: Chosen) -> Result:
    try:
        case = undo(actor=actor, number=one.number, seen=one.seen)
    except MovedOn as refusal:
        title = policy.find(actor, one.number).title
        return Result(one.number, title, Came.MOVED_ON, refusal.said)
    except Refusal as refusal:
        return Result(one.number, "", Came.REFUSED, refusal.said)
    return Result(one.number, case.title, Came.DONE)


def _each(act: _Act, chosen: Sequence[Chosen]) -> tuple[Result, ...]:
    _check(act.actor, act.verb, chosen)
    cases = _visible(act.actor, chosen)
    return tuple(_one(act, one, cases.get(one.number)) for one in chosen)


def _one(act: _Act, one: Chosen, case: CaseFile | None) -> Result:
    if case is None:
        return Result(one.number, "", Came.REFUSED, NotFound.sentence)
    try:
        done = act.do(one, act.choice(case))
    except MovedOn as refusal:
        if _done_before(act, one, case):
            return Result(one.number, case.title, Came.DONE)
        return Result(one.number, case.title, Came.MOVED_ON, refusal.said)
    except NotFound as refusal:  # it left this person's sight meanwhile
        return Result(one.number, "", Came.REFUSED, refusal.said)
    except Refusal as refusal:
        return Result(one.number, case.title, Came.REFUSED, refusal.said)
    return Result(one.number, case.title, Came.DONE, seen=done.version)


def _done_before(act: _Act, one: Chosen, case: CaseFile) -> bool:
    """True where the same was sent twice: the case made one step since it was seen, and it was this.

    A note in between is no step.
    """
    if case.version != one.seen + 1:
        return False
    last = last_act(case)
    same = last.data.get(act.names) == act.choice(case)
    return same and (last.action, last.actor) == (f"case.{act.verb}", act.actor.label)
