"""Joint sessions as their readers see them: in full, or as a guest does."""

from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Count, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils import timezone

from huiying.agencies.reads import standing_behind
from huiying.casework.models import CaseFile
from huiying.casework.places import Names
from huiying.casework.policy import visible_cases
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.paging import page_of
from huiying.kernel.refusals import NotFound
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.models import (
    Attached,
    JointSession,
    Participant,
    Summary,
    Task,
    TaskReport,
)
from huiying.supervision.joint_sessions.states import Part, State, TaskState
from huiying.supervision.joint_sessions.states import Said as SaidOfTask
from huiying.supervision.joint_sessions.waiting import (
    Kept,
    Said,
    Waiting,
    kept_among,
    kept_in,
    waiting_for_look,
)

MOST = 200  # lines of a list without pages: somebody's open tasks, the sessions about one case
ROWS = 50  # sessions on a page of the list


@dataclass(frozen=True, slots=True)
class Wanted:
    """How the list is narrowed: by state, to those in which one takes part, to those with late tasks."""

    state: str = ""
    mine: bool = False
    late: bool = False


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session in the list; `late` counts its tasks that are late. `look`: words in it wait for the desk,
    to which the reader belongs.
    """

    label: str
    topic: Said
    starts_at: datetime
    place: str
    state: str
    tasks: int
    open: int
    late: int
    look: bool


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case of a session; `may_open`: the reader reads its letters."""

    number: int
    state: str
    unit: Names
    may_open: bool


@dataclass(frozen=True, slots=True)
class SeatShown:
    """A participant; `unit` or `person` is empty. `declined_at`: they cannot come."""

    seat: str
    name: Names
    declined_at: datetime | None


@dataclass(frozen=True, slots=True)
class SummaryShown:
    """`gone`: guests do not see it any more."""

    number: int
    text: Said
    shown_until: date
    who: Names
    at: datetime
    gone: bool


@dataclass(frozen=True, slots=True)
class TaskLine:
    label: str
    text: Said
    unit: Names
    who: Names
    due_on: date
    state: str
    ended_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ReportLine:
    said: str
    who: Names
    at: datetime
    text: Said


@dataclass(frozen=True, slots=True)
class TaskShown:
    """One task with what was said on it. `says`: what the reader may say now."""

    line: TaskLine
    session: str
    topic: Said
    given_by: Names
    given_at: datetime
    reports: list[ReportLine]
    says: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SessionShown:
    """One session. For a guest (`full` is false) there are no cases, no words of its end but why it was
    called off, no summary that has expired, and only their own tasks.
    """

    label: str
    topic: Said
    starts_at: datetime
    begun: bool
    place: str
    state: str
    full: bool
    cases: list[CaseLine]
    seats: list[SeatShown]
    summaries: list[SummaryShown]
    words: Said
    called_by: Names
    called_at: datetime
    settled_by: Names
    settled_at: datetime | None
    tasks: list[TaskLine]
    comes: bool | None  # None: the reader is not called
    may_keep: bool
    may_write: bool
    waiting: list[Waiting]


def knows_of_session(recipient: str, label: str) -> bool:
    """Whether the person behind "staff:…" may know of this session now; asked before a notice goes."""
    person = standing_behind(recipient)
    if person is None:
        return False
    known = policy.known_sessions(person.actor)
    return known.filter(label=label).exists()


def _today() -> date:
    return timezone.localdate(time.now())


def _late() -> Q:
    return Q(tasks__state=TaskState.OPEN, tasks__due_on__lt=_today())


def sessions(actor: Actor, wanted: Wanted, page: int = 1) -> tuple[list[SessionLine], bool]:
    """The sessions that this actor knows of: what comes next first among the called, else the newest first.
    One page of them, and whether more follow. The tasks counted are those of everybody, so for who reads
    in full alone. Three queries.
    """
    rows = _narrowed(actor, wanted).annotate(
        task_count=Count("tasks"),
        open_count=Count("tasks", filter=Q(tasks__state=TaskState.OPEN)),
        late_count=Count("tasks", filter=_late()),
    )
    order = ("starts_at", "id") if wanted.state == State.CALLED else ("-starts_at", "-id")
    found, more = page_of(rows.order_by(*order), page, ROWS)
    ids = [row.pk for row in found]
    read = JointSession.objects.filter(policy.read_in_full(actor), pk__in=ids)
    full = set(read.values_list("pk", flat=True))
    kept = kept_among(actor, Q(session__in=ids))
    desk = actor.has(*policy.WRITES_SUMMARY)
    return [_line(row, kept, full=row.pk in full, desk=desk) for row in found], more


def _narrowed(actor: Actor, wanted: Wanted) -> QuerySet[JointSession]:
    rows = policy.known_sessions(actor)
    if wanted.state:
        rows = rows.filter(state=wanted.state)
    if wanted.mine:
        rows = rows.filter(policy.takes_part(actor))
    if wanted.late:
        late = Task.objects.filter(state=TaskState.OPEN, due_on__lt=_today())
        rows = rows.filter(pk__in=late.filter(policy.task_known(actor)).values("session"))
    return rows


def _line(row: JointSession, kept: Kept, *, full: bool, desk: bool) -> SessionLine:
    counts = (row.task_count, row.open_count, row.late_count) if full else (0, 0, 0)  # type: ignore[attr-defined]
    return SessionLine(
        row.label, kept.said(row.topic, Part.TOPIC, row.pk), row.starts_at,
        kept.said(row.place, Part.TOPIC, row.pk).text, row.state,
        tasks=counts[0], open=counts[1], late=counts[2],
        look=full and desk and kept.waits(row.pk),
    )  # fmt: skip


def own_tasks(actor: Actor) -> list[TaskLine]:
    """The open tasks of this person and their units, what is due first first. Two queries."""
    rows = Task.objects.filter(
        policy.own(actor),
        state=TaskState.OPEN,
        session__in=policy.known_sessions(actor).values("pk"),
    )
    found = list(rows.select_related("unit", "account").order_by("due_on", "id")[:MOST])
    kept = kept_among(actor, Q(part=Part.TASK, session__in=[row.session_id for row in found]))
    return [_task(row, kept) for row in found]


def _task(row: Task, kept: Kept) -> TaskLine:
    last = timezone.localdate(row.ended_at) if row.ended_at else _today()
    return TaskLine(
        label=row.label,
        text=kept.said(row.text, Part.TASK, row.pk),
        unit=row.unit.name,
        who=row.account.name,
        due_on=row.due_on,
        state=row.state,
        ended_at=row.ended_at,
        late=last > row.due_on and row.state != TaskState.DROPPED,
    )


def session_shown(actor: Actor, label: str) -> SessionShown:
    """One session, as much of it as this actor sees. Raises NotFound."""
    session = _found(actor, label)
    full: bool = session.full  # type: ignore[attr-defined]
    cases = policy.cases_of(session)
    keeps = full and policy.may_keep(actor, cases)
    mine = list(policy.own_seats(actor, session).values_list("declined_at", flat=True))
    ends_shown = full or session.state == State.CALLED_OFF
    kept = kept_in(actor, session, cases)
    tasks = session.tasks.select_related("unit", "account").order_by("due_on", "id")
    return SessionShown(
        label=session.label,
        topic=kept.said(session.topic, Part.TOPIC, session.pk),
        starts_at=session.starts_at,
        begun=session.starts_at <= time.now(),
        place=kept.said(session.place, Part.TOPIC, session.pk).text,
        state=session.state,
        full=full,
        cases=_cases(actor, cases) if full else [],
        seats=_seats(session),
        summaries=_summaries(session, kept, full=full),
        words=kept.said(session.words, Part.ENDING, session.pk) if ends_shown else Said(""),
        called_by=session.called_by.name,
        called_at=session.called_at,
        settled_by=session.settled_by.name if session.settled_by else {},
        settled_at=session.settled_at,
        tasks=[_task(row, kept) for row in (tasks if full else tasks.filter(policy.own(actor)))],
        comes=any(declined is None for declined in mine) if mine else None,
        may_keep=keeps,
        may_write=full and policy.may_write_summary(actor, cases),
        waiting=waiting_for_look(actor, session, cases, kept) if full else [],
    )


def _found(actor: Actor, label: str) -> JointSession:
    full = ExpressionWrapper(policy.read_in_full(actor), BooleanField())
    known = policy.known_sessions(actor).select_related("called_by", "settled_by")
    session = known.annotate(full=full).filter(label=label).first()
    if session is None:
        raise NotFound
    return session


def _cases(actor: Actor, rows: list[CaseFile]) -> list[CaseLine]:
    seen = visible_cases(actor).filter(pk__in=[row.pk for row in rows])
    open_to = set(seen.values_list("pk", flat=True))
    return [
        CaseLine(
            row.number, row.state, row.lead_unit.name if row.lead_unit else {}, row.pk in open_to
        )
        for row in rows
    ]


def _seats(session: JointSession) -> list[SeatShown]:
    rows = session.participants.select_related("unit", "account").order_by("id")
    return [SeatShown(row.seat, _name(row), row.declined_at) for row in rows]


def _name(row: Participant) -> Names:
    holder = row.unit or row.account
    return holder.name if holder else {}


def _summaries(session: JointSession, kept: Kept, *, full: bool) -> list[SummaryShown]:
    """The newest first; for a guest the newest that they may see alone, until its day is over."""
    rows = session.summaries.select_related("author").order_by("-number")
    shown = [_summary(row, kept) for row in rows]
    if full:
        return shown
    newest = [each for each in shown if not each.text.hidden][:1]
    return [each for each in newest if not each.gone and each.text.text]


def _summary(row: Summary, kept: Kept) -> SummaryShown:
    gone = _today() > row.shown_until
    said = kept.said(row.text, Part.SUMMARY, row.pk)
    return SummaryShown(row.number, said, row.shown_until, row.author.name, row.at, gone)


def task_shown(actor: Actor, label: str) -> TaskShown:
    """One task of a session that this actor knows of: their own, or where they read all of it. Raises
    NotFound.
    """
    row = (
        Task.objects.select_related("session", "unit", "account", "given_by")
        .filter(label=label, session__in=policy.known_sessions(actor).values("pk"))
        .first()
    )
    if row is None or not policy.sees_task(actor, row):
        raise NotFound
    cases = policy.cases_of(row.session)
    kept = kept_in(actor, row.session, cases)
    reports = row.reports.select_related("author").order_by("id")
    return TaskShown(
        line=_task(row, kept),
        session=row.session.label,
        topic=kept.said(row.session.topic, Part.TOPIC, row.session_id),
        given_by=row.given_by.name,
        given_at=row.given_at,
        reports=[_report(each, kept) for each in reports],
        says=_says(actor, row, cases),
    )


def _report(row: TaskReport, kept: Kept) -> ReportLine:
    said = kept.said(row.text, Part.REPORT, row.pk)
    return ReportLine(row.said, row.author.name, row.at, said)


def _says(actor: Actor, task: Task, cases: list[CaseFile]) -> tuple[str, ...]:
    if task.state != TaskState.OPEN:
        return ()
    if policy.may_keep(actor, cases):
        return tuple(SaidOfTask.values)
    return (SaidOfTask.PROGRESS, SaidOfTask.DONE) if policy.has_task(actor, task) else ()


@dataclass(frozen=True, slots=True)
class OnCase:
    """A session as a line of its case's page."""

    label: str
    starts_at: datetime
    state: str


def in_session() -> ArraySubquery:
    """One session about a case, if there is any, as a column of a query of cases; who may know of it is
    another matter.
    """
    rows = Attached.objects.filter(case=OuterRef("pk"))
    return ArraySubquery(rows.values("session_id")[:1])


def sessions_on(actor: Actor, number: int) -> list[OnCase]:
    """The sessions about a case that this actor knows of, the newest first. One query."""
    rows = policy.known_sessions(actor).filter(attached__case__number=number)
    found = rows.order_by("-starts_at", "-id").values_list("label", "starts_at", "state")
    return [OnCase(*row) for row in found[:MOST]]
