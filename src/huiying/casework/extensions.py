"""More time for an answer: who may ask and decide, what was asked and decided on a case."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import Coalesce, JSONObject
from django.utils.translation import gettext_lazy as _

from huiying.agencies.models import Role
from huiying.casework import policy
from huiying.casework.deadlines import began
from huiying.casework.extension_models import Extension
from huiying.casework.models import CaseFile, Report
from huiying.casework.states import HEAD, State
from huiying.casework.urgency.standing import due_by_need
from huiying.clocks.pauses import stood
from huiying.harm.facts import LEGAL_DATE
from huiying.harm.urgency import need_of
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.routing.models import Category
from huiying.routing.paces import timetable_of
from huiying.routing.reads import end_of_day

DECIDE = frozenset({Role.DISPATCHER, Role.SUPERVISOR, HEAD})
FIELDS = ("round", "asked_at", "asked_by", "reason", "until", "decided_at", "granted", "late")


@dataclass(frozen=True, slots=True)
class ExtensionLine:
    """One request, `granted` and `late` None while nobody has decided.

    `late`: the answer was late when it was decided; it stays late, whatever was decided.
    """

    round: int
    asked_at: datetime
    asked_by: str
    reason: str
    until: datetime
    decided_at: datetime | None
    granted: bool | None
    late: bool | None


def extensions_within() -> ArraySubquery:
    """Those of a case as a column of a query, oldest first, for `read_extensions`."""
    return _lines(OuterRef("pk"))


def extensions_of_own() -> ArraySubquery:
    """The same as a column of a letter: those of the case that it made."""
    return _lines(Coalesce(OuterRef("own_case"), OuterRef("case")))


def _lines(case: OuterRef | Coalesce) -> ArraySubquery:
    rows = Extension.objects.filter(case=case).order_by("id")
    return ArraySubquery(rows.values(row=JSONObject(**{name: name for name in FIELDS})))


def read_extensions(rows: Iterable[dict[str, Any]]) -> tuple[ExtensionLine, ...]:
    """What `extensions_within` found."""
    return tuple(ExtensionLine(**{name: _read(name, row[name]) for name in FIELDS}) for row in rows)


def _read(name: str, value: Any) -> Any:
    moment = name.endswith("_at") or name == "until"
    return datetime.fromisoformat(value) if moment and value else value


def waiting(lines: Sequence[ExtensionLine], case: CaseFile) -> ExtensionLine | None:
    """The request on which somebody still has to decide."""
    if case.state not in (State.IN_PROGRESS, State.WAITING):
        return None
    open_ones = [line for line in lines if line.round == case.round and line.granted is None]
    return open_ones[-1] if open_ones else None


def granted_in(lines: Sequence[ExtensionLine], case_round: int) -> list[ExtensionLine]:
    """Those that were granted in this round."""
    return [line for line in lines if line.round == case_round and line.granted]


def asked_for() -> QuerySet[Extension]:
    """Every request on which nobody has decided."""
    return Extension.objects.filter(decided_at=None)


def granted_until(case: CaseFile) -> datetime | None:
    """Until when the answer's time was extended in this round; None where it was not, or too late."""
    in_time = Extension.objects.filter(case=case, round=case.round, granted=True, late=False)
    return max(in_time.values_list("until", flat=True), default=None)


def due_as_told(
    letter: Report,
    case: CaseFile,
    category: Category | None,
    *,
    facts: frozenset[str] | None = None,
) -> datetime:
    """When the letter that made `case` is due under this category and by these facts (as they stand, or of a
    part), from the day its round began. Who was told of a later day keeps that, but for the day of the law;
    and where the day that was told is over, none that is later takes its place.
    """
    facts = case.facts if facts is None else facts
    start, pauses = began(letter, case), stood(letter)
    due = due_by_need(start, case, category, facts=facts, letter=letter)
    if pauses:
        need = need_of(facts, case.legal_date)
        due = pauses.moved(due, timetable_of(start, category, need=need, channel=case.channel))
    given = granted_until(case)
    if given and case.legal_date and LEGAL_DATE in facts:
        given = min(given, end_of_day(case.legal_date))
    due = max(due, given) if given else due
    return min(due, letter.due_at) if letter.due_at < time.now() else due


def may_ask(actor: Actor, case: CaseFile) -> bool:
    """The lead unit, while it works on the case."""
    handles = policy.plays_part(actor, frozenset({Role.HANDLER}), case)
    return handles and case.state == State.IN_PROGRESS


def may_decide(actor: Actor, case: CaseFile) -> bool:
    """A dispatcher or supervisor; who asked is refused by the verb."""
    return policy.plays_part(actor, DECIDE, case)


def acts_on(actor: Actor, case: CaseFile, lines: Sequence[ExtensionLine]) -> list[policy.Act]:
    """The acts on more time that are this actor's here."""
    asked = waiting(lines, case)
    if asked is None:
        return [policy.Act("ask_extension")] if may_ask(actor, case) else []
    found = []
    if may_ask(actor, case):
        found.append(policy.Act("ask_extension", _("More time has been asked for already.")))
    if may_decide(actor, case):
        own = (
            _("You asked for it; a second person decides.") if asked.asked_by == actor.label else ""
        )
        found.append(policy.Act("decide_extension", own))
    return found
