"""Who knows of a joint session, who sees what of it, who keeps it, who may be called to it.

Nobody from whom one of its cases is kept knows that there is a session, whatever their part in it. Who
reads all of its cases sees all of it; who takes part or has a task sees what a guest sees.
"""

from collections.abc import Collection

from django.db.models import Exists, OuterRef, Q, QuerySet

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.agencies.reads import standing_of
from huiying.casework.models import CaseFile, Report
from huiying.casework.part_models import Part
from huiying.casework.policy import barred, kept_from, visible_cases
from huiying.kernel.actors import Actor
from huiying.kernel.refusals import NotAllowed
from huiying.supervision.joint_sessions.models import Attached, JointSession, Participant, Task
from huiying.supervision.policy import known_cases, may_put
from huiying.supervision.states import Kind

WRITES_SUMMARY = ("clerk", "dispatcher")


def own_account(actor: Actor) -> int:
    """The row of the account that acts; 0 for the system."""
    scopes = actor.scopes("account")
    return int(scopes[0]) if scopes else 0


def own(actor: Actor) -> Q:
    """Rows of `Participant` or `Task` of this person, and of the units in which they work."""
    units = Unit.objects.filter(path__in=actor.scopes("belongs"))
    return Q(account=own_account(actor)) | Q(unit__in=units.values("pk"))


def read_in_full(actor: Actor) -> Q:
    """Sessions all of whose cases this actor knows; each case is looked up by its key."""
    known = known_cases(actor).filter(pk=OuterRef("case_id"))
    unknown = Attached.objects.filter(~Exists(known), session=OuterRef("pk"))
    return ~Q(Exists(unknown))


def takes_part(actor: Actor) -> Q:
    """Sessions to which this actor or their unit is called, or in which one of them has a task."""
    called = Participant.objects.filter(own(actor), session=OuterRef("pk"))
    tasks = Task.objects.filter(own(actor), session=OuterRef("pk"))
    return Q(Exists(called)) | Q(Exists(tasks))


def not_kept(actor: Actor) -> Q:
    """Sessions none of whose cases is kept from this actor."""
    kept = CaseFile.objects.filter(kept_from(actor), pk=OuterRef("case_id"))
    return ~Q(Exists(Attached.objects.filter(Exists(kept), session=OuterRef("pk"))))


def known_sessions(actor: Actor) -> QuerySet[JointSession]:
    """The sessions that this actor may know of."""
    if own_account(actor) == 0:
        return JointSession.objects.none()
    return JointSession.objects.filter(not_kept(actor)).filter(
        read_in_full(actor) | takes_part(actor)
    )


def reads_in_full(actor: Actor, session: JointSession) -> bool:
    return JointSession.objects.filter(read_in_full(actor), pk=session.pk).exists()


def cases_of(session: JointSession) -> list[CaseFile]:
    rows = CaseFile.objects.filter(joint_sessions__session=session)
    return list(rows.select_related("lead_unit").order_by("number"))


def may_keep(actor: Actor, cases: Collection[CaseFile]) -> bool:
    """A supervisor over every one of the cases."""
    return bool(cases) and all(may_put(actor, Kind.SUPERVISION, case) for case in cases)


def may_write_summary(actor: Actor, cases: Collection[CaseFile]) -> bool:
    """The desk, and who keeps the session."""
    return actor.has(*WRITES_SUMMARY) or may_keep(actor, cases)


def letters_of(cases: Collection[int]) -> QuerySet[Report]:
    """Each letter that stands with one of the cases (ids) or was made one, and each whole letter of which
    they have a part.
    """
    here = Q(case__in=cases) | Q(own_case__in=cases)
    parts = Part.objects.filter(Q(report__case__in=cases) | Q(report__own_case__in=cases))
    return Report.objects.filter(here | Q(pk__in=parts.values("letter")))


def reads_letters(actor: Actor, cases: Collection[CaseFile]) -> bool:
    """Whether this actor may read every letter that words about these cases could repeat. One query."""
    letters = letters_of([case.pk for case in cases])
    seen = visible_cases(actor).filter(pk=OuterRef("case_id"))
    return not letters.filter(~Exists(seen)).exists()


def may_look(actor: Actor, cases: Collection[CaseFile]) -> bool:
    """Whether this actor lets words be seen that were set aside: who writes summaries and reads it all."""
    return may_write_summary(actor, cases) and reads_letters(actor, cases)


def require(allowed: bool) -> None:
    """Raise NotAllowed where it is not."""
    if not allowed:
        raise NotAllowed


def own_seats(actor: Actor, session: JointSession) -> QuerySet[Participant]:
    """The seats for which this actor says whether anybody comes: their own, and their unit's."""
    return session.participants.filter(own(actor))


def has_task(actor: Actor, task: Task) -> bool:
    """Whether it is this person's task, or their unit's."""
    return Task.objects.filter(own(actor), pk=task.pk).exists()


def task_known(actor: Actor) -> Q:
    """Rows of `Task` that this actor sees, of sessions that they know of."""
    full = JointSession.objects.filter(read_in_full(actor)).values("pk")
    return own(actor) | Q(session__in=full)


def is_kept_from(account: Account, cases: Collection[CaseFile]) -> bool:
    """Whether one of the cases is kept from this person, so that they can have no part. No query where none
    of them is a complaint about conduct: nothing else is kept from anybody.
    """
    if not any(case.conduct for case in cases):
        return False
    hidden = kept_from(standing_of(account).actor)
    return CaseFile.objects.filter(hidden, pk__in=[case.pk for case in cases]).exists()


def is_guest(account: Account, cases: Collection[CaseFile]) -> bool:
    """Whether this person does not know all of the cases, and so sees the summary only."""
    seen = known_cases(standing_of(account).actor).filter(pk__in=[case.pk for case in cases])
    return seen.count() < len(cases)


def is_barred(unit: Unit, cases: Collection[CaseFile]) -> bool:
    """Whether a complaint among the cases is about this unit, one above it, or somebody who leads one."""
    return any(barred(case, [unit]) for case in cases)


def sees_task(actor: Actor, task: Task) -> bool:
    """Of a session that the actor knows: who reads it in full, and whose task it is."""
    return has_task(actor, task) or reads_in_full(actor, task.session)
