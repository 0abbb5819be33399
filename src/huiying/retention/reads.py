"""The pages on erasure: rules, a rehearsal without any effect, certificates, holds."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from huiying.agencies.reads import staff_names
from huiying.casework import policy as cases
from huiying.casework.models import CaseFile, Report
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotAllowed, NotFound
from huiying.replies.reads.searching import count_searches
from huiying.retention import policy
from huiying.retention.due import due, held_at, months_of
from huiying.retention.models import Erased, Hold, Rules, Run, What

MOST_NUMBERS = 200
MOST_RUNS = 50


@dataclass(frozen=True, slots=True)
class RulesShown:
    """One version; `may_approve` for this reader, now."""

    number: int
    contact_months: int | None
    contact_basis: str
    words_months: int | None
    words_basis: str
    search_days: int | None
    search_basis: str
    proposed_by: str
    proposed_at: datetime
    approved_by: str
    approved_at: datetime | None
    may_approve: bool


@dataclass(frozen=True, slots=True)
class HoldShown:
    """One hold; `number` is that of its case."""

    label: str
    number: int
    reason: str
    until: datetime
    asked_by: str
    asked_at: datetime
    granted_by: str
    granted_at: datetime | None
    may_grant: bool


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What one rule would erase now: how many letters, and the numbers of their cases that this reader
    may know, the first two hundred. Of "searches", how many; `length` is in months, theirs in days.
    """

    what: str
    length: int | None
    count: int
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RunLine:
    label: str
    started_at: datetime
    finished_at: datetime | None
    rules: int
    contacts: int
    words: int


@dataclass(frozen=True, slots=True)
class ErasedLine:
    """`commitment` is the hash of the entry, in hexadecimal."""

    number: int
    what: str
    at: datetime
    entry: int
    commitment: str


@dataclass(frozen=True, slots=True)
class Certificate:
    """What one run erased, when and under which rules. No word and no name."""

    run: RunLine
    rules: RulesShown
    erased: tuple[ErasedLine, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    in_force: RulesShown | None
    proposed: RulesShown | None
    holds: tuple[HoldShown, ...]
    runs: tuple[RunLine, ...]
    may_propose: bool
    may_hold: bool


@dataclass(frozen=True, slots=True)
class OwnErasure:
    """For a writer: what is gone since when, what is held and why, and what the rules say (months)."""

    contact_erased: datetime | None
    words_erased: datetime | None
    hold_until: datetime | None
    hold_reason: str
    contact_months: int | None
    words_months: int | None


def rules_in_force() -> Rules | None:
    """The newest approved version."""
    return Rules.objects.filter(approved_at__isnull=False).order_by("-number").first()


def _require_look(actor: Actor) -> None:
    if not policy.may_look(actor):
        raise NotAllowed


def _rules(
    rules: Rules | None, names: dict[str, dict[str, str]], actor: Actor
) -> RulesShown | None:
    if rules is None:
        return None
    return RulesShown(
        rules.number,
        rules.contact_months,
        rules.contact_basis,
        rules.words_months,
        rules.words_basis,
        rules.search_days,
        rules.search_basis,
        localized(names.get(rules.proposed_by, {})),
        rules.proposed_at,
        localized(names.get(rules.approved_by, {})),
        rules.approved_at,
        rules.approved_at is None
        and policy.may_set_rules(actor)
        and rules.proposed_by != actor.label,
    )


def overview(actor: Actor) -> Overview:
    """The first page on erasure; holds on cases that this reader may see."""
    _require_look(actor)
    in_force = rules_in_force()
    newest = Rules.objects.order_by("-number").first()
    proposed = newest if newest and newest.approved_at is None else None
    holds = list(
        Hold.objects.select_related("case")
        .filter(ended_at=None, until__gt=time.now(), case__in=cases.visible_cases(actor))
        .order_by("until")
    )
    rules = [each for each in (in_force, proposed) if each]
    labels = {label for each in rules for label in (each.proposed_by, each.approved_by)}
    labels |= {label for hold in holds for label in (hold.asked_by, hold.granted_by)}
    names = staff_names(labels)
    return Overview(
        _rules(in_force, names, actor),
        _rules(proposed, names, actor),
        tuple(_hold(hold, names, actor) for hold in holds),
        tuple(_run_lines(Run.objects.order_by("-started_at")[:MOST_RUNS])),
        policy.may_set_rules(actor),
        policy.may_hold(actor),
    )


def case_to_hold(actor: Actor, number: int) -> tuple[int, str]:
    """Number and title of a case that this person may ask a hold for. Raises NotFound, NotAllowed."""
    case = cases.find(actor, number)
    if not policy.may_hold(actor):
        raise NotAllowed
    return case.number, case.title


def _hold(hold: Hold, names: dict[str, dict[str, str]], actor: Actor) -> HoldShown:
    return HoldShown(
        hold.label,
        hold.case.number,
        hold.reason,
        hold.until,
        localized(names.get(hold.asked_by, {})),
        hold.asked_at,
        localized(names.get(hold.granted_by, {})),
        hold.granted_at,
        hold.granted_at is None and policy.may_hold(actor) and hold.asked_by != actor.label,
    )


def _run_lines(runs: Any) -> list[RunLine]:
    found = list(runs.select_related("rules"))
    counts = Counter(Erased.objects.filter(run__in=found).values_list("run_id", "what"))
    return [
        RunLine(
            run.label,
            run.started_at,
            run.finished_at,
            run.rules.number,
            counts[run.pk, What.CONTACT.value],
            counts[run.pk, What.WORDS.value],
        )
        for run in found
    ]


def rehearsal(
    actor: Actor,
    *,
    contact_months: int | None,
    words_months: int | None,
    search_days: int | None = None,
) -> tuple[Rehearsed, ...]:
    """How many letters and searches such rules would reach at this moment; nothing is done."""
    _require_look(actor)
    rules = Rules(contact_months=contact_months, words_months=words_months)
    letters = tuple(_rehearsed(actor, rules, what) for what in What.values)
    if search_days is None:
        return letters
    count = count_searches(before=time.now() - timedelta(days=search_days))
    return (*letters, Rehearsed("searches", search_days, count, ()))


def _rehearsed(actor: Actor, rules: Rules, what: str) -> Rehearsed:
    found = due(rules, what, time.now())
    # The numbers of complaints about somebody here are not for them, nor for those below them.
    kept = CaseFile.objects.filter(cases.kept_from(actor)).values("pk")
    numbers = found.exclude(case__in=kept).values_list("case__number", flat=True)
    return Rehearsed(what, months_of(rules, what), found.count(), tuple(numbers[:MOST_NUMBERS]))


def certificate(actor: Actor, label: str) -> Certificate:
    """The certificate of one run; raises NotFound."""
    _require_look(actor)
    run = Run.objects.select_related("rules").filter(label=label).first()
    if run is None:
        raise NotFound
    rows = Erased.objects.filter(run=run).order_by("pk").select_related("case", "entry")
    kept = set(
        CaseFile.objects.filter(
            cases.kept_from(actor), pk__in=[row.case_id for row in rows]
        ).values_list("pk", flat=True)
    )
    shown = _rules(run.rules, {}, actor)  # a certificate names nobody
    if shown is None:
        raise NotFound
    lines = tuple(
        ErasedLine(
            0 if row.case_id in kept else row.case.number,
            row.what,
            row.at,
            row.entry_id,
            bytes(row.entry.commitment).hex(),
        )
        for row in rows
    )
    return Certificate(_run_lines(Run.objects.filter(pk=run.pk))[0], shown, lines)


def own_erasure(submission_id: int, label: str) -> OwnErasure:
    """What the writer of this letter may know. Three queries."""
    rules = rules_in_force()
    mine = Report.objects.filter(submission=submission_id)
    stood = mine.values("case").union(
        mine.filter(own_case__isnull=False).values("own_case"),
        mine.values("joined__case"),
        mine.filter(parts__taken_back_at=None).values("parts__report__case"),
    )
    hold = Hold.objects.filter(held_at(time.now()), case__in=stood).first()
    erased = dict(Erased.objects.filter(submission_label=label).values_list("what", "at"))
    words = erased.get(What.WORDS.value)
    return OwnErasure(
        erased.get(What.CONTACT.value, words),
        words,
        hold.until if hold else None,
        hold.reason if hold else "",
        rules.contact_months if rules else None,
        rules.words_months if rules else None,
    )
