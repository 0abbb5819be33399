"""The cases that other terms would have made due at another time, for who may read them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from huiying.casework.policy import visible_cases
from huiying.kernel.actors import Actor
from huiying.supervision.other_terms import TermsRehearsal, Tried

ON_A_PAGE = 20
# What a page may ask for.
CHOICES: Mapping[str, Callable[[Tried], bool]] = {
    "": lambda _each: True,
    "sooner": lambda each: each.due_then < each.due,
    "later": lambda each: each.due_then > each.due,
    "late": lambda each: each.late_then and not each.late,
    "kept": lambda each: each.late and not each.late_then,
}


@dataclass(frozen=True, slots=True)
class CaseTried:
    """One round of a case: when it was due, and would have been."""

    number: int
    title: str
    due: datetime
    due_then: datetime
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


def _named(actor: Actor, rows: Iterable[Tried]) -> Iterable[CaseTried]:
    rows = list(rows)
    cases = visible_cases(actor).filter(pk__in={each.case_id for each in rows})
    said = {pk: (number, title) for pk, number, title in cases.values_list("pk", "number", "title")}
    for each in rows:
        if each.case_id in said:
            number, title = said[each.case_id]
            yield CaseTried(number, title, each.due, each.due_then, each.late, each.late_then)
