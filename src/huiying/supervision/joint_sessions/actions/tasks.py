"""Tasks that come of a session: given, reported on, ended; and erasing what all of it said."""

from datetime import date

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from huiying.accounts.actions.unsent import forget_about
from huiying.accounts.models import Account
from huiying.accounts.unsent import about_page
from huiying.agencies.models import Membership, Unit
from huiying.casework.joined import cases_of, has_words
from huiying.casework.models import CaseFile, Report
from huiying.kernel import time
from huiying.kernel.actors import Actor
from huiying.kernel.identifiers import random_label
from huiying.kernel.names import localized
from huiying.kernel.refusals import Invalid, NotAllowed, NotFound
from huiying.kernel.verbs import verb
from huiying.supervision.joint_sessions import policy
from huiying.supervision.joint_sessions.actions.calling import locked
from huiying.supervision.joint_sessions.errors import CannotTakePart, NotYetHeld, TaskEnded
from huiying.supervision.joint_sessions.models import (
    Attached,
    JointSession,
    Summary,
    Task,
    TaskReport,
)
from huiying.supervision.joint_sessions.states import TASK_BY_VERB, Part, Said, State, TaskState
from huiying.supervision.joint_sessions.telling import people_of, set_aside, tell, write_entries
from huiying.supervision.joint_sessions.wording import own_words

MOST_NAMED = 12  # user names in a refusal
LONGEST_TASK, LONGEST_REPORT = 500, 1000
LONGEST_DAYS = 366
ENDS = {Said.DONE: "finish", Said.DROPPED: "drop"}  # the steps of `states.TASK_STEPS`


@verb
def give_task(
    *, actor: Actor, label: str, text: str, unit_code: str, username: str, due_on: date
) -> Task:
    """Give a unit and a person who works there something to do by a day, once the session was
    held; they are told. Raises NotFound, NotAllowed, NotYetHeld, Invalid, SaysWho, RepeatsLetter,
    CannotTakePart.
    """
    session = locked(actor, label)
    cases = policy.cases_of(session)
    policy.require(policy.may_keep(actor, cases))
    if session.state != State.HELD:
        raise NotYetHeld
    if not 0 <= (due_on - timezone.localdate(time.now())).days <= LONGEST_DAYS:
        raise Invalid(_("Choose a day from today on, within a year."), field="due_on")
    unit, account = _whose(unit_code, username, cases)
    words, waits = own_words(actor, text, "text", cases=cases, most=LONGEST_TASK)
    task = Task.objects.create(
        label=random_label(),
        session=session,
        text=words,
        unit=unit,
        account=account,
        due_on=due_on,
        given_by_id=policy.own_account(actor),
        given_at=time.now(),
    )
    if waits:
        set_aside(actor, session, cases, Part.TASK, task.pk)
    day, whom = due_on.isoformat(), [account, *people_of(unit)]
    tell(actor, "task", whom, session=session, cases=cases, day=day)
    write_entries(actor, "task_given", session, cases, task=task, due_on=day)
    return task


def _whose(unit_code: str, username: str, cases: list[CaseFile]) -> tuple[Unit, Account]:
    unit = Unit.objects.filter(code=unit_code, active=True).first()
    if unit is None:
        raise Invalid(_("Choose a unit from the list."), field="unit_code")
    held = Membership.objects.filter(
        account__is_active=True, ended_at=None, unit__path__startswith=unit.path
    )
    row = held.filter(account__username=username.strip().lower()).select_related("account").first()
    if row is None:
        raise Invalid(_nobody_so_named(held), field="username")
    if policy.is_barred(unit, cases):
        said = CannotTakePart.sentence % {"name": localized(unit.name)}
        raise CannotTakePart(said, field="unit_code")
    if policy.is_kept_from(row.account, cases):
        said = CannotTakePart.sentence % {"name": localized(row.account.name)}
        raise CannotTakePart(said, field="username")
    return unit, row.account


def _nobody_so_named(held: QuerySet[Membership]) -> str:
    """What to do instead: the first user names of those who hold a post there."""
    found = held.order_by("account__username").values_list("account__username", flat=True)
    names = list(found.distinct()[:MOST_NAMED])
    if not names:
        return gettext("Nobody works in this unit. Choose another one.")
    said = gettext("Nobody with this user name works in this unit. Write one of these: %(names)s")
    return said % {"names": ", ".join(names)}


@verb
def report_task(*, actor: Actor, label: str, said: str, text: str) -> None:
    """Say how far a task is, that it is done and what shows it, or that it is dropped and why; the last
    only by who keeps the session. Raises NotFound, NotAllowed, Invalid, SaysWho, RepeatsLetter, TaskEnded.
    """
    task = _locked_task(actor, label)
    cases = policy.cases_of(task.session)
    keeps = policy.may_keep(actor, cases)
    if said not in Said.values:
        raise Invalid(_("Choose one."), field="said")
    if not (keeps or (said != Said.DROPPED and policy.has_task(actor, task))):
        raise NotAllowed
    if task.state != TaskState.OPEN:
        raise TaskEnded
    words, waits = own_words(actor, text, "text", cases=cases, most=LONGEST_REPORT)
    written = TaskReport.objects.create(
        task=task, said=said, text=words, author_id=policy.own_account(actor), at=time.now()
    )
    if waits:
        set_aside(actor, task.session, cases, Part.REPORT, written.pk)
    ends = ENDS.get(Said(said))
    if ends is not None:
        row = TASK_BY_VERB[ends]
        open_still = Task.objects.filter(pk=task.pk, state__in=row.sources)
        if not open_still.update(state=row.target, ended_at=time.now()):
            raise TaskEnded
        tell(
            actor, f"task_{said}", [task.given_by, task.account], session=task.session, cases=cases,
            day=task.due_on.isoformat(),
        )  # fmt: skip
    write_entries(actor, f"task_{said}", task.session, cases, task=task)


def _locked_task(actor: Actor, label: str) -> Task:
    known = policy.known_sessions(actor).values("pk")
    found = (
        Task.objects.select_for_update(of=("self",))
        .select_related("session", "given_by", "account")
        .filter(label=label, session__in=known)
        .first()
    )
    if found is None or not policy.sees_task(actor, found):
        raise NotFound
    return found


@verb
def forget_sessions(*, actor: Actor, report: Report) -> None:
    """Empty the words of each session all of whose cases have lost the words of their letters, of which this
    was one. What was typed on a session's pages and not sent goes with any letter. For the system alone.
    """
    if not actor.has("system"):
        raise NotAllowed
    attached = Attached.objects.filter(case__in=cases_of(report))
    touched = set(attached.values_list("session", flat=True))
    sessions = JointSession.objects.filter(pk__in=touched).values_list("label", flat=True)
    tasks = Task.objects.filter(session__in=touched).values_list("label", flat=True)
    forget_about([about_page(label) for label in (*sessions, *tasks)])
    for session in touched:
        ids = Attached.objects.filter(session=session).values_list("case", flat=True)
        if not any(has_words(case) for case in ids):
            _empty(session)


def _empty(session: int) -> None:
    JointSession.objects.filter(pk=session).update(topic="", place="", words="")
    Summary.objects.filter(session=session).update(text="")
    TaskReport.objects.filter(task__session=session).update(text="")
    Task.objects.filter(session=session).update(text="")
