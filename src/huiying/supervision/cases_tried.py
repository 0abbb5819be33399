"""The cases that other terms would have made due at another time, for who may read them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from huiying.casework.policy import visible_cases
from huiying.kernel.actors import Actor
from huiying.routing.promises.definitions import Stage
from huiying.supervision.other_terms import TermsRehearsal, Tried
from huiying.supervision.stages.tried import StageTried

ON_A_PAGE = 20
NEVER = datetime.max.replace(tzinfo=UTC)
# What a page may ask for.
CHOICES: Mapping[str, Callable[[Tried | StageTried], bool]] = {
    "": lambda _each: True,
    "sooner": lambda each: _when(each.due_then) < _when(each.due),
    "later": lambda each: _when(each.due_then) > _when(each.due),
    "late": lambda each: each.late_then and not each.late,
    "kept": lambda each: each.late and not each.late_then,
}


def _when(due: datetime | None) -> datetime:
    """What was promised for no time is never due."""
    return due or NEVER


@dataclass(frozen=True, slots=True)
class CaseTried:
    """A stage of one round of a case: when it was due, and would have been; None without a promise."""

    number: int
    title: str
    stage: str
    due: datetime | None
    due_then: datetime | None
    late: bool
    late_then: bool


def counts(found: TermsRehearsal) -> dict[str, int]:
    """How many rounds of readable cases each choice has."""
    return {name: sum(map(fits, found.moved)) for name, fits in CHOICES.items()}


def cases_tried(
    actor: Actor, found: TermsRehearsal, *, choice: str, page: int
) -> tuple[list[CaseTried], bool]:
    """A numbered page of those that fit the choice, and whether more follow. One query."""
    fits = CHOICES.get(choice, CHOICES[""])
    chosen = [each for each in found.moved if fits(each)]
    first = (page - 1) * ON_A_PAGE
    rows = chosen[first : first + ON_A_PAGE]
    return list(_named(actor, rows)), len(chosen) > first + ON_A_PAGE


def _named(actor: Actor, rows: Sequence[Tried | StageTried]) -> Iterable[CaseTried]:
    cases = visible_cases(actor).filter(pk__in={each.case_id for each in rows})
    said = {pk: (number, title) for pk, number, title in cases.values_list("pk", "number", "title")}
    for each in rows:
        if each.case_id in said:
            number, title = said[each.case_id]
            stage = each.stage if isinstance(each, StageTried) else Stage.SOLVE
            yield CaseTried(
                number, title, stage, each.due, each.due_then, each.late, each.late_then
            )
