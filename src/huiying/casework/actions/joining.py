"""Joining cases that are about one matter, and taking them apart: no words and no contact move.

The letters of a joined case stand with the other one until they are taken apart; each keeps its thread,
code, clock and verdict.
"""

from datetime import date, timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, NullIf
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from huiying.casework import policy
from huiying.casework.actions.sorting import replace_assignments, take_from_named
from huiying.casework.deadlines import pause_left, pause_so_far
from huiying.casework.errors import NobodyToTakeApart
from huiying.casework.harm_models import HarmDecision
from huiying.casework.joined import first_due, letters_of_tree, way_up, why_apart
from huiying.casework.labels import subject
from huiying.casework.models import Assignment, CaseFile, Joined, Named, Report
from huiying.casework.pausing.cases import begins, reckon_wait
from huiying.casework.pausing.letters import AWAITING, keep, runs_again, stands_still, timed
from huiying.casework.states import OPEN, Outcome, State
from huiying.casework.stepping import change, check_seen, move_row, take_step
from huiying.casework.urgency.standing import day_without, harm_columns, left_without
from huiying.harm.urgency import sooner
from huiying.intake.actions import writing
from huiying.intake.models import Message
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.inserting import insert_together
from huiying.kernel.refusals import MovedOn
from huiying.kernel.verbs import verb
from huiying.record.actions import entry_rows
from huiying.routing.reads import due_at

TOLD_JOINED = _(
    "Others have written to us about the same matter. From now on one team handles these letters together. "
    "None of them sees your letter, and you see none of theirs. Your code, the day you "
    "hear by and your say on the answer stay as they are; you hear from us here when it is answered."
)
TOLD_APART = _(
    "We had handled your letter together with others about the same matter. From now on it is handled on "
    "its own again. Your code and the day you hear by stay as they are."
)


def _lock(*ids: int) -> None:
    """Keep these cases from being changed by others until this verb ends; always in the same order."""
    list(CaseFile.objects.select_for_update().filter(pk__in=ids).order_by("pk").values("pk"))


def _locked_with_root(actor: Actor, number: int) -> tuple[CaseFile, CaseFile]:
    """The case and the one with which its letters stand, both in the actor's sight; all on the way locked."""
    ids = way_up(policy.find(actor, number).pk)
    _lock(*ids)
    if way_up(ids[0]) != ids:
        raise MovedOn
    root = CaseFile.objects.get(pk=ids[-1])
    return policy.find(actor, number), policy.find(actor, root.number)


@verb
def join(*, actor: Actor, number: int, seen: int | None = None, into: int) -> CaseFile:
    """Handle the case together with the one whose number is `into`: its letters stand there from now on.

    Each of their writers is told. The other case is due when the first of all its letters is.
    Raises JoinedToItself, TargetNotOpen, ConductApart.
    """
    _lock(policy.find(actor, number).pk, policy.find(actor, into).pk)
    case, target = policy.find(actor, number), policy.find(actor, into)
    check_seen(case, seen)
    policy.require_step(actor, "join", case)
    refusal = why_apart(case, target)
    if refusal is not None:
        raise refusal
    take_step(
        case,
        actor=actor,
        verb="join",
        data={"into": target.number},
        columns={"joined_to": target},
    )
    moved = list(Report.objects.filter(case=case, ended_at=None).values_list("pk", flat=True))
    _move(moved, case, target)
    day = sooner(target.legal_date, case.legal_date)
    columns = _told(target, case, target.facts | case.facts, day)
    change(target, due_at=first_due(target), **columns)
    reckon_wait(target)
    _keep(actor, target, "take_in", case)
    _tell(actor, moved, TOLD_JOINED)
    return case


def _told(
    root: CaseFile, other: CaseFile, facts: frozenset[str], day: date | None
) -> dict[str, Any]:
    """The columns of `root` with these facts, after keeping which of them letters of `other` brought, or
    took along: none comes or goes without a row, so that what was late by it stays late.
    """
    now = time.now()
    HarmDecision.objects.bulk_create(
        [
            HarmDecision(case=root, fact=fact, holds=fact in facts, at=now, along_with=other)
            for fact in sorted(facts ^ root.facts)
        ]
    )
    return harm_columns(facts, day)


def _move(report_ids: list[int], source: CaseFile, target: CaseFile) -> None:
    """Point letters from `source` at `target`. A pause that runs there began before they came, and they
    get nothing of what it had so far.
    """
    now = time.now()
    rows = Report.objects.filter(pk__in=report_ids)
    Joined.objects.filter(report__in=report_ids, ended_at=None).update(ended_at=now)
    if source.waiting_since or target.waiting_until:
        _carry_pauses(rows, source, target)
    rows.update(
        own_case_id=NullIf(Coalesce("own_case_id", "case_id"), target.pk),
        case=target,
    )
    away = rows.filter(own_case__isnull=False)
    Joined.objects.bulk_create(
        [Joined(report=report, case=target, since=now) for report in away.order_by("pk")]
    )


def _carry_pauses(rows: QuerySet[Report], source: CaseFile, target: CaseFile) -> None:
    now = time.now()
    waiting = rows.filter(AWAITING).select_related("own_case").order_by("pk")
    letters = timed(list(waiting), source)
    for letter, by in letters:
        runs_again(letter, source, now, by)
        if target.waiting_until is not None and target.due_after_wait is not None:
            stands_still(letter, now, target.waiting_until, by)
        else:  # begun by the clock on the wall, it ends by it
            letter.due_at -= pause_so_far(target)
            letter.paused -= pause_so_far(target)
    keep([letter for letter, _by in letters])


def _keep(actor: Actor, case: CaseFile, act: str, other: CaseFile) -> None:
    """The move and the entry of the case with which letters of `other` stand, or no longer stand."""
    data = {"from": other.number, "due_at": case.due_at.isoformat()}
    insert_together(
        move_row(case, verb=act, source=case.state),
        *entry_rows(actor=actor, action=f"case.{act}", subject=subject(case), data=data),
    )


def _tell(actor: Actor, report_ids: list[int], words: str | Promise) -> None:
    """Tell each of these writers in their own thread and language."""
    reports = Report.objects.filter(pk__in=report_ids).select_related("submission")
    for report in reports.order_by("pk"):
        with translation.override(report.submission.language):
            text = str(words)
        writing.add_message(
            actor=actor, submission=report.submission, kind=Message.Kind.NEWS, text=text
        )


@verb
def unjoin(*, actor: Actor, number: int, seen: int | None = None) -> CaseFile:
    """Handle a joined case on its own again, in the state and by the clock that it had, at any time.

    An answer that its writers were given meanwhile stays theirs; they wait for their own now.
    Raises NobodyToTakeApart.
    """
    case, root = _locked_with_root(actor, number)
    check_seen(case, seen)
    policy.require_step(actor, "unjoin", case)
    moved = list(letters_of_tree(case).values_list("pk", flat=True))
    if not moved:
        raise NobodyToTakeApart
    columns: dict[str, Any] = {"joined_to": None}
    if policy.chosen_step("unjoin", case).target == State.WAITING:
        columns |= begins(case, time.now() + pause_left(case)).columns
    take_step(case, actor=actor, verb="unjoin", data={"from": root.number}, columns=columns)
    Report.objects.filter(pk__in=moved).update(delivered_at=None, vote="", voted_at=None)
    _move(moved, root, case)
    change(case, due_at=first_due(case))
    reckon_wait(case)
    _keep_marks(actor, case, root)
    _leave(actor, root, case)
    _tell(actor, moved, TOLD_APART)
    return case


def _keep_marks(actor: Actor, case: CaseFile, root: CaseFile) -> None:
    """What was marked as a complaint while letters stood together stays kept from those it names."""
    if not root.conduct:
        return
    change(case, conduct=True)
    marks = Named.objects.filter(case=root)
    Named.objects.bulk_create(
        [Named(case=case, unit=m.unit, account=m.account, since=m.since) for m in marks],
        ignore_conflicts=True,
    )
    take_from_named(actor, case)


def _leave(actor: Actor, root: CaseFile, case: CaseFile) -> None:
    """What becomes of the case that letters of `case` have left: it ends where no writer is left."""
    stood = Report.objects.filter(case=root)
    columns = _told(root, case, left_without(root, case), day_without(root, case))
    change(root, due_at=first_due(root), **columns)
    reckon_wait(root)
    _keep(actor, root, "give_back", case)
    if root.state in OPEN and not stood.filter(ended_at=None).exists():
        now = time.now()
        take_step(
            root,
            actor=actor,
            verb="end_empty",
            data={"outcome": Outcome.WITHDRAWN},
            columns={"outcome": Outcome.WITHDRAWN, "closed_at": now},
        )
        Assignment.objects.filter(case=root, ended_at=None).update(ended_at=now)


def take_out(report: Report, *, actor: Actor) -> CaseFile:
    """Take one letter back to its own case, in a new round, with the unit that had answered it; part of the
    verb by which its writer has it taken up again. What is joined to that case stays where it is.
    """
    ids = way_up(report.own_case_id or report.case_id)
    _lock(*ids)
    case, root = (
        CaseFile.objects.select_related("lead_unit", "category").get(pk=pk)
        for pk in (ids[0], ids[-1])
    )
    if not Report.objects.filter(pk=report.pk, case=root, own_case=case).exists():
        raise MovedOn
    CaseFile.objects.filter(joined_to=case).update(
        joined_to=case.joined_to, version=F("version") + 1
    )
    change(case, lead_unit=root.lead_unit, category=case.category or root.category)
    now = time.now()
    due = due_at(now, case.category, need=case.need, channel=case.channel)
    take_step(
        case,
        actor=actor,
        verb="take_out",
        data={"from": root.number, "due_at": due.isoformat()},
        columns={
            "joined_to": None,
            "round": case.round + 1,
            "moved_at": now,  # the clock is reckoned anew from here when a calendar changes
            "due_at": due,
            "paused": timedelta(),
            "pauses": [],
        },
    )
    replace_assignments(case, case.lead_unit, [])
    _move([report.pk], root, case)
    Report.objects.filter(pk=report.pk).update(
        due_at=due,
        again_at=now,
        paused=timedelta(),
        pauses=[],
        delivered_at=None,
        vote="",
        voted_at=None,
    )
    _keep_marks(actor, case, root)
    _leave(actor, root, case)
    return case
