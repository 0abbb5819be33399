"""What a resident may know of the case that their own letter led to: never another writer's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from huiying.casework import story
from huiying.casework.deadlines import Clock, clock_of_letter, pause_of_letter, with_running
from huiying.casework.delivered import Told, all_told, window_start
from huiying.casework.extensions import (
    ExtensionLine,
    extensions_of_own,
    read_extensions,
)
from huiying.casework.joined import was_asked
from huiying.casework.labels import subject
from huiying.casework.looks import Looks, looks_at
from huiying.casework.models import CaseFile, Joined, Move, Report
from huiying.casework.own_acts import helper_named, own_events
from huiying.casework.part_models import Part
from huiying.casework.splitting.letters import HEARD_BY, parts_of
from huiying.casework.stages.clocks import StageClock
from huiying.casework.stages.standing import RoundSteps, read_sorts, sorts_of_own, stages_of
from huiying.casework.states import OPEN, Outcome, State
from huiying.casework.urgency.why import Why, decided_of_own, need_at_first, why
from huiying.intake import reads as letters
from huiying.intake.files import AttachmentLinked, attachments_on
from huiying.intake.helping import GRANT, HelperLine, helpers_of
from huiying.intake.letters import replay_of
from huiying.intake.models import Message, Submission
from huiying.intake.opening import words_of
from huiying.intake.states import ERASED, Channel, Wish
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.names import localized
from huiying.kernel.refusals import NotFound
from huiying.notices.reads import deliveries, log_of
from huiying.notices.states import Way
from huiying.record.reads import entries_about


@dataclass(frozen=True, slots=True)
class Note:
    """One piece of the exchange, for the writer's eye."""

    at: datetime
    from_resident: bool
    text: str
    who: str


@dataclass(frozen=True, slots=True)
class Declined:
    """Who is competent instead, and why; both written to the resident."""

    body: str
    reason: str


@dataclass(frozen=True, slots=True)
class MayDo:
    """Which acts are the writer's now. `reopen_until` is None before an answer."""

    add: bool
    answer: bool
    withdraw: bool
    vote: bool
    reopen: bool
    reach: bool
    reopen_until: datetime | None


@dataclass(frozen=True, slots=True)
class LetterPage:
    """One letter with the state of its case in words; its clock ends with the answer."""

    submission_id: int
    label: str
    code: str
    title: str
    body: str
    place: str
    channel: str
    received_at: datetime
    wish: str
    category: str
    conduct: bool
    reachable: bool
    hears_by: str
    withdrawn: bool
    told: story.Told
    responsible: str
    clock: Clock
    answer_by: story.AnswerBy
    stages: tuple[StageClock, ...]
    steps: tuple[story.PathStep, ...]
    events: tuple[story.Event, ...]
    exchange: tuple[Note, ...]
    question: str
    vote: str
    voted_at: datetime | None
    declined: Declined | None
    may: MayDo
    files: tuple[AttachmentLinked, ...]
    looks: Looks
    sent: tuple[Told, ...]
    parted: bool
    why: Why
    helps: bool
    helpers: tuple[HelperLine, ...]


def _reports() -> QuerySet[Any]:
    stood = Joined.objects.filter(report=OuterRef("pk")).order_by("since", "pk")
    return Report.objects.select_related(
        "submission__seal", "case", "case__lead_unit", "case__category", "own_case__category"
    ).annotate(
        parted=Exists(Part.objects.filter(letter=OuterRef("pk"), taken_back_at=None)),
        heard_by=HEARD_BY,
        sent=log_of(OuterRef("heard_by")),
        more_time=extensions_of_own(),
        decided=decided_of_own(),
        sorts=sorts_of_own(),
        stood=ArraySubquery(
            stood.values(row=JSONObject(case="case", since="since", until="ended_at"))
        ),
    )


def own_report(actor: Actor) -> Report:
    """The report of the letter that this resident wrote, with its case and, as `sent`, the log of
    notices; NotFound for anybody else.
    """
    return _report(own_label(actor))


def followed_report(actor: Actor) -> Report:
    """The same for the writer and for who helps with the letter."""
    return _report(followed_label(actor))


def _report(label: str) -> Report:
    report: Report | None = _reports().filter(submission__label=label).first()
    if report is None:
        raise NotFound
    return report


def own_label(actor: Actor) -> str:
    """The label of the letter that this actor wrote, or whose writer is with them; NotFound without."""
    return _one(actor.scopes("resident"))


def followed_label(actor: Actor) -> str:
    """The label of the letter that this actor wrote or helps with; NotFound without."""
    return _one(actor.scopes("resident", GRANT))


def _one(subjects: Sequence[str]) -> str:
    if len(subjects) != 1:
        raise NotFound
    return subjects[0].removeprefix("submission:")


def reopen_until(report: Any) -> datetime | None:
    """Until when the writer of an `own_report` may reopen: the window starts when the answer was
    delivered by the way that they chose.
    """
    start = window_start(report.delivered_at, deliveries(report.sent), time.now())
    return None if start is None else start + timedelta(days=settings.REOPEN_DAYS)


def said_before(actor: Actor, *, text: str, form_key: str) -> bool:
    """Whether this very form brought these very words before: the act was done, only the page was lost."""
    label = followed_label(actor)
    replay = replay_of(form_key, f"{label}\0{text}")
    return replay is not None and Message.objects.filter(replay=replay).exists()


def letter_page(actor: Actor) -> LetterPage:
    """Everything that the writer's page shows; NotFound where this actor wrote no letter. Ten
    queries at most, and one more where the desk declined.

    Who helps with it sees no way to reach the writer, nothing that was sent to them, and who looked only
    as far as it is about the letter; and may do less.
    """
    report: Any = followed_report(actor)
    submission, case = report.submission, report.case
    words, moves = words_of(submission), _moves(report)
    exchange = letters.exchange_on([submission.pk])[submission.pk]
    helps, helpers = actor.has(GRANT), helpers_of(submission.pk)
    may, running = _may(report, helps=helps), clock_of_letter(report, time.now())
    standing = _standing(report, may, running)
    return LetterPage(
        submission_id=submission.pk,
        label=submission.label,
        code=submission.code,
        title=words.title,
        body=words.body,
        place=words.place,
        channel=str(Channel(submission.channel).label),
        received_at=submission.received_at,
        wish=str(Wish(submission.wish).label),
        category=localized(case.category.name) if case.category else "",
        conduct=case.conduct,
        reachable=submission.reachable and not helps,
        hears_by="" if helps else _hears_by(submission),
        withdrawn=report.ended_at is not None,
        told=story.told(standing),
        responsible=standing.unit or _("Our letters desk"),
        clock=running,
        answer_by=_answer_by(report, running, exchange),
        stages=_stages(report, moves, running),
        steps=story.steps(standing, submission.received_at, moves),
        events=story.events(submission.received_at, moves, own_events(report, exchange, helpers)),
        exchange=tuple(_note(line, moves, helpers) for line in exchange),
        question=_open_question(exchange) if may.answer else "",
        vote=report.vote,
        voted_at=report.voted_at,
        declined=_declined(case),
        may=may,
        files=attachments_on(submission, actor),
        looks=Looks(contact=(), opened=()) if helps else looks_at(report),
        sent=() if helps else all_told(deliveries(report.sent)),
        parted=report.parted,
        why=why(report.own_case or case, report.decided, submission.facts),
        helps=helps,
        helpers=() if helps else helpers,
    )


def _answer_by(
    report: Any, running: Clock, exchange: Sequence[letters.MessageLine]
) -> story.AnswerBy:
    told = letters.told_since(exchange, running.due_at)
    return story.answer_by(running, _more_time(report), told)


def _more_time(report: Any) -> list[ExtensionLine]:
    """What was granted to the letter itself since it was last taken up again; never to a case with which it
    stands: there it keeps its own day, and the reason was written for others.
    """
    since = report.again_at or report.submission.received_at
    lines = read_extensions(report.more_time)
    return [line for line in lines if line.granted and line.decided_at and line.decided_at >= since]


def _stages(report: Any, moves: Sequence[story.Step], running: Clock) -> tuple[StageClock, ...]:
    """None where the letter was withdrawn, or is another body's."""
    if report.ended_at is not None or _is_declined(report.case):
        return ()
    made = report.own_case or report.case
    start = report.again_at or made.received_at
    need = need_at_first(made, report.decided, report.submission.facts, start)
    pause = pause_of_letter(report, report.case)
    done = RoundSteps(
        moves,
        read_sorts(report.sorts, start),
        [(line.decided_at, line.until) for line in _more_time(report) if line.decided_at],
        report.again_at,
        with_running(report, report.due_at, pause, running),
    )
    return stages_of(made, done, running, need)


def _hears_by(submission: Submission) -> str:
    """The way in code; who was never asked hears by mail, where an address was left."""
    return submission.hears_by or str(Way.MAIL if submission.reachable else Way.PAGE)


def _moves(report: Any) -> list[story.Step]:
    """The steps of its own case, and of each case with which this letter stood while it did so."""
    own = report.own_case_id or report.case_id
    where = Q(case=own, at__gte=report.submission.received_at)
    for stay in report.stood:
        there = Q(case=stay["case"], at__gte=datetime.fromisoformat(stay["since"]))
        if stay["until"]:
            there &= Q(at__lte=datetime.fromisoformat(stay["until"]))
        where |= there
    rows = (
        Move.objects.filter(where)
        .exclude(verb__in=("receive", "withdraw"))
        .exclude(
            ~Q(case=own), verb__in=("extend", "adopt_calendar", "weigh")
        )  # another day for others
        .select_related("unit", "category")
        .order_by("at", "id")
    )
    if report.ended_at is not None:
        rows = rows.filter(at__lte=report.ended_at)
    return [
        story.Step(
            at=row.at,
            verb=row.verb,
            unit=localized(row.unit.name) if row.unit else "",
            category=localized(row.category.name) if row.category else "",
            outcome=str(Outcome(row.outcome).label) if row.outcome else "",
            round=row.round,
            due_after_wait=row.due_after_wait,
        )
        for row in rows
    ]


def _standing(report: Report, may: MayDo, running: Clock) -> story.Standing:
    case = report.case
    asked = case.state != State.WAITING or may.answer or report.ended_at is not None
    return story.Standing(
        state=case.state if asked else State.IN_PROGRESS,
        withdrawn_at=report.ended_at,
        declined=_is_declined(case),
        unit=localized(case.lead_unit.name) if case.lead_unit else "",
        outcome=str(Outcome(case.outcome).label) if case.outcome else "",
        round=case.round,
        reopen_until=may.reopen_until if may.reopen else None,
        paused_until=case.waiting_until if running.paused else None,
        voted=bool(report.vote),
    )


def _may(report: Report, *, helps: bool) -> MayDo:
    live = report.ended_at is None
    state = report.case.state
    until = reopen_until(report)
    return MayDo(
        add=live,
        answer=live and was_asked(report),
        withdraw=live and not helps and _may_end(report),
        vote=live and report.delivered_at is not None and not _is_declined(report.case),
        reopen=live and state not in OPEN and until is not None and time.now() <= until,
        reach=live and not helps and report.submission.words_erased_at is None,
        reopen_until=until,
    )


def _may_end(report: Report) -> bool:
    state = report.case.state
    return state in OPEN or (state == State.SPLIT and part_open(report))


def part_open(report: Report) -> bool:
    """Whether somebody still works on a part of this letter."""
    live = parts_of(report.pk).filter(report__ended_at=None, report__case__state__in=OPEN)
    return live.exists()


def _note(
    line: letters.MessageLine, moves: list[story.Step], helpers: Sequence[HelperLine]
) -> Note:
    asked = [move.unit for move in moves if move.verb == "ask_resident" and move.at <= line.at]
    if line.helper:
        who = helper_named(line.helper, helpers)
    elif line.by_clerk:
        who = _("You, through a clerk")
    elif line.from_resident:
        who = _("You")
    elif line.kind == Message.Kind.QUESTION:
        who = _("%(unit)s asks you, through our desk") % {
            "unit": asked[-1] if asked else _("The unit")
        }
    elif line.kind == Message.Kind.INTERIM:
        who = _("%(unit)s tells you how it stands") % {"unit": _told_by(moves, line.at)}
    else:
        who = _("The desk")
    return Note(line.at, line.from_resident, line.text, who)


def _told_by(moves: list[story.Step], at: datetime) -> str:
    units = [move.unit for move in moves if move.verb == "interim" and move.at <= at]
    return units[-1] if units else _("The unit")


def _open_question(exchange: list[letters.MessageLine]) -> str:
    asked = [line.text for line in exchange if line.kind == Message.Kind.QUESTION]
    return asked[-1] if asked else ""


def _is_declined(case: CaseFile) -> bool:
    return case.state == State.CLOSED and case.outcome == Outcome.NOT_OURS


def _declined(case: CaseFile) -> Declined | None:
    if not _is_declined(case):
        return None
    entries = entries_about([subject(case)])
    said = [entry.data or {} for entry in entries if entry.action == "case.decline"]
    if not said:
        return None
    return Declined(said[-1].get("body", ERASED), said[-1].get("words", ""))
