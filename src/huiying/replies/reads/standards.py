"""Standard answers: the list, and those that fit a case."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from huiying.casework import policy as cases
from huiying.casework.states import Outcome
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.replies import policy
from huiying.replies.errors import NeedsOwnAnswer
from huiying.replies.models import StandardAnswer
from huiying.replies.reads.beside import Letter, language_of, letters_of, names_of
from huiying.replies.states import StandardState

MOST = 200
OFFERED = 6
A_MONTH = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class StandardLine:
    """One standard answer, and what this person may do with it."""

    label: str
    title: str
    question: str
    text: str
    languages: tuple[str, ...]
    unit: str
    category: str
    category_code: str
    outcome: str
    state: str
    state_words: str
    expires_on: date
    expired: bool
    ends_soon: bool
    proposed_by: str
    approved_by: str
    may_approve: bool
    may_retire: bool
    may_renew: bool


def today() -> date:
    """The day it is in the agency's zone."""
    return timezone.localdate(time.now())


def _line(
    actor: Actor, standard: StandardAnswer, names: dict[str, str], language: str | None = None
) -> StandardLine:
    own = standard.proposed_by == actor.label
    return StandardLine(
        label=standard.label,
        title=localized(standard.title, language),
        question=localized(standard.question, language),
        text=localized(standard.text, language),
        languages=tuple(code for code, text in standard.text.items() if text),
        unit=localized(standard.unit.name),
        category=localized(standard.category.name),
        category_code=standard.category.code,
        outcome=str(Outcome(standard.outcome).label),
        state=standard.state,
        state_words=str(StandardState(standard.state).label),
        expires_on=standard.expires_on,
        expired=standard.expires_on < today(),
        ends_soon=standard.expires_on < today() + A_MONTH,
        proposed_by=names.get(standard.proposed_by, ""),
        approved_by=names.get(standard.approved_by, ""),
        may_approve=not own and policy.may_approve_standard(actor, standard) is None,
        may_retire=policy.may_retire_standard(actor, standard) is None,
        may_renew=not own and policy.may_renew_standard(actor, standard) is None,
    )


def standards(actor: Actor, *, state: str = "") -> tuple[StandardLine, ...]:
    """The newest standard answers in a state (in all without one), at most `MOST`. Two queries."""
    rows = policy.visible_standards(actor).order_by("-id")
    listed = list((rows.filter(state=state) if state else rows)[:MOST])
    names = names_of({label for row in listed for label in (row.proposed_by, row.approved_by)})
    return tuple(_line(actor, row, names) for row in listed)


def on_offer(
    actor: Actor, *, category_code: str, words: str, language: str
) -> tuple[StandardLine, ...]:
    """The standard answers in use that hold all `words`, those of the category first, at most `OFFERED`.

    Each is shown in `language`, but found by its words in any.
    """
    rows = policy.visible_standards(actor).filter(
        state=StandardState.APPROVED, expires_on__gte=today()
    )
    asked = words.casefold().split()
    found = [row for row in rows.order_by("-id")[:MOST] if _holds(row, asked)]
    found.sort(key=lambda row: row.category.code != category_code)
    return tuple(_line(actor, row, {}, language) for row in found[:OFFERED])


def _holds(standard: StandardAnswer, words: list[str]) -> bool:
    texts = (standard.title, standard.question, standard.text, standard.category.name)
    whole = "\n".join(text for each in texts for text in each.values()).casefold()
    return all(word in whole for word in words)


@dataclass(frozen=True, slots=True)
class AtOnce:
    """The page on which a clerk chooses a standard answer for a case. `seen` is the case's version."""

    number: int
    case_title: str
    seen: int
    letters: tuple[Letter, ...]
    choices: tuple[StandardLine, ...]
    public: bool


def fitting(actor: Actor, number: int) -> AtOnce:
    """The standard answers in use, those of the case's category first, in the letter's language.

    Raises NotFound, NotAllowed, WrongState, NeedsOwnAnswer as the verb would.
    """
    case = cases.find(actor, number)
    cases.require_step(actor, "answer_at_once", case)
    if case.conduct:
        raise NeedsOwnAnswer
    rows = policy.visible_standards(actor).filter(
        state=StandardState.APPROVED, expires_on__gte=today()
    )
    listed = sorted(rows[:MOST], key=lambda row: row.category_id != case.category_id)
    names = names_of({label for row in listed for label in (row.proposed_by, row.approved_by)})
    language = language_of(case)
    return AtOnce(
        number=case.number,
        case_title=case.title,
        seen=case.version,
        letters=letters_of(case, actor),
        choices=tuple(_line(actor, row, names, language) for row in listed),
        public=policy.may_be_public(case) is None,
    )
