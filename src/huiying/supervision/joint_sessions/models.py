from django.db import models
from django.db.models import Q

from huiying.accounts.models import Account
from huiying.agencies.models import Unit
from huiying.casework.models import CaseFile
from huiying.supervision.joint_sessions.states import Look, Part, Said, Seat, State, TaskState

RIGHTS = ("SELECT", "INSERT", "UPDATE")


class JointSession(models.Model):
    """People of several units sit down about one case or several. It touches nothing of the cases.

    The database lets the words be emptied, for erasure. `key` is a digest of what was sent, so that the
    same form sent twice calls one session.
    """

    database_rights = RIGHTS

    label = models.CharField(max_length=32, unique=True)
    key = models.CharField(max_length=64)
    topic = models.CharField(max_length=120)
    starts_at = models.DateTimeField()
    place = models.CharField(max_length=200)
    state = models.CharField(max_length=12, choices=State.choices, default=State.CALLED)
    called_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    called_at = models.DateTimeField()
    words = models.TextField(blank=True)  # the conclusion, or why it was called off
    settled_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["called_by", "key"], name="joint_session_once"),
            models.CheckConstraint(
                condition=Q(state__in=State.values), name="joint_session_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=State.CALLED, settled_at=None, settled_by=None)
                | (~Q(state=State.CALLED) & Q(settled_at__isnull=False, settled_by__isnull=False)),
                name="joint_session_settled_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["-starts_at", "-id"], name="joint_session_newest")]


class Attached(models.Model):
    """A case that a session is about. Append-only."""

    database_rights = ("SELECT", "INSERT")

    session = models.ForeignKey(
        JointSession, on_delete=models.PROTECT, related_name="attached", db_index=False
    )
    case = models.ForeignKey(CaseFile, on_delete=models.PROTECT, related_name="joint_sessions")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "case"], name="joint_session_case_once")
        ]


class Participant(models.Model):
    """A unit or a person who was called. `declined_at`: they cannot come; no reason is kept."""

    database_rights = RIGHTS

    session = models.ForeignKey(
        JointSession, on_delete=models.PROTECT, related_name="participants", db_index=False
    )
    seat = models.CharField(max_length=8, choices=Seat.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)
    declined_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seat=Seat.UNIT, unit__isnull=False, account=None)
                | (Q(seat__in=[Seat.PERSON, Seat.GUEST], unit=None, account__isnull=False)),
                name="joint_session_seat",
            ),
            models.UniqueConstraint(
                fields=["session", "unit"], condition=Q(unit__isnull=False),
                name="joint_session_unit_once",
            ),
            models.UniqueConstraint(
                fields=["session", "account"], condition=Q(account__isnull=False),
                name="joint_session_person_once",
            ),
        ]  # fmt: skip


class Summary(models.Model):
    """What the desk tells the participants of the cases; the newest counts. Guests see it until the end of
    `shown_until`. Append-only; the database lets the text be emptied, for erasure.
    """

    database_rights = RIGHTS

    session = models.ForeignKey(
        JointSession, on_delete=models.PROTECT, related_name="summaries", db_index=False
    )
    number = models.PositiveSmallIntegerField()
    text = models.TextField()
    shown_until = models.DateField()
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["session", "number"], name="joint_session_summary_once")
        ]


class Task(models.Model):
    """What a session gave a unit and a person to do, by a day. The database lets the text be emptied."""

    database_rights = RIGHTS

    label = models.CharField(max_length=32, unique=True)
    session = models.ForeignKey(JointSession, on_delete=models.PROTECT, related_name="tasks")
    text = models.TextField()
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    due_on = models.DateField()  # the last day, in the agency's zone
    state = models.CharField(max_length=8, choices=TaskState.choices, default=TaskState.OPEN)
    given_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    given_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state=TaskState.OPEN, ended_at=None)
                | Q(state__in=[TaskState.DONE, TaskState.DROPPED], ended_at__isnull=False),
                name="joint_session_task_ended",
            )
        ]


class TaskReport(models.Model):
    """What was said on a task. Append-only; the database lets the text be emptied, for erasure."""

    database_rights = RIGHTS

    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="reports")
    said = models.CharField(max_length=8, choices=Said.choices)
    text = models.TextField()
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()


class SetAside(models.Model):
    """Words by somebody who does not read every letter that they could repeat: nobody but their author and
    who reads all of these letters sees them until they were looked at. `row` is the id of what holds them.
    The database lets it be looked at once, and nothing else of it change.
    """

    database_rights = RIGHTS

    session = models.ForeignKey(
        JointSession, on_delete=models.PROTECT, related_name="set_aside", db_index=False
    )
    part = models.CharField(max_length=8, choices=Part.choices)
    row = models.BigIntegerField()
    author = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    look = models.CharField(max_length=9, choices=Look.choices, default=Look.WAITING)
    looked_by = models.ForeignKey(
        Account, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    looked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session", "part", "row"], name="joint_session_aside_once"
            ),
            models.CheckConstraint(
                condition=Q(look=Look.WAITING, looked_by=None, looked_at=None)
                | Q(
                    look__in=[Look.SHOWN, Look.KEPT_BACK],
                    looked_by__isnull=False,
                    looked_at__isnull=False,
                ),
                name="joint_session_aside_looked_at",
            ),
        ]
        indexes = [models.Index(fields=["author", "at"], name="joint_session_aside_of")]
