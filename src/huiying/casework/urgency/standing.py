"""The harm facts of a case as they stand, in its columns and for its clock."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet

from huiying.casework.harm_models import HarmDecision
from huiying.casework.models import CaseFile, Report
from huiying.harm.facts import DANGER, LEGAL_DATE
from huiying.harm.urgency import Need, need_of
from huiying.routing.models import Category
from huiying.routing.reads import due_at

type Row = tuple[str, bool, datetime]  # a fact, whether it holds, since when


def harm_columns(facts: Collection[str], legal_date: date | None) -> dict[str, Any]:
    """The columns of a case with these facts: urgency is derived here and set nowhere else."""
    need = need_of(facts, legal_date)
    return {
        "danger": DANGER in facts,
        "harm": sorted(set(facts) - {DANGER}),
        "legal_date": need.by,
        "urgency": int(need.level),
    }


def said_later(case: CaseFile, *, by_desk: bool = False) -> dict[str, datetime]:
    """Since when a fact holds that the desk said, or that joined letters brought: only those whose last
    word is that. `by_desk` leaves out what letters brought and took along.
    """
    rows = HarmDecision.objects.filter(case=case).order_by("pk")
    rows = rows.filter(along_with=None) if by_desk else rows
    return _held_since(rows.values_list("fact", "holds", "at"))


def _held_since(rows: Iterable[Row]) -> dict[str, datetime]:
    found: dict[str, datetime] = {}
    for fact, holds, at in rows:
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
    """The facts of `root` after the letters of `gone` have left it: those that nobody else brought go too,
    and so does what the desk had said not to hold before `gone` brought it.
    """
    rows = HarmDecision.objects.filter(case=root, along_with=None).order_by("pk")
    last = dict(rows.values_list("fact", "holds"))
    known = {fact for fact, holds in last.items() if holds}
    denied = set(last) - known
    for letter in _standing(root):
        own = letter.own_case
        known |= letter.submission.facts - denied if own is None else own.facts
    return root.facts - (gone.facts - known)


def day_without(root: CaseFile, gone: CaseFile) -> date | None:
    """The day of the law of `root` after that: the soonest of those left, where `gone` had brought it."""
    if root.legal_date is None or root.legal_date != gone.legal_date:
        return root.legal_date
    if LEGAL_DATE in said_later(root, by_desk=True):
        return root.legal_date
    days = (
        letter.submission.legal_date if letter.own_case is None else letter.own_case.legal_date
        for letter in _standing(root)
    )
    return min((day for day in days if day is not None), default=root.legal_date)


def _standing(root: CaseFile) -> QuerySet[Report]:
    return Report.objects.filter(case=root).select_related("submission", "own_case")


@dataclass(frozen=True, slots=True)
class RoundNeed:
    """How urgent a round was by what was known when it began: `need` by what holds still; `before` by what
    held as well until the desk or a letter took it away, each with until when.
    """

    need: Need
    before: tuple[tuple[Need, datetime], ...] = ()


def round_need(
    case: CaseFile, said: Collection[str], rows: Sequence[Row], start: datetime
) -> RoundNeed:
    """What came after `start` binds no stage of that round. `said` is what the writer ticked, `rows` what the
    desk said of each fact, or letters brought, oldest first.
    """
    facts = at_first(case.facts, said, _held_since(rows), start)
    held, gone = set(said), []
    for fact, holds, at in rows:
        if holds and at <= start:
            held.add(fact)
        elif not holds and fact in held:
            held.discard(fact)
            gone += [(fact, at)] if at > start else []
    before = tuple(
        (need_of(facts | {fact for fact, at in gone if at >= until}, case.legal_date), until)
        for until in sorted({at for _fact, at in gone})
    )
    return RoundNeed(need_of(facts, case.legal_date), before)


def need_of_round(case: CaseFile, again_at: datetime | None) -> RoundNeed:
    """The same from the database, for the case's own letter. Two queries."""
    letter = Report.objects.filter(case=case, own_case=None).select_related("submission").first()
    said = letter.submission.facts if letter else frozenset()
    rows = HarmDecision.objects.filter(case=case).order_by("pk")
    told = list(rows.values_list("fact", "holds", "at"))
    return round_need(case, said, told, again_at or case.received_at)
