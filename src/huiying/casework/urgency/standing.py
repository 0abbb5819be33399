"""The harm facts of a case as they stand, in its columns and for its clock."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from huiying.casework.harm_models import HarmDecision
from huiying.casework.models import CaseFile, Report
from huiying.harm.facts import DANGER, LEGAL_DATE
from huiying.harm.urgency import Need, need_of
from huiying.routing.models import Category
from huiying.routing.reads import due_at


def harm_columns(facts: Collection[str], legal_date: date | None) -> dict[str, Any]:
    """The columns of a case with these facts: urgency is derived here and set nowhere else."""
    need = need_of(facts, legal_date)
    return {
        "danger": DANGER in facts,
        "harm": sorted(set(facts) - {DANGER}),
        "legal_date": need.by,
        "urgency": int(need.level),
    }


def said_later(case: CaseFile) -> dict[str, datetime]:
    """Since when the desk says of a fact that it holds: only those whose last word is that."""
    found: dict[str, datetime] = {}
    rows = HarmDecision.objects.filter(case=case).order_by("pk")
    for fact, holds, at in rows.values_list("fact", "holds", "at"):
        if holds:
            found.setdefault(fact, at)
        else:
            found.pop(fact, None)
    return found


def at_first(
    facts: Collection[str], said: Collection[str], later: Mapping[str, datetime], start: datetime
) -> frozenset[str]:
    """Those of the facts that were known when the clock began at `start`; `said` are the writer's own."""
    came = {fact for fact, at in later.items() if at > start and fact not in said}
    return frozenset(facts) - came


def due_by_need(
    start: datetime,
    case: CaseFile,
    category: Category | None,
    *,
    facts: frozenset[str],
    letter: Report,
) -> datetime:
    """When what began at `start` is due by these facts of the case: one that the desk learned of later counts
    from then, so that nobody is late by what nobody knew.
    """
    later = said_later(case) if facts - letter.submission.facts else {}
    first = at_first(facts, letter.submission.facts, later, start)
    dues = [due_at(start, category, need=need_of(first, case.legal_date), channel=case.channel)]
    for fact in facts - first:
        need = need_of({fact}, case.legal_date if fact == LEGAL_DATE else None)
        dues.append(due_at(later[fact], category, need=need, channel=case.channel))
    return min(dues)


def left_without(root: CaseFile, gone: CaseFile) -> frozenset[str]:
    """The facts of `root` after the letters of `gone` have left it: those that nobody else brought go too."""
    known = set(said_later(root))
    stood = Report.objects.filter(case=root).select_related("submission", "own_case")
    for letter in stood:
        known |= letter.submission.facts
        if letter.own_case is not None:
            known |= letter.own_case.facts
    return root.facts - (gone.facts - known)


def need_of_round(case: CaseFile, again_at: datetime | None) -> Need:
    """How urgent the case was by what was known when its round began. Two queries at most."""
    letter = Report.objects.filter(case=case, own_case=None).select_related("submission").first()
    said = letter.submission.facts if letter else frozenset()
    later = said_later(case) if case.facts - said else {}
    facts = at_first(case.facts, said, later, again_at or case.received_at)
    return need_of(facts, case.legal_date)
